#include "CMixtures.h"
#include "CLanes.h"
#include <string.h>

/// A product that is being made.
typedef struct {
  float_lanes mantissa;
  int32_lanes exponent;
  int32_t factors;
  /// The smallest factor.
  float_lanes least;
} state;

LANES_FUNCTION state begin(const mixed_product *product) {
  state s = {.factors = product->factors, .least = (float_lanes)1.0f};
  memcpy(&s.mantissa, product->mantissa, sizeof s.mantissa);
  memcpy(&s.exponent, product->exponent, sizeof s.exponent);
  return s;
}

LANES_FUNCTION void multiply(state *s, float_lanes factor) {
  s->least = factor < s->least ? factor : s->least;
  const int32_lanes bits = (int32_lanes)(s->mantissa * factor);
  s->exponent += bits >> 23;
  s->factors++;
  s->mantissa = (float_lanes)((bits & 0x007fffff) | 0x3f800000);
}

/// Stores the product unless one of its factors was too small for single precision.
LANES_FUNCTION bool end(const state *s, mixed_product *product) {
  if (lanes_any_below(s->least, 0x1p-100f)) return false;
  memcpy(product->mantissa, &s->mantissa, sizeof s->mantissa);
  memcpy(product->exponent, &s->exponent, sizeof s->exponent);
  product->factors = s->factors;
  return true;
}

LANES_FUNCTION float_lanes weight(const float *weights, int64_t expert) {
  float_lanes lanes;
  memcpy(&lanes, weights + expert * 16, sizeof lanes);
  return lanes;
}

/// A constant number of experts unrolls the loop over them and keeps the weights in registers.
LANES_FUNCTION bool multiply_fours(
    mixed_product *product, const float *probabilities, const float *weights,
    const int64_t experts, int64_t fours) {
  state s = begin(product);
  for (int64_t four = 0; four < fours; four++) {
    const float *p = probabilities + (four >> 2) * experts * 16 + (four & 3) * 4;
    const float_lanes first = weight(weights, 0);
    float_lanes a = first * p[0], b = first * p[1], c = first * p[2], d = first * p[3];
    for (int64_t i = 1; i < experts; i++) {
      const float_lanes w = weight(weights, i);
      a = lanes_sum_of_product(a, w, (float_lanes)p[16 * i]);
      b = lanes_sum_of_product(b, w, (float_lanes)p[16 * i + 1]);
      c = lanes_sum_of_product(c, w, (float_lanes)p[16 * i + 2]);
      d = lanes_sum_of_product(d, w, (float_lanes)p[16 * i + 3]);
    }
    multiply(&s, (a * b) * (c * d));
  }
  return end(&s, product);
}

bool multiply_mixed(
    mixed_product *product, const float *probabilities, const float *weights, int64_t experts,
    int64_t fours) {
  switch (experts) {
#define CASE(K) \
  case K: return multiply_fours(product, probabilities, weights, K, fours);
    CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)
#undef CASE
    default: return multiply_fours(product, probabilities, weights, experts, fours);
  }
}

bool multiply_mixed_one_by_one(
    mixed_product *product, const float *probabilities, const float *weights, int64_t experts,
    int64_t fours) {
  state s = begin(product);
  for (int64_t t = 0; t < 4 * fours; t++) {
    const float *p = probabilities + (t >> 4) * experts * 16 + (t & 15);
    float_lanes mixed = 0;
    for (int64_t i = 0; i < experts; i++)
      mixed = lanes_sum_of_product(mixed, weight(weights, i), (float_lanes)p[16 * i]);
    multiply(&s, mixed);
  }
  return end(&s, product);
}
