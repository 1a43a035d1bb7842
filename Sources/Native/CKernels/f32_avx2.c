// SPDX-License-Identifier: Apache-2.0
// AVX2 with fused multiply-add.
#include "f32_form.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FORM mw_f32_form_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m256 V;
enum { W = 8 };

INLINE __m256i first(size_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE V v_all(float x) { return _mm256_set1_ps(x); }
INLINE V v_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void v_store(float *p, V x) { _mm256_storeu_ps(p, x); }
INLINE V v_load_some(const float *p, size_t n, float rest) {
  const __m256i mask = first(n);
  return _mm256_blendv_ps(v_all(rest), _mm256_maskload_ps(p, mask), _mm256_castsi256_ps(mask));
}
INLINE void v_store_some(float *p, V x, size_t n) { _mm256_maskstore_ps(p, first(n), x); }
INLINE V v_fma(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
INLINE V v_min(V a, V b) { return _mm256_min_ps(a, b); }
INLINE V v_max(V a, V b) { return _mm256_max_ps(a, b); }
INLINE V v_abs(V x) { return _mm256_andnot_ps(v_all(-0.0f), x); }
INLINE V v_copysign(V size, V sign) { return _mm256_or_ps(v_abs(size), _mm256_and_ps(v_all(-0.0f), sign)); }
INLINE V v_less(V x, V y, V a, V b) { return _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, y, _CMP_LT_OQ)); }
INLINE V two_to(__m256i n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}
INLINE V v_power(V power) {
  const __m256i n = _mm256_slli_epi32(_mm256_castps_si256(power), 23);
  return _mm256_castsi256_ps(_mm256_add_epi32(n, _mm256_set1_epi32(0x3f800000)));
}
INLINE V v_scale(V x, V power) {
  const __m256i n = _mm256_sub_epi32(_mm256_castps_si256(power), _mm256_set1_epi32(0x4b400000));
  const __m256i half = _mm256_srai_epi32(n, 1);
  return x * two_to(half) * two_to(_mm256_sub_epi32(n, half));
}
INLINE float v_sum(V x) {
  const __m128 four = _mm256_castps256_ps128(x) + _mm256_extractf128_ps(x, 1);
  return (four[0] + four[2]) + (four[1] + four[3]);
}
INLINE float v_highest(V x) {
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
}

#include "f32_turn8.h"

enum { PANEL = 2 };
static const size_t tile_rows[PANEL + 1] = {0, 8, 6};
#define TILES(X)                                                                          \
  X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) X(1, 8)                         \
  X(2, 1) X(2, 2) X(2, 3) X(2, 4) X(2, 5) X(2, 6)

#include "f32_body.h"
#endif
