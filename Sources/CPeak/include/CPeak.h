#pragma once
#include <stdint.h>

/// Chains of multiply-adds that do not wait for each other: as many as fit into the registers.
#if defined(__AVX512F__)
enum { peak_float32_chains = 16 };
#else
enum { peak_float32_chains = 5 };
#endif
/// Operations of a round.
enum { peak_float32_operations = 32 * peak_float32_chains, peak_bfloat16_operations = 1024 };

/// Runs `rounds` rounds of a fused multiply-add of 16 floats in each chain on the calling thread.
float peak_float32(int64_t rounds);

/// Runs `rounds` × 16 dot products of 32 bfloat16 (VDPBF16PS) on the calling thread.
/// Call it only where the CPU has them.
float peak_bfloat16(int64_t rounds);
