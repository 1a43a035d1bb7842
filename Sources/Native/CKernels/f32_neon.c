// SPDX-License-Identifier: Apache-2.0
// NEON of 64-bit ARM.
#include "f32_form.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define FORM mw_f32_form_neon
#define TARGET
#define INLINE static inline __attribute__((always_inline))

typedef float32x4_t V;
enum { W = 4 };

INLINE V v_all(float x) { return vdupq_n_f32(x); }
INLINE V v_load(const float *p) { return vld1q_f32(p); }
INLINE void v_store(float *p, V x) { vst1q_f32(p, x); }
INLINE V v_load_some(const float *p, size_t n, float rest) {
  V x = vld1q_lane_f32(p, v_all(rest), 0);
  if (n > 1) x = vld1q_lane_f32(p + 1, x, 1);
  return n > 2 ? vld1q_lane_f32(p + 2, x, 2) : x;
}
INLINE void v_store_some(float *p, V x, size_t n) {
  vst1q_lane_f32(p, x, 0);
  if (n > 1) vst1q_lane_f32(p + 1, x, 1);
  if (n > 2) vst1q_lane_f32(p + 2, x, 2);
}
INLINE V v_fma(V a, V b, V c) { return vfmaq_f32(c, a, b); }
INLINE V v_less(V x, V y, V a, V b) { return vbslq_f32(vcltq_f32(x, y), a, b); }
// FMIN and FMAX give NaN where either is NaN; the first operand never is one where that matters.
INLINE V v_min(V a, V b) { return vminq_f32(a, b); }
INLINE V v_max(V a, V b) { return vmaxq_f32(a, b); }
INLINE V v_abs(V x) { return vabsq_f32(x); }
INLINE V v_copysign(V size, V sign) { return vbslq_f32(vdupq_n_u32(0x80000000), sign, size); }
INLINE V two_to(int32x4_t n) { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23)); }
INLINE V v_power(V power) {
  return vreinterpretq_f32_s32(vaddq_s32(vshlq_n_s32(vreinterpretq_s32_f32(power), 23), vdupq_n_s32(0x3f800000)));
}
INLINE V v_scale(V x, V power) {
  const int32x4_t n = vsubq_s32(vreinterpretq_s32_f32(power), vdupq_n_s32(0x4b400000)), half = vshrq_n_s32(n, 1);
  return x * two_to(half) * two_to(vsubq_s32(n, half));
}
INLINE float v_sum(V x) { return vaddvq_f32(x); }
INLINE float v_highest(V x) { return vmaxvq_f32(x); }

enum { BLOCK = 4 };
INLINE void turn_block(const float *x, ptrdiff_t x_row, float *out, size_t out_row) {
  const float32x4x2_t a = vtrnq_f32(v_load(x), v_load(x + x_row));
  const float32x4x2_t b = vtrnq_f32(v_load(x + 2 * x_row), v_load(x + 3 * x_row));
  for (int i = 0; i < 2; i++) {
    v_store(out + (size_t)i * out_row, vcombine_f32(vget_low_f32(a.val[i]), vget_low_f32(b.val[i])));
    v_store(out + (size_t)(i + 2) * out_row, vcombine_f32(vget_high_f32(a.val[i]), vget_high_f32(b.val[i])));
  }
}

// Multiplies from lanes: broadcasts of single loads would take the multipliers' own slots on smaller cores.
#define LEFT_BY_VECTOR
enum { PANEL = 4 };
static const size_t tile_rows[PANEL + 1] = {0, 8, 8, 7, 6};
#define TILES(X)                                                    \
  X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) X(1, 8)   \
  X(2, 1) X(2, 2) X(2, 3) X(2, 4) X(2, 5) X(2, 6) X(2, 7) X(2, 8)   \
  X(3, 1) X(3, 2) X(3, 3) X(3, 4) X(3, 5) X(3, 6) X(3, 7)             \
  X(4, 1) X(4, 2) X(4, 3) X(4, 4) X(4, 5) X(4, 6)

#include "f32_body.h"
#endif
