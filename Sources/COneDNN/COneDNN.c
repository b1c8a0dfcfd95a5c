#define _GNU_SOURCE
#include "COneDNN.h"

#include <dlfcn.h>  // dlsym
#include <stddef.h>

// libgomp, which the library is linked to; its header belongs to GCC, which clang does not see.
extern void omp_set_num_threads(int);

typedef dnnl_status_t (*gemm_bf16)(char, char, dnnl_dim_t, dnnl_dim_t, dnnl_dim_t, float,
                                   const uint16_t *, dnnl_dim_t, const uint16_t *, dnnl_dim_t,
                                   float, float *, dnnl_dim_t);

static gemm_bf16 product;

__attribute__((constructor)) static void find_product(void) {
  product = (gemm_bf16)dlsym(RTLD_DEFAULT, "dnnl_gemm_bf16bf16f32");
}

void onednn_use_one_thread(void) { omp_set_num_threads(1); }

bool onednn_has_bf16(void) {
#if defined(__x86_64__)
  return product != NULL && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

int onednn_gemm_bf16(char transA, char transB, int64_t m, int64_t n, int64_t k, float alpha,
                     const uint16_t *a, int64_t lda, const uint16_t *b, int64_t ldb, float beta,
                     float *c, int64_t ldc) {
  return product(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
