// The end of a row: its last `count` elements, fewer than 16, as lanes. A part of `CLanes.h`.
#pragma once

#if defined(__AVX512BW__) && defined(__AVX512VL__)
/// The elements at `address`, then `padding`.
LANES_FUNCTION float_lanes lanes_at_end(const void *address, int64_t count, float padding) {
  return (float_lanes)_mm512_mask_loadu_ps(
      _mm512_set1_ps(padding), (__mmask16)((1u << count) - 1), address);
}

LANES_FUNCTION void lanes_set_end(void *address, int64_t count, float_lanes x) {
  _mm512_mask_storeu_ps(address, (__mmask16)((1u << count) - 1), (__m512)x);
}

/// bfloat16, then zeros.
LANES_FUNCTION uint16_lanes lanes_bits_at_end(const void *address, int64_t count) {
  return (uint16_lanes)_mm256_maskz_loadu_epi16((__mmask16)((1u << count) - 1), address);
}

LANES_FUNCTION void lanes_set_bits_end(void *address, int64_t count, uint16_lanes x) {
  _mm256_mask_storeu_epi16(address, (__mmask16)((1u << count) - 1), (__m256i)x);
}
#else
LANES_FUNCTION float_lanes lanes_at_end(const void *address, int64_t count, float padding) {
  float_lanes x = padding;
  __builtin_memcpy(&x, address, (uint64_t)count * sizeof(float));
  return x;
}

LANES_FUNCTION void lanes_set_end(void *address, int64_t count, float_lanes x) {
  __builtin_memcpy(address, &x, (uint64_t)count * sizeof(float));
}

LANES_FUNCTION uint16_lanes lanes_bits_at_end(const void *address, int64_t count) {
  uint16_lanes x = 0;
  __builtin_memcpy(&x, address, (uint64_t)count * sizeof(uint16_t));
  return x;
}

LANES_FUNCTION void lanes_set_bits_end(void *address, int64_t count, uint16_lanes x) {
  __builtin_memcpy(address, &x, (uint64_t)count * sizeof(uint16_t));
}
#endif
