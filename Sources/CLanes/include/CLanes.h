// Operations on 16 lanes that Swift would compile into calls, or into four parts of 4 lanes. Swift
// sees the types as SIMD16; the functions are compiled into its loops.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

// Wide values pass between inlined functions only, never through the ABI the warning is about.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float float_lanes __attribute__((ext_vector_type(16)));
typedef int32_t int32_lanes __attribute__((ext_vector_type(16)));
typedef uint16_t uint16_lanes __attribute__((ext_vector_type(16)));
typedef uint32_t uint32_lanes __attribute__((ext_vector_type(16)));

#define LANES_FUNCTION static inline __attribute__((always_inline))

#include "RowEnds.h"

LANES_FUNCTION float_lanes lanes_all(float x) { return (float_lanes)x; }
LANES_FUNCTION float_lanes lanes_sum(float_lanes a, float_lanes b) { return a + b; }
LANES_FUNCTION float_lanes lanes_difference(float_lanes a, float_lanes b) { return a - b; }
LANES_FUNCTION float_lanes lanes_product(float_lanes a, float_lanes b) { return a * b; }
LANES_FUNCTION float_lanes lanes_quotient(float_lanes a, float_lanes b) { return a / b; }
LANES_FUNCTION float_lanes lanes_square_root(float_lanes x) {
  return __builtin_elementwise_sqrt(x);
}

/// `a b + sum`, rounded once where the CPU can.
LANES_FUNCTION float_lanes lanes_sum_of_product(float_lanes sum, float_lanes a, float_lanes b) {
#if defined(__FMA__) || !defined(__x86_64__)
  return __builtin_elementwise_fma(a, b, sum);
#else
  return sum + a * b;
#endif
}

/// Lane i of `x` where `first` + i is at least `limit`, `otherwise` elsewhere.
LANES_FUNCTION float_lanes lanes_from(
    float_lanes x, int32_t first, int32_t limit, float otherwise) {
  const int32_lanes position = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return position >= limit - first ? x : (float_lanes)otherwise;
}

/// Lane i of `x` where `first` + i is below `limit`, `otherwise` elsewhere.
LANES_FUNCTION float_lanes lanes_below(
    float_lanes x, int32_t first, int32_t limit, float otherwise) {
  const int32_lanes position = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return position < limit - first ? x : (float_lanes)otherwise;
}

/// `1 / x` to 1 ulp, of x whose magnitude is from 2⁻¹²⁶ to 1.8 · 2¹²⁵; the same bits on every CPU.
///
/// The difference of bits negates the exponent and is within 5.1 % of the reciprocal: e below.
/// A step of Halley's leaves e³, one of Newton's the square of that.
/// Source of the first guess: Blinn 1997, doi:10.1109/38.595279.
LANES_FUNCTION float_lanes lanes_reciprocal(float_lanes x) {
  const float_lanes one = 1.0f;
  float_lanes y = (float_lanes)(0x7ef311c3 - (uint32_lanes)x);
  float_lanes e = lanes_sum_of_product(one, -x, y);
  y = lanes_sum_of_product(y, y, lanes_sum_of_product(e, e, e));
  e = lanes_sum_of_product(one, -x, y);
  return lanes_sum_of_product(y, y, e);
}

/// Rounds to bfloat16, to nearest even; denormals become 0 of their sign, NaN stay NaN.
LANES_FUNCTION uint16_lanes lanes_bfloat16(float_lanes x) {
#if defined(__AVX512BF16__)
  return (uint16_lanes)_mm512_cvtneps_pbh((__m512)x);
#else
  const uint32_lanes bits = (uint32_lanes)x, magnitude = bits & 0x7fffffff;
  uint32_lanes rounded = bits + 0x7fff + (bits >> 16 & 1);
  rounded = magnitude < 0x00800000 ? bits & 0x80000000 : rounded;
  rounded = magnitude > 0x7f800000 ? bits | 0x00400000 : rounded;
  return __builtin_convertvector(rounded >> 16, uint16_lanes);
#endif
}

/// Stores to where nothing is read soon: past the caches.
LANES_FUNCTION void lanes_stream_bfloat16(void *address, float_lanes x) {
  const uint16_lanes rounded = lanes_bfloat16(x);
  if ((uintptr_t)address % sizeof rounded == 0)
    __builtin_nontemporal_store(rounded, (uint16_lanes *)address);
  else __builtin_memcpy(address, &rounded, sizeof rounded);
}

/// Both rounded to bfloat16, side by side: `a` in the lower halves.
LANES_FUNCTION uint32_lanes lanes_pairs(float_lanes a, float_lanes b) {
  return __builtin_convertvector(lanes_bfloat16(a), uint32_lanes) |
         __builtin_convertvector(lanes_bfloat16(b), uint32_lanes) << 16;
}

/// The Float32 of each bfloat16: its upper half.
LANES_FUNCTION float_lanes lanes_widened(uint16_lanes bits) {
  return (float_lanes)(__builtin_convertvector(bits, uint32_lanes) << 16);
}

LANES_FUNCTION float_lanes lanes_larger(float_lanes a, float_lanes b) { return a < b ? b : a; }

/// The largest lane, by halves and not in a chain of 15; not of NaN.
LANES_FUNCTION float lanes_largest(float_lanes x) {
#define LARGER_HALF(x) ((x).lo < (x).hi ? (x).hi : (x).lo)
  const __typeof__(x.lo) eight = LARGER_HALF(x);
  const __typeof__(eight.lo) four = LARGER_HALF(eight);
  const __typeof__(four.lo) two = LARGER_HALF(four);
  return LARGER_HALF(two);
#undef LARGER_HALF
}

