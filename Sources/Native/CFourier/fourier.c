// SPDX-License-Identifier: Apache-2.0
// Plans: factors, tables, and the form that a length takes.
#include "fourier_plan.h"

#include <math.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define BEST(form, name) ((form) && __builtin_cpu_supports("avx2") ? mw_fourier_##name##_avx2 : mw_fourier_##name##_base)
#else
#define BEST(form, name) ((void)(form), mw_fourier_##name##_base)
#endif

static const int radices[] = {8, 5, 4, 3, 2};

int mw_fourier_is_smooth(size_t count) {
  if (count == 0) return 0;
  for (int r = 2; r <= 5; r++) {
    while (count % (size_t)r == 0) count /= (size_t)r;
  }
  return count == 1;
}

/// exp(-2 pi i k / count).
static void root(size_t k, size_t count, float *r, float *i) {
  const double angle = 2 * M_PI * (double)(k % count) / (double)count;
  *r = (float)cos(angle);
  *i = (float)-sin(angle);
}

static void factor(mw_fourier *plan) {
  size_t rest = plan->length;
  for (size_t j = 0; j < sizeof radices / sizeof *radices; j++) {
    while (rest % (size_t)radices[j] == 0) {
      plan->radix[plan->stages++] = radices[j];
      rest /= (size_t)radices[j];
    }
  }
}

static int fill_twiddles(mw_fourier *plan) {
  size_t floats = 0, groups = plan->length;
  for (int s = 0; s + 1 < plan->stages; s++) {
    groups /= (size_t)plan->radix[s];
    floats += groups * 2 * (size_t)(plan->radix[s] - 1);
  }
  float *w = plan->twiddles = malloc((floats + 1) * sizeof *w);
  if (!w) return 0;
  groups = plan->length;
  for (int s = 0; s + 1 < plan->stages; s++) {
    const size_t length = groups;
    groups /= (size_t)plan->radix[s];
    for (size_t p = 0; p < groups; p++) {
      for (size_t k = 1; k < (size_t)plan->radix[s]; k++, w += 2) root(p * k, length, w, w + 1);
    }
  }
  return 1;
}

static int fill_turns(mw_fourier *plan) {
  if (plan->lanes == 1) return 1;
  const size_t blocks = (plan->length + 7) / 8;
  float *w = plan->turns = malloc(blocks * 7 * 16 * sizeof *w);
  if (!w) return 0;
  for (size_t b = 0; b < blocks; b++) {
    const size_t first = 8 * b + 8 <= plan->length ? 8 * b : plan->length - 8;
    for (size_t l = 1; l < LANES; l++, w += 16) {
      for (size_t j = 0; j < 8; j++) root(l * (first + j), plan->count, w + j, w + 8 + j);
    }
  }
  return 1;
}

mw_fourier *mw_fourier_make(size_t count, int form) {
  mw_fourier *plan = mw_fourier_is_smooth(count) ? calloc(1, sizeof *plan) : NULL;
  if (!plan) return NULL;
  const int has_lanes = count % LANES == 0 && count >= LANES * LANES;
  plan->count = count;
  plan->lanes = has_lanes ? LANES : 1;
  plan->length = count / (size_t)plan->lanes;
  plan->run = has_lanes ? BEST(form, run) : mw_fourier_run_scalar;
  factor(plan);
  if (fill_twiddles(plan) && fill_turns(plan)) return plan;
  mw_fourier_free(plan);
  return NULL;
}

void mw_fourier_free(mw_fourier *plan) {
  if (!plan) return;
  free(plan->twiddles);
  free(plan->turns);
  free(plan);
}

void mw_fourier_run(const mw_fourier *plan, int backwards, const float *in, float *out, float *scratch) {
  plan->run(plan, backwards, in, out, scratch);
}

void mw_fourier_roots(size_t count, float *roots) {
  for (size_t k = 0; k <= count / 4; k++) root(k, count, roots + 2 * k, roots + 2 * k + 1);
}

void mw_fourier_unpack(int form, size_t count, const float *roots, float *bins) { BEST(form, unpack)(count, roots, bins); }

void mw_fourier_pack(int form, size_t count, const float *roots, const float *bins, float *pairs) {
  BEST(form, pack)(count, roots, bins, pairs);
}

void mw_bank_halves(int form, const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                    float *bands) {
  BEST(form, halves)(prototype, is_real, length, node, scratch, bands);
}

void mw_bank_thirds(int form, const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                    float *bands) {
  BEST(form, thirds)(prototype, is_real, length, node, scratch, bands);
}

void mw_bank_moments(int form, size_t count, const float *real, const float *imaginary, float scale, double moments[2]) {
  BEST(form, moments)(count, real, imaginary, scale, moments);
}
