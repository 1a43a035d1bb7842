// SPDX-License-Identifier: Apache-2.0
// Eight lanes in one AVX2 vector.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2")))
#define FORM(name) mw_fourier_##name##_avx2
#include "fourier_lanes.h"
#else
typedef int mw_fourier_has_no_avx2;
#endif
