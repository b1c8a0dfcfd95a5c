#pragma once
#include <dnnl.h>
#include <stdbool.h>
#include <stdint.h>

/// Gives the calling thread products of one thread: OpenMP's default is one team per caller.
void onednn_use_one_thread(void);

/// Whether this CPU multiplies bfloat16 and this library exports the product.
bool onednn_has_bf16(void);

/// `c = alpha op(a) op(b) + beta c`, row-major; `a`, `b` bfloat16, `c` float. Returns 0 or a status.
///
/// oneDNN 2.6 exports `dnnl_gemm_bf16bf16f32` and declares it in no public header, so it is looked
/// up by name; call this only where `onednn_has_bf16` holds.
int onednn_gemm_bf16(char transA, char transB, int64_t m, int64_t n, int64_t k, float alpha,
                     const uint16_t *a, int64_t lda, const uint16_t *b, int64_t ldb, float beta,
                     float *c, int64_t ldc);
