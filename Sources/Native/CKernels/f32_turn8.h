// SPDX-License-Identifier: Apache-2.0
// The block of a transpose with 256-bit registers.

enum { BLOCK = 8 };

INLINE void turn_block(const float *x, ptrdiff_t x_row, float *out, size_t out_row) {
  __m256 a[8], b[8];
  // Rows r and r + 4 side by side, so that what follows stays within 128 bits.
  for (int r = 0; r < 4; r++) {
    const float *upper = x + r * x_row, *lower = upper + 4 * x_row;
    a[r] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(upper)), _mm_loadu_ps(lower), 1);
    a[r + 4] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(upper + 4)), _mm_loadu_ps(lower + 4), 1);
  }
  for (int half = 0; half < 8; half += 4) {
    b[half] = _mm256_unpacklo_ps(a[half], a[half + 1]);
    b[half + 1] = _mm256_unpackhi_ps(a[half], a[half + 1]);
    b[half + 2] = _mm256_unpacklo_ps(a[half + 2], a[half + 3]);
    b[half + 3] = _mm256_unpackhi_ps(a[half + 2], a[half + 3]);
    float *to = out + (size_t)half * out_row;
    _mm256_storeu_ps(to, _mm256_shuffle_ps(b[half], b[half + 2], 0x44));
    _mm256_storeu_ps(to + out_row, _mm256_shuffle_ps(b[half], b[half + 2], 0xee));
    _mm256_storeu_ps(to + 2 * out_row, _mm256_shuffle_ps(b[half + 1], b[half + 3], 0x44));
    _mm256_storeu_ps(to + 3 * out_row, _mm256_shuffle_ps(b[half + 1], b[half + 3], 0xee));
  }
}
