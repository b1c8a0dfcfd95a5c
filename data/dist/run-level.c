// bin/TOOL: runs levels/LEVEL/TOOL beside bin, of the highest level that this processor has.
//
// A level is what the tools in it were compiled for, in the words of `make dist`. With
// DATA_EXPERTS_LEVEL=LEVEL in the environment it is that one or a lower one.
#define _GNU_SOURCE
#include <errno.h>   // program_invocation_short_name
#include <limits.h>  // PATH_MAX
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// From the highest to the lowest. A feature counts if the system saves its registers too.
static const char *const levels[] = {
#if defined(__x86_64__)
  "x86-64-v4+avx512bf16", "x86-64-v4", "x86-64-v3",
#else
  "armv8-a",
#endif
};
enum { level_count = sizeof levels / sizeof *levels };

static bool processor_has(int level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool v4 = __builtin_cpu_supports("x86-64-v4");
  return level == 0 ? v4 && __builtin_cpu_supports("avx512bf16")
       : level == 1 ? v4 : __builtin_cpu_supports("x86-64-v3");
#else
  return level == 0;
#endif
}

#define FAIL(code, ...) \
  (fprintf(stderr, "%s: ", program_invocation_short_name), fprintf(stderr, __VA_ARGS__), exit(code))

int main(int count, char **arguments) {
  (void)count;
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length < 0) FAIL(74, "/proc/self/exe: readlink: %s\n", strerror(errno));
  path[length] = 0;
  char *name = strrchr(path, '/');
  *name++ = 0;
  char *folder = strrchr(path, '/');
  if (folder) *folder = 0;  // that of bin

  const char *highest = getenv("DATA_EXPERTS_LEVEL");
  int level = 0;
  if (highest && *highest) {
    while (level < level_count && strcmp(levels[level], highest)) level++;
    if (level == level_count)
      FAIL(64, "DATA_EXPERTS_LEVEL=%s: is no level; see %s/levels\n", highest, path);
  }
  bool is_runnable = false;
  for (; level < level_count; level++) {
    if (!processor_has(level)) continue;
    is_runnable = true;
    char tool[PATH_MAX];
    if (snprintf(tool, sizeof tool, "%s/levels/%s/%s", path, levels[level], name) < PATH_MAX)
      execv(tool, arguments);
    if (errno != ENOENT) FAIL(74, "%s: exec: %s\n", tool, strerror(errno));
  }
  if (is_runnable) FAIL(66, "%s/levels: has no %s for this processor\n", path, name);
  FAIL(1, "this processor has not what the lowest level, %s, needs; build on it with make build\n",
       levels[level_count - 1]);
}
