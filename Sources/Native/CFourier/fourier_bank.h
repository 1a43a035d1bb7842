// SPDX-License-Identifier: Apache-2.0
//
// Included by the form of eight lanes. With x_r the samples whose place modulo 2 or 3 is r, every sum of a bank is one of
// i^j t[j] x_r[m - j] over eight or nine taps, whose even j give a real and whose odd j an imaginary factor.

enum { BACK = 8 };

/// Sums over even and odd j of (-1)^(j/2) t[j] x[m - j].
typedef struct { V even, odd; } sums;

/// Nine taps of which t[j] = t[8 - j].
INLINE sums nine(const float *t, const float *x) {
  const V even = ALL(t[0]) * (LOAD(x) + LOAD(x - 8)) - ALL(t[2]) * (LOAD(x - 2) + LOAD(x - 6)) + ALL(t[4]) * LOAD(x - 4);
  const V odd = ALL(t[1]) * (LOAD(x - 1) - LOAD(x - 7)) - ALL(t[3]) * (LOAD(x - 3) - LOAD(x - 5));
  return (sums){even, odd};
}

INLINE sums eight(const float *t, const float *x) {
  const V even = ALL(t[0]) * LOAD(x) - ALL(t[2]) * LOAD(x - 2) + (ALL(t[4]) * LOAD(x - 4) - ALL(t[6]) * LOAD(x - 6));
  const V odd = ALL(t[1]) * LOAD(x - 1) - ALL(t[3]) * LOAD(x - 3) + (ALL(t[5]) * LOAD(x - 5) - ALL(t[7]) * LOAD(x - 7));
  return (sums){even, odd};
}

/// Of the sums over real and imaginary parts those of i^j, and of (-i)^j.
INLINE pair forwards(sums r, sums i, int is_real) {
  return is_real ? (pair){r.even, r.odd} : (pair){r.even - i.odd, i.even + r.odd};
}
INLINE pair mirrored(sums r, sums i, int is_real) {
  return is_real ? (pair){r.even, -r.odd} : (pair){r.even + i.odd, i.even - r.odd};
}

/// Every `step`-th tap from `first` on.
INLINE void take_taps(const float *prototype, int first, int step, int count, float factor, float *taps) {
  for (int j = 0; j < count; j++) taps[j] = factor * prototype[first + j * step];
}

/// The last block of eight overlaps the one before it.
INLINE size_t block(size_t k, size_t count) { return k + 8 <= count ? k : count - 8; }

/// Parts `x` by place modulo `step`: x_r stands at out + r * stride behind zeros.
INLINE void spread(size_t step, size_t count, size_t stride, const float *x, float *out) {
  for (size_t r = 0; r < step; r++) STORE(out + r * stride - BACK, ALL(0.0f));
  for (size_t k = 0; k < count; k += 8) {
    const size_t m = block(k, count);
    const float *from = x + step * m;
    const V a = LOAD(from), b = LOAD(from + 8);
    if (step == 2) {
      STORE(out + m, SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14));
      STORE(out + stride + m, SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
    } else {
      const V c = LOAD(from + 16);
      const V a0 = SHUFFLE(a, b, 0, 3, 6, 9, 12, 15, -1, -1), a1 = SHUFFLE(a, b, 1, 4, 7, 10, 13, -1, -1, -1);
      const V a2 = SHUFFLE(a, b, 2, 5, 8, 11, 14, -1, -1, -1);
      STORE(out + m, SHUFFLE(a0, c, 0, 1, 2, 3, 4, 5, 10, 13));
      STORE(out + stride + m, SHUFFLE(a1, c, 0, 1, 2, 3, 4, 8, 11, 14));
      STORE(out + 2 * stride + m, SHUFFLE(a2, c, 0, 1, 2, 3, 4, 9, 12, 15));
    }
  }
}

INLINE void halves(const float *prototype, int is_real, size_t length, const float *node, float *scratch, float *bands) {
  const size_t count = length / 2, stride = count + BACK;
  float *r0 = scratch + BACK, *r1 = r0 + stride, *i0 = r1 + stride, *i1 = i0 + stride;
  spread(2, count, stride, node, r0);
  if (!is_real) spread(2, count, stride, node + length, i0);
  // The factor belongs to the turns by an eighth below.
  const float h = 0.707106781186547524f;
  float low1[9], low0[8], high1[8], high0[8];
  take_taps(prototype, 0, 2, 9, 1, low1);
  take_taps(prototype, 1, 2, 8, h, low0);
  take_taps(prototype, 1, 2, 8, 1, high1);
  take_taps(prototype, 2, 2, 8, h, high0);
  const V starts[2] = {{1, -1, 1, -1, 1, -1, 1, -1}, {-1, 1, -1, 1, -1, 1, -1, 1}};
  const sums none = {ALL(0.0f), ALL(0.0f)};
  for (size_t k = 0; k < count; k += 8) {
    const size_t m = block(k, count);
    const pair a = forwards(nine(low1, r1 + m), is_real ? none : nine(low1, i1 + m), is_real);
    const pair b = forwards(eight(low0, r0 + m), is_real ? none : eight(low0, i0 + m), is_real);
    STORE(bands + m, a.r + (b.r - b.i));
    STORE(bands + count + m, a.i + (b.r + b.i));
    const pair c = mirrored(eight(high1, r1 + m), is_real ? none : eight(high1, i1 + m), is_real);
    const pair d = mirrored(eight(high0, r0 + m), is_real ? none : eight(high0, i0 + m), is_real);
    const V sign = starts[m & 1];
    STORE(bands + 2 * count + m, sign * (c.r - (d.r + d.i)));
    STORE(bands + 3 * count + m, sign * (c.i + (d.r - d.i)));
  }
}

