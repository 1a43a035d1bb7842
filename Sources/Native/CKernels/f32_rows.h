// SPDX-License-Identifier: Apache-2.0
// Kernels over the rows of a matrix.

TARGET static float highest(const float *x, size_t count) {
  V most = v_all(-INFINITY);
  size_t i = 0;
  for (; i + W <= count; i += W) most = v_max(v_load(x + i), most);
  if (i < count) most = v_max(v_load_some(x + i, count - i, -INFINITY), most);
  return v_highest(most);
}

/// Sums are kept in as many parts in every form, which keeps them close to each other and to the exact sum.
enum { PARTS = 32 / W };

INLINE float sum_of_parts(V sum[PARTS]) {
  EACH(for (int u = 1; u < PARTS; u++)) sum[0] = sum[0] + sum[u];
  return v_sum(sum[0]);
}

/// Sum of e^(x + offset); each is written when out is not NULL.
INLINE float sum_of_exp(const float *x, size_t count, float offset, float *out) {
  const V by = v_all(offset);
  V sum[PARTS];
  EACH(for (int u = 0; u < PARTS; u++)) sum[u] = v_all(0);
  size_t i = 0;
  for (; i + PARTS * W <= count; i += PARTS * W) {
    EACH(for (int u = 0; u < PARTS; u++)) {
      const V e = exp_below(v_load(x + i + u * W) + by);
      if (out) v_store(out + i + u * W, e);
      sum[u] = sum[u] + e;
    }
  }
  for (; i < count; i += W) {
    const size_t lanes = count - i < W ? count - i : W;
    const V e = exp_below((lanes == W ? v_load(x + i) : v_load_some(x + i, lanes, -INFINITY)) + by);
    if (out && lanes == W) v_store(out + i, e);
    if (out && lanes < W) v_store_some(out + i, e, lanes);
    sum[0] = sum[0] + e;
  }
  return sum_of_parts(sum);
}

/// out = (x + first) * factor + second
INLINE void shift_scale(const float *x, size_t count, float first, float factor, float second, float *out) {
  const V a = v_all(first), f = v_all(factor), b = v_all(second);
  size_t i = 0;
  for (; i + W <= count; i += W) v_store(out + i, v_fma(v_load(x + i) + a, f, b));
  if (i < count) v_store_some(out + i, v_fma(v_load_some(x + i, count - i, 0) + a, f, b), count - i);
}

TARGET static void softmax(const float *x, size_t rows, size_t columns, int logarithm, float *out) {
  for (size_t row = 0; row < rows; row++, x += columns, out += columns) {
    const float offset = -highest(x, columns);
    if (logarithm) {
      shift_scale(x, columns, offset, 1, -logf(sum_of_exp(x, columns, offset, NULL)), out);
    } else {
      const float sum = sum_of_exp(x, columns, offset, out);
      shift_scale(out, columns, 0, 1 / sum, 0, out);
    }
  }
}

/// Sums of x - centre and of its square.
INLINE void distances(const float *x, size_t count, float centre, float *sum, float *squares) {
  const V c = v_all(centre);
  V first[PARTS], second[PARTS];
  EACH(for (int u = 0; u < PARTS; u++)) first[u] = second[u] = v_all(0);
  size_t i = 0;
  for (; i + PARTS * W <= count; i += PARTS * W) {
    EACH(for (int u = 0; u < PARTS; u++)) {
      const V d = v_load(x + i + u * W) - c;
      first[u] = first[u] + d;
      second[u] = v_fma(d, d, second[u]);
    }
  }
  for (; i < count; i += W) {
    const V d = (i + W <= count ? v_load(x + i) : v_load_some(x + i, count - i, centre)) - c;
    first[0] = first[0] + d;
    second[0] = v_fma(d, d, second[0]);
  }
  *sum = sum_of_parts(first);
  *squares = sum_of_parts(second);
}

TARGET static void layer_norm(const float *x, size_t rows, size_t columns, float epsilon, const float *gain,
                              const float *bias, float *out, float *mean, float *inverse_deviation) {
  for (size_t row = 0; row < rows; row++, x += columns, out += columns) {
    const float n = (float)columns;
    float sum, squares;
    distances(x, columns, 0, &sum, &squares);
    const float m = sum / n;
    // The mean is rounded, which shows where it is large beside the deviation; the distances from it tell the rest.
    distances(x, columns, m, &sum, &squares);
    const float rest = sum / n, inverse = 1 / sqrtf(fmaxf(squares / n - rest * rest, 0) + epsilon);
    const V centre = v_all(m), scale = v_all(inverse), shift = v_all(-rest * inverse);
    size_t i = 0;
    for (; i + W <= columns; i += W) {
      const V z = v_fma(v_load(x + i) - centre, scale, shift), g = v_load(gain + i);
      v_store(out + i, bias ? v_fma(z, g, v_load(bias + i)) : z * g);
    }
    if (i < columns) {
      const size_t lanes = columns - i;
      const V z = v_fma(v_load_some(x + i, lanes, 0) - centre, scale, shift), g = v_load_some(gain + i, lanes, 0);
      v_store_some(out + i, bias ? v_fma(z, g, v_load_some(bias + i, lanes, 0)) : z * g, lanes);
    }
    if (mean) mean[row] = m + rest;
    if (inverse_deviation) inverse_deviation[row] = inverse;
  }
}
