// A tool that was compiled for more than this processor has ends with one line before it starts,
// where the first new instruction would end it with a signal.
#if defined(__x86_64__)
#define _GNU_SOURCE
#include <errno.h>   // program_invocation_short_name
#include <stdio.h>   // dprintf
#include <unistd.h>  // _exit

// These functions have no such instruction themselves.
#define PLAIN __attribute__((noinline, target("no-avx,no-sse3,no-popcnt,no-bmi,no-bmi2,no-lzcnt")))

#define SPELLED(x) #x
#define IS_DEFINED(macro) (*SPELLED(macro) == '1')  // otherwise it is spelled by its name
#define NEEDS(macro, feature) \
  if (IS_DEFINED(macro) && !__builtin_cpu_supports(feature)) return feature

/// What the compiler was allowed to use and the processor, or the system, has not; NULL if all is
/// there.
PLAIN static const char *missing_feature(void) {
  __builtin_cpu_init();
  NEEDS(__SSE4_2__, "sse4.2");
  NEEDS(__POPCNT__, "popcnt");
  NEEDS(__AVX__, "avx");
  NEEDS(__AVX2__, "avx2");
  NEEDS(__FMA__, "fma");
  NEEDS(__BMI2__, "bmi2");
  NEEDS(__AVX512F__, "avx512f");
  NEEDS(__AVX512BW__, "avx512bw");
  NEEDS(__AVX512DQ__, "avx512dq");
  NEEDS(__AVX512VL__, "avx512vl");
  NEEDS(__AVX512VNNI__, "avx512vnni");
  NEEDS(__AVX512VBMI__, "avx512vbmi");
  NEEDS(__AVX512VBMI2__, "avx512vbmi2");
  NEEDS(__AVX512IFMA__, "avx512ifma");
  NEEDS(__AVX512BITALG__, "avx512bitalg");
  NEEDS(__AVX512VPOPCNTDQ__, "avx512vpopcntdq");
  NEEDS(__AVX512BF16__, "avx512bf16");
  NEEDS(__AVX512VP2INTERSECT__, "avx512vp2intersect");
  NEEDS(__AVX512FP16__, "avx512fp16");
  NEEDS(__GFNI__, "gfni");
  NEEDS(__VPCLMULQDQ__, "vpclmulqdq");
  NEEDS(__AVXVNNI__, "avxvnni");
  return 0;
}

/// Runs before all that the tool has from this project.
__attribute__((constructor(101))) PLAIN static void require_processor(void) {
  const char *feature = missing_feature();
  if (!feature) return;
  dprintf(
      STDERR_FILENO,
      "%s: this processor has no %s, for which the tool was compiled; "
      "build with MARCH=x86-64-v3, or take the tools of make dist\n",
      program_invocation_short_name, feature);
  _exit(1);
}
#endif
