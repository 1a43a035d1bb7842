// SPDX-License-Identifier: Apache-2.0
// The forms for x86-64.
#include "q8_forms.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF

#define AVX2 __attribute__((target("avx2,fma")))

// The four bytes of the left side that a step multiplies, for all outputs.
MW_INLINE int32_t group_at(const void *p) {
  int32_t group;
  __builtin_memcpy(&group, p, 4);
  return group;
}

#define PRODUCT NAME(packed_bytes), NAME(pack), NAME(scratch_bytes), NAME(multiply)

// A table of 256 bytes as 16 of 16. Row k holds what changes from row k - 1 to row k: a byte takes all rows up to its
// own, since vpshufb gives 0 for what the saturating subtraction has made negative. The two halves go apart.
AVX2 static void avx2_lookup(const uint8_t *q, size_t count, const uint8_t *table, uint8_t *out) {
  size_t i = 0;
  if (count >= 64) {
    __m256i changes[16];
    for (int k = 0; k < 16; k++) {
      __m128i row = _mm_loadu_si128((const __m128i *)(table + 16 * k));
      if (k % 8 != 0) row = _mm_xor_si128(row, _mm_loadu_si128((const __m128i *)(table + 16 * (k - 1))));
      changes[k] = _mm256_broadcastsi128_si256(row);
    }
    for (; i + 32 <= count; i += 32) {
      __m256i lower = _mm256_loadu_si256((const __m256i *)(q + i));
      __m256i upper = _mm256_xor_si256(lower, _mm256_set1_epi8((char)0x80));
      __m256i found = _mm256_setzero_si256();
      for (int k = 0; k < 8; k++) {
        found = _mm256_xor_si256(found, _mm256_shuffle_epi8(changes[k], lower));
        found = _mm256_xor_si256(found, _mm256_shuffle_epi8(changes[k + 8], upper));
        lower = _mm256_subs_epi8(lower, _mm256_set1_epi8(16));
        upper = _mm256_subs_epi8(upper, _mm256_set1_epi8(16));
      }
      _mm256_storeu_si256((__m256i *)(out + i), found);
    }
  }
  for (; i < count; i++) out[i] = table[q[i]];
}

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void vbmi_lookup(const uint8_t *q, size_t count,
                                                                              const uint8_t *table, uint8_t *out) {
  const __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64);
  const __m512i t2 = _mm512_loadu_si512(table + 128), t3 = _mm512_loadu_si512(table + 192);
  for (size_t i = 0; i < count; i += 64) {
    const __mmask64 some = count - i < 64 ? ((__mmask64)1 << (count - i)) - 1 : ~(__mmask64)0;
    const __m512i x = _mm512_maskz_loadu_epi8(some, q + i);
    const __m512i lower = _mm512_permutex2var_epi8(t0, x, t1), upper = _mm512_permutex2var_epi8(t2, x, t3);
    _mm512_mask_storeu_epi8(out + i, some, _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), lower, upper));
  }
}
static void avx512vnni_lookup(const uint8_t *q, size_t count, const uint8_t *table, uint8_t *out) {
  if (__builtin_cpu_supports("avx512vbmi")) {
    vbmi_lookup(q, count, table, out);
  } else {
    avx2_lookup(q, count, table, out);
  }
}

// AVX512-VNNI: 64 outputs a panel, 24 sums of 16 in registers, vpdpbusd on activations in place.
#define NAME(x) avx512vnni_##x
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma")))
#define FMA(x, y, z) __builtin_fmaf(x, y, z)
#define OWN_LOOKUP
#include "q8_elements.inc"

// The limit first: a NaN and what is far below become INT32_MIN, which saturates to the lowest byte.
TARGET MW_INLINE __m512i avx512_round(__m512 v, float high) {
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_set1_ps(high), v));
}
TARGET MW_INLINE __m512i avx512_narrow4(__m512i a, __m512i b, __m512i c, __m512i d, int zero, int low, int high) {
  const __m512i z = _mm512_set1_epi16((short)zero);
  const __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), z);
  const __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), z);
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i all = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(ab, cd));
  return _mm512_min_epu8(_mm512_max_epu8(all, _mm512_set1_epi8((char)low)), _mm512_set1_epi8((char)high));
}

