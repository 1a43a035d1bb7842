// SPDX-License-Identifier: Apache-2.0
// Speeds of the float kernels, beside the multiply-add peak of this core measured in the same run.
#include "paths.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

/// Microseconds of one run of `work`, the lowest of many batches.
#define TIME(result, work)                                                      \
  do {                                                                          \
    double one = 1e30;                                                          \
    int count = 1;                                                              \
    for (int round = 0; round < 60; round++) {                                  \
      const double from = now();                                                \
      for (int i = 0; i < count; i++) { work; }                                 \
      const double took = now() - from;                                         \
      if (took / count < one) one = took / count;                               \
      if (took < 300) count *= 2;                                               \
    }                                                                           \
    result = one;                                                               \
  } while (0)

static float *floats(size_t count) {
  float *x = aligned_alloc(64, (count * sizeof(float) + 127) / 64 * 64);
  for (size_t i = 0; i < count; i++) x[i] = (float)rand() / (float)RAND_MAX * 2 - 1;
  return x;
}

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void peak512(void) {
  __m512 a[12];
  for (int i = 0; i < 12; i++) a[i] = _mm512_set1_ps(1.0f);
  for (int i = 0; i < 250; i++) {
    __asm__ volatile(".rept 4\n"
        "vfmadd231ps %0,%0,%0\nvfmadd231ps %1,%1,%1\nvfmadd231ps %2,%2,%2\nvfmadd231ps %3,%3,%3\nvfmadd231ps %4,%4,%4\n"
        "vfmadd231ps %5,%5,%5\nvfmadd231ps %6,%6,%6\nvfmadd231ps %7,%7,%7\nvfmadd231ps %8,%8,%8\nvfmadd231ps %9,%9,%9\n"
        "vfmadd231ps %10,%10,%10\nvfmadd231ps %11,%11,%11\n.endr"
        : "+v"(a[0]), "+v"(a[1]), "+v"(a[2]), "+v"(a[3]), "+v"(a[4]), "+v"(a[5]), "+v"(a[6]), "+v"(a[7]), "+v"(a[8]),
          "+v"(a[9]), "+v"(a[10]), "+v"(a[11]));
  }
}
__attribute__((target("avx2,fma"))) static void peak256(void) {
  __m256 a[12];
  for (int i = 0; i < 12; i++) a[i] = _mm256_set1_ps(1.0f);
  for (int i = 0; i < 250; i++) {
    __asm__ volatile(".rept 4\n"
        "vfmadd231ps %0,%0,%0\nvfmadd231ps %1,%1,%1\nvfmadd231ps %2,%2,%2\nvfmadd231ps %3,%3,%3\nvfmadd231ps %4,%4,%4\n"
        "vfmadd231ps %5,%5,%5\nvfmadd231ps %6,%6,%6\nvfmadd231ps %7,%7,%7\nvfmadd231ps %8,%8,%8\nvfmadd231ps %9,%9,%9\n"
        "vfmadd231ps %10,%10,%10\nvfmadd231ps %11,%11,%11\n.endr"
        : "+x"(a[0]), "+x"(a[1]), "+x"(a[2]), "+x"(a[3]), "+x"(a[4]), "+x"(a[5]), "+x"(a[6]), "+x"(a[7]), "+x"(a[8]),
          "+x"(a[9]), "+x"(a[10]), "+x"(a[11]));
  }
}
#endif

#if defined(__x86_64__)
/// Bytes a nanosecond that this form's loads read from `bytes` of memory, over and over.
static double reading(int path, size_t bytes) {
  char *x = (char *)floats(bytes / sizeof(float));
  double us;
  if (path == MW_AVX512VNNI) {
    TIME(us, for (char *p = x; p < x + bytes; p += 256) __asm__ volatile(
                 "vmovups (%0),%%zmm0\nvmovups 64(%0),%%zmm1\nvmovups 128(%0),%%zmm2\nvmovups 192(%0),%%zmm3" ::"r"(p)
                 : "xmm0", "xmm1", "xmm2", "xmm3"));
  } else {
    TIME(us, for (char *p = x; p < x + bytes; p += 128) __asm__ volatile(
                 "vmovups (%0),%%ymm0\nvmovups 32(%0),%%ymm1\nvmovups 64(%0),%%ymm2\nvmovups 96(%0),%%ymm3" ::"r"(p)
                 : "xmm0", "xmm1", "xmm2", "xmm3"));
  }
  free(x);
  return (double)bytes * 1e-3 / us;
}
#endif

/// Multiply-adds a microsecond: 12,000 vectors in one call.
static double peak(int path) {
  double us = 0;
#if defined(__x86_64__)
  if (path == MW_AVX512VNNI) {
    TIME(us, peak512());
    return 192000 / us;
  }
  if (path == MW_AVX2) {
    TIME(us, peak256());
    return 96000 / us;
  }
#endif
  (void)path, (void)us;
  return NAN;
}

