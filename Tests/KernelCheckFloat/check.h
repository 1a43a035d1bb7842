// SPDX-License-Identifier: Apache-2.0
// What the checks share: random numbers of a fixed seed, blocks of memory of exactly the size asked for (so that the
// address sanitizer sees one float too many), and the count of failures.
#pragma once
#include "paths.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int failures;
#define FAIL(...)                                       \
  do {                                                  \
    if (failures++ < 20) {                              \
      printf("FAIL %s:%d: ", __FILE__, __LINE__);       \
      printf(__VA_ARGS__);                              \
      printf("\n");                                     \
    }                                                   \
  } while (0)

/// Uniform in -1...1.
float random_float(void);
/// `count` random floats within +-range, in a block of their own.
float *random_floats(size_t count, float range);
/// 64-byte aligned floats for packed weights.
float *packed_floats(size_t bytes);
/// |got - exact| in units of the last place of a float near exact; 0 where both are NaN or the same infinity.
double ulp_error(float got, double exact);

/// Each takes the path under test; `points` is the number of arguments that a function is tried at.
void check_functions(int path, size_t points);
void check_product(int path);
void check_rows(int path);
void check_cells(int path);
