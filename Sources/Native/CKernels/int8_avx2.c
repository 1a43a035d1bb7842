// SPDX-License-Identifier: Apache-2.0
// AVX2 forms. vpmaddwd on widened weights: exact for every int8 weight, where vpmaddubsw would saturate.
#include "int8_paths.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

// max and min with the limit as second operand: a NaN in v gives the limit, as the scalar form does.
AVX2 static inline __m256i clamp_round(__m256 v, __m256 low, __m256 high) {
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_max_ps(v, low), high));
}

AVX2 static inline void store_narrow(__m256i v, int16_t *out) {
  const __m128i lower = _mm256_castsi256_si128(v), upper = _mm256_extracti128_si256(v, 1);
  _mm_storeu_si128((__m128i *)out, _mm_packs_epi32(lower, upper));
}

AVX2 void mw_quantize_avx2(const float *x, size_t count, float scale, float low, float high,
                           int16_t *out) {
  const __m256 s = _mm256_set1_ps(scale), lo = _mm256_set1_ps(low), hi = _mm256_set1_ps(high);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    store_narrow(clamp_round(_mm256_div_ps(_mm256_loadu_ps(x + i), s), lo, hi), out + i);
  }
  mw_quantize_scalar(x + i, count - i, scale, low, high, out + i);
}

AVX2 void mw_dense_avx2(const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias,
                        size_t panels, int32_t *acc) {
  for (size_t p = 0; p < panels; p++) {
    const __m256i *b = (const __m256i *)(bias + p * MW_INT8_PANEL);
    __m256i a0 = _mm256_loadu_si256(b), a1 = _mm256_loadu_si256(b + 1);
    __m256i a2 = _mm256_loadu_si256(b + 2), a3 = _mm256_loadu_si256(b + 3);
    for (size_t k = 0; k < pairs; k++) {
      int32_t pair;
      memcpy(&pair, x + 2 * k, sizeof pair);
      const __m256i xx = _mm256_set1_epi32(pair);
      const __m128i *w = (const __m128i *)weights;
      a0 = _mm256_add_epi32(a0, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w)), xx));
      a1 = _mm256_add_epi32(a1, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w + 1)), xx));
      a2 = _mm256_add_epi32(a2, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w + 2)), xx));
      a3 = _mm256_add_epi32(a3, _mm256_madd_epi16(_mm256_cvtepi8_epi16(_mm_loadu_si128(w + 3)), xx));
      weights += 2 * MW_INT8_PANEL;
    }
    __m256i *sum = (__m256i *)(acc + p * MW_INT8_PANEL);
    _mm256_storeu_si256(sum, a0);
    _mm256_storeu_si256(sum + 1, a1);
    _mm256_storeu_si256(sum + 2, a2);
    _mm256_storeu_si256(sum + 3, a3);
  }
}

AVX2 void mw_requantize_avx2(const int32_t *acc, const float *scale, size_t count, float low, float high,
                             int16_t *out) {
  const __m256 lo = _mm256_set1_ps(low), hi = _mm256_set1_ps(high);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 v = _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)(acc + i)));
    store_narrow(clamp_round(_mm256_mul_ps(v, _mm256_loadu_ps(scale + i)), lo, hi), out + i);
  }
  mw_requantize_scalar(acc + i, scale + i, count - i, low, high, out + i);
}
#endif
