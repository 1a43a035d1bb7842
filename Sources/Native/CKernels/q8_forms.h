// SPDX-License-Identifier: Apache-2.0
// What the forms of the INT8 kernels share: one table of functions for each form.
#pragma once
#include "q8.h"

#pragma STDC FP_CONTRACT OFF

#define MW_INLINE static inline __attribute__((always_inline))
/// Before a loop whose array must end in registers.
#define MW_UNROLL _Pragma("clang loop unroll(full)")

/// A form: what each mw_q8_... function calls once it knows the path.
typedef struct {
  size_t (*packed_bytes)(size_t taps, size_t length, size_t n);
  void (*pack)(const int8_t *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
               size_t length, size_t n, int8_t *packed);
  size_t (*scratch_bytes)(const mw_q8_product *product);
  void (*multiply)(const mw_q8_product *product, void *scratch);
  void (*quantize)(const float *x, size_t count, float scale, int32_t zero, uint8_t *q);
  void (*quantize_transposed)(const float *x, size_t rows, size_t columns, float scale, int32_t zero, uint8_t *q);
  void (*dequantize)(const uint8_t *q, size_t count, float scale, int32_t zero, float *x);
  void (*transpose)(const uint8_t *q, size_t rows, size_t columns, uint8_t *out);
  void (*row_sums)(const uint8_t *a, ptrdiff_t a_row, const int32_t *taps, size_t tap_count, size_t tap_length,
                   size_t m, int32_t *sums);
  void (*lookup)(const uint8_t *q, size_t count, const uint8_t *table, uint8_t *out);
  void (*flip)(const uint8_t *q, size_t count, uint8_t *out);
  void (*add)(const mw_q8_binary *how, int32_t shift, const uint8_t *a, const uint8_t *b, size_t count, uint8_t *out);
  void (*multiply_elements)(const mw_q8_binary *how, int32_t shift, const uint8_t *a, const uint8_t *b, size_t count,
                            uint8_t *out);
  void (*max_pool)(const uint8_t *q, size_t in_rows, size_t channels, size_t window, size_t stride, size_t dilation,
                   ptrdiff_t first, size_t out_rows, uint8_t *out);
  void (*column_sums)(const uint8_t *q, size_t rows, size_t channels, int32_t *sums);
  void (*range)(const float *x, size_t count, float *low, float *high);
} mw_q8_form;

/// clamp(v, low, high) to the nearest integer, even on a tie, plus zero; a NaN gives low. For |v| < 2^22: 1.5 * 2^23
/// leaves no bits for a fraction, so that the sum holds the integer in its low ones.
MW_INLINE uint8_t mw_q8_rounded(float v, float low, float high, int32_t zero) {
  v = v > low ? v : low;
  v = v < high ? v : high;
  v += 0x1.8p23f;
  uint32_t bits;
  __builtin_memcpy(&bits, &v, 4);
  return (uint8_t)(bits + (uint32_t)zero);
}

/// x * y + z rounded once, for an x of at most 29 bits. In double the product is exact; the sum is rounded to odd, so
/// that rounding it again to float gives what one rounding would. No branch, so that loops become vectors.
MW_INLINE float mw_q8_fma(float x, float y, float z) {
  const double product = (double)x * (double)y, addend = (double)z, sum = product + addend;
  const double rest = sum - product, error = (product - (sum - rest)) + (addend - rest);
  uint64_t bits, error_bits;
  __builtin_memcpy(&bits, &sum, 8);
  __builtin_memcpy(&error_bits, &error, 8);
  const uint64_t even = error != 0 ? ~bits & 1 : 0, inward = (bits ^ error_bits) >> 63;
  bits += even - ((even & inward) << 1);
  double odd;
  __builtin_memcpy(&odd, &bits, 8);
  return (float)odd;
}

typedef uint8_t mw_q8_16 __attribute__((vector_size(16)));

extern const mw_q8_form mw_q8_scalar;
#if defined(__x86_64__)
extern const mw_q8_form mw_q8_sse41, mw_q8_avx2, mw_q8_avxvnni, mw_q8_avx512vnni;
#elif defined(__aarch64__)
extern const mw_q8_form mw_q8_neon, mw_q8_neondot;
#endif
