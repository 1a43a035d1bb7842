// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

// Float kernels. `path` as in q8.h; results agree between forms within the stated error, not bit for bit.

/// Packed right side of a float product, (taps x length) x n: 64-byte aligned memory.
size_t mw_f32_packed_bytes(int path, size_t taps, size_t length, size_t n);
/// Weight (t, k, j) is b[t*tap_stride + k*k_stride + j*n_stride], strides in elements.
void mw_f32_pack(int path, const float *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                 size_t length, size_t n, float *packed);

/// out[i][j] = clamp(base[j] + sum over t, k of a[i][t][k] * b[t][k][j], low, high)
typedef struct {
  const float *a;
  ptrdiff_t a_row;       // elements from row to row
  const int32_t *taps;   // elements
  size_t tap_count, tap_length;
  size_t m, n;
  const float *packed;
  const float *base;     // n of them, or NULL for zeros
  float low, high;       // -INFINITY and INFINITY for none; 0 and INFINITY for a Relu; NaN passes through
  float *out;
  ptrdiff_t out_row;     // elements
} mw_f32_product;
void mw_f32_multiply(int path, const mw_f32_product *product);

/// out[columns][rows] from x[rows][columns]
void mw_f32_transpose(int path, const float *x, size_t rows, size_t columns, float *out);

/// Element-wise functions of `count` values, x and out apart or the same. Errors are the largest against the exact
/// value, over all floats, subnormal results included; NaN gives NaN, infinities their limits, -0 its sign.
/// 1.1 ulp
void mw_f32_exp(int path, const float *x, size_t count, float *out);
/// 1.9 ulp; 1.7 with fused multiply-add
void mw_f32_sigmoid(int path, const float *x, size_t count, float *out);
/// 1.6 ulp
void mw_f32_tanh(int path, const float *x, size_t count, float *out);
/// 1.2 ulp
void mw_f32_erf(int path, const float *x, size_t count, float *out);

/// softmax (or its logarithm) over each of `rows` contiguous rows of `columns`; x and out apart or the same
void mw_f32_softmax(int path, const float *x, size_t rows, size_t columns, int logarithm, float *out);
/// (x - mean) / sqrt(variance + epsilon) * gain + bias over each row; bias may be NULL; mean and inverse deviation of
/// each row are written when the pointers are not NULL; x and out apart or the same
void mw_f32_layer_norm(int path, const float *x, size_t rows, size_t columns, float epsilon, const float *gain,
                       const float *bias, float *out, float *mean, float *inverse_deviation);

/// The activations of recurrent cells, after ONNX.
enum { MW_ACT_SIGMOID = 0, MW_ACT_TANH = 1, MW_ACT_RELU = 2, MW_ACT_AFFINE = 3, MW_ACT_LEAKY_RELU = 4,
       MW_ACT_THRESHOLDED_RELU = 5, MW_ACT_HARD_SIGMOID = 6, MW_ACT_ELU = 7, MW_ACT_SOFTSIGN = 8, MW_ACT_SOFTPLUS = 9,
       MW_ACT_SCALED_TANH = 10 };
typedef struct { int kind; float alpha, beta; } mw_activation;
/// x[i] = f(x[i])
void mw_f32_activate(int path, mw_activation f, float *x, size_t count);

/// One step of an LSTM cell for one batch row. `gates` holds the sums W x + R h + b in the order of ONNX: i, o, f, c
/// (4 x hidden) and is overwritten; peepholes (3 x hidden: i, o, f) may be NULL; `clip` 0 is none and bounds what the
/// activations f and g get, not h, as in ONNX Runtime. cell (hidden) is updated in place, h (hidden) is written.
typedef struct { size_t hidden; mw_activation f, g, h; float clip; int input_forget; const float *peepholes; } mw_lstm;
void mw_f32_lstm_step(int path, const mw_lstm *how, float *gates, float *cell, float *h);

/// Recurrent weights of an LSTM, r[4 * hidden][hidden] with the gates in the order of ONNX, packed into 64-byte aligned
/// memory.
size_t mw_f32_lstm_packed_bytes(int path, size_t hidden);
void mw_f32_lstm_pack(int path, const float *r, size_t hidden, float *packed);

/// All steps of an LSTM for one batch row: each adds R h to its gates, then does what mw_f32_lstm_step does.
typedef struct {
  size_t steps;
  float *gates;          // 4 * hidden sums W x + b of the first step; overwritten
  ptrdiff_t gates_step;  // elements to those of the next step
  const float *packed;   // R
  float *h, *cell;       // hidden: the states before the first step, then those after the last
  float *other;          // hidden: scratch
  float *y;              // hidden: h after the first step, or NULL
  ptrdiff_t y_step;
} mw_lstm_run;
void mw_f32_lstm_run(int path, const mw_lstm *how, const mw_lstm_run *run);

/// One step of a GRU cell for one batch row. `gates` holds sums in the order of ONNX: z, r, h (3 x hidden); h (hidden)
/// is updated in place. Which sums depends on linear_before_reset of the model:
/// - 1: z and r are W x + R h + b, the third block is W x + Wb alone, and `recurrent` (hidden) is R_h h + Rb;
/// - 0: first mw_f32_gru_reset, which writes reset = r * h (hidden); then the caller adds R_h reset to the third block,
///   which holds W x + Wb + Rb, and calls mw_f32_gru_step with `recurrent` NULL (the r block is not read again).
/// `clip` 0 is none.
typedef struct { size_t hidden; mw_activation f, g; float clip; } mw_gru;
void mw_f32_gru_reset(int path, const mw_gru *how, const float *gates, const float *h, float *reset);
void mw_f32_gru_step(int path, const mw_gru *how, const float *gates, const float *recurrent, float *h);

/// out[j] += sum over k of x[k] * b[k][j], b packed by mw_f32_pack with one tap: the recurrent product.
void mw_f32_accumulate(int path, const float *x, const float *packed, size_t k, size_t n, float *out);
/// The same bits, the panels of weights taken from the last to the first. A recurrent loop that takes the two in turns
/// finds the weights that the step before used last still in the first-level cache.
void mw_f32_accumulate_backwards(int path, const float *x, const float *packed, size_t k, size_t n, float *out);
