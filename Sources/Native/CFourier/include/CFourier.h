// SPDX-License-Identifier: Apache-2.0
//
// Complex Fourier transforms of lengths without prime factors above 5, and the step between them and those of real
// signals. Complex values are pairs of floats. Written once over vectors of eight floats; every form gives the same bits.
#pragma once
#include <stddef.h>

#include "filter_bank.h"

typedef struct mw_fourier mw_fourier;

/// Whether a length has prime factors 2, 3 and 5 only.
int mw_fourier_is_smooth(size_t count);

/// A plan for transforms of `count` complex values, smooth and at least 1; NULL without memory. A `form` is 0 for the
/// instructions that every processor of this architecture has, 1 for the best that this one has.
mw_fourier *mw_fourier_make(size_t count, int form);
void mw_fourier_free(mw_fourier *plan);

/// Transforms `in` to `out`, unscaled, by exp(-2 pi i), or by exp(+2 pi i) if `backwards`. Each holds `count` values,
/// `scratch` twice as many; they do not overlap.
void mw_fourier_run(const mw_fourier *plan, int backwards, const float *in, float *out, float *scratch);

/// exp(-2 pi i k / count) for k in 0..<count/4 + 1, as pairs: the table of the steps below.
void mw_fourier_roots(size_t count, float *roots);

/// Makes of the transform of `count`/2 pairs (in place) the `count`/2 + 1 bins of `count` real values.
void mw_fourier_unpack(int form, size_t count, const float *roots, float *bins);

/// The way back: of `count`/2 + 1 bins the transform of `count`/2 pairs, times 2. The parts that a real signal does not
/// have at 0 and at `count`/2 are ignored.
void mw_fourier_pack(int form, size_t count, const float *roots, const float *bins, float *pairs);