static void product(int path, size_t m, size_t k, size_t n, double top) {
  float *a = floats(m * k), *b = floats(k * n), *out = floats(m * n), *base = floats(n);
  float *packed = floats(mw_f32_packed_bytes(path, 1, k, n) / sizeof(float));
  mw_f32_pack(path, b, 0, (ptrdiff_t)n, 1, 1, k, n, packed);
  const int32_t tap = 0;
  const mw_f32_product p = {.a = a, .a_row = (ptrdiff_t)k, .taps = &tap, .tap_count = 1, .tap_length = k, .m = m,
                            .n = n, .packed = packed, .base = base, .low = -INFINITY, .high = INFINITY, .out = out,
                            .out_row = (ptrdiff_t)n};
  double us;
  TIME(us, mw_f32_multiply(path, &p));
  const double macs = (double)(m * k * n);
  printf("  multiply m %4zu k %4zu n %4zu  %9.2f us  %6.1f GFLOP/s  %3.0f %% of peak  %5.1f GB/s of weights\n", m, k, n,
         us, 2e-3 * macs / us, 100 * macs / us / top, (double)(k * n * 4) * 1e-3 / us);
  if (m == k && n == k) {
    double by_row, by_column;
    TIME(by_row, mw_f32_pack(path, b, 0, (ptrdiff_t)n, 1, 1, k, n, packed));
    TIME(by_column, mw_f32_pack(path, b, 0, 1, (ptrdiff_t)k, 1, k, n, packed));
    printf("  pack k %zu n %zu: %.2f us, transposed %.2f us\n", k, n, by_row, by_column);
  }
  free(a), free(b), free(out), free(base), free(packed);
}

static void cells(int path) {
  const size_t hidden = 64;
  float *gates = floats(4 * hidden), *cell = floats(hidden), *h = floats(hidden), *r = floats(hidden * 4 * hidden);
  float *packed = floats(mw_f32_packed_bytes(path, 1, hidden, 4 * hidden) / sizeof(float));
  mw_f32_pack(path, r, 0, 1, (ptrdiff_t)hidden, 1, hidden, 4 * hidden, packed);
  const mw_lstm lstm = {hidden, {MW_ACT_SIGMOID, 0, 0}, {MW_ACT_TANH, 0, 0}, {MW_ACT_TANH, 0, 0}, 0, 0, NULL};
  const mw_gru gru = {hidden, {MW_ACT_SIGMOID, 0, 0}, {MW_ACT_TANH, 0, 0}, 0};
  double us;
  TIME(us, mw_f32_lstm_step(path, &lstm, gates, cell, h));
  printf("  lstm_step hidden 64        %7.3f us\n", us);
  TIME(us, mw_f32_gru_step(path, &gru, gates, cell, h));
  printf("  gru_step hidden 64         %7.3f us\n", us);
  TIME(us, mw_f32_accumulate(path, h, packed, hidden, 4 * hidden, gates));
  printf("  accumulate k 64 n 256      %7.3f us  %5.1f GB/s of weights\n", us, 65.536 / us);
  int turn = 0;
  TIME(us, ((turn ^= 1) ? mw_f32_accumulate : mw_f32_accumulate_backwards)(path, h, packed, hidden, 4 * hidden, gates));
  printf("  the same, there and back   %7.3f us  %5.1f GB/s of weights\n", us, 65.536 / us);
  const size_t steps = 30;
  float *all = floats(steps * 4 * hidden), *blocks = floats(mw_f32_lstm_packed_bytes(path, hidden) / sizeof(float));
  mw_f32_lstm_pack(path, r, hidden, blocks);
  const mw_lstm_run run = {steps, all, (ptrdiff_t)(4 * hidden), blocks, h, cell, gates, NULL, 0};
  TIME(us, mw_f32_lstm_run(path, &lstm, &run));
  printf("  lstm_run hidden 64, a step %7.3f us  %5.1f GB/s of weights\n", us / 30, 65.536 * 30 / us);
  free(gates), free(cell), free(h), free(r), free(packed), free(all), free(blocks);
}

static void elements(int path) {
  const size_t n = 4096;
  float *x = floats(n), *out = floats(n), *gain = floats(n);
  for (size_t i = 0; i < n; i++) x[i] *= 6;
  double us;
#define ELEMENT(name)                    \
  TIME(us, mw_f32_##name(path, x, n, out)); \
  printf("  %-10s %6.3f ns an element\n", #name, us * 1e3 / (double)n);
  ELEMENT(exp) ELEMENT(sigmoid) ELEMENT(tanh) ELEMENT(erf)
  TIME(us, mw_f32_softmax(path, x, 64, 64, 0, out));
  printf("  softmax 64 x 64     %6.2f us\n", us);
  TIME(us, mw_f32_layer_norm(path, x, 32, 128, 1e-5f, gain, gain, out, NULL, NULL));
  printf("  layer_norm 32 x 128 %6.2f us\n", us);
  TIME(us, mw_f32_transpose(path, x, 64, 64, out));
  printf("  transpose 64 x 64   %6.2f us\n", us);
  free(x), free(out), free(gain);
}

int main(int argc, char **argv) {
  for (int path = 0; path < PATHS; path++) {
    if (!mw_path_available(path) || path == MW_AVXVNNI || (argc > 1 && atoi(argv[1]) != path)) continue;
    const double top = peak(path);
    printf("%s: peak %.1f GFLOP/s\n", path_names[path], top * 2e-3);
#if defined(__x86_64__)
    if (path >= MW_AVX2) {
      printf("  reading 16 KiB %.0f GB/s, 64 KiB %.0f, 256 KiB %.0f, 1 MiB %.0f\n", reading(path, 1 << 14),
             reading(path, 1 << 16), reading(path, 1 << 18), reading(path, 1 << 20));
    }
#endif
    const size_t sizes[] = {128, 256, 512};
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) product(path, 64, sizes[i], sizes[j], top);
    }
    product(path, 64, 64, 64, top);
    product(path, 64, 64, 48, top);
    product(path, 64, 64, 32, top);
    product(path, 7, 128, 128, top);
    product(path, 250, 24, 16, top);
    product(path, 1, 128, 128, top);
    product(path, 1, 256, 512, top);
    product(path, 1, 512, 512, top);
    cells(path);
    elements(path);
  }
}
