// SPDX-License-Identifier: Apache-2.0
//
// The form of eight lanes, for the instruction set that TARGET names: define FORM(name) and TARGET, then include this.
#include "fourier_plan.h"

#define INLINE TARGET static inline __attribute__((always_inline))
#define WIDTH 8
typedef float V __attribute__((ext_vector_type(8)));
typedef float unaligned_V __attribute__((ext_vector_type(8), aligned(4), may_alias));
#define LOAD(p) ((V)(*(const unaligned_V *)(p)))
#define STORE(p, x) (*(unaligned_V *)(p) = (x))
#define ALL(x) ((V)(x))
#define SHUFFLE __builtin_shufflevector

#include "fourier_butterflies.h"

/// Eight interleaved pairs; swapped, real for imaginary, a transform runs backwards.
INLINE pair get_pairs(const float *p, int swap) {
  const V a = LOAD(p), b = LOAD(p + 8);
  const V even = SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14), odd = SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
  return swap ? (pair){odd, even} : (pair){even, odd};
}

INLINE void put_pairs(float *p, pair a, int swap) {
  const V even = swap ? a.i : a.r, odd = swap ? a.r : a.i;
  STORE(p, SHUFFLE(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
  STORE(p + 8, SHUFFLE(even, odd, 4, 12, 5, 13, 6, 14, 7, 15));
}

#include "fourier_stages.h"

/// Rows to columns.
INLINE void transpose(V *a) {
  V b[8];
  for (int k = 0; k < 8; k += 2) {
    b[k] = SHUFFLE(a[k], a[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[k + 1] = SHUFFLE(a[k], a[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int k = 0; k < 8; k += 4) {
    for (int j = 0; j < 2; j++) {
      a[k + j] = SHUFFLE(b[k + j], b[k + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[k + j + 2] = SHUFFLE(b[k + j], b[k + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int k = 0; k < 4; k++) {
    b[k] = SHUFFLE(a[k], a[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    b[k + 4] = SHUFFLE(a[k], a[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
  for (int k = 0; k < 8; k++) a[k] = b[k];
}

/// The butterfly across the lanes, for eight bins of each at a time; the last block overlaps the one before it where the
/// lanes' length is no multiple of eight.
INLINE void join(const mw_fourier *plan, int swap, const float *x, float *out) {
  const float *w = plan->turns;
  for (size_t k = 0; k < plan->length; k += 8, w += 7 * 16) {
    const size_t first = k + 8 <= plan->length ? k : plan->length - 8;
    V r[8], i[8];
    pair a[8];
    for (size_t l = 0; l < 8; l++) {
      r[l] = LOAD(x + 16 * (first + l));
      i[l] = LOAD(x + 16 * (first + l) + 8);
    }
    transpose(r);
    transpose(i);
    a[0] = (pair){r[0], i[0]};
    for (size_t l = 1; l < 8; l++) {
      a[l] = times((pair){r[l], i[l]}, get_split(w + 16 * (l - 1)));
    }
    butterfly8(a);
    for (size_t j = 0; j < 8; j++) put_pairs(out + 2 * (first + plan->length * j), a[j], swap);
  }
}

TARGET void FORM(run)(const mw_fourier *plan, int backwards, const float *in, float *out, float *scratch) {
  const float *x = stages(plan, backwards, in, scratch);
  if (backwards) join(plan, 1, x, out);
  else join(plan, 0, x, out);
}

#include "fourier_real.h"
#include "fourier_bank.h"
