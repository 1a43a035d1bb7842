// SPDX-License-Identifier: Apache-2.0
// All float kernels of one form; FORM is the name of its table. Included once by each form's file.
#include "f32_math.h"

#include "f32_cells.h"
#include "f32_rows.h"
#include "f32_transpose.h"
#include "f32_lstm.h"

#include "f32_product.h"

const mw_f32_form FORM = {
    packed_bytes, pack,    multiply,   transpose, map_exp,   map_sigmoid, map_tanh, map_erf,
    softmax,      layer_norm, activate, lstm_step, lstm_packed_bytes, lstm_pack, lstm_run,
    gru_reset, gru_step,
};
