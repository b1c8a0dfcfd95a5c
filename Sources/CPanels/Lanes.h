// What products need beside `CLanes.h`.
#pragma once
#include "CLanes.h"
#include <string.h>

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
