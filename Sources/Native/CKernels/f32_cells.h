// SPDX-License-Identifier: Apache-2.0
// Cells of recurrent networks: everything of a step but its products.

INLINE V take(const float *x, size_t lanes) { return lanes == W ? v_load(x) : v_load_some(x, lanes, 0); }
INLINE void put(float *x, V v, size_t lanes) {
  if (lanes == W) v_store(x, v);
  else v_store_some(x, v, lanes);
}

INLINE V clipped(V x, float clip) { return clip > 0 ? v_min(v_all(clip), v_max(v_all(-clip), x)) : x; }

/// A gate: f(x), or with `usual` the function that almost every model has, without clipping.
INLINE V gate(mw_activation f, float clip, V x, const int usual) {
  if (usual == MW_ACT_SIGMOID) return v_sigmoid(x);
  if (usual == MW_ACT_TANH) return v_tanh(x);
  return v_activate(f, clipped(x, clip));
}

enum { UNUSUAL = -1 };

/// The first `lanes` of W cells from the j-th on.
INLINE void lstm_cells(const mw_lstm *how, const float *gates, float *cell, float *h, size_t j, size_t lanes,
                       const int f_kind, const int g_kind) {
  const size_t hidden = how->hidden;
  const float *peepholes = f_kind == UNUSUAL ? how->peepholes : NULL;
  V i = take(gates + j, lanes), o = take(gates + hidden + j, lanes);
  V f = take(gates + 2 * hidden + j, lanes), c = take(gates + 3 * hidden + j, lanes);
  V state = take(cell + j, lanes);
  if (peepholes) {
    i = v_fma(take(peepholes + j, lanes), state, i);
    f = v_fma(take(peepholes + 2 * hidden + j, lanes), state, f);
  }
  i = gate(how->f, how->clip, i, f_kind);
  f = f_kind == UNUSUAL && how->input_forget ? v_all(1) - i : gate(how->f, how->clip, f, f_kind);
  c = gate(how->g, how->clip, c, g_kind);
  state = v_fma(f, state, i * c);
  if (peepholes) o = v_fma(take(peepholes + hidden + j, lanes), state, o);
  o = gate(how->f, how->clip, o, f_kind);
  put(cell + j, state, lanes);
  put(h + j, o * gate(how->h, 0, state, g_kind), lanes);
}

/// Whether its functions are those of almost every model.
static int lstm_is_usual(const mw_lstm *how) {
  return how->f.kind == MW_ACT_SIGMOID && how->g.kind == MW_ACT_TANH && how->h.kind == MW_ACT_TANH &&
         !(how->clip > 0) && !how->input_forget && !how->peepholes;
}

TARGET static void lstm_step(const mw_lstm *how, const float *gates, float *cell, float *h) {
  const int usual = lstm_is_usual(how);
  size_t j = 0;
  for (; usual && j + W <= how->hidden; j += W) lstm_cells(how, gates, cell, h, j, W, MW_ACT_SIGMOID, MW_ACT_TANH);
  for (; j < how->hidden; j += W) {
    lstm_cells(how, gates, cell, h, j, how->hidden - j < W ? how->hidden - j : W, UNUSUAL, UNUSUAL);
  }
}

TARGET static void gru_reset(const mw_gru *how, const float *gates, const float *h, float *reset) {
  const float *r = gates + how->hidden;
  for (size_t j = 0; j < how->hidden; j += W) {
    const size_t lanes = how->hidden - j < W ? how->hidden - j : W;
    put(reset + j, gate(how->f, how->clip, take(r + j, lanes), UNUSUAL) * take(h + j, lanes), lanes);
  }
}

INLINE void gru_cells(const mw_gru *how, const float *gates, const float *recurrent, float *h, size_t j, size_t lanes,
                      const int f_kind, const int g_kind) {
  const size_t hidden = how->hidden;
  const V z = gate(how->f, how->clip, take(gates + j, lanes), f_kind);
  V sum = take(gates + 2 * hidden + j, lanes);
  if (recurrent) {
    const V r = gate(how->f, how->clip, take(gates + hidden + j, lanes), f_kind);
    sum = v_fma(r, take(recurrent + j, lanes), sum);
  }
  const V candidate = gate(how->g, how->clip, sum, g_kind);
  put(h + j, v_fma(z, take(h + j, lanes), (v_all(1) - z) * candidate), lanes);
}

TARGET static void gru_step(const mw_gru *how, const float *gates, const float *recurrent, float *h) {
  const int usual = how->f.kind == MW_ACT_SIGMOID && how->g.kind == MW_ACT_TANH && !(how->clip > 0);
  size_t j = 0;
  for (; usual && j + W <= how->hidden; j += W) {
    gru_cells(how, gates, recurrent, h, j, W, MW_ACT_SIGMOID, MW_ACT_TANH);
  }
  for (; j < how->hidden; j += W) {
    gru_cells(how, gates, recurrent, h, j, how->hidden - j < W ? how->hidden - j : W, UNUSUAL, UNUSUAL);
  }
}
