// SPDX-License-Identifier: Apache-2.0
// Steps of LSTM and GRU cells against the equations of ONNX in double precision.
#include "check.h"

static double worst, most;

static double apply(mw_activation f, double x) {
  switch (f.kind) {
    case MW_ACT_SIGMOID: return 1 / (1 + exp(-x));
    case MW_ACT_TANH: return tanh(x);
    case MW_ACT_RELU: return fmax(0, x);
    case MW_ACT_HARD_SIGMOID: return fmax(0, fmin(1, (double)f.alpha * x + (double)f.beta));
    case MW_ACT_SOFTSIGN: return x / (1 + fabs(x));
    default: abort();
  }
}

static double clip(double x, float limit) { return limit > 0 ? fmax(-(double)limit, fmin((double)limit, x)) : x; }

static void compare(const char *what, size_t hidden, size_t j, float got, double exact) {
  const double error = fabs((double)got - exact) / fmax(1, fabs(exact));
  if (error > worst) worst = error;
  if (!(error <= most)) FAIL("%s of hidden %zu, %zu: %a, exact %a", what, hidden, j, (double)got, exact);
}

static void check_lstm(int path, mw_lstm how, bool peepholes) {
  const size_t n = how.hidden;
  float *gates = random_floats(4 * n, 4), *cell = random_floats(n, 2), *h = malloc(n * sizeof(float));
  float *p = random_floats(3 * n, 1), *sums = malloc(4 * n * sizeof(float)), *before = malloc(n * sizeof(float));
  memcpy(sums, gates, 4 * n * sizeof(float)), memcpy(before, cell, n * sizeof(float));
  how.peepholes = peepholes ? p : NULL;
  mw_f32_lstm_step(path, &how, gates, cell, h);
  for (size_t j = 0; j < n; j++) {
    const double past = (double)before[j], on = peepholes;
    const double i = apply(how.f, clip((double)sums[j] + on * (double)p[j] * past, how.clip));
    const double own = apply(how.f, clip((double)sums[2 * n + j] + on * (double)p[2 * n + j] * past, how.clip));
    const double f = how.input_forget ? 1 - i : own;
    const double state = f * past + i * apply(how.g, clip((double)sums[3 * n + j], how.clip));
    const double o = apply(how.f, clip((double)sums[n + j] + on * (double)p[n + j] * state, how.clip));
    compare("cell", n, j, cell[j], state);
    compare("lstm", n, j, h[j], o * apply(how.h, state));
  }
  free(gates), free(cell), free(h), free(p), free(sums), free(before);
}

/// All steps at once: the products and cells of one step after the other, in double precision.
static void check_lstm_run(int path, size_t hidden, size_t steps, ptrdiff_t direction, mw_lstm how) {
  const size_t n = hidden, columns = 4 * n;
  float *r = random_floats(columns * n, 0.3f), *gates = random_floats(steps * columns, 2);
  float *cell = random_floats(n, 1), *h = random_floats(n, 1), *other = malloc(n * sizeof(float));
  float *y = malloc(steps * n * sizeof(float));
  float *packed = aligned_alloc(64, (mw_f32_lstm_packed_bytes(path, n) + 63) / 64 * 64);
  double *past = malloc(n * sizeof(double)), *state = malloc(n * sizeof(double));
  double *sums = malloc(columns * sizeof(double));
  for (size_t j = 0; j < n; j++) past[j] = (double)h[j], state[j] = (double)cell[j];
  float *copy = malloc(steps * columns * sizeof(float));
  memcpy(copy, gates, steps * columns * sizeof(float));
  mw_f32_lstm_pack(path, r, n, packed);
  const size_t first = direction < 0 ? steps - 1 : 0;
  const mw_lstm_run run = {steps, gates + first * columns, direction * (ptrdiff_t)columns, packed, h, cell, other,
                           y + first * n, direction * (ptrdiff_t)n};
  mw_f32_lstm_run(path, &how, &run);
  for (size_t t = 0; t < steps; t++) {
    const size_t place = direction < 0 ? steps - 1 - t : t;
    for (size_t g = 0; g < columns; g++) {
      sums[g] = (double)copy[place * columns + g];
      for (size_t k = 0; k < n; k++) sums[g] += (double)r[g * n + k] * past[k];
    }
    for (size_t j = 0; j < n; j++) {
      state[j] = apply(how.f, sums[2 * n + j]) * state[j] + apply(how.f, sums[j]) * apply(how.g, sums[3 * n + j]);
      past[j] = apply(how.f, sums[n + j]) * apply(how.h, state[j]);
      compare("y of a run", n, j, y[place * n + j], past[j]);
    }
  }
  for (size_t j = 0; j < n; j++) compare("last h", n, j, h[j], past[j]), compare("last cell", n, j, cell[j], state[j]);
  free(r), free(gates), free(cell), free(h), free(other), free(y), free(packed), free(past), free(state), free(sums);
  free(copy);
}

