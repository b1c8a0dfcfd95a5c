#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static void put(const char *text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

_Noreturn void end_with(int code, const char *problem) {
  partial_files_remove();
  put(program_invocation_short_name);
  put(": ");
  put(problem);
  put("\n");
  _exit(code);
}
