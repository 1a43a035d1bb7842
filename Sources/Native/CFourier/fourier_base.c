// SPDX-License-Identifier: Apache-2.0
// Eight lanes in the vectors that every processor of the architecture has: SSE2 on x86-64, NEON on ARM64.
#define TARGET
#define FORM(name) mw_fourier_##name##_base
#include "fourier_lanes.h"
