// SPDX-License-Identifier: Apache-2.0
// Cells of recurrent networks: everything of a step but its products.

INLINE V take(const float *x, size_t lanes) { return lanes == W ? v_load(x) : v_load_some(x, lanes, 0); }
INLINE void put(float *x, V v, size_t lanes) {
  if (lanes == W) v_store(x, v);
  else v_store_some(x, v, lanes);
}

INLINE V clipped(V x, float clip) { return clip > 0 ? v_min(v_all(clip), v_max(v_all(-clip), x)) : x; }

/// W cells, or the first `lanes` of them, from the j-th on.
INLINE void lstm_cells(const mw_lstm *how, const float *gates, float *cell, float *h, size_t j, size_t lanes) {
  const size_t hidden = how->hidden;
  const float *peepholes = how->peepholes;
  V i = take(gates + j, lanes), o = take(gates + hidden + j, lanes);
  V f = take(gates + 2 * hidden + j, lanes), c = take(gates + 3 * hidden + j, lanes);
  V state = take(cell + j, lanes);
  if (peepholes) {
    i = v_fma(take(peepholes + j, lanes), state, i);
    f = v_fma(take(peepholes + 2 * hidden + j, lanes), state, f);
  }
  i = v_activate(how->f, clipped(i, how->clip));
  f = how->input_forget ? v_all(1) - i : v_activate(how->f, clipped(f, how->clip));
  c = v_activate(how->g, clipped(c, how->clip));
  state = v_fma(f, state, i * c);
  if (peepholes) o = v_fma(take(peepholes + hidden + j, lanes), state, o);
  o = v_activate(how->f, clipped(o, how->clip));
  put(cell + j, state, lanes);
  put(h + j, o * v_activate(how->h, state), lanes);
}

INLINE void lstm_all(const mw_lstm *how, const float *gates, float *cell, float *h) {
  size_t j = 0;
  for (; j + W <= how->hidden; j += W) lstm_cells(how, gates, cell, h, j, W);
  if (j < how->hidden) lstm_cells(how, gates, cell, h, j, how->hidden - j);
}

TARGET static void lstm_step(const mw_lstm *how, float *gates, float *cell, float *h) {
  const int usual = how->f.kind == MW_ACT_SIGMOID && how->g.kind == MW_ACT_TANH && how->h.kind == MW_ACT_TANH &&
                    how->clip == 0 && !how->input_forget && !how->peepholes;
  if (usual) {
    // The same code with every choice known to the compiler.
    const mw_lstm plain = {how->hidden, {MW_ACT_SIGMOID, 0, 0}, {MW_ACT_TANH, 0, 0}, {MW_ACT_TANH, 0, 0}, 0, 0, NULL};
    lstm_all(&plain, gates, cell, h);
  } else {
    lstm_all(how, gates, cell, h);
  }
}

TARGET static void gru_reset(const mw_gru *how, const float *gates, const float *h, float *reset) {
  const float *r = gates + how->hidden;
  for (size_t j = 0; j < how->hidden; j += W) {
    const size_t lanes = how->hidden - j < W ? how->hidden - j : W;
    put(reset + j, v_activate(how->f, clipped(take(r + j, lanes), how->clip)) * take(h + j, lanes), lanes);
  }
}

INLINE void gru_cells(const mw_gru *how, const float *gates, const float *recurrent, float *h, size_t j, size_t lanes) {
  const size_t hidden = how->hidden;
  const V z = v_activate(how->f, clipped(take(gates + j, lanes), how->clip));
  V sum = take(gates + 2 * hidden + j, lanes);
  if (recurrent) {
    const V r = v_activate(how->f, clipped(take(gates + hidden + j, lanes), how->clip));
    sum = v_fma(r, take(recurrent + j, lanes), sum);
  }
  const V candidate = v_activate(how->g, clipped(sum, how->clip));
  put(h + j, v_fma(z, take(h + j, lanes), (v_all(1) - z) * candidate), lanes);
}

INLINE void gru_all(const mw_gru *how, const float *gates, const float *recurrent, float *h) {
  size_t j = 0;
  for (; j + W <= how->hidden; j += W) gru_cells(how, gates, recurrent, h, j, W);
  if (j < how->hidden) gru_cells(how, gates, recurrent, h, j, how->hidden - j);
}

TARGET static void gru_step(const mw_gru *how, const float *gates, const float *recurrent, float *h) {
  if (how->f.kind == MW_ACT_SIGMOID && how->g.kind == MW_ACT_TANH && how->clip == 0) {
    const mw_gru plain = {how->hidden, {MW_ACT_SIGMOID, 0, 0}, {MW_ACT_TANH, 0, 0}, 0};
    gru_all(&plain, gates, recurrent, h);
  } else {
    gru_all(how, gates, recurrent, h);
  }
}