TARGET MW_INLINE void avx512_store_part(uint8_t *to, __m512i bytes, int from, size_t count) {
  const __mmask64 some = ((__mmask64)1 << count) - 1;
  if (from == 0) {
    _mm512_mask_storeu_epi8(to, some, bytes);
  } else if (from % 32 == 0) {
    _mm256_mask_storeu_epi8(to, (__mmask32)some, _mm512_extracti64x4_epi64(bytes, 1));
  } else {
    const __m512i half = from < 32 ? bytes : _mm512_shuffle_i64x2(bytes, bytes, 0xEE);
    _mm_mask_storeu_epi8(to, (__mmask16)some, _mm512_extracti32x4_epi32(half, 1));
  }
}

#define LANES 16
#define VECS 4
#define FLAT 2
#define TALL_MOST 12
#define WIDE_MOST 8
#define GROUP 4
#define ELEMENT uint8_t
#define WIDENED 0
#define CENTRED 0
#define WEIGHTS __m512i
#define READ(p) _mm512_loadu_si512(p)
#define DOT(sum, w, x) (INT32S) _mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), w)
#define REPEAT(p) _mm512_set1_epi32(group_at(p))
#define ROUND(v, low, high) avx512_round((__m512)(v), high)
#define NARROW4(a, b, c, d, zero, low, high) \
  (NAME(bytes)) avx512_narrow4((__m512i)(a), (__m512i)(b), (__m512i)(c), (__m512i)(d), zero, low, high)
#define STORE_PART(to, bytes, from, count) avx512_store_part(to, (__m512i)(bytes), from, count)
#define PANELS PANEL(12, 1) PANEL(12, 2) PANEL(8, 3) PANEL(6, 4)
#define PANEL_CASES                             \
  case 1: NAME(panel_1)(&w); break;             \
  case 2: NAME(panel_2)(&w); break;             \
  case 3: NAME(panel_3)(&w); break;             \
  default: NAME(panel_4)(&w);
#include "q8_multiply.inc"

const mw_q8_form mw_q8_avx512vnni = {PRODUCT, ELEMENTS};
#include "q8_undefine.inc"

// What the 256-bit forms share.
AVX2 MW_INLINE __m256i avx2_round(__m256 v, float high) {
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_set1_ps(high), v));
}
AVX2 MW_INLINE __m256i avx2_narrow4(__m256i a, __m256i b, __m256i c, __m256i d, int zero, int low, int high) {
  const __m256i z = _mm256_set1_epi16((short)zero);
  const __m256i ab = _mm256_adds_epi16(_mm256_packs_epi32(a, b), z);
  const __m256i cd = _mm256_adds_epi16(_mm256_packs_epi32(c, d), z);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i all = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd), order);
  return _mm256_min_epu8(_mm256_max_epu8(all, _mm256_set1_epi8((char)low)), _mm256_set1_epi8((char)high));
}
#define AVX2_ROUND(v, high) avx2_round((__m256)(v), high)
#define AVX2_NARROW4(a, b, c, d, zero, low, high) \
  (NAME(bytes)) avx2_narrow4((__m256i)(a), (__m256i)(b), (__m256i)(c), (__m256i)(d), zero, low, high)
AVX2 MW_INLINE __m256i avx2_madd(__m256i sum, __m256i weights, __m256i x) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(weights, x));
}
AVX2 MW_INLINE void avx2_widen16(const uint8_t *from, int16_t *to) {
  _mm256_storeu_si256((__m256i *)to, _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)from)));
}

// AVX2: 16 outputs a panel, 12 sums of 8; weights widened as they are read, activations once, before.
#define NAME(x) avx2_##x
#define TARGET AVX2
#define FMA(x, y, z) __builtin_fmaf(x, y, z)
#define OWN_LOOKUP
#include "q8_elements.inc"
#define LANES 8
#define GROUP 2
#define ELEMENT int16_t
#define WIDENED 1
#define WIDEN16(from, to) avx2_widen16(from, to)
#define WEIGHTS __m256i
#define READ(p) _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(p)))
#define DOT(sum, w, x) (INT32S) avx2_madd((__m256i)(sum), w, (__m256i)(x))
#define REPEAT(p) _mm256_set1_epi32(group_at(p))
#define ROUND(v, low, high) AVX2_ROUND(v, high)
#define NARROW4(a, b, c, d, zero, low, high) AVX2_NARROW4(a, b, c, d, zero, low, high)
#include "q8_sixteen.inc"
const mw_q8_form mw_q8_avx2 = {PRODUCT, ELEMENTS};
#include "q8_undefine.inc"

