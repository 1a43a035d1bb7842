// SPDX-License-Identifier: Apache-2.0
// Float kernels against double precision, every form that this processor runs: check [points a function]
#include "check.h"

int failures;

static uint64_t state = 0x9e3779b97f4a7c15u;

float random_float(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (float)(int32_t)(state >> 32) * 0x1p-31f;
}

float *random_floats(size_t count, float range) {
  float *x = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) x[i] = random_float() * range;
  return x;
}

float *packed_floats(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64 + 64); }

double ulp_error(float got, double exact) {
  if (isnan(exact) || isnan(got)) return isnan(exact) && isnan(got) ? 0 : INFINITY;
  if (isinf(got)) return (double)got == (double)(float)exact ? 0 : INFINITY;
  const float near = fabsf((float)exact);
  int power;
  frexpf(isinf(near) ? 0x1.fffffep127f : near, &power);
  if (near < 0x1p-126f) power = -125;
  return fabs((double)got - exact) / ldexp(1, power - 24);
}

int main(int argc, char **argv) {
  const size_t points = argc > 1 ? (size_t)atoll(argv[1]) : (size_t)1 << 24;
  for (int path = 0; path < PATHS; path++) {
    if (!mw_path_available(path)) {
      printf("%s: not run, this processor has none\n", path_names[path]);
      continue;
    }
    printf("%s:\n", path_names[path]);
    check_product(path);
    check_rows(path);
    check_cells(path);
    check_functions(path, points);
  }
  printf(failures ? "%d failures\n" : "all passed\n", failures);
  return failures != 0;
}
