// SPDX-License-Identifier: Apache-2.0
//
// Between the transform Z of h = count/2 pairs of real values and the bins X of the values: with E = (Z[k] + Z*[h-k])/2
// and O = (Z[k] - Z*[h-k])/2i, the transforms of the even and the odd samples, X[k] = E + w^k O and X*[h-k] = E - w^k O.

/// Pairs p[0], p[-1]... in that order.
INLINE pair get_back(const float *p) {
  const pair a = get_pairs(p - 14, 0);
  return (pair){SHUFFLE(a.r, a.r, 7, 6, 5, 4, 3, 2, 1, 0), SHUFFLE(a.i, a.i, 7, 6, 5, 4, 3, 2, 1, 0)};
}

INLINE void put_back(float *p, pair a) {
  const pair b = {SHUFFLE(a.r, a.r, 7, 6, 5, 4, 3, 2, 1, 0), SHUFFLE(a.i, a.i, 7, 6, 5, 4, 3, 2, 1, 0)};
  put_pairs(p - 14, b, 0);
}

TARGET void FORM(unpack)(size_t count, const float *roots, float *bins) {
  const size_t half = count / 2;
  const float first_r = bins[0], first_i = bins[1];
  size_t k = 1;
  for (; 2 * (k + 8) <= half; k += 8) {
    const pair a = get_pairs(bins + 2 * k, 0), b = get_back(bins + 2 * (half - k));
    const pair e = {0.5f * (a.r + b.r), 0.5f * (a.i - b.i)}, o = {0.5f * (a.i + b.i), 0.5f * (b.r - a.r)};
    const pair t = times(o, get_pairs(roots + 2 * k, 0));
    put_pairs(bins + 2 * k, plus(e, t), 0);
    put_back(bins + 2 * (half - k), (pair){e.r - t.r, t.i - e.i});
  }
  for (; 2 * k <= half; k++) {
    float *a = bins + 2 * k, *b = bins + 2 * (half - k);
    const float er = 0.5f * (a[0] + b[0]), ei = 0.5f * (a[1] - b[1]);
    const float or = 0.5f * (a[1] + b[1]), oi = 0.5f * (b[0] - a[0]);
    const float tr = or * roots[2 * k] - oi * roots[2 * k + 1], ti = or * roots[2 * k + 1] + oi * roots[2 * k];
    a[0] = er + tr;
    a[1] = ei + ti;
    b[0] = er - tr;
    b[1] = ti - ei;
  }
  bins[0] = first_r + first_i;
  bins[1] = 0;
  bins[2 * half] = first_r - first_i;
  bins[2 * half + 1] = 0;
}

TARGET void FORM(pack)(size_t count, const float *roots, const float *bins, float *pairs) {
  const size_t half = count / 2;
  pairs[0] = bins[0] + bins[2 * half];
  pairs[1] = bins[0] - bins[2 * half];
  size_t k = 1;
  for (; 2 * (k + 8) <= half; k += 8) {
    const pair a = get_pairs(bins + 2 * k, 0), b = get_back(bins + 2 * (half - k)), w = get_pairs(roots + 2 * k, 0);
    const pair e = {a.r + b.r, a.i - b.i}, t = {a.r - b.r, a.i + b.i};
    const pair o = times(t, (pair){w.r, -w.i});
    put_pairs(pairs + 2 * k, (pair){e.r - o.i, e.i + o.r}, 0);
    put_back(pairs + 2 * (half - k), (pair){e.r + o.i, o.r - e.i});
  }
  for (; 2 * k <= half; k++) {
    const float *a = bins + 2 * k, *b = bins + 2 * (half - k);
    const float wr = roots[2 * k], wi = -roots[2 * k + 1];
    const float er = a[0] + b[0], ei = a[1] - b[1];
    const float tr = a[0] - b[0], ti = a[1] + b[1];
    const float or = tr * wr - ti * wi, oi = tr * wi + ti * wr;
    float *p = pairs + 2 * k, *q = pairs + 2 * (half - k);
    p[0] = er - oi;
    p[1] = ei + or;
    q[0] = er + oi;
    q[1] = or - ei;
  }
}
