// SPDX-License-Identifier: Apache-2.0
// Every form of the INT8 kernels against the scalar one, bit for bit, on every tail length: one line for each path.
// Buffers have exactly the bytes that q8.h promises, so that a sanitizer sees the first one too many.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "q8_forms.h"

static const char *const names[] = {"scalar", "sse4.1", "avx2", "avx-vnni", "avx512-vnni", "neon", "neon-dot"};

static uint64_t state = 1;
static uint32_t next(void) {  // splitmix64
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}
static size_t below(size_t n) { return next() % n; }
static float real(float low, float high) { return low + (high - low) * (float)(next() >> 8) * 0x1p-24f; }

static void *bytes(size_t count) {
  void *p = NULL;
  if (posix_memalign(&p, 64, count ? count : 1) != 0) abort();
  memset(p, 0xA5, count);
  return p;
}
/// Bytes: all alike at the ends of the range, or any.
static uint8_t *random_bytes(size_t count, int kind) {
  uint8_t *p = bytes(count);
  static const uint8_t ends[] = {0, 255, 128, 127};
  for (size_t i = 0; i < count; i++) {
    p[i] = kind == 0 ? (uint8_t)next() : kind == 1 ? ends[below(4)] : ends[(kind - 2) % 4];
  }
  return p;
}

static size_t compared;
static void expect(const void *scalar, const void *other, size_t count, int path, const char *what, size_t a, size_t b,
                   size_t c, size_t d) {
  compared++;
  if (memcmp(scalar, other, count) == 0) return;
  size_t at = 0;
  while (((const uint8_t *)scalar)[at] == ((const uint8_t *)other)[at]) at++;
  printf("%s: %s (%zu, %zu, %zu, %zu) differs at byte %zu of %zu: %d, not %d\n", names[path], what, a, b, c, d, at,
         count, ((const uint8_t *)other)[at], ((const uint8_t *)scalar)[at]);
  exit(1);
}

static void products(int path, size_t m, size_t n, size_t length, size_t taps) {
  const int kind = below(3) ? 0 : (int)below(6);
  const ptrdiff_t gap = below(2) ? 0 : (ptrdiff_t)below(9);
  ptrdiff_t a_row = below(2) ? (ptrdiff_t)below(2 * length + 2) : (ptrdiff_t)(length * taps) + gap;
  if (below(8) == 0) a_row = -a_row;
  int32_t offsets[4], lowest = 0, highest = 0;
  for (size_t t = 0; t < taps; t++) {
    offsets[t] = (int32_t)below(3 * length + 1) - (int32_t)length;
    if (t == 0 || offsets[t] < lowest) lowest = offsets[t];
    if (t == 0 || offsets[t] > highest) highest = offsets[t];
  }
  const ptrdiff_t rows = (ptrdiff_t)(m - 1) * a_row, first = lowest + (rows < 0 ? rows : 0);
  const size_t span = (size_t)(highest + (rows > 0 ? rows : 0) - first) + length;
  uint8_t *a = random_bytes(span + 63, kind), *b = random_bytes(taps * length * n, kind ? (int)below(6) : 0);
  int32_t *base = bytes(4 * n), *row_factor = bytes(4 * m), *column_factor = bytes(4 * n);
  float *scale = bytes(4 * n), *offset = bytes(4 * n);
  for (size_t j = 0; j < n; j++) {
    base[j] = (int32_t)next() >> below(31);
    column_factor[j] = (int32_t)below(4096) - 2048;
    scale[j] = real(0, 1) / (float)(1 + below(100) * length);
    if (below(50) == 0) scale[j] = below(2) ? 1e30f : -1e9f;
    if (below(200) == 0) scale[j] = 0.0f / 0.0f;
    offset[j] = real(-3, 3);
  }
  for (size_t i = 0; i < m; i++) row_factor[i] = (int32_t)below(256) - 128;
  const ptrdiff_t out_row = (ptrdiff_t)n + (below(2) ? 0 : (ptrdiff_t)below(20));
  const int32_t zero = (int32_t)below(256), low = below(2) ? 0 : zero;
  const int32_t high = below(4) ? 255 : 255 - (int32_t)below(256 - (size_t)low);
  const size_t out_bytes = 4 * ((m - 1) * (size_t)out_row + n);
  mw_q8_product p = {.a = a - first, .a_row = a_row, .taps = offsets, .tap_count = taps, .tap_length = length, .m = m,
                     .n = n, .base = base, .zero = zero, .low = low, .high = high, .scale = scale, .out_row = out_row};
  if (below(2)) p.row_factor = row_factor, p.column_factor = column_factor;
  if (below(2)) p.offset = offset;
  const ptrdiff_t tap_stride = (ptrdiff_t)(length * n);
  const int by_row = below(2) != 0;  // k or n varies fastest
  for (p.to = MW_TO_U8; p.to <= MW_TO_I32; p.to++) {
    if (p.to == MW_TO_F32) {  // the bits of a NaN are nobody's
      for (size_t j = 0; j < n; j++) scale[j] = scale[j] == scale[j] ? scale[j] : 0.5f;
    }
    void *out[2];
    for (int other = 0; other < 2; other++) {
      const int here = other ? path : MW_SCALAR;
      int8_t *packed = bytes(mw_q8_packed_bytes(here, taps, length, n));
      mw_q8_pack(here, (const int8_t *)b, tap_stride, by_row ? (ptrdiff_t)n : 1, by_row ? 1 : (ptrdiff_t)length, taps,
                 length, n, packed);
      p.packed = packed;
      p.out = out[other] = bytes(p.to == MW_TO_U8 ? out_bytes / 4 : out_bytes);
      void *scratch = bytes(mw_q8_scratch_bytes(here, &p));
      mw_q8_multiply(here, &p, scratch);
      free(scratch), free(packed);
    }
    expect(out[0], out[1], p.to == MW_TO_U8 ? out_bytes / 4 : out_bytes, path, "multiply m n length taps", m, n, length,
           taps);
    free(out[0]), free(out[1]);
  }
  int32_t *sums[2] = {bytes(4 * m), bytes(4 * m)};
  mw_q8_row_sums(MW_SCALAR, p.a, a_row, offsets, taps, length, m, sums[0]);
  mw_q8_row_sums(path, p.a, a_row, offsets, taps, length, m, sums[1]);
  expect(sums[0], sums[1], 4 * m, path, "row sums m length taps", m, length, taps, 0);
  free(sums[0]), free(sums[1]);
  free(a), free(b), free(base), free(row_factor), free(column_factor), free(scale), free(offset);
}

