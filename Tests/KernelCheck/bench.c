// SPDX-License-Identifier: Apache-2.0
// How fast the products are: each shape of the reference models, for each path that runs here, beside what the
// registers and the caches of this machine can do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static const char *const names[] = {"scalar", "sse4.1", "avx2", "avx-vnni", "avx512-vnni", "neon", "neon-dot"};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// Least of 15 means over runs of about 1 ms each, in seconds.
static double least(void (*run)(void *), void *state) {
  run(state);
  size_t times = 1;
  for (;;) {
    const double start = now();
    for (size_t i = 0; i < times; i++) run(state);
    if (now() - start > 1e-3) break;
    times *= 2;
  }
  double best = 1e9;
  for (int round = 0; round < 15; round++) {
    const double start = now();
    for (size_t i = 0; i < times; i++) run(state);
    const double each = (now() - start) / (double)times;
    if (each < best) best = each;
  }
  return best;
}

static void *aligned(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
  if (!p) abort();
  memset(p, 1, (bytes + 127) / 64 * 64);
  return p;
}

#if defined(__x86_64__)
#define TIMES 4096
#define DOT_ZMM(n) "vpdpbusd %%zmm31, %%zmm30, %%zmm" #n "\n"
__attribute__((target("avx512f"))) static void peak_avx512vnni(void *state) {
  (void)state;
  long n = TIMES;
  __asm__ volatile("1:\n" DOT_ZMM(0) DOT_ZMM(1) DOT_ZMM(2) DOT_ZMM(3) DOT_ZMM(4) DOT_ZMM(5) DOT_ZMM(6) DOT_ZMM(7)
                       DOT_ZMM(8) DOT_ZMM(9) DOT_ZMM(10) DOT_ZMM(11) "dec %0\njnz 1b\nvzeroupper"
                   : "+r"(n)
                   :
                   : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
                     "xmm11");
}
// One widening read feeds six sums, as in a tile of six rows.
#define MADD(n) "vpmaddwd %%ymm15, %%ymm14, %%ymm12\nvpaddd %%ymm12, %%ymm" #n ", %%ymm" #n "\n"
__attribute__((target("avx2"))) static void peak_avx2(void *state) {
  long n = TIMES;
  __asm__ volatile(
      "1:\nvpmovsxbw (%1), %%ymm14\n" MADD(0) MADD(1) MADD(2) MADD(3) MADD(4) MADD(5)
      "vpmovsxbw 16(%1), %%ymm14\n" MADD(6) MADD(7) MADD(8) MADD(9) MADD(10) MADD(11) "dec %0\njnz 1b\nvzeroupper"
      : "+r"(n)
      : "r"(state)
      : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
        "xmm11", "xmm12", "xmm14", "xmm15");
}
typedef struct {
  uint8_t *p;
  size_t bytes;
} memory;
static void read_all(void *state) {
  const memory *m = state;
  const uint8_t *p = m->p, *end = m->p + m->bytes;
  __asm__ volatile("1:\nvmovdqu (%0), %%ymm0\nvmovdqu 32(%0), %%ymm1\nvmovdqu 64(%0), %%ymm2\n"
                   "vmovdqu 96(%0), %%ymm3\nadd $128, %0\ncmp %1, %0\njb 1b\nvzeroupper"
                   : "+r"(p)
                   : "r"(end)
                   : "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3");
}
static double peak512, peak2;
static void peaks(void) {
  if (mw_path_available(MW_AVX512VNNI)) {
    peak512 = 12.0 * 64 * TIMES / least(peak_avx512vnni, NULL) / 1e9;
    printf("peak vpdpbusd zmm, registers            %7.1f GMAC/s\n", peak512);
  }
  if (mw_path_available(MW_AVX2)) {
    uint8_t *p = aligned(64);
    peak2 = 12.0 * 16 * TIMES / least(peak_avx2, p) / 1e9;
    printf("peak vpmovsxbw/6 + vpmaddwd + vpaddd     %7.1f GMAC/s\n", peak2);
    memory small = {aligned(16 << 10), 16 << 10}, large = {aligned(512 << 10), 512 << 10};
    const double l1 = (double)small.bytes / least(read_all, &small), l2 = (double)large.bytes / least(read_all, &large);
    printf("read L1 (16 KiB)                         %7.1f GB/s\n", l1 / 1e9);
    printf("read L2 (512 KiB)                        %7.1f GB/s\n", l2 / 1e9);
    free(p);
    free(small.p);
    free(large.p);
  }
}
static double peak_of(int path) {
  return path == MW_AVX512VNNI ? peak512 : path == MW_AVX2 ? peak2 : 0;
}
#else
static void peaks(void) {}
static double peak_of(int path) {
  (void)path;
  return 0;
}
#endif

