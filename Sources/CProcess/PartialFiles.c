#include "CProcess.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// More than files can be open by the limit that systems have.
enum { slots = 4096 };

static _Atomic(char *) partial[slots];

int partial_file_begin(const char *path) {
  char *copy = strdup(path);
  for (int slot = 0; copy && slot < slots; slot++) {
    char *none = NULL;
    if (atomic_compare_exchange_strong(&partial[slot], &none, copy)) return slot;
  }
  free(copy);
  return -1;
}

void partial_file_end(int slot) {
  if (slot >= 0) free(atomic_exchange(&partial[slot], NULL));
}

void partial_files_remove(void) {
  for (int slot = 0; slot < slots; slot++) {
    const char *path = atomic_exchange(&partial[slot], NULL);
    if (path) unlink(path);
  }
}

static void remove_and_end(int number) {
  partial_files_remove();
  // The handler is gone, and the signal comes again once it returns.
  raise(number);
}

void end_tidily(void) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
    struct sigaction action = {.sa_handler = remove_and_end, .sa_flags = SA_RESETHAND};
    struct sigaction before;
    // What was to be ignored, as by nohup, still is.
    if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction(ending[i], &action, NULL);
  }
}
