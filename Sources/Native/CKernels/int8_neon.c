// SPDX-License-Identifier: Apache-2.0
// NEON forms (every AArch64 has them). Same packing as AVX2: pairs of products are added by vpaddq.
#include "int8_paths.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// A NaN gives low, as the scalar form does: vmaxnm would, vmax would not.
static inline int32x4_t clamp_round(float32x4_t v, float32x4_t low, float32x4_t high) {
  return vcvtnq_s32_f32(vminnmq_f32(vmaxnmq_f32(v, low), high));
}

void mw_quantize_neon(const float *x, size_t count, float scale, float low, float high, int16_t *out) {
  const float32x4_t s = vdupq_n_f32(scale), lo = vdupq_n_f32(low), hi = vdupq_n_f32(high);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    vst1_s16(out + i, vqmovn_s32(clamp_round(vdivq_f32(vld1q_f32(x + i), s), lo, hi)));
  }
  mw_quantize_scalar(x + i, count - i, scale, low, high, out + i);
}

// Adds the products of eight outputs' weight pairs with the pair in `xx` to two accumulators.
static inline void add_pairs(int8x16_t w, int16x8_t xx, int32x4_t *a, int32x4_t *b) {
  const int16x8_t first = vmovl_s8(vget_low_s8(w)), second = vmovl_high_s8(w);
  const int16x4_t x = vget_low_s16(xx);
  *a = vaddq_s32(*a, vpaddq_s32(vmull_s16(vget_low_s16(first), x), vmull_high_s16(first, xx)));
  *b = vaddq_s32(*b, vpaddq_s32(vmull_s16(vget_low_s16(second), x), vmull_high_s16(second, xx)));
}

void mw_dense_neon(const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias,
                   size_t panels, int32_t *acc) {
  for (size_t p = 0; p < panels; p++) {
    int32x4_t a[MW_INT8_PANEL / 4];
    for (size_t j = 0; j < MW_INT8_PANEL / 4; j++) a[j] = vld1q_s32(bias + p * MW_INT8_PANEL + 4 * j);
    for (size_t k = 0; k < pairs; k++) {
      int16x8_t xx = vdupq_n_s16(x[2 * k + 1]);
      xx = vtrn1q_s16(vdupq_n_s16(x[2 * k]), xx);
      for (size_t j = 0; j < MW_INT8_PANEL / 4; j += 2, weights += 16) {
        add_pairs(vld1q_s8(weights), xx, &a[j], &a[j + 1]);
      }
    }
    for (size_t j = 0; j < MW_INT8_PANEL / 4; j++) vst1q_s32(acc + p * MW_INT8_PANEL + 4 * j, a[j]);
  }
}

void mw_requantize_neon(const int32_t *acc, const float *scale, size_t count, float low, float high,
                        int16_t *out) {
  const float32x4_t lo = vdupq_n_f32(low), hi = vdupq_n_f32(high);
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float32x4_t v = vmulq_f32(vcvtq_f32_s32(vld1q_s32(acc + i)), vld1q_f32(scale + i));
    vst1_s16(out + i, vqmovn_s32(clamp_round(v, lo, hi)));
  }
  mw_requantize_scalar(acc + i, scale + i, count - i, low, high, out + i);
}
#endif