static void check_gru(int path, mw_gru how, bool before_reset) {
  const size_t n = how.hidden;
  float *gates = random_floats(3 * n, 4), *h = random_floats(n, 1), *recurrent = random_floats(n, 2);
  float *past = malloc(n * sizeof(float)), *reset = malloc(n * sizeof(float));
  memcpy(past, h, n * sizeof(float));
  if (!before_reset) mw_f32_gru_reset(path, &how, gates, h, reset);
  // With the reset before the product, the product's part is in the sums; a diagonal R_h stands for it here.
  for (size_t j = 0; !before_reset && j < n; j++) gates[2 * n + j] += recurrent[j] * reset[j];
  mw_f32_gru_step(path, &how, gates, before_reset ? recurrent : NULL, h);
  for (size_t j = 0; j < n; j++) {
    const double z = apply(how.f, clip((double)gates[j], how.clip));
    const double r = apply(how.f, clip((double)gates[n + j], how.clip));
    const double sum = (double)gates[2 * n + j] + (before_reset ? r * (double)recurrent[j] : 0);
    if (!before_reset) compare("reset", n, j, reset[j], r * (double)past[j]);
    compare("gru", n, j, h[j], (1 - z) * apply(how.g, clip(sum, how.clip)) + z * (double)past[j]);
  }
  free(gates), free(h), free(recurrent), free(past), free(reset);
}

void check_cells(int path) {
  worst = 0, most = 5e-7;
  const mw_activation sigmoid = {MW_ACT_SIGMOID, 0, 0}, tangent = {MW_ACT_TANH, 0, 0};
  const mw_activation hard = {MW_ACT_HARD_SIGMOID, 0.2f, 0.5f}, softsign = {MW_ACT_SOFTSIGN, 0, 0};
  const mw_activation relu = {MW_ACT_RELU, 0, 0};
  for (size_t hidden = 1; hidden <= 67; hidden++) {
    for (int way = 0; way < 8; way++) {
      check_lstm(path, (mw_lstm){hidden, sigmoid, tangent, tangent, way & 1 ? 1.5f : 0, (way & 2) != 0, NULL}, way & 4);
      check_lstm(path, (mw_lstm){hidden, hard, softsign, relu, way & 1 ? 1.5f : 0, (way & 2) != 0, NULL}, way & 4);
    }
    for (int way = 0; way < 4; way++) {
      check_gru(path, (mw_gru){hidden, sigmoid, tangent, way & 1 ? 1.5f : 0}, way & 2);
      check_gru(path, (mw_gru){hidden, hard, softsign, way & 1 ? 1.5f : 0}, way & 2);
    }
  }
  printf("  cells: worst error %.2g\n", worst);
  worst = 0, most = 2e-6;  // with the products, over several steps
  for (size_t hidden = 1; hidden <= 67; hidden++) {
    const ptrdiff_t direction = hidden % 3 == 0 ? -1 : 1;
    check_lstm_run(path, hidden, 1 + hidden % 5, direction, (mw_lstm){hidden, sigmoid, tangent, tangent, 0, 0, NULL});
    check_lstm_run(path, hidden, 1 + hidden % 4, direction, (mw_lstm){hidden, hard, softsign, tangent, 0, 0, NULL});
  }
  check_lstm_run(path, 128, 7, 1, (mw_lstm){128, sigmoid, tangent, tangent, 0, 0, NULL});
  printf("  runs of an LSTM: worst error %.2g\n", worst);
}
