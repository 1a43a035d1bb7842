// SPDX-License-Identifier: Apache-2.0
//
// Stockham's stages, decimated in frequency: no reordering, the results of a stage stand where the next one reads them in
// order. A value is a V of real parts followed by a V of imaginary parts; the first stage reads interleaved pairs, as the
// form's `get_pairs` does.
INLINE pair get_split(const float *p) { return (pair){LOAD(p), LOAD(p + WIDTH)}; }
INLINE void put_split(float *p, pair a) {
  STORE(p, a.r);
  STORE(p + WIDTH, a.i);
}

/// One stage over `groups` groups of `stride` butterflies.
INLINE void stage(int radix, int is_first, int is_last, int swap, size_t groups, size_t stride, const float *w,
                  const float *x, float *y) {
  const size_t value = 2 * WIDTH;
  for (size_t p = 0; p < groups; p++) {
    for (size_t q = 0; q < stride; q++) {
      pair a[8];
      for (int k = 0; k < radix; k++) {
        const float *from = x + value * (q + stride * (p + groups * (size_t)k));
        a[k] = is_first ? get_pairs(from, swap) : get_split(from);
      }
      butterfly(radix, a);
      for (int k = 1; k < radix && !is_last; k++) {
        a[k] = times(a[k], (pair){ALL(w[2 * k - 2]), ALL(w[2 * k - 1])});
      }
      for (int k = 0; k < radix; k++) put_split(y + value * (q + stride * ((size_t)radix * p + (size_t)k)), a[k]);
    }
    w += is_last ? 0 : 2 * (radix - 1);
  }
}

/// The stage of a radix, its place known to the compiler.
#define STAGE_OF(RADIX)                                                                                              \
  TARGET static void stage##RADIX(int is_first, int is_last, int swap, size_t groups, size_t stride, const float *w, \
                                  const float *x, float *y) {                                                        \
    if (is_first && is_last) stage(RADIX, 1, 1, swap, groups, stride, w, x, y);                                      \
    else if (is_first) stage(RADIX, 1, 0, swap, groups, stride, w, x, y);                                            \
    else if (is_last) stage(RADIX, 0, 1, swap, groups, stride, w, x, y);                                             \
    else stage(RADIX, 0, 0, swap, groups, stride, w, x, y);                                                          \
  }
STAGE_OF(2)
STAGE_OF(3)
STAGE_OF(4)
STAGE_OF(5)
STAGE_OF(8)

/// Transforms of `plan->length` values of each lane; returns where they stand, in the first or second half of `scratch`.
TARGET static const float *stages(const mw_fourier *plan, int swap, const float *in, float *scratch) {
  float *const halves[2] = {scratch, scratch + 2 * plan->count};
  const float *x = in, *w = plan->twiddles;
  size_t groups = plan->length, stride = 1;
  for (int s = 0; s < plan->stages; s++) {
    const int radix = plan->radix[s], is_first = s == 0, is_last = s == plan->stages - 1;
    float *y = halves[s & 1];
    groups /= (size_t)radix;
    switch (radix) {
      case 2: stage2(is_first, is_last, swap, groups, stride, w, x, y); break;
      case 3: stage3(is_first, is_last, swap, groups, stride, w, x, y); break;
      case 4: stage4(is_first, is_last, swap, groups, stride, w, x, y); break;
      case 5: stage5(is_first, is_last, swap, groups, stride, w, x, y); break;
      default: stage8(is_first, is_last, swap, groups, stride, w, x, y); break;
    }
    if (!is_last) w += groups * 2 * (size_t)(radix - 1);
    stride *= (size_t)radix;
    x = y;
  }
  return x;
}