/// Both forms of one call into buffers of their own.
#define BOTH(type, count, what, c, d, call)                               \
  do {                                                                    \
    type *one = bytes((count) * sizeof(type)), *two = bytes((count) * sizeof(type)); \
    {                                                                     \
      const int form = MW_SCALAR;                                         \
      type *out = one;                                                    \
      call;                                                               \
    }                                                                     \
    {                                                                     \
      const int form = path;                                              \
      type *out = two;                                                    \
      call;                                                               \
    }                                                                     \
    expect(one, two, (count) * sizeof(type), path, what, count, c, d, 0); \
    free(one), free(two);                                                 \
  } while (0)

static void elements(int path, size_t count) {
  const int kind = below(3) ? 0 : (int)below(6);
  uint8_t *a = random_bytes(count, kind), *b = random_bytes(count, 0), table[256];
  for (int i = 0; i < 256; i++) table[i] = (uint8_t)next();
  float *x = bytes(4 * count);
  const float scale = real(1e-3f, 0.1f);
  const int32_t zero = (int32_t)below(256);
  for (size_t i = 0; i < count; i++) {
    x[i] = below(4) ? real(-20, 20) : scale * ((float)below(300) - 150 + 0.5f * (float)below(2));
    if (below(60) == 0) x[i] = below(2) ? 1e30f : -1e30f;
  }
  float with_nan[64];
  for (int i = 0; i < 64; i++) with_nan[i] = below(3) ? real(-9, 9) : 0.0f / 0.0f;
  BOTH(uint8_t, count, "quantize", 0, 0, mw_q8_quantize(form, x, count, scale, zero, out));
  BOTH(uint8_t, (size_t)64, "quantize NaN", 0, 0, mw_q8_quantize(form, with_nan, 64, scale, zero, out));
  BOTH(float, count, "dequantize", 0, 0, mw_q8_dequantize(form, a, count, scale, zero, out));
  BOTH(uint8_t, count, "lookup", 0, 0, mw_q8_lookup(form, a, count, table, out));
  BOTH(uint8_t, count, "flip", 0, 0, mw_q8_flip(form, a, count, out));
  if (count > 0) BOTH(float, (size_t)2, "range", count, 0, mw_f32_range(form, x, count, out, out + 1));
  mw_q8_binary how = {real(1e-3f, 0.1f), real(1e-3f, 0.1f), real(1e-3f, 0.1f), (int32_t)below(256), (int32_t)below(256),
                      zero, below(2) ? 0 : zero, 255};
  if (below(4) == 0) how.out_scale = 1e-9f;
  BOTH(uint8_t, count, "add", 0, 0, mw_q8_add(form, &how, a, b, count, out));
  BOTH(uint8_t, count, "multiply elements", 0, 0, mw_q8_multiply_elements(form, &how, a, b, count, out));
  BOTH(uint8_t, count, "add signed", 0, 0, mw_q8_add_signed(form, &how, a, b, count, out));
  BOTH(uint8_t, count, "multiply elements signed", 0, 0,
       mw_q8_multiply_elements_signed(form, &how, a, b, count, out));
  free(a), free(b), free(x);
}