/// `e^x` to about 2 ulp; x is clamped to [-87, 87], so the result and its reciprocal are finite,
/// and never denormals.
///
/// `x = n log 2 + r`, `|r| ≤ log 2 / 2`. `e^r` is `1 + r + r² q(r)`, with the q of degree 3 whose
/// largest relative error is smallest, 1.05·10⁻⁷. Adding 1.5·2²³ leaves n in the low bits of a
/// float, from where it is shifted and added to the exponent.
/// Source of the reduction: Moshier, Cephes Mathematical Library, single/expf.c.
LANES_FUNCTION float_lanes lanes_exponential(float_lanes x) {
  const float_lanes zero = 0, magic = 12582912;
  x = x > 87 ? zero + 87 : x;
  x = x < -87 ? zero - 87 : x;
  const float_lanes shifted = lanes_sum_of_product(magic, x, zero + 1.44269504f);
  const float_lanes n = shifted - magic;
  const float_lanes near = lanes_sum_of_product(x, n, zero - 0.693359375f);
  const float_lanes r = lanes_sum_of_product(near, n, zero + 2.12194440e-4f);
  float_lanes q = zero + 0.008312501f;
  q = lanes_sum_of_product(zero + 0.04189033f, r, q);
  q = lanes_sum_of_product(zero + 0.16667116f, r, q);
  q = lanes_sum_of_product(zero + 0.4999923f, r, q);
  const float_lanes power = 1 + lanes_sum_of_product(r, r * r, q);
  return (float_lanes)((uint32_lanes)power + ((uint32_lanes)shifted << 23));
}

typedef double double_lanes __attribute__((ext_vector_type(16)));

LANES_FUNCTION double_lanes lanes_double_sum(double_lanes a, float_lanes b) {
  return a + __builtin_convertvector(b, double_lanes);
}
LANES_FUNCTION double_lanes lanes_double_larger(double_lanes a, double_lanes b) {
  return a < b ? b : a;
}
LANES_FUNCTION double_lanes lanes_double_smaller(double_lanes a, double_lanes b) {
  return b < a ? b : a;
}
LANES_FUNCTION float_lanes lanes_smaller(float_lanes a, float_lanes b) { return b < a ? b : a; }

/// Whether some lane of `x` is below `limit`.
LANES_FUNCTION bool lanes_any_below(float_lanes x, float limit) {
  return __builtin_reduce_or(x < limit) != 0;
}

/// `e^(x + rest)` for x ≤ 0 and a rest of at most half an ulp of x, to 2 · 2⁻²⁴ of it; 0 where x is
/// below `least`, which is at least −87.33.
///
/// As `lanes_exponential`, with the polynomial of Cephes' `expf`, whose error is 2⁻²⁶. Roundings:
/// 2⁻²⁴ of the result, which may lie just above a power of two; 2⁻²⁶ each of r, of r with the rest,
/// and of what is added to 1.
/// Source: Moshier, Cephes Mathematical Library, single/expf.c.
LANES_FUNCTION float_lanes lanes_probability(
    float_lanes x, float_lanes rest, float least) {
  const float_lanes zero = 0;
  const float_lanes bounded = x < least ? zero + least : x;
  const float_lanes shifted = lanes_sum_of_product(zero + 12582912, bounded, zero + 1.44269504f);
  const float_lanes n = shifted - 12582912;
  const float_lanes near = lanes_sum_of_product(bounded, n, zero - 0.693359375f);
  const float_lanes r = lanes_sum_of_product(near, n, zero + 2.12194440e-4f) + rest;
  float_lanes p = zero + 1.9875692e-4f;
  p = lanes_sum_of_product(zero + 1.3981999e-3f, r, p);
  p = lanes_sum_of_product(zero + 8.333452e-3f, r, p);
  p = lanes_sum_of_product(zero + 4.1665796e-2f, r, p);
  p = lanes_sum_of_product(zero + 0.16666666f, r, p);
  p = lanes_sum_of_product(zero + 0.5f, r, p);
  const float_lanes power = 1 + lanes_sum_of_product(r, r * r, p);
  return x < least
      ? zero : (float_lanes)((uint32_lanes)power + ((uint32_lanes)shifted << 23));
}

/// `e^(a − peak)` for a ≤ peak ≤ 0, whose difference is the sum of two floats.
/// Source: Dekker 1971, doi:10.1007/BF01397083, section 4.
LANES_FUNCTION float_lanes lanes_relative_probability(
    float_lanes a, float_lanes peak, float least) {
#pragma clang fp contract(off) reassociate(off)
  const float_lanes difference = a - peak;
  return lanes_probability(difference, (a - difference) - peak, least);
}

/// The same of doubles, their difference rounded to the sum of two floats.
LANES_FUNCTION float_lanes lanes_double_relative_probability(
    double_lanes a, double_lanes peak, float least) {
  const double_lanes difference = a - peak;
  const float_lanes x = __builtin_convertvector(difference, float_lanes);
  const double_lanes rest = difference - __builtin_convertvector(x, double_lanes);
  return lanes_probability(x, __builtin_convertvector(rest, float_lanes), least);
}

/// `a − b`, rounded to floats.
LANES_FUNCTION float_lanes lanes_double_difference(double_lanes a, double_lanes b) {
  return __builtin_convertvector(a - b, float_lanes);
}
