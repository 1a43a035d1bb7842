// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>

// INT8 kernels. Every activation is unsigned (a signed one is stored with its sign bit turned and its zero point
// raised by 128); every weight is signed. All integer results are the same bits in every form.

/// The forms of the kernels; a number stays the same for good.
enum {
  MW_SCALAR = 0,
  MW_SSE41 = 1,
  MW_AVX2 = 2,
  MW_AVXVNNI = 3,
  MW_AVX512VNNI = 4,
  MW_NEON = 5,
  MW_NEONDOT = 6,
};
/// Whether this processor runs the form.
int mw_path_available(int path);
/// The fastest form that it runs.
int mw_path_best(void);

/// Bytes that the packed form of a (taps x length) x n weight matrix takes; 64-byte aligned memory is expected.
size_t mw_q8_packed_bytes(int path, size_t taps, size_t length, size_t n);
/// Packs weights for mw_q8_multiply with the same path: weight (t, k, j) is b[t*tap_stride + k*k_stride + j*n_stride].
/// Padding is zero.
void mw_q8_pack(int path, const int8_t *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride,
                size_t taps, size_t length, size_t n, int8_t *packed);

/// What becomes of a sum.
enum {
  MW_TO_U8 = 0,   // clamp(rne(clampf(float(sum) * scale[j], low - zero, high - zero)) + zero): uint8
  MW_TO_F32 = 1,  // float(sum) * scale[j] + offset[j] (offset may be NULL; product and sum rounded apart): float
  MW_TO_I32 = 2,  // the sum itself: int32
};

/// out[i][j] = epilogue(base[j] + row_factor[i]*column_factor[j] + sum over t, k of a[i][t][k] * b[t][k][j])
///
/// Row i, tap t of the left side is `tap_length` bytes at a + i*a_row + taps[t]: a dense layer is one tap, a 1-D
/// convolution over [position][channel] is one tap if its dilation is 1 (length kernel*channels, a_row =
/// stride*channels) and `kernel` taps otherwise. Up to 63 bytes behind a tap, and what lies between the lowest and the
/// highest tap of all rows, may be read, never used.
typedef struct {
  const uint8_t *a;
  ptrdiff_t a_row;
  const int32_t *taps;
  size_t tap_count, tap_length;
  size_t m, n;
  const int8_t *packed;
  const int32_t *base;           // n of them
  const int32_t *row_factor;     // m of them, or NULL
  const int32_t *column_factor;  // n of them, or NULL with row_factor
  int to;                        // MW_TO_...
  const float *scale;            // n of them; not for MW_TO_I32
  const float *offset;           // n of them, or NULL; only MW_TO_F32
  int32_t zero, low, high;       // only MW_TO_U8; 0 <= low <= high <= 255
  void *out;
  ptrdiff_t out_row;             // elements of out from row to row
} mw_q8_product;

/// Bytes of scratch (64-byte aligned) that the product takes with this path; depends on m, a_row, taps and lengths only.
size_t mw_q8_scratch_bytes(int path, const mw_q8_product *product);
void mw_q8_multiply(int path, const mw_q8_product *product, void *scratch);

/// q[i] = clamp(rne(clampf(x[i] / scale, 0 - zero, 255 - zero)) + zero): true division, as ONNX Runtime; NaN gives 0.
void mw_q8_quantize(int path, const float *x, size_t count, float scale, int32_t zero, uint8_t *q);
/// The same, from x[rows][columns] to q[columns][rows].
void mw_q8_quantize_transposed(int path, const float *x, size_t rows, size_t columns, float scale, int32_t zero,
                               uint8_t *q);
/// x[i] = float(q[i] - zero) * scale
void mw_q8_dequantize(int path, const uint8_t *q, size_t count, float scale, int32_t zero, float *x);
/// q[columns][rows] from q[rows][columns]
void mw_q8_transpose(int path, const uint8_t *q, size_t rows, size_t columns, uint8_t *out);
/// sums[i] = sum of a row of `length` bytes, rows a_row apart; taps as in the product.
void mw_q8_row_sums(int path, const uint8_t *a, ptrdiff_t a_row, const int32_t *taps, size_t tap_count,
                    size_t tap_length, size_t m, int32_t *sums);
/// out[i] = table[q[i]]
void mw_q8_lookup(int path, const uint8_t *q, size_t count, const uint8_t table[256], uint8_t *out);
/// out[i] = q[i] ^ 0x80: between int8 and its unsigned form.
void mw_q8_flip(int path, const uint8_t *q, size_t count, uint8_t *out);

/// A sum or product of two quantized tensors, as ONNX Runtime's QLinearAdd and QLinearMul compute it.
typedef struct {
  float a_scale, b_scale, out_scale;
  int32_t a_zero, b_zero, out_zero;
  int32_t low, high;  // of the result, 0 to 255 unless a Relu raised low
} mw_q8_binary;
void mw_q8_add(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count, uint8_t *out);
void mw_q8_multiply_elements(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count,
                             uint8_t *out);
/// The same where the tensors are int8 in their unsigned form: ONNX Runtime rounds sums of the signed values.
void mw_q8_add_signed(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b, size_t count,
                      uint8_t *out);
void mw_q8_multiply_elements_signed(int path, const mw_q8_binary *how, const uint8_t *a, const uint8_t *b,
                                    size_t count, uint8_t *out);

/// Largest of `window` rows of `channels` bytes, for each output row; input rows outside 0..<in_rows are left out.
void mw_q8_max_pool(int path, const uint8_t *q, size_t in_rows, size_t channels, size_t window, size_t stride,
                    size_t dilation, ptrdiff_t first, size_t out_rows, uint8_t *out);
/// sums[c] = sum over rows of q[row][c]
void mw_q8_column_sums(int path, const uint8_t *q, size_t rows, size_t channels, int32_t *sums);

/// Softmax of each row, as ONNX Runtime's QLinearSoftmax: out = rne(e * scale / sum of e) + zero, at most 255, where e is
/// table[x + 255 - largest x of the row]; sums run in the order of the elements.
void mw_q8_softmax(int path, const uint8_t *x, size_t rows, size_t columns, const float *table, float scale,
                   int32_t zero, uint8_t *out);

/// Smallest and largest of x, at least one value; 0 is counted among them (DynamicQuantizeLinear).
void mw_f32_range(int path, const float *x, size_t count, float *low, float *high);
