// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime as a process of the benchmark: obeys stdin as `engine-lab serve` does.
//
//   ort_serve libonnxruntime.so
//   load NAME PATH [KEY=VALUE]...    a session with these configuration entries, one thread
//   run NAME COUNT [COLD_KIB]
//
// The wheel of onnxruntime carries the library without its header. The table of functions only ever grows at its end,
// so the few that are needed are named here by their place in it; they have been there since version 1.3 (API 5).
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { API_VERSION = 5, LOG_ERROR = 3, OPTIMIZE_ALL = 99, TYPE_FLOAT = 1, ARENA_ALLOCATOR = 1, DEFAULT_MEMORY = 0 };
enum {
  GET_ERROR_MESSAGE = 2, CREATE_ENV = 3, CREATE_SESSION = 7, RUN = 9, CREATE_SESSION_OPTIONS = 10,
  SET_OPTIMIZATION_LEVEL = 23, SET_INTRA_THREADS = 24, SET_INTER_THREADS = 25, INPUT_TYPE_INFO = 33, INPUT_NAME = 36,
  OUTPUT_NAME = 37, TENSOR_WITH_DATA = 49, TENSOR_INFO = 55, DIMENSIONS_COUNT = 61, DIMENSIONS = 62,
  CPU_MEMORY_INFO = 69, DEFAULT_ALLOCATOR = 78, ADD_CONFIG_ENTRY = 130
};

typedef void *status;
typedef struct { const void *const *(*get_api)(uint32_t); const char *(*version)(void); } api_base;
static const void *const *api;
#define CALL(index, ...) check(((status(*)())api[index])(__VA_ARGS__))

static int failed;
static void check(status s) {
  if (!s) return;
  if (!failed) printf("{\"error\":\"%.200s\"}\n", ((const char *(*)(status))api[GET_ERROR_MESSAGE])(s));
  failed = 1;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long resident_kb(void) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  long kb = 0;
  while (file && fgets(line, sizeof line, file))
    if (!strncmp(line, "VmRSS:", 6)) kb = atol(line + 6);
  if (file) fclose(file);
  return kb;
}

typedef struct { char name[64]; void *session, *input, *output; char *input_name, *output_name; } model;
static model models[64];
static int count;
static void *environment, *memory, *allocator;

static void load(const char *name, const char *path, char *entries) {
  model *m = &models[count];
  memset(m, 0, sizeof *m);
  snprintf(m->name, sizeof m->name, "%s", name);
  void *options, *type, *info;
  CALL(CREATE_SESSION_OPTIONS, &options);
  CALL(SET_INTRA_THREADS, options, 1);
  CALL(SET_INTER_THREADS, options, 1);
  CALL(SET_OPTIMIZATION_LEVEL, options, OPTIMIZE_ALL);
  for (char *entry = entries; entry; entry = strtok(NULL, " \n")) {
    char *value = strchr(entry, '=');
    if (!value) continue;
    *value++ = 0;
    CALL(ADD_CONFIG_ENTRY, options, entry, value);
  }
  const double start = now();
  CALL(CREATE_SESSION, environment, path, options, &m->session);
  const double spent = now() - start;
  if (failed) return;
  size_t rank, total = 1;
  int64_t shape[8];
  CALL(INPUT_TYPE_INFO, m->session, (size_t)0, &type);
  CALL(TENSOR_INFO, type, &info);
  CALL(DIMENSIONS_COUNT, info, &rank);
  CALL(DIMENSIONS, info, shape, rank);
  for (size_t i = 0; i < rank; i++) total *= (size_t)(shape[i] = shape[i] < 1 ? 1 : shape[i]);
  float *input = aligned_alloc(64, (total * 4 + 63) / 64 * 64);
  uint32_t state = 12345;
  for (size_t i = 0; i < total; i++) {
    state = state * 1664525u + 1013904223u;
    input[i] = (float)(state >> 8) / (float)(1 << 24) * 2 - 1;
  }
  CALL(INPUT_NAME, m->session, (size_t)0, allocator, &m->input_name);
  CALL(OUTPUT_NAME, m->session, (size_t)0, allocator, &m->output_name);
  CALL(TENSOR_WITH_DATA, memory, input, total * 4, shape, rank, TYPE_FLOAT, &m->input);
  if (failed) return;
  count++;
  printf("{\"load_ms\":%.3f,\"rss_kb\":%ld}\n", spent / 1e6, resident_kb());
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void run(const char *name, size_t times, size_t cold) {
  model *m = NULL;
  for (int i = 0; i < count; i++)
    if (!strcmp(models[i].name, name)) m = &models[i];
  if (!m || !times) {
    printf("{\"error\":\"no model %s\"}\n", name);
    return;
  }
  volatile char *walked = cold ? malloc(cold) : NULL;
  if (walked) memset((char *)walked, 1, cold);
  double *spent = malloc(times * sizeof *spent);
  const char *inputs[] = {m->input_name}, *outputs[] = {m->output_name};
  const void *given[] = {m->input};
  for (size_t i = 0; i < times && !failed; i++) {
    for (size_t k = 0; k < cold; k += 64) walked[k]++;
    const double start = now();
    // The first run makes the output, the next ones write into it.
    CALL(RUN, m->session, NULL, inputs, given, (size_t)1, outputs, (size_t)1, &m->output);
    spent[i] = now() - start;
  }
  qsort(spent, times, sizeof *spent, compare);
  if (!failed)
    printf("{\"med_ns\":%.0f,\"min_ns\":%.0f,\"rss_kb\":%ld}\n", spent[times / 2], spent[0], resident_kb());
  free(spent);
  free((void *)walked);
}

int main(int argc, char **argv) {
  void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  api_base *(*base)(void) = library ? (api_base * (*)(void)) dlsym(library, "OrtGetApiBase") : NULL;
  api = base ? base()->get_api(API_VERSION) : NULL;
  if (!api) {
    fprintf(stderr, "usage: ort_serve libonnxruntime.so\n");
    return 64;
  }
  CALL(CREATE_ENV, LOG_ERROR, "bench", &environment);
  CALL(CPU_MEMORY_INFO, ARENA_ALLOCATOR, DEFAULT_MEMORY, &memory);
  CALL(DEFAULT_ALLOCATOR, &allocator);
  char line[4096];
  while (fgets(line, sizeof line, stdin)) {
    failed = 0;
    char *verb = strtok(line, " \n"), *name = strtok(NULL, " \n"), *third = strtok(NULL, " \n");
    if (verb && third && !strcmp(verb, "load") && count < 64) {
      load(name, third, strtok(NULL, " \n"));
    } else if (verb && third && !strcmp(verb, "run")) {
      const char *cold = strtok(NULL, " \n");
      run(name, strtoul(third, NULL, 10), cold ? strtoul(cold, NULL, 10) << 10 : 0);
    } else {
      printf("{\"error\":\"load NAME PATH or run NAME COUNT\"}\n");
    }
    fflush(stdout);
  }
}
