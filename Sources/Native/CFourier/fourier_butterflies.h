// SPDX-License-Identifier: Apache-2.0
//
// Transforms of 2, 3, 4, 5 and 8 complex values in place, over V: a float or a vector of floats. No product is fused into
// a sum, so that every form rounds alike.
#pragma STDC FP_CONTRACT OFF

typedef struct { V r, i; } pair;

INLINE pair times(pair a, pair w) { return (pair){a.r * w.r - a.i * w.i, a.r * w.i + a.i * w.r}; }
INLINE pair plus(pair a, pair b) { return (pair){a.r + b.r, a.i + b.i}; }
INLINE pair minus(pair a, pair b) { return (pair){a.r - b.r, a.i - b.i}; }
/// -i a.
INLINE pair turned(pair a) { return (pair){a.i, -a.r}; }

INLINE void butterfly2(pair *a) {
  const pair d = minus(a[0], a[1]);
  a[0] = plus(a[0], a[1]);
  a[1] = d;
}

INLINE void butterfly3(pair *a) {
  const pair s = plus(a[1], a[2]), d = turned(minus(a[1], a[2]));
  const pair m = {a[0].r - 0.5f * s.r, a[0].i - 0.5f * s.i};
  const pair t = {0.866025403784438647f * d.r, 0.866025403784438647f * d.i};
  a[0] = plus(a[0], s);
  a[1] = plus(m, t);
  a[2] = minus(m, t);
}

INLINE void butterfly4(pair *a) {
  const pair s02 = plus(a[0], a[2]), d02 = minus(a[0], a[2]);
  const pair s13 = plus(a[1], a[3]), d13 = turned(minus(a[1], a[3]));
  a[0] = plus(s02, s13);
  a[1] = plus(d02, d13);
  a[2] = minus(s02, s13);
  a[3] = minus(d02, d13);
}

INLINE void butterfly5(pair *a) {
  const float c1 = 0.309016994374947424f, c2 = -0.809016994374947424f;
  const float s1 = 0.951056516295153572f, s2 = 0.587785252292473129f;
  const pair p14 = plus(a[1], a[4]), d14 = turned(minus(a[1], a[4]));
  const pair p23 = plus(a[2], a[3]), d23 = turned(minus(a[2], a[3]));
  const pair m1 = {a[0].r + (c1 * p14.r + c2 * p23.r), a[0].i + (c1 * p14.i + c2 * p23.i)};
  const pair m2 = {a[0].r + (c2 * p14.r + c1 * p23.r), a[0].i + (c2 * p14.i + c1 * p23.i)};
  const pair t1 = {s1 * d14.r + s2 * d23.r, s1 * d14.i + s2 * d23.i};
  const pair t2 = {s2 * d14.r - s1 * d23.r, s2 * d14.i - s1 * d23.i};
  a[0] = plus(a[0], plus(p14, p23));
  a[1] = plus(m1, t1);
  a[2] = plus(m2, t2);
  a[3] = minus(m2, t2);
  a[4] = minus(m1, t1);
}

INLINE void butterfly8(pair *a) {
  const float h = 0.707106781186547524f;
  pair even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
  butterfly4(even);
  butterfly4(odd);
  const pair o1 = {h * (odd[1].r + odd[1].i), h * (odd[1].i - odd[1].r)};
  const pair o2 = turned(odd[2]);
  const pair o3 = {h * (odd[3].i - odd[3].r), -h * (odd[3].r + odd[3].i)};
  a[0] = plus(even[0], odd[0]);
  a[1] = plus(even[1], o1);
  a[2] = plus(even[2], o2);
  a[3] = plus(even[3], o3);
  a[4] = minus(even[0], odd[0]);
  a[5] = minus(even[1], o1);
  a[6] = minus(even[2], o2);
  a[7] = minus(even[3], o3);
}

INLINE void butterfly(int radix, pair *a) {
  switch (radix) {
    case 2: butterfly2(a); break;
    case 3: butterfly3(a); break;
    case 4: butterfly4(a); break;
    case 5: butterfly5(a); break;
    default: butterfly8(a); break;
  }
}
