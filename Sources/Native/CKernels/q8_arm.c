// SPDX-License-Identifier: Apache-2.0
// The forms for 64-bit ARM. Both take activations as signed, less 128, which the packed column sums make good.
#include "q8_forms.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#pragma STDC FP_CONTRACT OFF

MW_INLINE int32x4_t neon_round(float32x4_t v, float low, float high) {
  // These take the number where the other is a NaN.
  return vcvtnq_s32_f32(vminnmq_f32(vmaxnmq_f32(v, vdupq_n_f32(low)), vdupq_n_f32(high)));
}
MW_INLINE uint8x16_t neon_narrow4(int32x4_t a, int32x4_t b, int32x4_t c, int32x4_t d, int zero, int low, int high) {
  const int16x8_t z = vdupq_n_s16((int16_t)zero);
  const int16x8_t ab = vqaddq_s16(vcombine_s16(vqmovn_s32(a), vqmovn_s32(b)), z);
  const int16x8_t cd = vqaddq_s16(vcombine_s16(vqmovn_s32(c), vqmovn_s32(d)), z);
  const uint8x16_t all = vcombine_u8(vqmovun_s16(ab), vqmovun_s16(cd));
  return vminq_u8(vmaxq_u8(all, vdupq_n_u8((uint8_t)low)), vdupq_n_u8((uint8_t)high));
}

// tbx leaves what its index does not reach, so the four quarters of the table take turns.
static void neon_lookup(const uint8_t *q, size_t count, const uint8_t *table, uint8_t *out) {
  const uint8x16x4_t t0 = vld1q_u8_x4(table), t1 = vld1q_u8_x4(table + 64);
  const uint8x16x4_t t2 = vld1q_u8_x4(table + 128), t3 = vld1q_u8_x4(table + 192);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint8x16_t x = vld1q_u8(q + i);
    uint8x16_t found = vqtbl4q_u8(t0, x);
    found = vqtbx4q_u8(found, t1, vsubq_u8(x, vdupq_n_u8(64)));
    found = vqtbx4q_u8(found, t2, vsubq_u8(x, vdupq_n_u8(128)));
    found = vqtbx4q_u8(found, t3, vsubq_u8(x, vdupq_n_u8(192)));
    vst1q_u8(out + i, found);
  }
  for (; i < count; i++) out[i] = table[q[i]];
}

// NEON: 16 outputs a panel, 16 sums of 4; smull and sadalp, exact since a product of two bytes fits 16 bits.
MW_INLINE int32x4_t neon_repeat(const uint8_t *p) {
  uint16_t pair;
  __builtin_memcpy(&pair, p, 2);
  return vreinterpretq_s32_u16(veorq_u16(vdupq_n_u16(pair), vdupq_n_u16(0x8080)));
}
#define NAME(x) neon_##x
#define TARGET
#define FMA(x, y, z) __builtin_fmaf(x, y, z)
#define OWN_LOOKUP
#include "q8_elements.inc"
#define LANES 4
#define VECS 4
#define FLAT 2
#define TALL_MOST 6
#define WIDE_MOST 8
#define GROUP 2
#define ELEMENT uint8_t
#define WIDENED 0
#define CENTRED 1
#define WEIGHTS int8x8_t
#define READ(p) vld1_s8(p)
#define DOT(sum, w, x) \
  (INT32S) vpadalq_s16((int32x4_t)(sum), vmull_s8(w, vget_low_s8(vreinterpretq_s8_s32((int32x4_t)(x)))))
#define REPEAT(p) neon_repeat(p)
#define QUAD int16x4_t
#define READ_QUAD(p) vreinterpret_s16_u8(veor_u8(vld1_u8(p), vdup_n_u8(0x80)))
#define DOT_LANE(sum, w, x, lane) \
  (INT32S) vpadalq_s16((int32x4_t)(sum), vmull_s8(w, vreinterpret_s8_s16(vdup_lane_s16(x, lane))))
#define ROUND(v, low, high) neon_round((float32x4_t)(v), low, high)
#define NARROW4(a, b, c, d, zero, low, high) \
  (NAME(bytes)) neon_narrow4((int32x4_t)(a), (int32x4_t)(b), (int32x4_t)(c), (int32x4_t)(d), zero, low, high)
#define STORE_PART(to, bytes, from, count) __builtin_memcpy(to, (const uint8_t *)&(bytes) + (from), count)
#define PANELS PANEL(6, 1) PANEL(6, 2) PANEL(5, 3) PANEL_4(4)
#define PANEL_CASES                 \
  case 1: NAME(panel_1)(&w); break; \
  case 2: NAME(panel_2)(&w); break; \
  case 3: NAME(panel_3)(&w); break; \
  default: NAME(rest_4)(&w, 0);
#include "q8_multiply.inc"
#define PRODUCT NAME(packed_bytes), NAME(pack), NAME(scratch_bytes), NAME(multiply)
const mw_q8_form mw_q8_neon = {PRODUCT, ELEMENTS};
#include "q8_undefine.inc"

// NEON with dot product: 16 outputs a panel, 20 sums of 4, the activations of four steps in one register.
#define NAME(x) neondot_##x
#if defined(__APPLE__)
#define TARGET __attribute__((target("dotprod")))
#else
#define TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
TARGET MW_INLINE int32x4_t neondot_repeat(const uint8_t *p) {
  uint32_t group;
  __builtin_memcpy(&group, p, 4);
  return vreinterpretq_s32_u32(veorq_u32(vdupq_n_u32(group), vdupq_n_u32(0x80808080)));
}
#define LANES 4
#define VECS 4
#define FLAT 2
#define TALL_MOST 6
#define WIDE_MOST 8
#define GROUP 4
#define ELEMENT uint8_t
#define WIDENED 0
#define CENTRED 1
#define WEIGHTS int8x16_t
#define READ(p) vld1q_s8(p)
#define DOT(sum, w, x) (INT32S) vdotq_s32((int32x4_t)(sum), w, vreinterpretq_s8_s32((int32x4_t)(x)))
#define REPEAT(p) neondot_repeat(p)
#define QUAD int8x16_t
#define READ_QUAD(p) vreinterpretq_s8_u8(veorq_u8(vld1q_u8(p), vdupq_n_u8(0x80)))
#define DOT_LANE(sum, w, x, lane) (INT32S) vdotq_laneq_s32((int32x4_t)(sum), w, x, lane)
#define ROUND(v, low, high) neon_round((float32x4_t)(v), low, high)
#define NARROW4(a, b, c, d, zero, low, high) \
  (NAME(bytes)) neon_narrow4((int32x4_t)(a), (int32x4_t)(b), (int32x4_t)(c), (int32x4_t)(d), zero, low, high)
#define STORE_PART(to, bytes, from, count) __builtin_memcpy(to, (const uint8_t *)&(bytes) + (from), count)
#define PANELS PANEL(6, 1) PANEL(6, 2) PANEL(6, 3) PANEL(5, 4)
#define PANEL_CASES                 \
  case 1: NAME(panel_1)(&w); break; \
  case 2: NAME(panel_2)(&w); break; \
  case 3: NAME(panel_3)(&w); break; \
  default: NAME(panel_4)(&w);
#include "q8_multiply.inc"
#define NEON_ELEMENTS                                                                                         \
  neon_quantize, neon_quantize_transposed, neon_dequantize, neon_transpose, neon_row_sums, neon_lookup,       \
      neon_flip, neon_add, neon_multiply_elements, neon_max_pool, neon_column_sums, neon_range
const mw_q8_form mw_q8_neondot = {PRODUCT, NEON_ELEMENTS};
#endif
