// SPDX-License-Identifier: Apache-2.0
// One lane, for lengths that eight lanes do not divide.
#include "fourier_plan.h"

#include <string.h>

#define TARGET
#define INLINE static inline __attribute__((always_inline))
#define WIDTH 1
typedef float V;
#define LOAD(p) (*(p))
#define STORE(p, x) (*(p) = (x))
#define ALL(x) (x)

#include "fourier_butterflies.h"

INLINE pair get_pairs(const float *p, int swap) { return swap ? (pair){p[1], p[0]} : (pair){p[0], p[1]}; }

#include "fourier_stages.h"

void mw_fourier_run_scalar(const mw_fourier *plan, int backwards, const float *in, float *out, float *scratch) {
  if (plan->count == 1) {
    memcpy(out, in, 2 * sizeof *out);
    return;
  }
  const float *x = stages(plan, backwards, in, scratch);
  if (!backwards) {
    memcpy(out, x, 2 * plan->count * sizeof *out);
    return;
  }
  for (size_t k = 0; k < plan->count; k++) {
    out[2 * k] = x[2 * k + 1];
    out[2 * k + 1] = x[2 * k];
  }
}
