// SPDX-License-Identifier: Apache-2.0
//
// Integer kernels. Each has a scalar form, which is the definition, and vector forms that give the same
// bits; the caller names the path, so that tests can hold one against the other.
#ifndef MILLWRIGHT_CKERNELS_H
#define MILLWRIGHT_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "f32.h"

enum { MW_INT8_SCALAR = 0, MW_INT8_AVX2 = 1, MW_INT8_NEON = 2 };

// Outputs in one panel of packed weights.
enum { MW_INT8_PANEL = 32 };

// Whether this processor, as compiled for, can run `path`.
bool mw_int8_can_run(int path);

// Activations travel as int16 with their zero point already subtracted.
//
// out[i] = rne(clamp(x[i] / scale, low, high)); NaN gives low. The rounding mode is to nearest even, the
// one that every thread starts with.
void mw_int8_quantize(int path, const float *x, size_t count, float scale, float low, float high,
                      int16_t *out);

// One dense layer: acc[n] = bias[n] + sum over k of x[k] * w[n][k], in wrapping-free int32 (the caller
// proves that at load).
//
// `x` holds 2 * pairs values. `weights` is packed as [panel][pairs][MW_INT8_PANEL][2], so that 16 bytes
// feed one vpmaddwd of eight outputs; outputs beyond `outputs` are zero rows. `bias` holds one value
// for every packed row, `acc` is written for every packed row.
void mw_int8_dense(int path, const int16_t *x, size_t pairs, const int8_t *weights, const int32_t *bias,
                   size_t panels, int32_t *acc);

// out[i] = rne(clamp((float)acc[i] * scale[i], low, high))
void mw_int8_requantize(int path, const int32_t *acc, const float *scale, size_t count, float low,
                        float high, int16_t *out);

#endif
