// Operations on 16 lanes that Swift would compile into calls or many instructions. Swift sees the
// types as SIMD16; the functions are compiled into its loops.
#pragma once
#include <stdint.h>
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

typedef float float_lanes __attribute__((ext_vector_type(16)));
typedef uint16_t uint16_lanes __attribute__((ext_vector_type(16)));
typedef uint32_t uint32_lanes __attribute__((ext_vector_type(16)));

#define LANES_FUNCTION static inline __attribute__((always_inline))

/// Rounds to bfloat16, to nearest even; denormals may become 0, NaN may become infinite.
LANES_FUNCTION uint16_lanes lanes_bfloat16(float_lanes x) {
#if defined(__AVX512BF16__)
  return (uint16_lanes)_mm512_cvtneps_pbh((__m512)x);
#else
  uint32_lanes bits = (uint32_lanes)x;
  return __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, uint16_lanes);
#endif
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
#define ADD_PRODUCT(sum, a, b) __builtin_elementwise_fma(a, zero + b, sum)
  x = x > 88 ? zero + 88 : x;
  x = x < -87 ? zero - 87 : x;
  const float_lanes shifted = ADD_PRODUCT(magic, x, 1.44269504f);
  const float_lanes n = shifted - magic;
  const float_lanes r = ADD_PRODUCT(ADD_PRODUCT(x, n, -0.693359375f), n, 2.12194440e-4f);
  float_lanes p = zero + 1.9875692e-4f;
  p = ADD_PRODUCT(zero + 1.3981999e-3f, r, p);
  p = ADD_PRODUCT(zero + 8.333452e-3f, r, p);
  p = ADD_PRODUCT(zero + 4.1665796e-2f, r, p);
  p = ADD_PRODUCT(zero + 0.16666666f, r, p);
  p = ADD_PRODUCT(zero + 0.5f, r, p);
  p = ADD_PRODUCT(r + one, r * r, p);
#undef ADD_PRODUCT
  return p * (float_lanes)(((uint32_lanes)shifted << 23) + (127u << 23));
}

typedef double double_lanes __attribute__((ext_vector_type(16)));

/// Rounded to single precision.
LANES_FUNCTION float_lanes lanes_narrowed(double_lanes x) {
  return __builtin_convertvector(x, float_lanes);
}

LANES_FUNCTION double_lanes lanes_doubled(float_lanes x) {
  return __builtin_convertvector(x, double_lanes);
}

/// The smallest lane; not of NaN.
LANES_FUNCTION double lanes_smallest(double_lanes x) { return __builtin_reduce_min(x); }
