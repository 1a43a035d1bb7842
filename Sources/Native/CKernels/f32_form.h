// SPDX-License-Identifier: Apache-2.0
//
// A form of the float kernels: the same algorithms, written once over vectors in f32_math.h, f32_product.h, f32_rows.h,
// f32_cells.h and f32_lstm.h, compiled for one instruction set. A form's file (f32_avx512.c and so on) defines the
// vector V of W floats with its primitives, then includes f32_body.h.
#pragma once
#include "include/f32.h"

typedef struct {
  size_t (*packed_bytes)(size_t taps, size_t length, size_t n);
  void (*pack)(const float *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps, size_t length,
               size_t n, float *packed);
  void (*multiply)(const mw_f32_product *product, int backwards);
  void (*transpose)(const float *x, size_t rows, size_t columns, float *out);
  void (*exp)(const float *x, size_t count, float *out);
  void (*sigmoid)(const float *x, size_t count, float *out);
  void (*tanh)(const float *x, size_t count, float *out);
  void (*erf)(const float *x, size_t count, float *out);
  void (*softmax)(const float *x, size_t rows, size_t columns, int logarithm, float *out);
  void (*layer_norm)(const float *x, size_t rows, size_t columns, float epsilon, const float *gain, const float *bias,
                     float *out, float *mean, float *inverse_deviation);
  void (*activate)(mw_activation f, float *x, size_t count);
  void (*lstm_step)(const mw_lstm *how, const float *gates, float *cell, float *h);
  size_t (*lstm_packed_bytes)(size_t hidden);
  void (*lstm_pack)(const float *r, size_t hidden, float *packed);
  void (*lstm_run)(const mw_lstm *how, const mw_lstm_run *run);
  void (*gru_reset)(const mw_gru *how, const float *gates, const float *h, float *reset);
  void (*gru_step)(const mw_gru *how, const float *gates, const float *recurrent, float *h);
} mw_f32_form;

extern const mw_f32_form mw_f32_form_scalar;
#if defined(__x86_64__)
extern const mw_f32_form mw_f32_form_sse, mw_f32_form_avx2, mw_f32_form_avx512;
#elif defined(__aarch64__)
extern const mw_f32_form mw_f32_form_neon;
#endif
