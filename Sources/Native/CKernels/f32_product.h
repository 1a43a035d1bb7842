// SPDX-License-Identifier: Apache-2.0
//
// The float product. The right side is packed in panels of up to PANEL vectors of columns, widths as equal as they can
// be, [panel][tap][k][column]; a tile holds some rows of a panel's sums in registers while it walks down the panel.
// TILES(X) lists the tiles (vectors, rows) of the form, tile_rows the most rows for a panel of some vectors.
static size_t vectors_of(size_t n) { return (n + W - 1) / W; }
static size_t panels_of(size_t vectors) { return (vectors + PANEL - 1) / PANEL; }

/// Vectors before a panel: the first ones are one wider where the division leaves a rest.
static size_t panel_start(size_t vectors, size_t panels, size_t panel) {
  const size_t rest = vectors % panels;
  return vectors / panels * panel + (panel < rest ? panel : rest);
}

static size_t packed_bytes(size_t taps, size_t length, size_t n) {
  return taps * length * vectors_of(n) * W * sizeof(float);
}

/// One tap of one panel: packed[k][j] = b[k * k_stride + j * n_stride], `used` columns of `columns`, zeros beyond.
INLINE void pack_tap(const float *b, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t length, size_t used, size_t columns,
                     float *packed) {
  if (k_stride == 1) {
    turn(b, n_stride, used, length, packed, columns);
  } else {
    for (size_t k = 0; k < length; k++, b += k_stride) {
      float *to = packed + k * columns;
      size_t j = 0;
      for (; n_stride == 1 && j + W <= used; j += W) v_store(to + j, v_load(b + j));
      for (; j < used; j++) to[j] = b[(ptrdiff_t)j * n_stride];
    }
  }
  for (size_t k = 0; k < length; k++) {
    for (size_t j = used; j < columns; j++) packed[k * columns + j] = 0;
  }
}

TARGET static void pack(const float *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                        size_t length, size_t n, float *packed) {
  const size_t vectors = vectors_of(n), panels = panels_of(vectors);
  for (size_t panel = 0; panel < panels; panel++) {
    const size_t first = panel_start(vectors, panels, panel) * W;
    const size_t columns = panel_start(vectors, panels, panel + 1) * W - first;
    const size_t used = columns < n - first ? columns : n - first;
    for (size_t t = 0; t < taps; t++, packed += length * columns) {
      const float *from = b + (ptrdiff_t)t * tap_stride + (ptrdiff_t)first * n_stride;
      pack_tap(from, k_stride, n_stride, length, used, columns, packed);
    }
  }
}

/// Sums of one tile: some are kept in several chains, so that they do not wait for the latency of one.
typedef V tile_sums[8][13][PANEL];

/// Adds the products of `length` values of each row, from x on, to the sums; what stands behind their weights.
INLINE const float *add_products(tile_sums sum, const float *x, ptrdiff_t stride, const float *b, size_t length,
                                 const int rows, const int vectors, const int chains) {
#ifdef LEFT_BY_VECTOR
  // One load brings W values of a row, each of which multiplies from its lane.
  for (; length >= W; length -= W, x += W, b += W * vectors * W) {
    V left[13];
    EACH(for (int r = 0; r < rows; r++)) left[r] = v_load(x + r * stride);
    EACH(for (int k = 0; k < W; k++)) {
      EACH(for (int v = 0; v < vectors; v++)) {
        const V w = v_load(b + (k * vectors + v) * W);
        const int c = k % chains;
        EACH(for (int r = 0; r < rows; r++)) sum[c][r][v] = v_fma(v_all(left[r][k]), w, sum[c][r][v]);
      }
    }
  }
#else
  for (; length >= (size_t)chains; length -= (size_t)chains, x += chains, b += chains * vectors * W) {
    EACH(for (int c = 0; c < chains; c++)) {
      V w[PANEL];
      EACH(for (int v = 0; v < vectors; v++)) w[v] = v_load(b + (c * vectors + v) * W);
      EACH(for (int r = 0; r < rows; r++)) {
        const V left = v_all(x[r * stride + c]);
        EACH(for (int v = 0; v < vectors; v++)) sum[c][r][v] = v_fma(left, w[v], sum[c][r][v]);
      }
    }
  }
#endif
  for (; length > 0; length--, x++, b += vectors * W) {
    EACH(for (int r = 0; r < rows; r++)) {
      const V left = v_all(x[r * stride]);
      EACH(for (int v = 0; v < vectors; v++)) sum[0][r][v] = v_fma(left, v_load(b + v * W), sum[0][r][v]);
    }
  }
  return b;
}