typedef struct {
  const char *model;
  size_t taps, length, a_row, n, m, times;
} shape;
static const shape shapes[] = {
    {"ad", 1, 640, 640, 128, 1, 1},
    {"ad", 1, 128, 128, 128, 1, 7},
    {"ad", 1, 128, 128, 8, 1, 1},
    {"ad", 1, 8, 8, 128, 1, 1},
    {"ad", 1, 128, 128, 640, 1, 1},
    {"wdcnn", 1, 64, 16, 16, 128, 1},
    {"wdcnn", 1, 48, 16, 32, 64, 1},
    {"wdcnn", 1, 96, 32, 64, 32, 1},
    {"wdcnn", 1, 192, 64, 64, 16, 1},
    {"wdcnn", 1, 192, 64, 64, 6, 1},
    {"wdcnn", 1, 192, 192, 100, 1, 1},
    {"wdcnn", 1, 100, 100, 10, 1, 1},
    {"cnn1d", 1, 16, 2, 16, 1024, 1},
    {"cnn1d", 1, 128, 32, 32, 512, 1},
    {"cnn1d", 1, 256, 64, 32, 256, 1},
    {"cnn1d", 1, 128, 32, 64, 128, 1},
    {"cnn1d", 1, 256, 64, 64, 64, 1},
    {"tcn", 1, 42, 14, 64, 30, 1},
    {"tcn", 3, 64, 64, 64, 30, 7},
    {"transformer", 1, 14, 14, 128, 64, 1},
    {"transformer", 1, 128, 128, 128, 64, 16},
    {"transformer", 1, 128, 128, 512, 64, 4},
    {"transformer", 1, 512, 512, 128, 64, 4},
    {"transformer", 1, 32, 128, 64, 64, 16},
    {"transformer", 1, 64, 64, 32, 64, 16},
};

typedef struct {
  int path;
  mw_q8_product product;
  void *scratch;
} job;
static void run_job(void *state) {
  job *j = state;
  mw_q8_multiply(j->path, &j->product, j->scratch);
}

static double seconds_of(int path, const shape *s, int to) {
  int32_t taps[4];
  for (size_t t = 0; t < s->taps; t++) taps[t] = (int32_t)(t * s->a_row * 4);
  const size_t a_bytes = (s->m - 1) * s->a_row + (s->taps - 1) * s->a_row * 4 + s->length;
  int8_t *b = aligned(s->taps * s->length * s->n);
  int8_t *packed = aligned(mw_q8_packed_bytes(path, s->taps, s->length, s->n));
  mw_q8_pack(path, b, (ptrdiff_t)(s->length * s->n), (ptrdiff_t)s->n, 1, s->taps, s->length, s->n, packed);
  job j = {path, {.a = aligned(a_bytes + 63), .a_row = (ptrdiff_t)s->a_row, .taps = taps, .tap_count = s->taps,
                  .tap_length = s->length, .m = s->m, .n = s->n, .packed = packed, .base = aligned(4 * s->n),
                  .to = to, .scale = aligned(4 * s->n), .zero = 7, .low = 7, .high = 255,
                  .out = aligned(4 * s->m * s->n), .out_row = (ptrdiff_t)s->n}, NULL};
  j.scratch = aligned(mw_q8_scratch_bytes(path, &j.product));
  const double each = least(run_job, &j);
  free(b), free(packed), free((void *)j.product.a), free((void *)j.product.base), free((void *)j.product.scale);
  free(j.product.out), free(j.scratch);
  return each;
}

typedef struct {
  int path, what;
  size_t rows, columns;
  float *x;
  uint8_t *q, *r, *out;
  int32_t *sums;
} element_job;
static const char *const kinds[] = {"quantize", "quantize transposed", "dequantize", "transpose", "lookup", "flip",
                                    "add", "multiply", "max pool 2", "column sums", "row sums", "range"};
