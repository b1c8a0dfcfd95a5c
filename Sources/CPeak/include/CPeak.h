#pragma once
#include <stdint.h>

/// Runs `rounds` × 16 fused multiply-adds of 16 floats on the calling thread: 512 × `rounds` operations.
float peak_float32(int64_t rounds);

/// Runs `rounds` × 16 dot products of 32 bfloat16 (VDPBF16PS): 1024 × `rounds` operations.
/// Call it only where the CPU has them.
float peak_bfloat16(int64_t rounds);
