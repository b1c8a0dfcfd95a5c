"""Every tool once under valgrind's memory check, on small inputs.

    make valgrind

Its tools are built for x86-64-v3: valgrind knows no AVX-512, and tells what chooses at run time that there is none.
"""
import json
import os
import pathlib
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, TOOLS, Run

SUPPRESSED = PROJECT / "Tests/FaultTests/valgrind.supp"
FOUND = 99
MODEL = ("--layers", 1, "--hidden-size", 16, "--heads", 2, "--context", 32, "--batch-size", 2, "--steps", 3)
HELD_OUT = ("--validation-fraction", .1, "--test-fraction", .1)
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
class ValgrindTests(MadeRunCase):
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
        commands = self.commands()
        self.assertEqual({command[0] for command in commands}, TOOLS)
        for tool, *arguments in commands:
            if tool == "correlate-scores":
                self.write_scores_of_runs()
            with self.subTest(tool):
                self.assertEqual(self.found_in(PROJECT / BIN / tool, "-q", "-j", 2, *arguments), (0, ""))

    def commands(self) -> list[list]:
        """One of each tool; those behind may read what those before wrote."""
        questions = ({"task": "copa", "context": f"the old house {i}", "answer": i % 2,
                      "choices": ["a river", "the sea"]} for i in range(30))
        (self.folder / "copa.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
        (self.folder / "notes.txt").write_text("walked slowly under grey sky and she said nothing more\n" * 200)
        (self.folder / "targets.tsv").write_text("notes\tnotes.txt\n")
        (self.folder / "lineage.tsv").write_text("Code\tGithub\n")
        inputs, made = Run.inputs, self.made
        tokens, tokenizer = sorted(made.glob("1-tokens/*/")), made / "1-tokens/tokenizer.json"
        experts = sorted(made.glob("4-logprobs/expert-*/validation"))
        domains, mixtures = inputs / "domains.tsv", made / "2-mixtures/observed.jsonl"
        runs, model = made / "5-runs/fitted.jsonl", made / "3-models/natural"
        return [
            ["train-tokenizer", inputs / "corpus", "--domains", domains, "--vocab-size", 300, "-o", "t.json"],
            ["tokenize-shards", inputs / "corpus", "--domains", domains, "--tokenizer", tokenizer, *HELD_OUT,
             "-o", "tokens"],
            ["discover-domains", inputs / "corpus", "-k", 2, "-o", "found"],
            ["tokenize-tasks", "copa.jsonl", "--tokenizer", tokenizer, "-o", "tasks"],
            ["tokenize-targets", "--table", "targets.tsv", "--tokens", 300, "--tokenizer", tokenizer, "-o", "targets"],
            ["measure-overlap", *tokens, "--tokenizer", tokenizer, "-o", "overlap.jsonl"],
            ["sample-mixtures", "-n", 4, "--base", inputs / "baselines.jsonl", "-o", "mixtures.jsonl"],
            ["mix-tokens", "--mixture", f"{inputs}/baselines.jsonl:natural", *tokens, "--steps", 3,
             "--format", "megatron", "-o", "stream"],
            ["import-tokens", "stream/stream.bin", "--domain", "Mixed", "--tokenizer", tokenizer, *HELD_OUT,
             "--allow-empty", "-o", "imported"],
            ["train-expert", "--expert", "Code", *tokens, *MODEL, "-o", "model"],
            ["score-logprobs", "--model", model, made / "1-tokens/Code/validation-000.tok.zst", "--max-tokens", 300,
             "-o", "Code.lp.zst"],
            ["evaluate-tasks", "--model", model, "copa.jsonl", "-o", "natural.jsonl"],
            ["collect-runs", *sorted(made.glob("4-logprobs/mixture-*/validation")), "-o", "runs.jsonl"],
            ["correlate-scores", "--runs", runs, "--scores", "1.jsonl", "2.jsonl", "3.jsonl", "-o", "c.jsonl"],
            ["mde-features", "--mixtures", mixtures, "--experts", *experts, "-o", "features.jsonl.zst"],
            ["fit-regressor", "--features", made / "5-features/observed.jsonl.zst", "--runs", runs,
             "-o", "regressor.json"],
            ["search-mixture", "--regressor", made / "6-regressors/regressor.json", "--experts", *experts,
             "--draws", 50, "--starts", 1, "-o", "proposal.json"],
            ["reuse-runs", runs, "--lineage", "lineage.tsv", "-o", "reused.jsonl"],
            ["render-report", made, "-o", "index.html"],
        ]

    def write_scores_of_runs(self) -> None:
        scores = (self.folder / "natural.jsonl").read_text()
        for i in 1, 2, 3:
            (self.folder / f"{i}.jsonl").write_text(scores.replace('"natural"', f'"mixture-00{i}"'))


if __name__ == "__main__":
    unittest.main()
