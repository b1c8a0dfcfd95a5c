#include "CProcess.h"
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// More than files can be open by the limit that systems have.
enum { slots = 4096 };

static _Atomic(char *) partial[slots];
static char *removed[slots];
static atomic_bool is_ending;

int partial_file_begin(const char *path) {
  // No file is begun once they are removed; the process ends in a moment.
  while (atomic_load(&is_ending)) pause();
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
  atomic_store(&is_ending, true);
  for (int slot = 0; slot < slots; slot++) {
    removed[slot] = atomic_exchange(&partial[slot], NULL);
    if (removed[slot]) unlink(removed[slot]);
  }
  // A thread that had begun a file may create it yet.
  nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  for (int slot = 0; slot < slots; slot++)
    if (removed[slot]) unlink(removed[slot]);
}

static void remove_and_end(int number) {
  partial_files_remove();
  // The handler is gone, and the signal comes again once it returns.
  raise(number);
}

// The next file opened would take the place of a standard descriptor that is closed, and what is said
// there would go into it. So it is open, in the direction in which nobody uses it.
static void keep_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= STDERR_FILENO; descriptor++)
    if (fcntl(descriptor, F_GETFD) < 0)
      if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

void end_tidily(void) {
  keep_standard_descriptors();
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
