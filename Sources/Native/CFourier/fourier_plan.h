// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "include/CFourier.h"

enum { LANES = 8, STAGES_MAXIMUM = 32 };

/// count = lanes * length. With eight lanes, lane l first transforms the values l, l + 8, l + 16..., all lanes side by
/// side; a butterfly of eight across the lanes then makes one transform of them.
struct mw_fourier {
  size_t count, length;
  int lanes, stages;
  int radix[STAGES_MAXIMUM];
  void (*run)(const mw_fourier *plan, int backwards, const float *in, float *out, float *scratch);
  /// For each stage but the last, for each p, the radix - 1 factors w^p, w^2p...
  float *twiddles;
  /// For each block of eight bins, for lanes 1 to 7, eight real parts, then eight imaginary parts.
  float *turns;
};

void mw_fourier_run_scalar(const mw_fourier *, int, const float *, float *, float *);
void mw_fourier_run_base(const mw_fourier *, int, const float *, float *, float *);
void mw_fourier_unpack_base(size_t, const float *, float *);
void mw_fourier_pack_base(size_t, const float *, const float *, float *);
void mw_fourier_halves_base(const float *, int, size_t, const float *, float *, float *);
void mw_fourier_thirds_base(const float *, int, size_t, const float *, float *, float *);
void mw_fourier_moments_base(size_t, const float *, const float *, float, double *);
#if defined(__x86_64__)
void mw_fourier_run_avx2(const mw_fourier *, int, const float *, float *, float *);
void mw_fourier_unpack_avx2(size_t, const float *, float *);
void mw_fourier_pack_avx2(size_t, const float *, const float *, float *);
void mw_fourier_halves_avx2(const float *, int, size_t, const float *, float *, float *);
void mw_fourier_thirds_avx2(const float *, int, size_t, const float *, float *, float *);
void mw_fourier_moments_avx2(size_t, const float *, const float *, float, double *);
#endif
