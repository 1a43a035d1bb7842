// SPDX-License-Identifier: Apache-2.0
// Softmax, layer norm and transpose on every length of row.
#include "check.h"

static double softmax_worst, norm_worst;

static void check_softmax(int path, size_t rows, size_t columns, bool logarithm, bool masked) {
  float *x = random_floats(rows * columns, 10), *out = malloc(rows * columns * sizeof(float));
  for (size_t i = 0; masked && i < rows * columns; i++) {
    if (i % columns != 0 && i % 3 == 0) x[i] = -INFINITY;
  }
  mw_f32_softmax(path, x, rows, columns, logarithm, out);
  float *same = malloc(rows * columns * sizeof(float));
  memcpy(same, x, rows * columns * sizeof(float));
  mw_f32_softmax(path, same, rows, columns, logarithm, same);
  if (memcmp(same, out, rows * columns * sizeof(float))) FAIL("softmax in place, %zu", columns);
  free(same);
  for (size_t row = 0; row < rows; row++) {
    const float *from = x + row * columns, *to = out + row * columns;
    double most = -INFINITY, sum = 0;
    for (size_t j = 0; j < columns; j++) most = fmax(most, (double)from[j]);
    for (size_t j = 0; j < columns; j++) sum += exp((double)from[j] - most);
    for (size_t j = 0; j < columns; j++) {
      const double difference = (double)from[j] - most;
      const double exact = logarithm ? difference - log(sum) : exp(difference) / sum;
      // The difference is rounded to float, so e^difference carries its error.
      const double carried = logarithm ? 0 : fmin(fabs(difference), 200) * 0x1p-24;
      const double relative = 3e-7 + (double)columns * 0x1p-25 + carried;
      const double bound = logarithm ? relative * fmax(1, fabs(exact)) : relative * exact + 1e-44;
      const double error = fabs((double)to[j] - exact);
      if (isinf(exact) ? (double)to[j] != exact : !(error <= bound)) {
        FAIL("softmax %zu x %zu: %a, exact %a", rows, columns, (double)to[j], exact);
      }
      if (!isinf(exact) && fabs(exact) > 1e-30 && error / bound > softmax_worst) softmax_worst = error / bound;
    }
  }
  free(x), free(out);
}

static void check_layer_norm(int path, size_t rows, size_t columns, float mean_of_x, float range, bool biased) {
  float *x = random_floats(rows * columns, range), *gain = random_floats(columns, 2), *bias = random_floats(columns, 1);
  float *out = malloc(rows * columns * sizeof(float)), mean[4], inverse[4];
  for (size_t i = 0; i < rows * columns; i++) x[i] += mean_of_x;
  mw_f32_layer_norm(path, x, rows, columns, 1e-5f, gain, biased ? bias : NULL, out, mean, biased ? inverse : NULL);
  for (size_t row = 0; row < rows; row++) {
    const float *from = x + row * columns;
    double m = 0, square = 0;
    for (size_t j = 0; j < columns; j++) m += (double)from[j];
    m /= (double)columns;
    for (size_t j = 0; j < columns; j++) square += ((double)from[j] - m) * ((double)from[j] - m);
    const double scale = 1 / sqrt(square / (double)columns + (double)1e-5f);
    if (fabs((double)mean[row] - m) > 1e-6) FAIL("mean of %zu", columns);
    if (biased && fabs((double)inverse[row] - scale) > 1e-5 * scale) FAIL("inverse deviation of %zu", columns);
    for (size_t j = 0; columns > 1 && j < columns; j++) {
      const double exact = ((double)from[j] - m) * scale * (double)gain[j] + (biased ? (double)bias[j] : 0);
      const double error = fabs((double)out[row * columns + j] - exact);
      if (error > norm_worst) norm_worst = error;
      if (!(error <= 3e-6)) FAIL("layer norm of %zu: %a, exact %a", columns, (double)out[row * columns + j], exact);
    }
  }
  mw_f32_layer_norm(path, x, rows, columns, 1e-5f, gain, biased ? bias : NULL, x, NULL, NULL);
  if (memcmp(x, out, rows * columns * sizeof(float))) FAIL("layer norm in place, %zu", columns);
  free(x), free(gain), free(bias), free(out);
}

static void check_transpose(int path, size_t rows, size_t columns) {
  float *x = random_floats(rows * columns, 1), *out = malloc(rows * columns * sizeof(float));
  mw_f32_transpose(path, x, rows, columns, out);
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) {
      if (out[j * rows + i] != x[i * columns + j]) FAIL("transpose %zu x %zu at %zu, %zu", rows, columns, i, j);
    }
  }
  free(x), free(out);
}

void check_rows(int path) {
  softmax_worst = norm_worst = 0;
  for (size_t columns = 1; columns <= 83; columns++) {
    for (int way = 0; way < 4; way++) check_softmax(path, 3, columns, way & 1, way & 2);
    check_layer_norm(path, 3, columns, 1, 3, columns % 2);
    // Nearly constant rows, whose mean is all there is.
    check_layer_norm(path, 3, columns, 0.7f, columns % 3 ? 1e-3f : 0, columns % 2);
  }
  check_layer_norm(path, 2, 1000, 1, 3, true);
  for (size_t rows = 1; rows <= 35; rows++) {
    for (size_t columns = 1; columns <= 35; columns++) check_transpose(path, rows, columns);
  }
  printf("  softmax: worst error %.2g of its bound; layer norm: worst error %.2g\n", softmax_worst, norm_worst);
}
