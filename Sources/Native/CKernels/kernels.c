// SPDX-License-Identifier: Apache-2.0
// Chooses the form of each kernel that the caller named.
#include "int8_paths.h"

bool mw_int8_can_run(int path) {
  switch (path) {
    case MW_INT8_SCALAR: return true;
#if defined(__x86_64__)
    case MW_INT8_AVX2: return __builtin_cpu_supports("avx2");
#elif defined(__aarch64__)
    case MW_INT8_NEON: return true;
#endif
    default: return false;
  }
}

#if defined(__x86_64__)
#define MW_CHOOSE(kernel, ...) \
  if (path == MW_INT8_AVX2) { mw_##kernel##_avx2(__VA_ARGS__); return; }
#elif defined(__aarch64__)
#define MW_CHOOSE(kernel, ...) \
  if (path == MW_INT8_NEON) { mw_##kernel##_neon(__VA_ARGS__); return; }
#else
#define MW_CHOOSE(kernel, ...) (void)path;
#endif

void mw_int8_quantize(int path, const float *x, size_t count, float scale, float low, float high,
                      int16_t *out) {
  MW_CHOOSE(quantize, x, count, scale, low, high, out)
  mw_quantize_scalar(x, count, scale, low, high, out);
}

void mw_int8_dense(int path, const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias,
                   size_t panels, int32_t *acc) {
  MW_CHOOSE(dense, x, pairs, weights, bias, panels, acc)
  mw_dense_scalar(x, pairs, weights, bias, panels, acc);
}

void mw_int8_requantize(int path, const int32_t *acc, const float *scale, size_t count, float low,
                        float high, int16_t *out) {
  MW_CHOOSE(requantize, acc, scale, count, low, high, out)
  mw_requantize_scalar(acc, scale, count, low, high, out);
}
