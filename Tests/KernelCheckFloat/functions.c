// SPDX-License-Identifier: Apache-2.0
// Element-wise functions against the C library in double precision, over all exponents and densely where they bend.
#include "check.h"

typedef void kernel(int path, const float *x, size_t count, float *out);
typedef struct {
  const char *name;
  kernel *run;
  double (*exact)(double);
  double limit;  // ulp
  float range;   // of the dense sampling
} function;

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }

enum { CHUNK = 4096 };

static void check_one(int path, const function *f, size_t points) {
  static float x[CHUNK], out[CHUNK], plain[CHUNK];
  double worst = 0, apart = 0;
  float where = 0;
  // Half of the points walk through the bits of all floats, half are random in the range where the function bends.
  const size_t half = points / 2;
  const uint32_t stride = (uint32_t)(0x100000000u / half);
  uint64_t next = 0;
  for (size_t done = 0; done < points; done += CHUNK) {
    for (size_t i = 0; i < CHUNK; i++) {
      if (done < half) {
        const uint32_t bits = (uint32_t)(next += stride);
        memcpy(&x[i], &bits, sizeof bits);
      } else {
        x[i] = random_float() * f->range;
      }
    }
    f->run(path, x, CHUNK, out);
    f->run(MW_SCALAR, x, CHUNK, plain);
    for (size_t i = 0; i < CHUNK; i++) {
      const double error = ulp_error(out[i], f->exact((double)x[i]));
      const double from_plain = ulp_error(out[i], (double)plain[i]);
      if (error > worst) worst = error, where = x[i];
      if (from_plain > apart) apart = from_plain;
      if (!(error <= f->limit)) FAIL("%s(%a) = %a, %g ulp", f->name, (double)x[i], (double)out[i], error);
    }
  }
  printf("  %-8s worst %.3f ulp at %a (limit %g); %.2f ulp from the scalar form\n", f->name, worst, (double)where,
         f->limit, apart);
}

/// Values with a known answer, in every lane and on every tail, in place and not.
static void check_tails(int path, const function *f) {
  const float special[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1e-45f, -1e-45f, 1e-39f, 88.7228f, 88.73f, -87.4f,
                           -103.9f, -104.1f, -180, -1e9f, 1, -1, 0.5f, 20, -20, 3.9f, -4.1f, 1e30f, -1e30f};
  const size_t kinds = sizeof special / sizeof *special;
  for (size_t count = 0; count <= 67; count++) {
    for (size_t turn = 0; turn < kinds; turn++) {
      float *x = malloc(count * sizeof(float) + 1), *out = malloc(count * sizeof(float) + 1);
      for (size_t i = 0; i < count; i++) x[i] = special[(i + turn) % kinds];
      f->run(path, x, count, out);
      for (size_t i = 0; i < count; i++) {
        const double exact = f->exact((double)x[i]), error = ulp_error(out[i], exact);
        if (!(error <= f->limit)) FAIL("%s(%a): %g ulp, %zu of %zu", f->name, (double)x[i], error, i, count);
        if (exact == 0 && signbit(out[i]) != signbit(exact)) FAIL("%s(%a): sign of zero", f->name, (double)x[i]);
      }
      f->run(path, x, count, x);
      for (size_t i = 0; i < count; i++) {
        if (x[i] != out[i] && !(isnan(x[i]) && isnan(out[i]))) FAIL("%s in place, %zu of %zu", f->name, i, count);
      }
      free(x), free(out);
    }
  }
}

typedef struct {
  const char *name;
  mw_activation f;
  double (*exact)(double);
} activation;

static double relu(double x) { return x < 0 ? 0 : x; }
static double affine(double x) { return 1.5 * x + 0.25; }
static double leaky(double x) { return x < 0 ? 0.125 * x : x; }
static double thresholded(double x) { return x > 0.75 ? x : 0; }
static double hard_sigmoid(double x) { return fmax(0, fmin(1, 0.25 * x + 0.5)); }
static double elu(double x) { return x < 0 ? 1.5 * expm1(x) : x; }
static double softsign(double x) { return x / (1 + fabs(x)); }
static double softplus(double x) { return fmax(x, 0) + log1p(exp(-fabs(x))); }
static double scaled_tanh(double x) { return 1.5 * tanh(0.5 * x); }

static void check_activations(int path) {
  const activation all[] = {{"sigmoid", {MW_ACT_SIGMOID, 0, 0}, sigmoid},
                            {"tanh", {MW_ACT_TANH, 0, 0}, tanh},
                            {"relu", {MW_ACT_RELU, 0, 0}, relu},
                            {"affine", {MW_ACT_AFFINE, 1.5f, 0.25f}, affine},
                            {"leaky relu", {MW_ACT_LEAKY_RELU, 0.125f, 0}, leaky},
                            {"thresholded relu", {MW_ACT_THRESHOLDED_RELU, 0.75f, 0}, thresholded},
                            {"hard sigmoid", {MW_ACT_HARD_SIGMOID, 0.25f, 0.5f}, hard_sigmoid},
                            {"elu", {MW_ACT_ELU, 1.5f, 0}, elu},
                            {"softsign", {MW_ACT_SOFTSIGN, 0, 0}, softsign},
                            {"softplus", {MW_ACT_SOFTPLUS, 0, 0}, softplus},
                            {"scaled tanh", {MW_ACT_SCALED_TANH, 1.5f, 0.5f}, scaled_tanh}};
  for (size_t a = 0; a < sizeof all / sizeof *all; a++) {
    for (size_t count = 1; count <= 67; count++) {
      float *x = random_floats(count, 8), *before = malloc(count * sizeof(float));
      x[count / 2] = 0, x[0] = count % 5 ? x[0] : NAN;
      memcpy(before, x, count * sizeof(float));
      mw_f32_activate(path, all[a].f, x, count);
      for (size_t i = 0; i < count; i++) {
        const double exact = all[a].exact((double)before[i]), error = fabs((double)x[i] - exact);
        // NaN stays NaN, except that a comparison with the threshold fails for it.
        const bool both = isnan(exact) || (isnan(before[i]) && all[a].f.kind != MW_ACT_THRESHOLDED_RELU);
        if (both ? !isnan(x[i]) : !(error <= 4e-7 * fmax(0.5, fabs(exact)))) {
          FAIL("%s(%a) = %a, exact %a", all[a].name, (double)before[i], (double)x[i], exact);
        }
      }
      free(x), free(before);
    }
  }
}

void check_functions(int path, size_t points) {
  const function all[] = {{"exp", mw_f32_exp, exp, 2, 104},
                          {"sigmoid", mw_f32_sigmoid, sigmoid, 2, 20},
                          {"tanh", mw_f32_tanh, tanh, 2, 10},
                          {"erf", mw_f32_erf, erf, 4, 4}};
  for (size_t i = 0; i < 4; i++) {
    check_tails(path, &all[i]);
    check_one(path, &all[i], points);
  }
  check_activations(path);
}
