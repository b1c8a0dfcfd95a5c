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

/// The same for many experts, of which some may be left out: those without weight.
///
///     probabilities  (tiles, rows, 16)  from a tile's first token on
///     weights        (count, 16)        of each mixture
///     experts        (count)            the row of each expert in a tile; null for the first ones
bool multiply_mixed_many(
    mixed_product *product, const float *probabilities, int64_t rows, const float *weights,
    const int32_t *experts, int64_t count, int64_t fours);

/// The same for 32 mixtures, with weights (count, 32).
///
/// Returns which of the two products succeeded, the first in bit 0, the second in bit 1.
int32_t multiply_mixed_pair(
    mixed_product products[2], const float *probabilities, int64_t rows, const float *weights,
    const int32_t *experts, int64_t count, int64_t fours);

/// The same as `multiply_mixed`, a factor for each token.
bool multiply_mixed_one_by_one(
    mixed_product *product, const float *probabilities, const float *weights, int64_t experts,
    int64_t fours);

/// Adds Σ_t r_i(t) r_j(t) for j ≤ i, and for some pairs above, to `sums`, (experts, experts).
///
///     ratios   (experts, stride)  the rows have `count` tokens
///     experts  a multiple of 4
///     count    a multiple of 16
///
/// Each lane adds up `count` / 16 products in single precision, and the lanes are added in pairs.
void add_ratio_products(
    double *sums, const float *ratios, int64_t experts, int64_t stride, int64_t count);