INLINE void thirds(const float *prototype, int is_real, size_t length, const float *node, float *scratch, float *bands) {
  const size_t count = length / 3, stride = count + BACK;
  float *r = scratch + BACK, *i = r + 3 * stride;
  spread(3, count, stride, node, r);
  if (!is_real) spread(3, count, stride, node + length, i);
  const float root = 0.866025403784438647f;
  float taps[3][9];
  for (int n = 0; n < 3; n++) take_taps(prototype, n, 3, n == 0 ? 9 : 8, 1, taps[n]);
  const sums none = {ALL(0.0f), ALL(0.0f)};
  for (size_t k = 0; k < count; k += 8) {
    const size_t m = block(k, count);
    pair u[3], v[3];
    for (size_t n = 0; n < 3; n++) {
      const float *x = r + (2 - n) * stride + m, *y = i + (2 - n) * stride + m;
      const sums real = n == 0 ? nine(taps[n], x) : eight(taps[n], x);
      const sums imaginary = is_real ? none : n == 0 ? nine(taps[n], y) : eight(taps[n], y);
      u[n] = forwards(real, imaginary, is_real);
      v[n] = mirrored(real, imaginary, is_real);
    }
    // Turns by a twelfth (u1) and a sixth (u2); the third band's are their mirror images.
    const pair a = {u[0].r + ALL(0.5f) * (u[2].r - u[1].i), u[0].i + ALL(0.5f) * (u[1].r + u[2].i)};
    const pair b = {ALL(root) * (u[1].r - u[2].i), ALL(root) * (u[1].i + u[2].r)};
    STORE(bands + m, a.r + b.r);
    STORE(bands + count + m, a.i + b.i);
    STORE(bands + 2 * count + m, v[0].r - v[2].r - v[1].i);
    STORE(bands + 3 * count + m, v[0].i - v[2].i + v[1].r);
    STORE(bands + 4 * count + m, a.r - b.r);
    STORE(bands + 5 * count + m, a.i - b.i);
  }
}

TARGET void FORM(halves)(const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                         float *bands) {
  if (is_real) halves(prototype, 1, length, node, scratch, bands);
  else halves(prototype, 0, length, node, scratch, bands);
}

TARGET void FORM(thirds)(const float *prototype, int is_real, size_t length, const float *node, float *scratch,
                         float *bands) {
  if (is_real) thirds(prototype, 1, length, node, scratch, bands);
  else thirds(prototype, 0, length, node, scratch, bands);
}

/// Adds the eight lanes up in double.
INLINE double total(const V *x) {
  double sum = 0;
  for (int l = 0; l < 8; l++) sum += (double)(*x)[l];
  return sum;
}

/// Vectors that are added up in float.
enum { RUN = 64 };

INLINE float mean(size_t count, const float *x) {
  double sum = 0;
  size_t k = 0;
  while (k + 8 <= count) {
    V lanes = ALL(0.0f);
    for (int n = 0; n < RUN && k + 8 <= count; n++, k += 8) lanes += LOAD(x + k);
    sum += total(&lanes);
  }
  for (; k < count; k++) sum += (double)x[k];
  return (float)(sum / (double)count);
}

INLINE void moments(size_t count, const float *re, const float *im, float scale, double *out) {
  const float re_mean = mean(count, re), im_mean = im ? mean(count, im) : 0;
  double second = 0, fourth = 0;
  size_t k = 0;
  while (k + 8 <= count) {
    V seconds = ALL(0.0f), fourths = ALL(0.0f);
    for (int n = 0; n < RUN && k + 8 <= count; n++, k += 8) {
      const V a = LOAD(re + k) - ALL(re_mean), b = im ? LOAD(im + k) - ALL(im_mean) : ALL(0.0f);
      const V p = ALL(scale) * (im ? a * a + b * b : a * a);
      seconds += p;
      fourths += p * p;
    }
    second += total(&seconds);
    fourth += total(&fourths);
  }
  for (; k < count; k++) {
    const float a = re[k] - re_mean, b = im ? im[k] - im_mean : 0, p = scale * (a * a + b * b);
    second += (double)p;
    fourth += (double)(p * p);
  }
  out[0] = second / (double)count;
  out[1] = fourth / (double)count;
}

TARGET void FORM(moments)(size_t count, const float *re, const float *im, float scale, double *out) {
  if (im) moments(count, re, im, scale, out);
  else moments(count, re, NULL, scale, out);
}
