// SPDX-License-Identifier: Apache-2.0
// Which forms this processor runs, and from a path to its form.
#include "q8_forms.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <cpuid.h>

// The compiler's table of features has this one in different places from runtime to runtime.
static int has_avxvnni(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1) != 0;
}
#endif

int mw_path_available(int path) {
  if (path == MW_SCALAR) return 1;
#if defined(__x86_64__)
  // These ask the processor and whether the system saves its registers.
  __builtin_cpu_init();
  switch (path) {
    case MW_SSE41: return __builtin_cpu_supports("sse4.1") != 0;
    case MW_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case MW_AVXVNNI: return mw_path_available(MW_AVX2) && has_avxvnni();
    case MW_AVX512VNNI:
      return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && mw_path_available(MW_AVX2);
    default: return 0;
  }
#elif defined(__aarch64__)
  if (path == MW_NEON) return 1;  // part of the architecture
#if defined(__linux__)
  if (path == MW_NEONDOT) return (getauxval(AT_HWCAP) & (1UL << 20)) != 0;  // HWCAP_ASIMDDP
#elif defined(__APPLE__)
  if (path == MW_NEONDOT) return 1;
#endif
  return 0;
#else
  return 0;
#endif
}

int mw_path_best(void) {
  static const int from_fastest[] = {MW_AVX512VNNI, MW_AVXVNNI, MW_AVX2, MW_SSE41, MW_NEONDOT, MW_NEON};
  for (size_t i = 0; i < sizeof from_fastest / sizeof from_fastest[0]; i++) {
    if (mw_path_available(from_fastest[i])) return from_fastest[i];
  }
  return MW_SCALAR;
}

static const mw_q8_form *form(int path) {
  switch (path) {
#if defined(__x86_64__)
    case MW_SSE41: return &mw_q8_sse41;
    case MW_AVX2: return &mw_q8_avx2;
    case MW_AVXVNNI: return &mw_q8_avxvnni;
    case MW_AVX512VNNI: return &mw_q8_avx512vnni;
#elif defined(__aarch64__)
    case MW_NEON: return &mw_q8_neon;
    case MW_NEONDOT: return &mw_q8_neondot;
#endif
    default: return &mw_q8_scalar;
  }
}

size_t mw_q8_packed_bytes(int path, size_t taps, size_t length, size_t n) {
  return form(path)->packed_bytes(taps, length, n);
}
void mw_q8_pack(int path, const int8_t *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                size_t length, size_t n, int8_t *packed) {
  form(path)->pack(b, tap_stride, k_stride, n_stride, taps, length, n, packed);
}
size_t mw_q8_scratch_bytes(int path, const mw_q8_product *product) { return form(path)->scratch_bytes(product); }
void mw_q8_multiply(int path, const mw_q8_product *product, void *scratch) { form(path)->multiply(product, scratch); }

void mw_q8_quantize(int path, const float *x, size_t count, float scale, int32_t zero, uint8_t *q) {
  form(path)->quantize(x, count, scale, zero, q);
}
void mw_q8_quantize_transposed(int path, const float *x, size_t rows, size_t columns, float scale, int32_t zero,
                               uint8_t *q) {
  form(path)->quantize_transposed(x, rows, columns, scale, zero, q);
}
void mw_q8_dequantize(int path, const uint8_t *q, size_t count, float scale, int32_t zero, float *x) {
  form(path)->dequantize(q, count, scale, zero, x);
}
void mw_q8_transpose(int path, const uint8_t *q, size_t rows, size_t columns, uint8_t *out) {
  form(path)->transpose(q, rows, columns, out);
}
void mw_q8_row_sums(int path, const uint8_t *a, ptrdiff_t a_row, const int32_t *taps, size_t tap_count,
                    size_t tap_length, size_t m, int32_t *sums) {
  form(path)->row_sums(a, a_row, taps, tap_count, tap_length, m, sums);
}
void mw_q8_lookup(int path, const uint8_t *q, size_t count, const uint8_t table[256], uint8_t *out) {
  form(path)->lookup(q, count, table, out);
}
void mw_q8_flip(int path, const uint8_t *q, size_t count, uint8_t *out) { form(path)->flip(q, count, out); }
void mw_q8_add(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count, uint8_t *out) {
  form(path)->add(how, 0, a, b, count, out);
}
void mw_q8_add_signed(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count,
                      uint8_t *out) {
  form(path)->add(how, 128, a, b, count, out);
}
void mw_q8_multiply_elements(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count,
                             uint8_t *out) {
  form(path)->multiply_elements(how, 0, a, b, count, out);
}
void mw_q8_multiply_elements_signed(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b,
                                    size_t count, uint8_t *out) {
  form(path)->multiply_elements(how, 128, a, b, count, out);
}
void mw_q8_max_pool(int path, const uint8_t *q, size_t in_rows, size_t channels, size_t window, size_t stride,
                    size_t dilation, ptrdiff_t first, size_t out_rows, uint8_t *out) {
  form(path)->max_pool(q, in_rows, channels, window, stride, dilation, first, out_rows, out);
}
void mw_q8_column_sums(int path, const uint8_t *q, size_t rows, size_t channels, int32_t *sums) {
  form(path)->column_sums(q, rows, channels, sums);
}
void mw_f32_range(int path, const float *x, size_t count, float *low, float *high) {
  form(path)->range(x, count, low, high);
}
