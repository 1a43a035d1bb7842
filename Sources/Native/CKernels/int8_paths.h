// SPDX-License-Identifier: Apache-2.0
// The vector forms of the kernels, one file each; declared only where they are compiled.
#ifndef MILLWRIGHT_INT8_PATHS_H
#define MILLWRIGHT_INT8_PATHS_H

#include "CKernels.h"

#define MW_DECLARE_PATH(suffix)                                                                     \
  void mw_quantize_##suffix(const float *x, size_t count, float scale, float low, float high,       \
                            int16_t *out);                                                          \
  void mw_dense_##suffix(const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias, \
                         size_t panels, int32_t *acc);                                              \
  void mw_requantize_##suffix(const int32_t *acc, const float *scale, size_t count, float low,      \
                              float high, int16_t *out);

MW_DECLARE_PATH(scalar)
#if defined(__x86_64__)
MW_DECLARE_PATH(avx2)
#endif
#if defined(__aarch64__)
MW_DECLARE_PATH(neon)
#endif

#endif
