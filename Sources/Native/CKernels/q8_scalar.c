// SPDX-License-Identifier: Apache-2.0
// The definition of the INT8 kernels. Integers wrap, as they do in vector registers.
#include "q8_forms.h"

#pragma STDC FP_CONTRACT OFF

static size_t packed_bytes(size_t taps, size_t length, size_t n) { return taps * length * n; }

static void pack(const int8_t *b, ptrdiff_t tap_stride, ptrdiff_t k_stride, ptrdiff_t n_stride, size_t taps,
                 size_t length, size_t n, int8_t *packed) {
  for (size_t t = 0; t < taps; t++) {
    for (size_t k = 0; k < length; k++) {
      for (size_t j = 0; j < n; j++) {
        *packed++ = b[(ptrdiff_t)t * tap_stride + (ptrdiff_t)k * k_stride + (ptrdiff_t)j * n_stride];
      }
    }
  }
}

static size_t scratch_bytes(const mw_q8_product *p) {
  (void)p;
  return 0;
}

static int32_t sum_of(const mw_q8_product *p, size_t i, size_t j) {
  uint32_t sum = (uint32_t)p->base[j];
  if (p->row_factor) sum += (uint32_t)p->row_factor[i] * (uint32_t)p->column_factor[j];
  const int8_t *b = p->packed + j;
  for (size_t t = 0; t < p->tap_count; t++) {
    const uint8_t *a = p->a + (ptrdiff_t)i * p->a_row + p->taps[t];
    for (size_t k = 0; k < p->tap_length; k++, b += p->n) sum += (uint32_t)(a[k] * *b);
  }
  return (int32_t)sum;
}

static void multiply(const mw_q8_product *p, void *scratch) {
  (void)scratch;
  for (size_t i = 0; i < p->m; i++) {
    for (size_t j = 0; j < p->n; j++) {
      const int32_t sum = sum_of(p, i, j);
      const ptrdiff_t at = (ptrdiff_t)i * p->out_row + (ptrdiff_t)j;
      if (p->to == MW_TO_I32) {
        ((int32_t *)p->out)[at] = sum;
      } else if (p->to == MW_TO_F32) {
        const float product = (float)sum * p->scale[j];
        ((float *)p->out)[at] = p->offset ? product + p->offset[j] : product;
      } else {
        const float low = (float)(p->low - p->zero), high = (float)(p->high - p->zero);
        ((uint8_t *)p->out)[at] = mw_q8_rounded((float)sum * p->scale[j], low, high, p->zero);
      }
    }
  }
}

#define NAME(x) scalar_##x
#define TARGET
#define FMA(x, y, z) mw_q8_fma(x, y, z)
#include "q8_elements.inc"

const mw_q8_form mw_q8_scalar = {packed_bytes, pack, scratch_bytes, multiply, ELEMENTS};
