// SPDX-License-Identifier: Apache-2.0
#include "q8.h"

static inline __attribute__((always_inline)) void base(const int32_t *sums, const int32_t *zeros, int32_t zero,
                                                       int32_t depth, const int32_t *bias, size_t n, int32_t *out) {
  uint32_t factor = (uint32_t)zero, whole = (uint32_t)depth * (uint32_t)zero;
  for (size_t j = 0; j < n; j++) out[j] = (int32_t)(0u - factor * (uint32_t)sums[j]);
  if (zeros)
    for (size_t j = 0; j < n; j++) out[j] = (int32_t)((uint32_t)out[j] + whole * (uint32_t)zeros[j]);
  if (bias)
    for (size_t j = 0; j < n; j++) out[j] = (int32_t)((uint32_t)out[j] + (uint32_t)bias[j]);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void base_avx2(const int32_t *sums, const int32_t *zeros, int32_t zero,
                                                      int32_t depth, const int32_t *bias, size_t n, int32_t *out) {
  base(sums, zeros, zero, depth, bias, n, out);
}
#endif

void mw_q8_base(int path, const int32_t *sums, const int32_t *zeros, int32_t zero, int32_t depth, const int32_t *bias,
                size_t n, int32_t *out) {
#if defined(__x86_64__)
  if (path == MW_AVX2 || path == MW_AVXVNNI || path == MW_AVX512VNNI)
    return base_avx2(sums, zeros, zero, depth, bias, n, out);
#endif
  base(sums, zeros, zero, depth, bias, n, out);
}
