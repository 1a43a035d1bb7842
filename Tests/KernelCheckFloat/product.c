// SPDX-License-Identifier: Apache-2.0
// The product and its packing: every tail of m, n and k, overlapping rows, several taps, both orders of the weights.
#include "check.h"

typedef struct {
  size_t m, n, length, taps;
  ptrdiff_t row;  // of a
  int dilation;   // elements from tap to tap
  int order;      // of b: [tap][k][n], [n][tap][k] or [n][k][tap]
  bool base;
  float low;
} shape;

/// Largest error in units of 2^-24 * sum of |terms|, which a sum of K roundings keeps below K.
static double worst;

static void check_shape(int path, shape s) {
  const size_t count = s.taps * s.length;
  const size_t last = (s.m - 1) * (size_t)s.row + (s.taps - 1) * (size_t)s.dilation + s.length;
  float *a = random_floats(last, 1), *b = random_floats(count * s.n, 1), *base = random_floats(s.n, 1);
  const ptrdiff_t out_row = (ptrdiff_t)s.n + 3;
  const size_t out_count = (s.m - 1) * (size_t)out_row + s.n;
  float *out = malloc(out_count * sizeof(float));
  for (size_t i = 0; i < out_count; i++) out[i] = 1e30f;
  int32_t taps[4];
  for (size_t t = 0; t < s.taps; t++) taps[t] = (int32_t)t * s.dilation;
  const ptrdiff_t n_stride = s.order ? (ptrdiff_t)count : 1;
  const ptrdiff_t k_stride = s.order == 0 ? (ptrdiff_t)s.n : s.order == 1 ? 1 : (ptrdiff_t)s.taps;
  const ptrdiff_t tap_stride = s.order == 0 ? (ptrdiff_t)(s.length * s.n) : s.order == 1 ? (ptrdiff_t)s.length : 1;
  float *packed = packed_floats(mw_f32_packed_bytes(path, s.taps, s.length, s.n));
  mw_f32_pack(path, b, tap_stride, k_stride, n_stride, s.taps, s.length, s.n, packed);
  const mw_f32_product p = {.a = a, .a_row = s.row, .taps = taps, .tap_count = s.taps, .tap_length = s.length, .m = s.m,
                            .n = s.n, .packed = packed, .base = s.base ? base : NULL, .low = s.low, .high = INFINITY,
                            .out = out, .out_row = out_row};
  mw_f32_multiply(path, &p);
  for (size_t i = 0; i < s.m; i++) {
    for (size_t j = 0; j < s.n; j++) {
      double sum = s.base ? (double)base[j] : 0, size = fabs(sum);
      for (size_t t = 0; t < s.taps; t++) {
        for (size_t k = 0; k < s.length; k++) {
          const double term = (double)a[i * (size_t)s.row + (size_t)taps[t] + k] *
                              (double)b[(ptrdiff_t)t * tap_stride + (ptrdiff_t)k * k_stride + (ptrdiff_t)j * n_stride];
          sum += term, size += fabs(term);
        }
      }
      if (sum < (double)s.low) sum = (double)s.low;
      const double error = fabs((double)out[i * (size_t)out_row + j] - sum) / (size * 0x1p-24);
      if (error > worst) worst = error;
      if (!(error <= (double)count + 1)) {
        FAIL("product m %zu n %zu k %zu taps %zu: error %g", s.m, s.n, s.length, s.taps, error);
      }
    }
    for (size_t j = s.n; i + 1 < s.m && j < (size_t)out_row; j++) {
      if (out[i * (size_t)out_row + j] != 1e30f) FAIL("product m %zu n %zu writes beside its rows", s.m, s.n);
    }
  }
  free(a), free(b), free(base), free(out), free(packed);
}

static void check_accumulate(int path, size_t k, size_t n) {
  float *x = random_floats(k, 1), *b = random_floats(k * n, 1), *out = random_floats(n, 1);
  float *before = malloc(n * sizeof(float));
  memcpy(before, out, n * sizeof(float));
  float *packed = packed_floats(mw_f32_packed_bytes(path, 1, k, n));
  mw_f32_pack(path, b, 0, 1, (ptrdiff_t)k, 1, k, n, packed);
  float *backwards = malloc(n * sizeof(float));
  memcpy(backwards, out, n * sizeof(float));
  mw_f32_accumulate(path, x, packed, k, n, out);
  mw_f32_accumulate_backwards(path, x, packed, k, n, backwards);
  if (memcmp(out, backwards, n * sizeof(float))) FAIL("accumulate backwards k %zu n %zu", k, n);
  for (size_t j = 0; j < n; j++) {
    double sum = (double)before[j], size = fabs(sum);
    for (size_t i = 0; i < k; i++) {
      const double term = (double)x[i] * (double)b[j * k + i];
      sum += term, size += fabs(term);
    }
    if (!(fabs((double)out[j] - sum) <= size * (double)(k + 1) * 0x1p-24)) FAIL("accumulate k %zu n %zu", k, n);
  }
  free(x), free(b), free(out), free(before), free(backwards), free(packed);
}

