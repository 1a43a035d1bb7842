// SPDX-License-Identifier: Apache-2.0
//
// Filter banks that part a complex signal into two or three bands of a half or a third of its rate, and the moments of
// what they give. The filters are a real low-pass turned to rate/8 and 3/8, or to 1/12, 3/12 and 5/12 of the rate, so
// that taps two (three) apart differ by a quarter turn: they add up without products of complex numbers, and only the
// samples that are kept are computed. Values before the first are 0. All forms give the same bits.
//
// A planar signal has all real parts first, then all imaginary parts; a real one has no second half.
#pragma once
#include <stddef.h>

enum {
  MW_BANK_HALF_TAPS = 17,
  MW_BANK_THIRD_TAPS = 25,
  /// Shortest signal that is parted.
  MW_BANK_MINIMUM = 24,
  /// Floats of scratch beyond two a sample.
  MW_BANK_MARGIN = 48
};

/// Parts `length` samples of the planar `node` into two planar bands of `length`/2 each: a[m] is the sum over the taps n of
/// prototype[n] exp(i pi n/4) x[2m + 1 - n], and d[m] the sum over the first 16 of prototype[n + 1] exp(3 i pi n/4)
/// x[2m + 1 - n], times (-1)^m: the upper band comes down to 0 Hz. A `prototype` is symmetric.
void mw_bank_halves(int form, const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                    float *bands);

/// Parts it into three planar bands of `length`/3 each: band t, m is the sum over the taps n of prototype[n]
/// exp(i pi n (1 + 2t)/6) x[3m + 2 - n].
void mw_bank_thirds(int form, const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                    float *bands);

/// Means of p and of p^2, where p is `scale` times the squared distance of a value from the mean. `imaginary` may be NULL.
void mw_bank_moments(int form, size_t count, const float *real, const float *imaginary, float scale, double moments[2]);
