// How fast this CPU multiplies and adds when nothing has to be fetched, in independent chains.
#include "CPeak.h"

typedef float lanes __attribute__((vector_size(64)));

// Or -march=x86-64-v4 would halve the lanes.
__attribute__((min_vector_width(512))) float peak_float32(int64_t rounds) {
  lanes sums[peak_float32_chains] = {{0}};
  const lanes x = (lanes){0} + 0.999f, y = (lanes){0} + 1e-6f;
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < peak_float32_chains; i++) sums[i] = sums[i] * x + y;
  }
  float total = 0;  // of all lanes, or the compiler leaves some out
  for (int i = 0; i < peak_float32_chains; i++)
    for (int lane = 0; lane < 16; lane++) total += sums[i][lane];
  return total;
}

#if defined(__x86_64__)
#include <immintrin.h>

enum { chains = 16 };

__attribute__((target("avx512f,avx512bf16"))) float peak_bfloat16(int64_t rounds) {
  __m512 sums[chains];
  for (int i = 0; i < chains; i++) sums[i] = _mm512_set1_ps((float)i);
  const __m512bh x = (__m512bh)_mm512_set1_epi32(0x3c003c00);
  for (int64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < chains; i++) sums[i] = _mm512_dpbf16_ps(sums[i], x, x);
  }
  float total = 0;
  for (int i = 0; i < chains; i++) total += _mm512_reduce_add_ps(sums[i]);
  return total;
}
#else
float peak_bfloat16(int64_t rounds) { return peak_float32(rounds); }
#endif
