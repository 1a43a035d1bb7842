// SPDX-License-Identifier: Apache-2.0
// All steps of an LSTM. Its recurrent weights rarely fit the first-level cache, so a step is bound by reading them from
// the second; what else there is to do happens meanwhile.
//
// The weights are packed in blocks of W cells, [block][k][gate][W]. Odd steps read them from the last block to the
// first and each block from its first state to its last; even steps read the very same way back, so that each step
// begins with what the one before used last. The functions of a block's cells are computed in the midst of the product
// that follows:
//
//   even step:  block 0 | block 1, cells 0 | block 2, cells 1 | block 3, cells 2
//   odd step:   block 3, cells 3 | block 2, cells 3 | block 1, cells 2 | block 0, cells 1
//
// where the cells beside a step's first block are those of the step before, whose states that product takes last.

static size_t lstm_blocks(size_t hidden) { return (hidden + W - 1) / W; }

static size_t lstm_packed_bytes(size_t hidden) { return lstm_blocks(hidden) * hidden * 4 * W * sizeof(float); }

TARGET static void lstm_pack(const float *r, size_t hidden, float *packed) {
  for (size_t j = 0; j < hidden; j += W, packed += hidden * 4 * W) {
    const size_t lanes = hidden - j < W ? hidden - j : W;
    if (lanes < W) __builtin_memset(packed, 0, hidden * 4 * W * sizeof(float));
    for (size_t gate = 0; gate < 4; gate++) {
      turn(r + (gate * hidden + j) * hidden, (ptrdiff_t)hidden, lanes, hidden, packed + gate * W, 4 * W);
    }
  }
}

/// Cells whose sums are complete: W of them from j on, of one step.
typedef struct {
  float *gates, *next, *y;
  size_t j, lanes;
} lstm_place;

/// The product of a block: its weights, and the states.
typedef struct {
  const float *weights, *h;
  size_t hidden;
} lstm_factors;

/// sum += R h over the states from..<to, counted from the end if `back`, alternately into two chains.
INLINE void lstm_rows(V sum[2][4], lstm_factors f, size_t from, size_t to, const int back) {
  const size_t first = back ? f.hidden - 1 - from : from;
  const float *weights = f.weights + first * 4 * W, *h = f.h + first;
  const ptrdiff_t step = back ? -1 : 1;
  size_t k = from;
  for (; k + 2 <= to; k += 2, weights += step * 8 * W, h += step * 2) {
    EACH(for (int c = 0; c < 2; c++)) {
      const V state = v_all(h[c * step]);
      EACH(for (int g = 0; g < 4; g++)) {
        sum[c][g] = v_fma(state, v_load(weights + (c * step * 4 + g) * W), sum[c][g]);
      }
    }
  }
  if (k < to) EACH(for (int g = 0; g < 4; g++)) sum[0][g] = v_fma(v_all(*h), v_load(weights + g * W), sum[0][g]);
}

INLINE void lstm_start(V sum[2][4], const float *gates, size_t hidden, size_t lanes) {
  EACH(for (size_t g = 0; g < 4; g++)) {
    sum[0][g] = take(gates + g * hidden, lanes);
    sum[1][g] = v_all(0);
  }
}

INLINE void lstm_end(V sum[2][4], float *gates, size_t hidden, size_t lanes) {
  EACH(for (size_t g = 0; g < 4; g++)) put(gates + g * hidden, sum[0][g] + sum[1][g], lanes);
}

/// Adds the product of one block to its gates.
INLINE void lstm_product(lstm_factors f, lstm_place at, const int back) {
  V sum[2][4];
  lstm_start(sum, at.gates + at.j, f.hidden, at.lanes);
  lstm_rows(sum, f, 0, f.hidden, back);
  lstm_end(sum, at.gates + at.j, f.hidden, at.lanes);
}

/// The same, and in its midst the cells of `done`: whole vectors, and the usual functions.
INLINE void lstm_product_beside(lstm_factors f, lstm_place at, lstm_place done, float *cell, const int back) {
  const size_t part = (f.hidden - W) / 8 * 2;
  const float *gates = done.gates + done.j;
  V sum[2][4];
  lstm_start(sum, at.gates + at.j, f.hidden, W);
  lstm_rows(sum, f, 0, part, back);
  const V i = v_sigmoid(v_load(gates)), c = v_tanh(v_load(gates + 3 * f.hidden));
  lstm_rows(sum, f, part, 2 * part, back);
  const V keep = v_sigmoid(v_load(gates + 2 * f.hidden)), o = v_sigmoid(v_load(gates + f.hidden));
  lstm_rows(sum, f, 2 * part, 3 * part, back);
  const V state = v_fma(keep, v_load(cell + done.j), i * c), out = o * v_tanh(state);
  v_store(cell + done.j, state);
  v_store(done.next + done.j, out);
  if (done.y) v_store(done.y + done.j, out);
  lstm_rows(sum, f, 3 * part, f.hidden, back);
  lstm_end(sum, at.gates + at.j, f.hidden, W);
}

TARGET static void lstm_finish(const mw_lstm *how, const mw_lstm_run *run, lstm_place done, int usual) {
  if (usual && done.lanes == W) {
    lstm_cells(how, done.gates, run->cell, done.next, done.j, W, MW_ACT_SIGMOID, MW_ACT_TANH);
  } else {
    lstm_cells(how, done.gates, run->cell, done.next, done.j, done.lanes, UNUSUAL, UNUSUAL);
  }
  if (done.y) put(done.y + done.j, take(done.next + done.j, done.lanes), done.lanes);
}

/// One step, beginning beside the cells of `done`; the block whose cells are left to do.
INLINE lstm_place lstm_one(const mw_lstm *how, const mw_lstm_run *run, size_t t, lstm_place done, const int back) {
  const size_t hidden = how->hidden, blocks = lstm_blocks(hidden);
  const int usual = lstm_is_usual(how), beside = usual && hidden % W == 0 && blocks > 1;
  lstm_place at = {run->gates + (ptrdiff_t)t * run->gates_step, back ? run->other : run->h, NULL, 0, 0};
  if (run->y) at.y = run->y + (ptrdiff_t)t * run->y_step;
  for (size_t turn = 0; turn < blocks; turn++, done = at) {
    at.j = (back ? turn : blocks - 1 - turn) * W;
    at.lanes = hidden - at.j < W ? hidden - at.j : W;
    const lstm_factors f = {run->packed + at.j * hidden * 4, back ? run->h : run->other, hidden};
    if (beside && done.gates) {
      lstm_product_beside(f, at, done, run->cell, back);
    } else {
      if (done.gates) lstm_finish(how, run, done, usual);
      lstm_product(f, at, back);
    }
  }
  return done;
}

TARGET static void lstm_run(const mw_lstm *how, const mw_lstm_run *run) {
  lstm_place done = {.gates = NULL};
  for (size_t t = 0; t < run->steps; t++) {
    done = t % 2 == 0 ? lstm_one(how, run, t, done, 1) : lstm_one(how, run, t, done, 0);
  }
  if (done.gates) lstm_finish(how, run, done, lstm_is_usual(how));
  if (run->steps % 2 == 1) __builtin_memcpy(run->h, run->other, how->hidden * sizeof(float));
}
