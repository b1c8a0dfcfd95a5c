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

/// The number of experts whose products are added up before they join the sum of those before.
enum { expert_block = 64 };

/// Mixes the 16 tokens of a tile: `mixed` (16), overwritten.
///
/// An expert's weights are loaded once for 16 products, which the 32 registers just hold; sums of
/// blocks keep the rounding of a thousand experts near that of a hundred.
///
///     experts  the tile's rows to take, or null for the first ones
LANES_FUNCTION void mix_tile(
    float_lanes *mixed, const float *tile, const float *weights, const int32_t *experts,
    int64_t count) {
  for (int64_t first = 0; first < count; first += expert_block) {
    const int64_t end = first + expert_block < count ? first + expert_block : count;
    float_lanes sums[16];
#pragma clang loop unroll(full)
    for (int64_t t = 0; t < 16; t++) sums[t] = (float_lanes)0.0f;
    for (int64_t i = first; i < end; i++) {
      const float_lanes w = weight(weights, i);
      const float *p = tile + (experts ? experts[i] : i) * 16;
#pragma clang loop unroll(full)
      for (int64_t t = 0; t < 16; t++)
        sums[t] = lanes_sum_of_product(sums[t], w, (float_lanes)p[t]);
    }
    if (first == 0) {
#pragma clang loop unroll(full)
      for (int64_t t = 0; t < 16; t++) mixed[t] = sums[t];
    } else {
#pragma clang loop unroll(full)
      for (int64_t t = 0; t < 16; t++) mixed[t] += sums[t];
    }
  }
}

bool multiply_mixed_many(
    mixed_product *product, const float *probabilities, int64_t rows, const float *weights,
    const int32_t *experts, int64_t count, int64_t fours) {
  state s = begin(product);
  float_lanes mixed[16];
  for (int64_t four = 0; four < fours; four++) {
    if ((four & 3) == 0) {
      const float *tile = probabilities + (four >> 2) * rows * 16;
      if (experts) mix_tile(mixed, tile, weights, experts, count);
      else mix_tile(mixed, tile, weights, 0, count);
    }
    const float_lanes *m = mixed + (four & 3) * 4;
    multiply(&s, (m[0] * m[1]) * (m[2] * m[3]));
  }
  return end(&s, product);
}

/// Adds `count` experts to 8 tokens of a tile mixed by 32 mixtures: `mixed` (2, 8), overwritten if
/// these are the `first` experts.
///
/// A probability that is loaded serves two products, and 16 sums fit into the registers beside the
/// operands: so multiplications are the limit, not loads, which 16 mixtures at a time would be.
LANES_FUNCTION void mix_half_tile(
    float_lanes *mixed, const float *tokens, const float *weights, const int32_t *experts,
    int64_t count, bool first) {
  float_lanes sums[16];
#pragma clang loop unroll(full)
  for (int64_t t = 0; t < 16; t++) sums[t] = (float_lanes)0.0f;
  for (int64_t i = 0; i < count; i++) {
    const float_lanes a = weight(weights, 2 * i), b = weight(weights, 2 * i + 1);
    const float *p = tokens + (experts ? experts[i] : i) * 16;
#pragma clang loop unroll(full)
    for (int64_t t = 0; t < 8; t++) {
      const float_lanes probability = (float_lanes)p[t];
      sums[t] = lanes_sum_of_product(sums[t], a, probability);
      sums[8 + t] = lanes_sum_of_product(sums[8 + t], b, probability);
    }
  }
  if (first) {
#pragma clang loop unroll(full)
    for (int64_t t = 0; t < 16; t++) mixed[t] = sums[t];
  } else {
#pragma clang loop unroll(full)
    for (int64_t t = 0; t < 16; t++) mixed[t] += sums[t];
  }
}

/// Half tiles that a block of experts is added to while the first-level cache has its weights.
enum { halves_together = 4 };

int32_t multiply_mixed_pair(
    mixed_product products[2], const float *probabilities, int64_t rows, const float *weights,
    const int32_t *experts, int64_t count, int64_t fours) {
  state a = begin(&products[0]), b = begin(&products[1]);
  float_lanes mixed[halves_together][16];
  for (int64_t start = 0; start < fours; start += 2 * halves_together) {
    const int64_t stop =
        start + 2 * halves_together < fours ? start + 2 * halves_together : fours;
    for (int64_t first = 0; first < count; first += expert_block) {
      const int64_t size = first + expert_block < count ? expert_block : count - first;
      const float *w = weights + first * 32;
      for (int64_t four = start; four < stop; four += 2) {
        const float *tokens = probabilities + (four >> 2) * rows * 16 + (four & 2) * 4;
        float_lanes *m = mixed[(four - start) >> 1];
        if (experts) mix_half_tile(m, tokens, w, experts + first, size, first == 0);
        else mix_half_tile(m, tokens + first * 16, w, 0, size, first == 0);
      }
    }
    for (int64_t four = start; four < stop; four++) {
      const float_lanes *m = mixed[(four - start) >> 1] + (four & 1) * 4, *n = m + 8;
      multiply(&a, (m[0] * m[1]) * (m[2] * m[3]));
      multiply(&b, (n[0] * n[1]) * (n[2] * n[3]));
    }
  }
  const int32_t first = end(&a, &products[0]), second = end(&b, &products[1]);
  return first | second << 1;
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