/// One sum of a tile, its chains added.
INLINE V joined(tile_sums sum, const int r, const int v, const int chains) {
  V total = sum[0][r][v];
  EACH(for (int c = 1; c < chains; c++)) total = total + sum[c][r][v];
  return total;
}

/// Products that a sum takes before it is put aside and begins again: errors grow with the size of what is added to.
enum { K_BLOCK = 128 };

/// rows x (vectors * W) outputs; `lanes` of the last vector are written.
INLINE void tile(const mw_f32_product *p, const float *a, const float *b, const float *base, float *out, size_t lanes,
                 const int rows, const int vectors) {
  const int chains = rows * vectors >= 8 ? 1 : rows * vectors >= 4 ? 2 : rows * vectors >= 2 ? 4 : 8;
  tile_sums sum;
  EACH(for (int v = 0; v < vectors; v++)) {
    EACH(for (int r = 0; r < rows; r++)) {
      EACH(for (int c = 0; c < chains; c++)) sum[c][r][v] = v_all(0);
    }
  }
  V aside[13][PANEL];
  int is_long = 0;
  size_t taken = 0;
  for (size_t t = 0; t < p->tap_count; t++) {
    const float *x = a + p->taps[t];
    for (size_t rest = p->tap_length, part; rest > 0; rest -= part, x += part, taken += part) {
      if (taken >= K_BLOCK) {
        EACH(for (int r = 0; r < rows; r++)) {
          EACH(for (int v = 0; v < vectors; v++)) {
            const V total = joined(sum, r, v, chains);
            aside[r][v] = is_long ? aside[r][v] + total : total;
            EACH(for (int c = 0; c < chains; c++)) sum[c][r][v] = v_all(0);
          }
        }
        is_long = 1;
        taken = 0;
      }
      part = rest < K_BLOCK ? rest : K_BLOCK;
      b = add_products(sum, x, p->a_row, b, part, rows, vectors, chains);
    }
  }
  // The base comes last: a large one would take digits from every sum that begins with it.
  const V low = v_all(p->low), high = v_all(p->high);
  EACH(for (int v = 0; v < vectors; v++)) {
    const int is_whole = v + 1 < vectors || lanes == W;
    V start = v_all(0);
    if (base) start = is_whole ? v_load(base + v * W) : v_load_some(base + v * W, lanes, 0);
    EACH(for (int r = 0; r < rows; r++)) {
      V total = joined(sum, r, v, chains);
      if (is_long) total = aside[r][v] + total;
      total = v_min(high, v_max(low, total + start));
      float *to = out + r * p->out_row + v * W;
      if (is_whole) v_store(to, total);
      else v_store_some(to, total, lanes);
    }
  }
}

typedef void tile_function(const mw_f32_product *p, const float *a, const float *b, const float *base, float *out,
                           size_t lanes);
#define TILE(vectors, rows)                                                                                     \
  TARGET static void tile_##vectors##_##rows(const mw_f32_product *p, const float *a, const float *b,           \
                                             const float *base, float *out, size_t lanes) {                     \
    tile(p, a, b, base, out, lanes, rows, vectors);                                                             \
  }
TILES(TILE)
#undef TILE
#define TILE(vectors, rows) [vectors][rows] = tile_##vectors##_##rows,
static tile_function *const tiles[PANEL + 1][13] = {TILES(TILE)};
#undef TILE

static void multiply(const mw_f32_product *p, int backwards) {
  const size_t vectors = vectors_of(p->n), panels = panels_of(vectors);
  for (size_t turn = 0; turn < panels; turn++) {
    const size_t panel = backwards ? panels - 1 - turn : turn;
    const size_t start = panel_start(vectors, panels, panel), width = panel_start(vectors, panels, panel + 1) - start;
    const size_t first = start * W, left = p->n - first;
    const size_t lanes = left < width * W ? left - (width - 1) * W : W;
    const float *b = p->packed + p->tap_count * p->tap_length * first, *base = p->base ? p->base + first : NULL;
    size_t parts = (p->m + tile_rows[width] - 1) / tile_rows[width];
    for (size_t i = 0; i < p->m; parts--) {
      const size_t rows = (p->m - i + parts - 1) / parts;
      tiles[width][rows](p, p->a + (ptrdiff_t)i * p->a_row, b, base, p->out + (ptrdiff_t)i * p->out_row + first, lanes);
      i += rows;
    }
  }
}
