// SPDX-License-Identifier: Apache-2.0
// The definition of every integer kernel. No contraction: x * scale is rounded before it is compared.
#include "int8_paths.h"

#pragma STDC FP_CONTRACT OFF

static inline int16_t clamp_round(float v, float low, float high) {
  if (!(v > low)) v = low;  // NaN too
  if (v > high) v = high;
  return (int16_t)__builtin_rintf(v);
}

void mw_quantize_scalar(const float *x, size_t count, float scale, float low, float high, int16_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = clamp_round(x[i] / scale, low, high);
}

void mw_dense_scalar(const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias,
                     size_t panels, int32_t *acc) {
  for (size_t p = 0; p < panels; p++) {
    int32_t *sum = acc + p * MW_INT8_PANEL;
    for (size_t n = 0; n < MW_INT8_PANEL; n++) sum[n] = bias[p * MW_INT8_PANEL + n];
    for (size_t k = 0; k < pairs; k++) {
      const int32_t x0 = x[2 * k], x1 = x[2 * k + 1];
      for (size_t n = 0; n < MW_INT8_PANEL; n++, weights += 2) {
        sum[n] += x0 * weights[0] + x1 * weights[1];
      }
    }
  }
}

void mw_requantize_scalar(const int32_t *acc, const float *scale, size_t count, float low, float high,
                          int16_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = clamp_round((float)acc[i] * scale[i], low, high);
}
