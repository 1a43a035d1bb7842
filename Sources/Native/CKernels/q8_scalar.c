// SPDX-License-Identifier: Apache-2.0
// The definition of the INT8 kernels. Integers wrap, as they do in vector registers.
#include "q8_forms.h"

#pragma STDC FP_CONTRACT OFF

static uint8_t rounded(float v, float low, float high, int32_t zero) {
  if (!(v > low)) v = low;  // NaN too
  if (v > high) v = high;
  return (uint8_t)((int32_t)__builtin_rintf(v) + zero);
}

static size_t packed_bytes(size_t taps, size_t length, size_t n) { return taps * length * n; }

static void pack(const int8_t *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                 size_t length, size_t n, int8_t *packed) {
  for (size_t t = 0; t < taps; t++) {
    for (size_t k = 0; k < length; k++) {
      for (size_t j = 0; j < n; j++) {
        *packed++ = b[(ptrdiff_t)t * tap_stride + (ptrdiff_t)k * k_stride + (ptrdiff_t)j * n_stride];
      }
    }
  }
}

static size_t scratch_bytes(const mw_q8_product *p) {
  (void)p;
  return 0;
}

static int32_t sum_of(const mw_q8_product *p, size_t i, size_t j) {
  uint32_t sum = (uint32_t)p->base[j];
  if (p->row_factor) sum += (uint32_t)p->row_factor[i] * (uint32_t)p->column_factor[j];
  const int8_t *b = p->packed + j;
  for (size_t t = 0; t < p->tap_count; t++) {
    const uint8_t *a = p->a + (ptrdiff_t)i * p->a_row + p->taps[t];
    for (size_t k = 0; k < p->tap_length; k++, b += p->n) sum += (uint32_t)(a[k] * *b);
  }
  return (int32_t)sum;
}

static void multiply(const mw_q8_product *p, void *scratch) {
  (void)scratch;
  for (size_t i = 0; i < p->m; i++) {
    for (size_t j = 0; j < p->n; j++) {
      const int32_t sum = sum_of(p, i, j);
      const ptrdiff_t at = (ptrdiff_t)i * p->out_row + (ptrdiff_t)j;
      if (p->to == MW_TO_I32) {
        ((int32_t *)p->out)[at] = sum;
      } else if (p->to == MW_TO_F32) {
        const float product = (float)sum * p->scale[j];
        ((float *)p->out)[at] = p->offset ? product + p->offset[j] : product;
      } else {
        const float low = (float)(p->low - p->zero), high = (float)(p->high - p->zero);
        ((uint8_t *)p->out)[at] = rounded((float)sum * p->scale[j], low, high, p->zero);
      }
    }
  }
}

static void quantize(const float *x, size_t count, float scale, int32_t zero, uint8_t *q) {
  for (size_t i = 0; i < count; i++) q[i] = rounded(x[i] / scale, (float)(0 - zero), (float)(255 - zero), zero);
}

static void transpose(const uint8_t *q, size_t rows, size_t columns, uint8_t *out) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) out[j * rows + i] = q[i * columns + j];
  }
}

static void quantize_transposed(const float *x, size_t rows, size_t columns, float scale, int32_t zero, uint8_t *q) {
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = 0; j < columns; j++) quantize(x + i * columns + j, 1, scale, zero, q + j * rows + i);
  }
}

static void dequantize(const uint8_t *q, size_t count, float scale, int32_t zero, float *x) {
  for (size_t i = 0; i < count; i++) x[i] = (float)(q[i] - zero) * scale;
}

static void row_sums(const uint8_t *a, ptrdiff_t a_row, const int32_t *taps, size_t tap_count, size_t tap_length,
                     size_t m, int32_t *sums) {
  for (size_t i = 0; i < m; i++) {
    sums[i] = 0;
    for (size_t t = 0; t < tap_count; t++) {
      const uint8_t *x = a + (ptrdiff_t)i * a_row + taps[t];
      for (size_t k = 0; k < tap_length; k++) sums[i] += x[k];
    }
  }
}

static void lookup(const uint8_t *q, size_t count, const uint8_t *table, uint8_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = table[q[i]];
}

static void flip(const uint8_t *q, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = q[i] ^ 0x80;
}

// As the AVX2 form of ONNX Runtime 1.32, rounding by rounding. Its int8 tensors are summed as signed values: `shift` is
// 128 for them and 0 for uint8.
static void add(const mw_q8_binary *how, int32_t shift, const uint8_t *a, const uint8_t *b, size_t count,
                uint8_t *out) {
  const float ratio_a = how->a_scale / how->out_scale, ratio_b = how->b_scale / how->out_scale;
  const float b_part = ratio_b * (float)(how->b_zero - shift);
  const float zeros = __builtin_fmaf((float)(how->a_zero - shift), ratio_a, b_part);
  const float fixed = (float)(how->out_zero - shift) - zeros;
  for (size_t i = 0; i < count; i++) {
    const float sum = __builtin_fmaf((float)(b[i] - shift), ratio_b, fixed);
    out[i] = rounded(__builtin_fmaf((float)(a[i] - shift), ratio_a, sum), (float)(how->low - shift),
                     (float)(how->high - shift), shift);
  }
}

static void multiply_elements(const mw_q8_binary *how, int32_t shift, const uint8_t *a, const uint8_t *b,
                              size_t count, uint8_t *out) {
  const float ratio = how->a_scale * how->b_scale / how->out_scale, zero = (float)(how->out_zero - shift);
  for (size_t i = 0; i < count; i++) {
    const float product = (float)((a[i] - how->a_zero) * (b[i] - how->b_zero)) * ratio;
    out[i] = rounded(product + zero, (float)(how->low - shift), (float)(how->high - shift), shift);
  }
}

static void max_pool(const uint8_t *q, size_t in_rows, size_t channels, size_t window, size_t stride, size_t dilation,
                     ptrdiff_t first, size_t out_rows, uint8_t *out) {
  for (size_t i = 0; i < out_rows; i++) {
    for (size_t c = 0; c < channels; c++) {
      uint8_t most = 0;
      for (size_t k = 0; k < window; k++) {
        const ptrdiff_t row = first + (ptrdiff_t)(i * stride + k * dilation);
        if (row < 0 || row >= (ptrdiff_t)in_rows) continue;
        const uint8_t x = q[(size_t)row * channels + c];
        if (x > most) most = x;
      }
      out[i * channels + c] = most;
    }
  }
}

static void column_sums(const uint8_t *q, size_t rows, size_t channels, int32_t *sums) {
  for (size_t c = 0; c < channels; c++) {
    sums[c] = 0;
    for (size_t i = 0; i < rows; i++) sums[c] += q[i * channels + c];
  }
}

static void range(const float *x, size_t count, float *low, float *high) {
  *low = *high = 0;
  for (size_t i = 0; i < count; i++) {
    if (x[i] < *low) *low = x[i];
    if (x[i] > *high) *high = x[i];
  }
}

const mw_q8_form mw_q8_scalar = {packed_bytes, pack,     scratch_bytes, multiply, quantize, quantize_transposed,
                                 dequantize,   transpose, row_sums,     lookup,   flip,     add,
                                 multiply_elements, max_pool, column_sums, range};
