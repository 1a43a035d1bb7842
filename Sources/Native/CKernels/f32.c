// SPDX-License-Identifier: Apache-2.0
// The float kernels' entries: each goes to the form of its path.
#include "f32_form.h"

#include <math.h>

/// The numbers of q8.h.
static const mw_f32_form *form(int path) {
  switch (path) {
#if defined(__x86_64__)
    case 1: return &mw_f32_form_sse;
    case 2: case 3: return &mw_f32_form_avx2;
    case 4: return &mw_f32_form_avx512;
#elif defined(__aarch64__)
    case 5: case 6: return &mw_f32_form_neon;
#endif
    default: return &mw_f32_form_scalar;
  }
}

size_t mw_f32_packed_bytes(int path, size_t taps, size_t length, size_t n) {
  return form(path)->packed_bytes(taps, length, n);
}

void mw_f32_pack(int path, const float *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                 size_t length, size_t n, float *packed) {
  form(path)->pack(b, tap_stride, k_stride, n_stride, taps, length, n, packed);
}

void mw_f32_multiply(int path, const mw_f32_product *product) { form(path)->multiply(product, 0); }

static void accumulate(int path, const float *x, const float *packed, size_t k, size_t n, float *out, int backwards) {
  const int32_t start = 0;
  const mw_f32_product product = {.a = x, .taps = &start, .tap_count = 1, .tap_length = k, .m = 1, .n = n,
                                  .packed = packed, .base = out, .low = -INFINITY, .high = INFINITY, .out = out};
  form(path)->multiply(&product, backwards);
}

void mw_f32_accumulate(int path, const float *x, const float *packed, size_t k, size_t n, float *out) {
  accumulate(path, x, packed, k, n, out, 0);
}

void mw_f32_accumulate_backwards(int path, const float *x, const float *packed, size_t k, size_t n, float *out) {
  accumulate(path, x, packed, k, n, out, 1);
}

void mw_f32_transpose(int path, const float *x, size_t rows, size_t columns, float *out) {
  form(path)->transpose(x, rows, columns, out);
}

void mw_f32_exp(int path, const float *x, size_t count, float *out) { form(path)->exp(x, count, out); }
void mw_f32_sigmoid(int path, const float *x, size_t count, float *out) { form(path)->sigmoid(x, count, out); }
void mw_f32_tanh(int path, const float *x, size_t count, float *out) { form(path)->tanh(x, count, out); }
void mw_f32_erf(int path, const float *x, size_t count, float *out) { form(path)->erf(x, count, out); }

void mw_f32_softmax(int path, const float *x, size_t rows, size_t columns, int logarithm, float *out) {
  form(path)->softmax(x, rows, columns, logarithm, out);
}

void mw_f32_layer_norm(int path, const float *x, size_t rows, size_t columns, float epsilon, const float *gain,
                       const float *bias, float *out, float *mean, float *inverse_deviation) {
  form(path)->layer_norm(x, rows, columns, epsilon, gain, bias, out, mean, inverse_deviation);
}

void mw_f32_activate(int path, mw_activation f, float *x, size_t count) { form(path)->activate(f, x, count); }

void mw_f32_lstm_step(int path, const mw_lstm *how, float *gates, float *cell, float *h) {
  form(path)->lstm_step(how, gates, cell, h);
}

size_t mw_f32_lstm_packed_bytes(int path, size_t hidden) { return form(path)->lstm_packed_bytes(hidden); }

void mw_f32_lstm_pack(int path, const float *r, size_t hidden, float *packed) {
  form(path)->lstm_pack(r, hidden, packed);
}

void mw_f32_lstm_run(int path, const mw_lstm *how, const mw_lstm_run *run) { form(path)->lstm_run(how, run); }

void mw_f32_gru_reset(int path, const mw_gru *how, const float *gates, const float *h, float *reset) {
  form(path)->gru_reset(how, gates, h, reset);
}

void mw_f32_gru_step(int path, const mw_gru *how, const float *gates, const float *recurrent, float *h) {
  form(path)->gru_step(how, gates, recurrent, h);
}
