#include "CMixtures.h"
#include "CLanes.h"
#include <string.h>

LANES_FUNCTION float_lanes load(const float *address) {
  float_lanes lanes;
  memcpy(&lanes, address, sizeof lanes);
  return lanes;
}

/// Sums of neighbouring lanes: of `a` in the even lanes' places, of `b` in those that follow.
#define HALVED(a, b)                                                                          \
  (__builtin_shufflevector(                                                                   \
       a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +                     \
   __builtin_shufflevector(                                                                   \
       a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))

/// Adds the products of four rows with four rows, summed over `count` tokens.
LANES_FUNCTION void add_patch(
    double *sums, int64_t experts, const float *left, const float *right, int64_t stride,
    int64_t count) {
  float_lanes s[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) s[i] = (float_lanes)0.0f;
  for (int64_t t = 0; t < count; t += 16) {
    float_lanes b[4];
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) b[j] = load(right + j * stride + t);
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
      const float_lanes a = load(left + i * stride + t);
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; j++) s[4 * i + j] = lanes_sum_of_product(s[4 * i + j], a, b[j]);
    }
  }
#pragma clang loop unroll(full)
  for (int n = 8; n > 0; n /= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < n; i++) s[i] = HALVED(s[2 * i], s[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) sums[i * experts + j] += (double)s[0][4 * i + j];
}

void add_ratio_products(
    double *sums, const float *ratios, int64_t experts, int64_t stride, int64_t count) {
  for (int64_t i = 0; i < experts; i += 4)
    for (int64_t j = 0; j <= i; j += 4)
      add_patch(
          sums + i * experts + j, experts, ratios + i * stride, ratios + j * stride, stride,
          count);
}
