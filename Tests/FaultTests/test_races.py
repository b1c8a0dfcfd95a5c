"""Every tool on four threads, watched by the thread sanitizer.

    make sanitize-threads

The sanitizer sees what it compiled: Swift, C and C++ of this project, and by their calls POSIX threads and libdispatch.
Of other libraries (Foundation, LAPACK, simdjson, libarchive, zstd, PCRE2) it sees no access to memory.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from every_tool import EveryToolCase
from pipeline import BIN, PROJECT

FOUND = 99
SETTINGS = f"exitcode={FOUND}"
# Swift's Mutex is the kernel's where a thread has to wait, in a library that the sanitizer did not compile.
MUTEX = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
__attribute__((weak)) void __tsan_acquire(void *place);
__attribute__((weak)) void __tsan_release(void *place);
SWIFT void lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void unlock(SELF) __asm__(UNLOCK);
SWIFT void lock(uint32_t thread, SELF) {
  SWIFT void (*next)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
  next(thread, self);
  __tsan_acquire(self);
}
SWIFT void unlock(SELF) {
  SWIFT void (*next)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
  __tsan_release(self);
  next(self);
}
"""
C = """
#include <pthread.h>
#include <stdio.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int sum, locks;
static void *add(void *_) {
  for (int i = 0; i < 100000; i++) {
    if (locks) pthread_mutex_lock(&lock);
    sum += i & 1;
    if (locks) pthread_mutex_unlock(&lock);
  }
  return 0;
}
int main(int count, char **words) {
  pthread_t threads[4];
  locks = words[1][0] == 'l';
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, add, 0);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], 0);
  return sum == 0;
}
"""
SWIFT = """
import Parallel
import Synchronization

nonisolated(unsafe) private var sum = 0
private let lock = Mutex(0)

@main struct Adding {
  static func main() {
    let locks = CommandLine.arguments[1] == "locked"
    WorkerPool(threads: 4).run(tasks: 10_000) { task, _ in
      for i in 0..<100 {
        if locks { lock.withLock { $0 ^= task &* i } } else { sum ^= task &* i }
      }
    }
    print(sum, lock.withLock { $0 })
  }
}
"""


@unittest.skipUnless(os.environ.get("RACES"), "takes a build of its own; `make sanitize-threads` runs it")
class RaceTests(EveryToolCase):
    documents = 3000
    times = 20
    model = ("--layers", 1, "--hidden-size", 64, "--heads", 2, "--context", 64, "--batch-size", 16, "--steps", 5)

    @classmethod
    def setUpClass(cls):
        programs = pathlib.Path(tempfile.mkdtemp(prefix="mde-races-"))
        cls.addClassCleanup(shutil.rmtree, programs)
        cls.compile(["clang", "-shared", "-fPIC", "-x", "c", "-", "-o", programs / "mutex.so"], MUTEX)
        os.environ.update(LD_PRELOAD=str(programs / "mutex.so"), TSAN_OPTIONS=SETTINGS)
        super().setUpClass()  # makes a run by these tools, too

    @staticmethod
    def compile(command: list, source: str) -> None:
        subprocess.run(command, input=source, text=True, check=True)

    def found_in(self, program: pathlib.Path, *arguments) -> tuple[int, str]:
        """What a program ends with, and what it says of itself."""
        done = subprocess.run([program, *map(str, arguments)], cwd=self.folder, text=True, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=600)
        return done.returncode, done.stderr

    def check(self, program: pathlib.Path) -> None:
        """A program that adds with a lock, or without."""
        self.assertEqual(self.found_in(program, "locked"), (0, ""))
        code, said = self.found_in(program, "open")
        self.assertEqual((code, "race" in said), (FOUND, True), said)

    def test_a_race_in_c_is_found(self):
        program = self.folder / "adding"
        self.compile(["clang", "-fsanitize=thread", "-c", "-x", "c", "-", "-o", f"{program}.o"], C)
        self.compile(["swiftc", "-sanitize=thread", "-ldispatch", f"{program}.o", "-o", program], "")
        self.check(program)

    def test_a_race_in_swift_is_found(self):
        program, made = self.folder / "adding", PROJECT / BIN
        (self.folder / "Adding.swift").write_text(SWIFT)
        package = re.sub(r"\W", "_", PROJECT.name.lower())  # as SwiftPM names it
        self.compile(["swiftc", "-sanitize=thread", "-O", "-parse-as-library", "-package-name", package,
                      "-I", made / "Modules", self.folder / "Adding.swift", *made.glob("Parallel.build/*.o"),
                      "-o", program], "")
        self.check(program)

    def test_every_tool_once(self):
        self.run_every_tool(lambda tool, *arguments: self.found_in(PROJECT / BIN / tool, "-q", "-j", 4, *arguments))


if __name__ == "__main__":
    unittest.main()
