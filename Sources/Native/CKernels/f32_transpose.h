// SPDX-License-Identifier: Apache-2.0
// Transposes, in blocks of BLOCK x BLOCK that the form turns in registers.

/// out[j * out_row + i] = x[i * x_row + j]
INLINE void turn(const float *x, ptrdiff_t x_row, size_t rows, size_t columns, float *out, size_t out_row) {
  size_t i = 0;
  for (; i + BLOCK <= rows; i += BLOCK, x += BLOCK * x_row) {
    size_t j = 0;
    for (; j + BLOCK <= columns; j += BLOCK) turn_block(x + j, x_row, out + j * out_row + i, out_row);
    for (; j < columns; j++) {
      for (ptrdiff_t r = 0; r < BLOCK; r++) out[j * out_row + i + (size_t)r] = x[r * x_row + (ptrdiff_t)j];
    }
  }
  for (; i < rows; i++, x += x_row) {
    for (size_t j = 0; j < columns; j++) out[j * out_row + i] = x[j];
  }
}

TARGET static void transpose(const float *x, size_t rows, size_t columns, float *out) {
  turn(x, (ptrdiff_t)columns, rows, columns, out, rows);
}
