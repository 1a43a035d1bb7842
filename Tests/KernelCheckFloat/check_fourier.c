// SPDX-License-Identifier: Apache-2.0
// Fourier transforms and filter banks against their definitions in double precision, every form that this processor
// runs, and all forms against each other bit by bit. The last line is a hash of all results, the same on every
// architecture: check_fourier [lengths up to]
#include "../../Sources/Native/CFourier/include/CFourier.h"

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMS = 2 };

static int failures;
static uint64_t hash = 14695981039346656037u, state = 0x9e3779b97f4a7c15u;

static float random_float(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (float)(int32_t)(state >> 32) * 0x1p-31f;
}

/// Blocks of exactly the size asked for, so that the address sanitizer sees one float too many.
static float *floats(size_t count) { return calloc(count, sizeof(float)); }

static float *random_floats(size_t count) {
  float *x = floats(count);
  for (size_t i = 0; i < count; i++) x[i] = random_float();
  return x;
}

static void fail(const char *what, size_t length, double error) {
  if (failures++ < 20) printf("FAIL %s of %zu: %g\n", what, length, error);
}

static void compare(const char *what, size_t length, const float *got, const float *same, size_t count) {
  if (memcmp(got, same, count * sizeof *got) != 0) fail(what, length, NAN);
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, got + i, sizeof bits);
    hash = (hash ^ bits) * 1099511628211u;
  }
}

static double complex turn(double turns) { return cexp(2 * M_PI * I * (turns - floor(turns))); }

/// A complex transform forwards and back, and that of twice as many real values.
static void check_transform(size_t count) {
  float *in = random_floats(2 * count), *roots = floats(2 * (count / 2 + 1));
  float *out[FORMS], *back[FORMS], *bins[FORMS], *pairs[FORMS];
  mw_fourier_roots(2 * count, roots);
  for (int form = 0; form < FORMS; form++) {
    mw_fourier *plan = mw_fourier_make(count, form);
    float *scratch = floats(4 * count);
    out[form] = floats(2 * count), back[form] = floats(2 * count);
    bins[form] = floats(2 * count + 2), pairs[form] = floats(2 * count);
    mw_fourier_run(plan, 0, in, out[form], scratch);
    mw_fourier_run(plan, 1, in, back[form], scratch);
    memcpy(bins[form], out[form], 2 * count * sizeof(float));
    mw_fourier_unpack(form, 2 * count, roots, bins[form]);
    mw_fourier_pack(form, 2 * count, roots, bins[form], pairs[form]);
    free(scratch);
    mw_fourier_free(plan);
  }
  compare("forward", count, out[0], out[1], 2 * count);
  compare("backward", count, back[0], back[1], 2 * count);
  compare("unpack", count, bins[0], bins[1], 2 * count + 2);
  compare("pack", count, pairs[0], pairs[1], 2 * count);
  const double limit = 2e-6 * sqrt((double)count);
  for (size_t k = 0; k <= count; k++) {
    double complex forward = 0, backward = 0, real = 0;
    for (size_t n = 0; n < count; n++) {
      const double complex x = (double)in[2 * n] + I * (double)in[2 * n + 1], w = turn((double)(k * n) / (double)count);
      forward += x * conj(w), backward += x * w;
      real += ((double)in[2 * n] + (double)in[2 * n + 1] * turn(-(double)k / (double)(2 * count))) * conj(w);
    }
    const double error = cabs(real - ((double)bins[0][2 * k] + I * (double)bins[0][2 * k + 1]));
    if (!(error <= 2 * limit)) fail("unpack", count, error);
    if (k == count) break;
    const double ahead = cabs(forward - ((double)out[0][2 * k] + I * (double)out[0][2 * k + 1]));
    const double behind = cabs(backward - ((double)back[0][2 * k] + I * (double)back[0][2 * k + 1]));
    const double paired = cabs(2 * forward - ((double)pairs[0][2 * k] + I * (double)pairs[0][2 * k + 1]));
    if (!(ahead <= limit)) fail("forward", count, ahead);
    if (!(behind <= limit)) fail("backward", count, behind);
    if (!(paired <= 4 * limit)) fail("pack", count, paired);
  }
  for (int form = 0; form < FORMS; form++) free(out[form]), free(back[form]), free(bins[form]), free(pairs[form]);
  free(in), free(roots);
}

