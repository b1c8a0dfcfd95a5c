// A disk that fails: loaded before the C library (LD_PRELOAD) into the tools of $FAULT_BIN, it spoils calls on files
// below $FAULT_BELOW. $FAULT is `eio` or `full`: one call in $FAULT_ONE_IN fails; or `short`: all reads and writes
// take a part of the bytes, and some are interrupted by a signal.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static enum { none, eio, full, shorter } fault;
static uint32_t one_in = 100;
static _Thread_local uint32_t state;
static char below[4096];

static uint32_t draw(void) {
  if (!state) state = (uint32_t)getpid() * 2654435761u ^ (uint32_t)(uintptr_t)&state ^ 1;
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

__attribute__((constructor)) static void begin(void) {
  char program[4096] = "";
  const char *kind = getenv("FAULT"), *bin = getenv("FAULT_BIN"), *folder = getenv("FAULT_BELOW");
  if (!kind || !bin || !folder || readlink("/proc/self/exe", program, sizeof program - 1) < 0) return;
  if (strncmp(program, bin, strlen(bin))) return;
  if (getenv("FAULT_ONE_IN")) one_in = (uint32_t)atoi(getenv("FAULT_ONE_IN"));
  snprintf(below, sizeof below, "%s/", folder);
  fault = !strcmp(kind, "eio") ? eio : !strcmp(kind, "full") ? full : shorter;
}

static int is_spoiled(int file) {
  char link[64], path[4096] = "";
  if (!fault) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  return readlink(link, path, sizeof path - 1) > 0 && !strncmp(path, below, strlen(below));
}

// Whether this call fails, with errno.
static int fails(int is_write) {
  if (fault == shorter && draw() % 20 == 0) return errno = EINTR, 1;
  if (fault == shorter || (fault == full && !is_write) || draw() % one_in) return 0;
  return errno = fault == full ? ENOSPC : EIO, 1;
}

static size_t part(size_t count) { return fault == shorter && count > 1 ? 1 + draw() % (count - 1) : count; }

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
  if (is_spoiled(file)) {
    if (fails(1)) return -1;
    count = part(count);
  }
  return NEXT(write)(file, bytes, count);
}

ssize_t read(int file, void *bytes, size_t count) {
  if (is_spoiled(file)) {
    if (fails(0)) return -1;
    count = part(count);
  }
  return NEXT(read)(file, bytes, count);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  if (is_spoiled(file)) {
    if (fails(0)) return -1;
    count = part(count);
  }
  return NEXT(pread)(file, bytes, count, offset);
}

int fsync(int file) { return is_spoiled(file) && fault != shorter && fails(1) ? -1 : NEXT(fsync)(file); }

int rename(const char *old, const char *new) {
  if (fault && fault != shorter && !strncmp(old, below, strlen(below)) && fails(1)) return -1;
  return NEXT(rename)(old, new);
}
