// SPDX-License-Identifier: Apache-2.0
//
// Functions of a vector. Coefficients are minimax fits to the exact functions, rounded to float one after the other.
#include <math.h>

#define EACH(f) _Pragma("clang loop unroll(full)") f

/// 1.5 * 2^23: t = x + TO_INTEGER holds rne(x) in its low bits, for |x| < 2^22.
static const float TO_INTEGER = 12582912.0f;

/// e^r - 1 for x = n ln 2 + r, |r| <= ln 2 / 2; *power is n + TO_INTEGER.
INLINE V reduced_expm1(V x, V *power) {
  const V t = v_fma(x, v_all(0x1.715476p+0f), v_all(TO_INTEGER));
  const V n = t - v_all(TO_INTEGER);
  // ln 2 in two parts, the first of 15 bits, so that its product with n is exact.
  V r = v_fma(n, v_all(-0x1.62e4p-1f), x);
  r = v_fma(n, v_all(-0x1.7f7d1cp-20f), r);
  V q = v_all(0x1.6d722ap-10f);
  q = v_fma(q, r, v_all(0x1.122670p-7f));
  q = v_fma(q, r, v_all(0x1.5554c8p-5f));
  q = v_fma(q, r, v_all(0x1.5554b2p-3f));
  q = v_fma(q, r, v_all(0.5f));
  *power = t;
  return v_fma(r * r, q, r);
}

/// e^x for x <= 89. From -176 down one factor of the scale is zero itself, so that the masked entries of a softmax,
/// which are -inf or very low, meet no arithmetic on denormal numbers.
INLINE V exp_below(V x) {
  V power;
  const V p = reduced_expm1(v_max(v_all(-176), x), &power);
  return v_scale(v_all(1) + p, power);
}

INLINE V v_exp(V x) { return exp_below(v_min(v_all(89), x)); }

/// 1 / (1 + e^-x) as 1 - t and, below zero where that would lose digits, e^x (1 - t); t = e^-|x| / (1 + e^-|x|).
INLINE V v_sigmoid(V x) {
  const V e = exp_below(-v_abs(x)), t = e / (v_all(1) + e);
  const V top = v_less(x, v_all(0), e, v_all(1));
  return v_fma(-top, t, top);
}

/// x + x^3 P(x^2) below 0.55, where tanh bends least, and 1 - 2 e / (1 + e) above, e = e^(-2 |x|).
INLINE V v_tanh(V x) {
  const V s = x * x, size = v_abs(x);
  V p = v_all(-0.0062428494f);
  p = v_fma(p, s, v_all(0.021050714f));
  p = v_fma(p, s, v_all(-0.0538475476f));
  p = v_fma(p, s, v_all(0.133325443f));
  p = v_fma(p, s, v_all(-0.333333164f));
  const V near = v_fma(s * x, p, x);
  V power;
  const V q = reduced_expm1(v_max(v_all(-20), size * v_all(-2)), &power), scale = v_power(power);
  const V e = v_fma(scale, q, scale), far = v_all(1) - (e + e) / (v_all(1) + e);
  return v_copysign(v_less(size, v_all(0.55f), near, far), x);
}

/// e^x - 1 for x <= 0; from -20 down it is -1.
INLINE V expm1_below(V x) {
  V power;
  const V p = reduced_expm1(v_max(v_all(-20), x), &power), scale = v_power(power);
  return v_fma(scale, p, scale - v_all(1));
}

/// x + x P(x^2) below 0.92, 1 - e^(-t - t P(t)) above.
INLINE V v_erf(V x) {
  const V s = x * x;
  V p = v_all(-0.000595897087f);
  p = v_fma(p, s, v_all(0.00498725241f));
  p = v_fma(p, s, v_all(-0.0267629158f));
  p = v_fma(p, s, v_all(0.112817302f));
  p = v_fma(p, s, v_all(-0.376124889f));
  p = v_fma(p, s, v_all(0.128379151f));
  const V small = v_fma(x, p, x);
  const V t = v_min(v_all(4), v_abs(x));
  V q = v_all(-0.000213991167f);
  q = v_fma(q, t, v_all(0.00321499095f));
  q = v_fma(q, t, v_all(-0.0228900388f));
  q = v_fma(q, t, v_all(0.105261914f));
  q = v_fma(q, t, v_all(0.635718286f));
  q = v_fma(q, t, v_all(0.128514364f));
  const V large = v_copysign(v_all(1) - exp_below(v_fma(-t, q, -t)), x);
  return v_less(v_abs(x), v_all(0.92f), small, large);
}

/// log(1 + e^x), by the C library: no model that matters here has it in a hot loop.
INLINE V v_softplus(V x) {
  float lanes[W];
  v_store(lanes, x);
  for (size_t i = 0; i < W; i++) lanes[i] = fmaxf(lanes[i], 0) + log1pf(expf(-fabsf(lanes[i])));
  return v_less(x, x, x, v_load(lanes));
}

/// Any activation, out of line: those that matter have loops of their own.
__attribute__((noinline)) TARGET static V v_activate(mw_activation f, V x) {
  const V alpha = v_all(f.alpha), beta = v_all(f.beta), zero = v_all(0);
  switch (f.kind) {
    case MW_ACT_SIGMOID: return v_sigmoid(x);
    case MW_ACT_TANH: return v_tanh(x);
    case MW_ACT_RELU: return v_max(zero, x);
    case MW_ACT_AFFINE: return v_fma(alpha, x, beta);
    case MW_ACT_LEAKY_RELU: return v_less(x, zero, alpha * x, x);
    case MW_ACT_THRESHOLDED_RELU: return v_less(alpha, x, x, zero);
    case MW_ACT_HARD_SIGMOID: return v_max(zero, v_min(v_all(1), v_fma(alpha, x, beta)));
    case MW_ACT_ELU: return v_less(x, zero, alpha * expm1_below(v_min(zero, x)), x);
    case MW_ACT_SOFTSIGN: return x / (v_all(1) + v_abs(x));
    case MW_ACT_SOFTPLUS: return v_softplus(x);
    case MW_ACT_SCALED_TANH: return alpha * v_tanh(beta * x);
    default: return x;
  }
}

/// The whole of an array through a function of one vector; x and out may be the same.
#define MAP(name, expression)                                                         \
  TARGET static void name(const float *x, size_t count, float *out) {                 \
    size_t i = 0;                                                                     \
    for (; i + W <= count; i += W) v_store(out + i, expression(v_load(x + i)));       \
    if (i < count) v_store_some(out + i, expression(v_load_some(x + i, count - i, 0)), count - i); \
  }
MAP(map_exp, v_exp)
MAP(map_sigmoid, v_sigmoid)
MAP(map_tanh, v_tanh)
MAP(map_erf, v_erf)

TARGET static void activate(mw_activation f, float *x, size_t count) {
  if (f.kind == MW_ACT_SIGMOID) return map_sigmoid(x, count, x);
  if (f.kind == MW_ACT_TANH) return map_tanh(x, count, x);
  size_t i = 0;
  for (; i + W <= count; i += W) v_store(x + i, v_activate(f, v_load(x + i)));
  if (i < count) v_store_some(x + i, v_activate(f, v_load_some(x + i, count - i, 0)), count - i);
}
