// SPDX-License-Identifier: Apache-2.0
// The forms of the kernels, by the numbers that the product gives them, and which of them this processor runs.
#pragma once
#include "../../Sources/Native/CKernels/include/f32.h"

enum { MW_SCALAR, MW_SSE41, MW_AVX2, MW_AVXVNNI, MW_AVX512VNNI, MW_NEON, MW_NEONDOT, PATHS };
static const char *const path_names[PATHS] = {"scalar", "SSE", "AVX2", "AVX-VNNI", "AVX-512", "NEON", "NEON dotprod"};

static inline int mw_path_available(int path) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (path == MW_SSE41) return 1;
  if (path == MW_AVX2 || path == MW_AVXVNNI) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (path == MW_AVX512VNNI) return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512dq");
#elif defined(__aarch64__)
  if (path == MW_NEON || path == MW_NEONDOT) return 1;
#endif
  return path == MW_SCALAR;
}
