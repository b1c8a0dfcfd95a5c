// Products of mixed probabilities, for 16 mixtures at once.
#pragma once
#include <stdbool.h>
#include <stdint.h>

/// A product of many factors in (0, 1], by mixture: mantissa in [1, 2) times two to the exponent.
typedef struct {
  float mantissa[16];
  /// More by 127 for each of `factors`.
  int32_t exponent[16];
  int32_t factors;
} mixed_product;

/// Multiplies by the mixed probabilities of `fours` times four tokens, four in one factor.
///
///     probabilities  (tiles, experts, 16)  relative, from a multiple of four tokens on
///     weights        (experts, 16)         of each mixture
///
/// Returns whether all factors were at least 2⁻¹⁰⁰; if not, the product is as before.
bool multiply_mixed(
    mixed_product *product, const float *probabilities, const float *weights, int64_t experts,
    int64_t fours);

/// The same, a factor for each token.
bool multiply_mixed_one_by_one(
    mixed_product *product, const float *probabilities, const float *weights, int64_t experts,
    int64_t fours);
