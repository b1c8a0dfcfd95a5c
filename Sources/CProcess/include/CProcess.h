// What a process has to do whatever ends it: remove half-written files, and say why in one line.
#pragma once

/// Notes that `path` is half written, and returns where that is noted, or -1 where it cannot be.
int partial_file_begin(const char *path);

/// Forgets what was noted at `slot`; -1 is nothing.
void partial_file_end(int slot);

/// Removes the files that are half written; safe in a signal handler.
void partial_files_remove(void);

/// Removes half-written files, says `problem` in one line of the program's, and ends it with `code`.
_Noreturn void end_with(int code, const char *problem);

/// Removes half-written files when a signal ends the process: Ctrl-C, SIGTERM, a closed terminal,
/// the limit of processor time. The signal then does what it does without this.
///
/// A limit on the size of files (SIGXFSZ), and an output that was closed (SIGPIPE), are errors of
/// `write` instead. A standard descriptor that is closed stays unused.
void end_tidily(void);