/// Tap n of a band, as the header defines it.
static double complex tap(int parts, int band, size_t n, size_t m, const float *prototype) {
  if (parts == 3) return (double)prototype[n] * turn((double)n * (1 + 2 * band) / 12);
  if (band == 0) return (double)prototype[n] * turn((double)n / 8);
  if (n == MW_BANK_HALF_TAPS - 1) return 0;
  return (double)prototype[n + 1] * turn(3 * (double)n / 8) * (m % 2 ? -1 : 1);
}

static void check_bank(int parts, int is_real, size_t length) {
  const size_t taps = parts == 2 ? MW_BANK_HALF_TAPS : MW_BANK_THIRD_TAPS, count = length / (size_t)parts;
  const size_t total = 2 * (size_t)parts * count;
  float *prototype = random_floats(taps), *node = random_floats(is_real ? length : 2 * length), *bands[FORMS];
  for (size_t n = 0; n < taps / 2; n++) prototype[taps - 1 - n] = prototype[n];
  for (int form = 0; form < FORMS; form++) {
    float *scratch = random_floats(2 * length + MW_BANK_MARGIN);
    bands[form] = floats(total);
    (parts == 2 ? mw_bank_halves : mw_bank_thirds)(form, prototype, is_real, length, node, scratch, bands[form]);
    free(scratch);
  }
  compare(parts == 2 ? "halves" : "thirds", length, bands[0], bands[1], total);
  for (int band = 0; band < parts; band++) {
    const float *real = bands[0] + 2 * (size_t)band * count, *imaginary = real + count;
    for (size_t m = 0; m < count; m++) {
      double complex sum = 0;
      const size_t last = (size_t)parts * (m + 1) - 1;
      for (size_t n = 0; n < taps && n <= last; n++) {
        const double complex x = (double)node[last - n] + (is_real ? 0 : I * (double)node[length + last - n]);
        sum += x * tap(parts, band, n, m, prototype);
      }
      const double error = cabs(sum - ((double)real[m] + I * (double)imaginary[m]));
      if (!(error <= 5e-6)) fail(parts == 2 ? "halves" : "thirds", length, error);
    }
  }
  for (int form = 0; form < FORMS; form++) free(bands[form]);
  free(prototype), free(node);
}

static void check_moments(size_t count, int is_real) {
  float *real = random_floats(count), *imaginary = is_real ? NULL : random_floats(count);
  double got[FORMS][2], second = 0, fourth = 0;
  double complex mean = 0;
  for (int form = 0; form < FORMS; form++) mw_bank_moments(form, count, real, imaginary, 3, got[form]);
  if (memcmp(got[0], got[1], sizeof got[0]) != 0) fail("moments", count, NAN);
  for (size_t k = 0; k < 2; k++) {
    const float rounded = (float)got[0][k];
    compare("moments", count, &rounded, &rounded, 1);
  }
  for (size_t i = 0; i < count; i++) mean += ((double)real[i] + (is_real ? 0 : I * (double)imaginary[i])) / (double)count;
  for (size_t i = 0; i < count; i++) {
    const double magnitude = cabs((double)real[i] + (is_real ? 0 : I * (double)imaginary[i]) - mean);
    second += 3 * pow(magnitude, 2) / (double)count, fourth += 9 * pow(magnitude, 4) / (double)count;
  }
  const double error = fabs(got[0][0] - second) + fabs(got[0][1] - fourth);
  if (!(error <= 1e-5)) fail("moments", count, error);
  free(real), free(imaginary);
}

int main(int argc, char **argv) {
  const size_t longest = argc > 1 ? (size_t)atoll(argv[1]) : 600;
  for (size_t count = 1; count <= longest; count++) {
    if (mw_fourier_is_smooth(count)) check_transform(count);
  }
  for (size_t length = MW_BANK_MINIMUM; length < MW_BANK_MINIMUM + 100; length++) {
    for (int is_real = 0; is_real < 2; is_real++) check_bank(2, is_real, length), check_bank(3, is_real, length);
  }
  for (size_t count = 1; count < 1200; count += count < 40 ? 1 : 97) check_moments(count, 0), check_moments(count, 1);
  printf(failures ? "%d failures\n" : "all passed\n", failures);
  printf("hash %016llx\n", (unsigned long long)hash);
  return failures != 0;
}
