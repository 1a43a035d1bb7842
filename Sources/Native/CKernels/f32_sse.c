// SPDX-License-Identifier: Apache-2.0
// SSE2, which every x86-64 processor has: the form of those without AVX2.
#include "f32_form.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FORM mw_f32_form_sse
#define TARGET
#define INLINE static inline __attribute__((always_inline))

typedef __m128 V;
enum { W = 4 };

INLINE V v_all(float x) { return _mm_set1_ps(x); }
INLINE V v_load(const float *p) { return _mm_loadu_ps(p); }
INLINE void v_store(float *p, V x) { _mm_storeu_ps(p, x); }
INLINE V v_load_some(const float *p, size_t n, float rest) {
  return _mm_setr_ps(p[0], n > 1 ? p[1] : rest, n > 2 ? p[2] : rest, rest);
}
INLINE void v_store_some(float *p, V x, size_t n) {
  p[0] = x[0];
  if (n > 1) p[1] = x[1];
  if (n > 2) p[2] = x[2];
}
INLINE V v_fma(V a, V b, V c) { return a * b + c; }
INLINE V v_min(V a, V b) { return _mm_min_ps(a, b); }
INLINE V v_max(V a, V b) { return _mm_max_ps(a, b); }
INLINE V v_abs(V x) { return _mm_andnot_ps(_mm_set1_ps(-0.0f), x); }
INLINE V v_copysign(V size, V sign) { return _mm_or_ps(v_abs(size), _mm_and_ps(_mm_set1_ps(-0.0f), sign)); }
INLINE V v_less(V x, V y, V a, V b) {
  const __m128 less = _mm_cmplt_ps(x, y);
  return _mm_or_ps(_mm_and_ps(less, a), _mm_andnot_ps(less, b));
}
INLINE V two_to(__m128i n) { return _mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(n, _mm_set1_epi32(127)), 23)); }
INLINE V v_power(V power) {
  return _mm_castsi128_ps(_mm_add_epi32(_mm_slli_epi32(_mm_castps_si128(power), 23), _mm_set1_epi32(0x3f800000)));
}
INLINE V v_scale(V x, V power) {
  const __m128i n = _mm_sub_epi32(_mm_castps_si128(power), _mm_set1_epi32(0x4b400000)), half = _mm_srai_epi32(n, 1);
  return x * two_to(half) * two_to(_mm_sub_epi32(n, half));
}
INLINE float v_sum(V x) { return (x[0] + x[2]) + (x[1] + x[3]); }
INLINE float v_highest(V x) {
  const V pairs = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(pairs, _mm_shuffle_ps(pairs, pairs, 1)));
}

enum { BLOCK = 4 };
INLINE void turn_block(const float *x, ptrdiff_t x_row, float *out, size_t out_row) {
  V a = v_load(x), b = v_load(x + x_row), c = v_load(x + 2 * x_row), d = v_load(x + 3 * x_row);
  _MM_TRANSPOSE4_PS(a, b, c, d);
  v_store(out, a), v_store(out + out_row, b), v_store(out + 2 * out_row, c), v_store(out + 3 * out_row, d);
}

enum { PANEL = 2 };
static const size_t tile_rows[PANEL + 1] = {0, 4, 4};
#define TILES(X) X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(2, 1) X(2, 2) X(2, 3) X(2, 4)

#include "f32_body.h"
#endif
