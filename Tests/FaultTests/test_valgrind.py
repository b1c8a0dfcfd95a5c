"""Every tool once under valgrind's memory check, on small inputs.

    make valgrind

Its tools are built for x86-64-v3: valgrind knows no AVX-512, and tells what chooses at run time that there is none.
"""
import os
import pathlib
import subprocess
import unittest

from every_tool import EveryToolCase
from pipeline import BIN, PROJECT

SUPPRESSED = PROJECT / "Tests/FaultTests/valgrind.supp"
FOUND = 99
# Of each kind of error one; what a program is to be found with.
WRONG = """
#include <stdlib.h>
int main(int count, char **words) {
  volatile char *bytes = malloc(8), kind = words[1][0];
  if (kind == 'r') kind = bytes[8];
  if (kind == 'w') bytes[8] = 1;
  if (kind == 'u' && bytes[3] == 7) return 1;
  if (kind == 'f') free((void *)bytes);
  free((void *)bytes);
  return 0;
}
"""

# Foundation's Process closes every file above its own for the program that it starts, and gives up at those that
# valgrind keeps for itself above the limit of the tool.
PASSING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int file) {
  int (*next)(posix_spawn_file_actions_t *, int) = dlsym(RTLD_NEXT, __func__);
  int result = next(actions, file);
  return result == EBADF ? 0 : result;
}
"""


@unittest.skipUnless(os.environ.get("VALGRIND"), "takes a build of its own; `make valgrind` runs it")
class ValgrindTests(EveryToolCase):
    def compile(self, source: str, program: pathlib.Path, *flags: str) -> None:
        subprocess.run(["cc", *flags, "-x", "c", "-", "-o", program], input=source, text=True, check=True)

    def found_in(self, program: pathlib.Path, *arguments) -> tuple[int, str]:
        """What a program ends with, and what valgrind says of it."""
        log, passing = self.folder / "valgrind.log", self.folder / "passing.so"
        if not passing.exists():
            self.compile(PASSING, passing, "-shared", "-fPIC")
        done = subprocess.run(
            ["valgrind", "--quiet", f"--error-exitcode={FOUND}", f"--suppressions={SUPPRESSED}", "--leak-check=no",
             "--track-origins=yes", "--num-callers=30", f"--log-file={log}", program, *map(str, arguments)],
            cwd=self.folder, env={**os.environ, "LD_PRELOAD": str(passing)}, text=True, capture_output=True,
            timeout=1800)
        return done.returncode, log.read_text() + done.stderr

    def test_what_is_wrong_is_found(self):
        program = self.folder / "wrong"
        self.compile(WRONG, program)
        says_of = {"r": "Invalid read", "w": "Invalid write", "u": "uninitialised", "f": "Invalid free"}
        for kind, says in says_of.items():
            code, said = self.found_in(program, kind)
            self.assertEqual((code, says in said), (FOUND, True), said)
        self.assertEqual(self.found_in(program, "-"), (0, ""))

    def test_every_tool_once(self):
        self.run_every_tool(lambda tool, *arguments: self.found_in(PROJECT / BIN / tool, "-q", "-j", 2, *arguments))


if __name__ == "__main__":
    unittest.main()