static void run_elements(void *state) {
  const element_job *j = state;
  const size_t count = j->rows * j->columns;
  const mw_q8_binary how = {0.05f, 0.04f, 0.07f, 100, 120, 110, 0, 255};
  const int32_t taps[] = {0};
  float low, high;
  switch (j->what) {
    case 0: mw_q8_quantize(j->path, j->x, count, 0.05f, 100, j->out); break;
    case 1: mw_q8_quantize_transposed(j->path, j->x, j->rows, j->columns, 0.05f, 100, j->out); break;
    case 2: mw_q8_dequantize(j->path, j->q, count, 0.05f, 100, j->x); break;
    case 3: mw_q8_transpose(j->path, j->q, j->rows, j->columns, j->out); break;
    case 4: mw_q8_lookup(j->path, j->q, count, j->r, j->out); break;
    case 5: mw_q8_flip(j->path, j->q, count, j->out); break;
    case 6: mw_q8_add(j->path, &how, j->q, j->r, count, j->out); break;
    case 7: mw_q8_multiply_elements(j->path, &how, j->q, j->r, count, j->out); break;
    case 8: mw_q8_max_pool(j->path, j->q, j->rows, j->columns, 2, 2, 1, 0, j->rows / 2, j->out); break;
    case 9: mw_q8_column_sums(j->path, j->q, j->rows, j->columns, j->sums); break;
    case 10: mw_q8_row_sums(j->path, j->q, (ptrdiff_t)j->columns, taps, 1, j->columns, j->rows, j->sums); break;
    default: mw_f32_range(j->path, j->x, count, &low, &high); break;
  }
}
static void elements(int path) {
  static const size_t tables[][2] = {{64, 128}, {2, 1024}};
  for (size_t i = 0; i < 2; i++) {
    const size_t count = tables[i][0] * tables[i][1];
    element_job j = {path, 0, tables[i][0], tables[i][1], aligned(4 * count), aligned(count), aligned(count + 256),
                     aligned(count), aligned(4 * count)};
    for (size_t k = 0; k < count; k++) {
      j.x[k] = (float)(k % 100) * 0.1f - 5;
      j.q[k] = (uint8_t)(k * 37);
      j.r[k] = (uint8_t)(k * 11);
    }
    for (j.what = 0; j.what < 12; j.what++) {
      const double each = least(run_elements, &j);
      printf("  %-20s %3zu x %4zu %8.2f us %6.2f ns an element\n", kinds[j.what], j.rows, j.columns, each * 1e6,
             each * 1e9 / (double)count);
    }
    free(j.x), free(j.q), free(j.r), free(j.out), free(j.sums);
  }
}

int main(int count, char **arguments) {
  const int only = count > 1 ? atoi(arguments[1]) : -1;
  peaks();
  for (int path = MW_SCALAR; path <= MW_NEONDOT; path++) {
    if (!mw_path_available(path) || (only >= 0 && path != only) || (only < 0 && path == MW_SCALAR)) continue;
    printf("%s\n", names[path]);
    double total = 0, macs = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
      const shape *s = &shapes[i];
      const double each = seconds_of(path, s, MW_TO_U8), work = (double)(s->taps * s->length * s->n * s->m);
      printf("  %-12s %zu x %3zu  n %3zu  m %4zu  x%-2zu %8.2f us %7.1f GMAC/s", s->model, s->taps, s->length, s->n,
             s->m, s->times, each * 1e6, work / each / 1e9);
      if (peak_of(path) > 0) printf(" %4.0f %%", 100 * work / each / 1e9 / peak_of(path));
      printf("\n");
      total += each * (double)s->times;
      macs += work * (double)s->times;
      if (i + 1 == sizeof shapes / sizeof shapes[0] || strcmp(s->model, shapes[i + 1].model) != 0) {
        printf("  %-12s all %8.1f us %7.1f GMAC/s (%.2f M MAC)\n", s->model, total * 1e6, macs / total / 1e9,
               macs / 1e6);
        total = macs = 0;
      }
    }
    elements(path);
  }
}
