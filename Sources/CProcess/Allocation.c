// Memory that cannot be had: Swift would end the process by a signal, with a trace or without a
// word. Here it ends with a line, exit code 1, and no half-written files.
//
// These stand before the functions of the C library, or of another allocator that is loaded, and
// call them. Sanitizers have their own.
#define _GNU_SOURCE
#include "CProcess.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

static void put(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

_Noreturn static void end_without(size_t bytes) {
  char digits[32], *first = digits + sizeof digits - 1;
  *first = 0;
  size_t megabytes = bytes / 1000000 + (bytes % 1000000 > 0);
  do *--first = '0' + megabytes % 10; while (megabytes /= 10);
  partial_files_remove();
  put(program_invocation_short_name);
  put(": out of memory: ");
  put(first);
  put(" MB more cannot be had; allow this process more memory (ulimit -v, the limit of its job)"
      ", or give it fewer threads with -j\n");
  _exit(1);
}

// The next function of that name, looked up once; several threads find the same.
#define NEXT(type, name)                                              \
  static _Atomic(uintptr_t) found;                                    \
  if (!atomic_load_explicit(&found, memory_order_relaxed))            \
    atomic_store(&found, (uintptr_t)dlsym(RTLD_NEXT, name));          \
  type *next = (type *)atomic_load_explicit(&found, memory_order_relaxed);

typedef void *allocate(size_t);
typedef void *allocate_array(size_t, size_t);
typedef void *reallocate(void *, size_t);
typedef int allocate_aligned(void **, size_t, size_t);

void *malloc(size_t bytes) {
  NEXT(allocate, "malloc")
  void *memory = next(bytes);
  if (!memory) end_without(bytes);
  return memory;
}

void *calloc(size_t count, size_t size) {
  NEXT(allocate_array, "calloc")
  void *memory = next(count, size);
  size_t bytes;
  if (!memory) end_without(__builtin_mul_overflow(count, size, &bytes) ? SIZE_MAX : bytes);
  return memory;
}

void *realloc(void *old, size_t bytes) {
  NEXT(reallocate, "realloc")
  void *memory = next(old, bytes);
  if (!memory && bytes) end_without(bytes);
  return memory;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  NEXT(allocate_aligned, "posix_memalign")
  int code = next(memory, alignment, bytes);
  if (code == ENOMEM) end_without(bytes);
  return code;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  NEXT(allocate_array, "aligned_alloc")
  void *memory = next(alignment, bytes);
  if (!memory) end_without(bytes);
  return memory;
}

#endif