static void tables(int path, size_t rows, size_t columns) {
  const size_t count = rows * columns;
  uint8_t *q = random_bytes(count, below(4) ? 0 : 1);
  float *x = bytes(4 * count);
  const float scale = real(1e-3f, 0.1f);
  for (size_t i = 0; i < count; i++) x[i] = real(-10, 10);
  BOTH(uint8_t, count, "transpose", rows, columns, mw_q8_transpose(form, q, rows, columns, out));
  BOTH(uint8_t, count, "quantize transposed", rows, columns,
       mw_q8_quantize_transposed(form, x, rows, columns, scale, 100, out));
  BOTH(int32_t, columns, "column sums", rows, columns, mw_q8_column_sums(form, q, rows, columns, out));
  const size_t window = 1 + below(4), stride = 1 + below(3), dilation = 1 + below(2), out_rows = 1 + below(rows + 2);
  const ptrdiff_t first = -(ptrdiff_t)below(window);
  BOTH(uint8_t, out_rows * columns, "max pool", rows, columns,
       mw_q8_max_pool(form, q, rows, columns, window, stride, dilation, first, out_rows, out));
  free(q), free(x);
}

/// The multiply-add of processors without one, where it rounds twice if done carelessly: sums near the middle of two.
static void multiply_add(void) {
  state = 11;
  for (int i = 0; i < 2000000; i++) {
    const float x = (float)((int)below(511) - 255), y = ldexpf((float)(1 + below(1 << below(24))), (int)below(40) - 40);
    const float z = ldexpf((float)((int)below(1 << 24) - (1 << 23)) + 0.0f, (int)below(60) - 50);
    const float one = fmaf(x, y, z), other = mw_q8_fma(x, y, z);
    if (memcmp(&one, &other, 4) != 0) {
      printf("multiply-add: %a * %a + %a is %a, not %a\n", (double)x, (double)y, (double)z, (double)one, (double)other);
      exit(1);
    }
  }
}

static int compiled(int path) {
#if defined(__x86_64__)
  return path >= MW_SSE41 && path <= MW_AVX512VNNI;
#elif defined(__aarch64__)
  return path == MW_NEON || path == MW_NEONDOT;
#else
  return 0;
#endif
}

static void check(int path, int rounds) {
  state = 7;
  compared = 0;
  static const size_t wide[] = {100, 127, 128, 640};
  for (int round = 0; round < rounds; round++) {
    for (size_t n = 1; n <= 74; n++) {
      const size_t outputs = n <= 70 ? n : wide[n - 71];
      for (size_t m = 1; m <= 13; m++) products(path, m, outputs, 1 + below(outputs > 70 ? 20 : 70), 1 + below(4));
    }
    for (size_t length = 1; length <= 70; length++) {
      for (size_t taps = 1; taps <= 4; taps++) products(path, 1 + below(13), 1 + below(70), length, taps);
    }
    for (size_t n = 1; n <= 70; n += 3) products(path, 20 + below(60), n, 1 + below(70), 1);
    products(path, 1, 640, 128, 1);
    products(path, 3, 40, 700, 1);
    for (size_t count = 0; count <= 300; count++) elements(path, count);
    for (size_t rows = 1; rows <= 40; rows++) {
      for (size_t columns = 1; columns <= 40; columns++) tables(path, rows, columns);
    }
    for (size_t columns = 60; columns <= 140; columns += 5) tables(path, 1 + below(140), columns);
  }
  printf("%-12s run: %zu results equal to the scalar form's\n", names[path], compared);
}

// check [rounds [path]]: the named path is run, whatever the processor says.
int main(int count, char **arguments) {
  const int rounds = count > 1 ? atoi(arguments[1]) : 1, only = count > 2 ? atoi(arguments[2]) : -1;
  multiply_add();
  for (int path = MW_SSE41; path <= MW_NEONDOT; path++) {
    if (path == only || (only < 0 && mw_path_available(path))) {
      check(path, rounds);
    } else if (only < 0 && compiled(path)) {
      printf("%-12s compiled only: this processor has no such instructions\n", names[path]);
    }
  }
}
