// SPDX-License-Identifier: Apache-2.0
#include "q8.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

// Sums run in the order of the elements within a row; rows side by side hide the time that an addition takes.
enum { MW_SIDE = 8, MW_PIECE = 64 };

static inline __attribute__((always_inline)) uint8_t largest(const uint8_t *x, size_t columns) {
  uint8_t found = 0;
  for (size_t c = 0; c < columns; c++) found = x[c] > found ? x[c] : found;
  return found;
}

// A share is rounded from the quotient in double, as ONNX Runtime does. The product with the inverse rounds to the same
// integer, except perhaps beside the middle of two; then the piece's quotients are taken.
static inline __attribute__((always_inline)) void finish(const uint8_t *x, size_t columns, const float *table,
                                                         float scale, float sum, int32_t zero, uint8_t *out) {
  const double factor = (double)scale / sum;
  double shares[MW_PIECE];
  int32_t rounded[MW_PIECE];
  for (size_t from = 0; from < columns; from += MW_PIECE) {
    size_t count = columns - from < MW_PIECE ? columns - from : MW_PIECE;
    int beside = 0;
    for (size_t c = 0; c < count; c++) shares[c] = table[x[from + c]];
    for (size_t c = 0; c < count; c++) {
      const double share = shares[c] * factor;
      beside |= fabs(share - floor(share) - 0.5) < 1e-6;
    }
    if (beside)
      for (size_t c = 0; c < count; c++) shares[c] = shares[c] * scale / sum;
    else
      for (size_t c = 0; c < count; c++) shares[c] *= factor;
    for (size_t c = 0; c < count; c++)
      rounded[c] = (int32_t)nearbyint(shares[c] < 512 ? shares[c] : 512) + zero;
    for (size_t c = 0; c < count; c++) out[from + c] = (uint8_t)(rounded[c] > 255 ? 255 : rounded[c]);
  }
}

static inline __attribute__((always_inline)) void softmax(const uint8_t *x, size_t rows, size_t columns,
                                                          const float *table, float scale, int32_t zero,
                                                          uint8_t *out) {
  size_t row = 0;
  for (; row + MW_SIDE <= rows; row += MW_SIDE) {
    const uint8_t *line = x + row * columns;
    const float *shifted[MW_SIDE];
    float sums[MW_SIDE] = {0};
    for (size_t r = 0; r < MW_SIDE; r++) shifted[r] = table + (255 - largest(line + r * columns, columns));
    for (size_t c = 0; c < columns; c++)
      for (size_t r = 0; r < MW_SIDE; r++) sums[r] += shifted[r][line[r * columns + c]];
    for (size_t r = 0; r < MW_SIDE; r++)
      finish(line + r * columns, columns, shifted[r], scale, sums[r], zero, out + (row + r) * columns);
  }
  for (; row < rows; row++) {
    const uint8_t *line = x + row * columns;
    const float *shifted = table + (255 - largest(line, columns));
    float sum = 0;
    for (size_t c = 0; c < columns; c++) sum += shifted[line[c]];
    finish(line, columns, shifted, scale, sum, zero, out + row * columns);
  }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"))) static void softmax_avx512(
    const uint8_t *x, size_t rows, size_t columns, const float *table, float scale, int32_t zero, uint8_t *out) {
  softmax(x, rows, columns, table, scale, zero, out);
}
__attribute__((target("avx2"))) static void softmax_avx2(const uint8_t *x, size_t rows, size_t columns,
                                                         const float *table, float scale, int32_t zero,
                                                         uint8_t *out) {
  softmax(x, rows, columns, table, scale, zero, out);
}
__attribute__((target("sse4.1"))) static void softmax_sse41(const uint8_t *x, size_t rows, size_t columns,
                                                            const float *table, float scale, int32_t zero,
                                                            uint8_t *out) {
  softmax(x, rows, columns, table, scale, zero, out);
}
#endif

void mw_q8_softmax(int path, const uint8_t *x, size_t rows, size_t columns, const float *table, float scale,
                   int32_t zero, uint8_t *out) {
#if defined(__x86_64__)
  switch (path) {
    case MW_AVX512VNNI: return softmax_avx512(x, rows, columns, table, scale, zero, out);
    case MW_AVX2:
    case MW_AVXVNNI: return softmax_avx2(x, rows, columns, table, scale, zero, out);
    case MW_SSE41: return softmax_sse41(x, rows, columns, table, scale, zero, out);
  }
#endif
  softmax(x, rows, columns, table, scale, zero, out);
}
