// Operations on 16 lanes that Swift would compile into calls, or into four parts of 4 lanes. Swift
// sees the types as SIMD16; the functions are compiled into its loops.
#pragma once
#include <stdint.h>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

typedef float float_lanes __attribute__((ext_vector_type(16)));
typedef int32_t int32_lanes __attribute__((ext_vector_type(16)));
typedef uint16_t uint16_lanes __attribute__((ext_vector_type(16)));
typedef uint32_t uint32_lanes __attribute__((ext_vector_type(16)));

#define LANES_FUNCTION static inline __attribute__((always_inline))

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

/// `1 / x` to 2 ulp, of normal numbers whose reciprocals are normal.
LANES_FUNCTION float_lanes lanes_reciprocal(float_lanes x) {
#if defined(__AVX512F__)
  // One step of Newton's from 14 bits.
  const float_lanes y = (float_lanes)_mm512_rcp14_ps((__m512)x);
  return lanes_sum_of_product(y, y, lanes_sum_of_product((float_lanes)1.0f, -x, y));
#else
  return 1 / x;
#endif
}

/// Rounds to bfloat16, to nearest even; denormals may become 0, NaN may become infinite.
LANES_FUNCTION uint16_lanes lanes_bfloat16(float_lanes x) {
#if defined(__AVX512BF16__)
  return (uint16_lanes)_mm512_cvtneps_pbh((__m512)x);
#else
  uint32_lanes bits = (uint32_lanes)x;
  return __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, uint16_lanes);
#endif
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

/// The largest lane; not of NaN.
LANES_FUNCTION float lanes_largest(float_lanes x) { return __builtin_reduce_max(x); }

LANES_FUNCTION float_lanes lanes_larger(float_lanes a, float_lanes b) { return a < b ? b : a; }

/// `e^x` to about 2 ulp; x is clamped to [-87, 88], so the result is finite and never a denormal.
///
/// `x = n log 2 + r`, `|r| ≤ log 2 / 2`; `e^r` is the polynomial of Cephes' `expf`, and adding
/// 1.5·2²³ leaves n in the low bits of a float, from where it is shifted into the exponent.
/// Source: Moshier, Cephes Mathematical Library, single/expf.c.
LANES_FUNCTION float_lanes lanes_exponential(float_lanes x) {
  const float_lanes zero = 0, one = 1, magic = 12582912;
  x = x > 88 ? zero + 88 : x;
  x = x < -87 ? zero - 87 : x;
  const float_lanes shifted = lanes_sum_of_product(magic, x, zero + 1.44269504f);
  const float_lanes n = shifted - magic;
  const float_lanes near = lanes_sum_of_product(x, n, zero - 0.693359375f);
  const float_lanes r = lanes_sum_of_product(near, n, zero + 2.12194440e-4f);
  float_lanes p = zero + 1.9875692e-4f;
  p = lanes_sum_of_product(zero + 1.3981999e-3f, r, p);
  p = lanes_sum_of_product(zero + 8.333452e-3f, r, p);
  p = lanes_sum_of_product(zero + 4.1665796e-2f, r, p);
  p = lanes_sum_of_product(zero + 0.16666666f, r, p);
  p = lanes_sum_of_product(zero + 0.5f, r, p);
  p = lanes_sum_of_product(r + one, r * r, p);
  return p * (float_lanes)(((uint32_lanes)shifted << 23) + (127u << 23));
}

typedef double double_lanes __attribute__((ext_vector_type(16)));
typedef int64_t int64_lanes __attribute__((ext_vector_type(16)));

LANES_FUNCTION double_lanes lanes_doubled(float_lanes x) {
  return __builtin_convertvector(x, double_lanes);
}

LANES_FUNCTION double_lanes lanes_double_difference(double_lanes a, double_lanes b) {
  return a - b;
}
LANES_FUNCTION double_lanes lanes_double_larger(double_lanes a, double_lanes b) {
  return a < b ? b : a;
}
LANES_FUNCTION double_lanes lanes_double_smaller(double_lanes a, double_lanes b) {
  return b < a ? b : a;
}

/// The smallest lane; not of NaN.
LANES_FUNCTION double lanes_smallest(double_lanes x) { return __builtin_reduce_min(x); }

/// `e^x` for x ≤ 0, to 10⁻⁸ of it before rounding to single precision; 0 for x below `least`.
///
/// As `lanes_exponential`, but in double, so that nothing is lost where x is large: adding 1.5·2⁵²
/// leaves n in the low bits of a double, from where it is shifted into the exponent.
LANES_FUNCTION float_lanes lanes_relative_probability(double_lanes x, double least) {
  const double_lanes zero = 0;
  const double_lanes bounded = lanes_double_larger(x, zero + least);
#if defined(__FMA__) || !defined(__x86_64__)
#define SUM_OF_PRODUCT(sum, a, b) __builtin_elementwise_fma(a, zero + (b), zero + (sum))
#else
#define SUM_OF_PRODUCT(sum, a, b) ((sum) + (a) * (b))
#endif
  const double_lanes shifted = SUM_OF_PRODUCT(0x1.8p52, bounded, 1.4426950408889634);
  const double_lanes n = shifted - 0x1.8p52;
  const double_lanes r = SUM_OF_PRODUCT(bounded, n, -0.6931471805599453);
  double_lanes p = zero + 1.9875692e-4;
  p = SUM_OF_PRODUCT(1.3981999e-3, p, r);
  p = SUM_OF_PRODUCT(8.333452e-3, p, r);
  p = SUM_OF_PRODUCT(4.1665796e-2, p, r);
  p = SUM_OF_PRODUCT(0.16666666, p, r);
  p = SUM_OF_PRODUCT(0.5, p, r);
  p = SUM_OF_PRODUCT(r + 1, p, r * r);
#undef SUM_OF_PRODUCT
  const double_lanes power = (double_lanes)((int64_lanes)p + ((int64_lanes)shifted << 52));
  return __builtin_convertvector(x < least ? zero : power, float_lanes);
}