/// A long sum of terms of one sign stays near the exact one: added one by one, the roundings would reach 60 units.
static void check_long(int path) {
  enum { M = 7, N = 40, K = 4096 };
  float *a = random_floats(M * K, 1), *b = random_floats(K * N, 1), out[M * N];
  for (size_t i = 0; i < M * K; i++) a[i] = fabsf(a[i]);
  for (size_t i = 0; i < K * N; i++) b[i] = fabsf(b[i]);
  float *packed = packed_floats(mw_f32_packed_bytes(path, 1, K, N));
  mw_f32_pack(path, b, 0, N, 1, 1, K, N, packed);
  const int32_t tap = 0;
  const mw_f32_product p = {.a = a, .a_row = K, .taps = &tap, .tap_count = 1, .tap_length = K, .m = M, .n = N,
                            .packed = packed, .low = -INFINITY, .high = INFINITY, .out = out, .out_row = N};
  mw_f32_multiply(path, &p);
  double most = 0;
  for (size_t i = 0; i < M; i++) {
    for (size_t j = 0; j < N; j++) {
      double sum = 0;
      for (size_t k = 0; k < K; k++) sum += (double)a[i * K + k] * (double)b[k * N + j];
      most = fmax(most, fabs((double)out[i * N + j] - sum) / (sum * 0x1p-24));
    }
  }
  printf("  product of %d terms: worst error %.2f of 2^-24 of the sum\n", K, most);
  if (!(most <= 16)) FAIL("a sum of %d terms: error %g", K, most);
  free(a), free(b), free(packed);
}

/// NaN goes through the limits of a Relu.
static void check_nan(int path) {
  float a[2] = {NAN, 1}, b[19], out[38];
  for (int j = 0; j < 19; j++) b[j] = (float)j;
  float *packed = packed_floats(mw_f32_packed_bytes(path, 1, 1, 19));
  mw_f32_pack(path, b, 0, 19, 1, 1, 1, 19, packed);
  const int32_t tap = 0;
  const mw_f32_product p = {.a = a, .a_row = 1, .taps = &tap, .tap_count = 1, .tap_length = 1, .m = 2, .n = 19,
                            .packed = packed, .low = 0, .high = 6, .out = out, .out_row = 19};
  mw_f32_multiply(path, &p);
  for (int j = 0; j < 19; j++) {
    if (!isnan(out[j]) || out[19 + j] != fminf(6, (float)j)) FAIL("limits: %g %g", (double)out[j], (double)out[19 + j]);
  }
  free(packed);
}

void check_product(int path) {
  worst = 0;
  const size_t lengths[] = {1, 2, 3, 5, 8, 13, 31, 64};
  for (size_t m = 1; m <= 27; m++) {
    for (size_t n = 1; n <= 150; n += m < 4 ? 1 : 7) {
      const size_t length = lengths[(m + n) % 8];
      check_shape(path, (shape){m, n, length, 1, (ptrdiff_t)length, 0, (int)(n % 3), m % 2, n % 2 ? 0 : -INFINITY});
    }
  }
  for (size_t taps = 1; taps <= 4; taps++) {
    for (size_t n = 1; n <= 70; n += 3) {
      // Rows that overlap: stride 2 of 3 channels under a dilated kernel.
      check_shape(path, (shape){17, n, 3, taps, 6, 9, (int)(n % 3), true, -INFINITY});
      check_shape(path, (shape){1, n, 21, taps, 0, 4, (int)(n / 3 % 3), true, 0});
    }
  }
  for (size_t n = 1; n <= 200; n++) check_accumulate(path, lengths[n % 8], n);
  check_accumulate(path, 64, 256);
  check_long(path);
  check_nan(path);
  printf("  product: worst error %.2f of 2^-24 sum |terms|\n", worst);
}