// AVX-VNNI: the same tiles, vpdpbusd on activations in place.
#define NAME(x) avxvnni_##x
#define TARGET __attribute__((target("avx2,fma,avxvnni")))
#define LANES 8
#define GROUP 4
#define ELEMENT uint8_t
#define WIDENED 0
#define WEIGHTS __m256i
#define READ(p) _mm256_loadu_si256((const __m256i *)(p))
#define DOT(sum, w, x) (INT32S) _mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(x), w)
#define REPEAT(p) _mm256_set1_epi32(group_at(p))
#define ROUND(v, low, high) AVX2_ROUND(v, high)
#define NARROW4(a, b, c, d, zero, low, high) AVX2_NARROW4(a, b, c, d, zero, low, high)
#include "q8_sixteen.inc"
#define AVX2_ELEMENTS                                                                                         \
  avx2_quantize, avx2_quantize_transposed, avx2_dequantize, avx2_transpose, avx2_row_sums, avx2_lookup,       \
      avx2_flip, avx2_add, avx2_multiply_elements, avx2_max_pool, avx2_column_sums, avx2_range
const mw_q8_form mw_q8_avxvnni = {PRODUCT, AVX2_ELEMENTS};
#include "q8_undefine.inc"

// SSE4.1: 8 outputs a panel, 12 sums of 4.
#define SSE41 __attribute__((target("sse4.1")))
SSE41 MW_INLINE __m128i sse41_round(__m128 v, float high) {
  return _mm_cvtps_epi32(_mm_min_ps(_mm_set1_ps(high), v));
}
SSE41 MW_INLINE __m128i sse41_narrow4(__m128i a, __m128i b, __m128i c, __m128i d, int zero, int low, int high) {
  const __m128i z = _mm_set1_epi16((short)zero);
  const __m128i ab = _mm_adds_epi16(_mm_packs_epi32(a, b), z), cd = _mm_adds_epi16(_mm_packs_epi32(c, d), z);
  const __m128i all = _mm_packus_epi16(ab, cd);
  return _mm_min_epu8(_mm_max_epu8(all, _mm_set1_epi8((char)low)), _mm_set1_epi8((char)high));
}
SSE41 MW_INLINE __m128i sse41_madd(__m128i sum, __m128i weights, __m128i x) {
  return _mm_add_epi32(sum, _mm_madd_epi16(weights, x));
}
SSE41 MW_INLINE void sse41_widen16(const uint8_t *from, int16_t *to) {
  const __m128i v = _mm_loadu_si128((const __m128i *)from);
  _mm_storeu_si128((__m128i *)to, _mm_cvtepu8_epi16(v));
  _mm_storeu_si128((__m128i *)(to + 8), _mm_unpackhi_epi8(v, _mm_setzero_si128()));
}
#define NAME(x) sse41_##x
#define TARGET SSE41
#define FMA(x, y, z) mw_q8_fma(x, y, z)
#include "q8_elements.inc"
#define LANES 4
#define GROUP 2
#define ELEMENT int16_t
#define WIDENED 1
#define WIDEN16(from, to) sse41_widen16(from, to)
#define WEIGHTS __m128i
#define READ(p) _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)(p)))
#define DOT(sum, w, x) (INT32S) sse41_madd((__m128i)(sum), w, (__m128i)(x))
#define REPEAT(p) _mm_set1_epi32(group_at(p))
#define ROUND(v, low, high) sse41_round((__m128)(v), high)
#define NARROW4(a, b, c, d, zero, low, high) \
  (NAME(bytes)) sse41_narrow4((__m128i)(a), (__m128i)(b), (__m128i)(c), (__m128i)(d), zero, low, high)
#include "q8_sixteen.inc"
const mw_q8_form mw_q8_sse41 = {PRODUCT, ELEMENTS};
#endif
