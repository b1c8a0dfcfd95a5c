// 16 values at once: one AVX-512 register, or what the target has instead.
#pragma once
#include <stdint.h>
#include <string.h>

typedef float floats __attribute__((ext_vector_type(16)));
typedef uint16_t halves __attribute__((ext_vector_type(16)));
typedef uint32_t units __attribute__((ext_vector_type(16)));

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#include <immintrin.h>
#define BFLOAT16_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#else
#define BFLOAT16_TARGET
#endif

/// Loads and stores of any alignment.
#define LOAD(type, address)                    \
  ({                                           \
    type loaded;                               \
    memcpy(&loaded, address, sizeof loaded);   \
    loaded;                                    \
  })
#define STORE(address, value)                  \
  do {                                         \
    const __typeof__(value) stored = value;    \
    memcpy(address, &stored, sizeof stored);   \
  } while (0)

// Wide values pass between inlined functions only, never through the ABI the warning is about.
#pragma clang diagnostic ignored "-Wpsabi"

/// Rounds to bfloat16, to nearest even; NaN may become infinite.
INLINE halves rounded(floats x) {
#if defined(__AVX512BF16__)
  return (halves)_mm512_cvtneps_pbh((__m512)x);
#else
  const units bits = (units)x;
  return __builtin_convertvector((bits + 0x7fff + (bits >> 16 & 1)) >> 16, halves);
#endif
}
