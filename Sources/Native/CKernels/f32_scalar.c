// SPDX-License-Identifier: Apache-2.0
// Plain C: vectors of one float. The form that the others are tested against.
#include "f32_form.h"

#include <math.h>
#include <string.h>

#define FORM mw_f32_form_scalar
#define TARGET
#define INLINE static inline __attribute__((always_inline))

typedef float V;
enum { W = 1 };

INLINE uint32_t bits(float x) {
  uint32_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}
INLINE float from_bits(uint32_t b) {
  float x;
  memcpy(&x, &b, sizeof x);
  return x;
}

INLINE V v_all(float x) { return x; }
INLINE V v_load(const float *p) { return *p; }
INLINE void v_store(float *p, V x) { *p = x; }
INLINE V v_load_some(const float *p, size_t n, float rest) { return n ? *p : rest; }
INLINE void v_store_some(float *p, V x, size_t n) {
  if (n) *p = x;
}
INLINE V v_fma(V a, V b, V c) { return a * b + c; }
/// b where one is NaN, here and in all forms
INLINE V v_min(V a, V b) { return a < b ? a : b; }
INLINE V v_max(V a, V b) { return a > b ? a : b; }
INLINE V v_abs(V x) { return fabsf(x); }
INLINE V v_copysign(V size, V sign) { return copysignf(size, sign); }
/// a where x < y, else b
INLINE V v_less(V x, V y, V a, V b) { return x < y ? a : b; }
/// 2^n, power = TO_INTEGER + n, n in -126...127
INLINE V v_power(V power) { return from_bits((bits(power) << 23) + 0x3f800000); }
/// x * 2^n, n in -254...254; 0 at -254
INLINE V v_scale(V x, V power) {
  const int32_t n = (int32_t)bits(power) - 0x4b400000, half = n >> 1;
  return x * from_bits((uint32_t)(half + 127) << 23) * from_bits((uint32_t)(n - half + 127) << 23);
}
INLINE float v_sum(V x) { return x; }
INLINE float v_highest(V x) { return x; }

enum { BLOCK = 1 };
INLINE void turn_block(const float *x, ptrdiff_t x_row, float *out, size_t out_row) {
  (void)x_row, (void)out_row;
  *out = *x;
}

enum { PANEL = 4 };
static const size_t tile_rows[PANEL + 1] = {0, 2, 2, 2, 2};
#define TILES(X) X(1, 1) X(1, 2) X(2, 1) X(2, 2) X(3, 1) X(3, 2) X(4, 1) X(4, 2)

#include "f32_body.h"
