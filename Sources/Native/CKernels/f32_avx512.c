// SPDX-License-Identifier: Apache-2.0
// AVX-512, on every processor that has its VNNI.
#include "f32_form.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FORM mw_f32_form_avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m512 V;
enum { W = 16 };

INLINE __mmask16 first(size_t n) { return (__mmask16)((1u << n) - 1); }

INLINE V v_all(float x) { return _mm512_set1_ps(x); }
INLINE V v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void v_store(float *p, V x) { _mm512_storeu_ps(p, x); }
INLINE V v_load_some(const float *p, size_t n, float rest) { return _mm512_mask_loadu_ps(v_all(rest), first(n), p); }
INLINE void v_store_some(float *p, V x, size_t n) { _mm512_mask_storeu_ps(p, first(n), x); }
INLINE V v_fma(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
INLINE V v_min(V a, V b) { return _mm512_min_ps(a, b); }
INLINE V v_max(V a, V b) { return _mm512_max_ps(a, b); }
INLINE V v_abs(V x) { return _mm512_abs_ps(x); }
INLINE V v_copysign(V size, V sign) {
  // sign bit ? sign : size
  const __m512i s = _mm512_castps_si512(size), by = _mm512_castps_si512(sign);
  return _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_set1_epi32(INT32_MIN), by, s, 0xca));
}
INLINE V v_less(V x, V y, V a, V b) { return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, y, _CMP_LT_OQ), b, a); }
INLINE V v_power(V power) {
  const __m512i n = _mm512_slli_epi32(_mm512_castps_si512(power), 23);
  return _mm512_castsi512_ps(_mm512_add_epi32(n, _mm512_set1_epi32(0x3f800000)));
}
INLINE V v_scale(V x, V power) { return _mm512_scalef_ps(x, power - v_all(12582912.0f)); }
INLINE float v_sum(V x) { return _mm512_reduce_add_ps(x); }
INLINE float v_highest(V x) { return _mm512_reduce_max_ps(x); }

#include "f32_turn8.h"

enum { PANEL = 4 };
static const size_t tile_rows[PANEL + 1] = {0, 12, 12, 8, 6};
#define TILES(X)                                                                                  \
  X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) X(1, 8) X(1, 9) X(1, 10) X(1, 11) X(1, 12) \
  X(2, 1) X(2, 2) X(2, 3) X(2, 4) X(2, 5) X(2, 6) X(2, 7) X(2, 8) X(2, 9) X(2, 10) X(2, 11) X(2, 12) \
  X(3, 1) X(3, 2) X(3, 3) X(3, 4) X(3, 5) X(3, 6) X(3, 7) X(3, 8)                                 \
  X(4, 1) X(4, 2) X(4, 3) X(4, 4) X(4, 5) X(4, 6)

#include "f32_body.h"
#endif
