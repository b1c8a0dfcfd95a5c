"""Every tool once under valgrind's memory check, on small inputs; `make valgrind`.

The tools have to be built for what valgrind knows, x86-64-v3 at most: it has no AVX-512.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from pipeline import BIN, PROJECT, TOOLS, Run

SUPPRESSED = PROJECT / "Tests/FaultTests/valgrind.supp"
FOUND = 99
MODEL = ("--layers", 1, "--hidden-size", 16, "--heads", 2, "--context", 32, "--batch-size", 2, "--steps", 3)
HELD_OUT = ("--validation-fraction", .1, "--test-fraction", .1)


@unittest.skipUnless(os.environ.get("VALGRIND"), "takes a build of its own; `make valgrind` runs it")
class ValgrindTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        Run.prepare()
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mde-valgrind-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        questions = ({"task": "copa", "context": f"the old house {i}", "answer": i % 2,
                      "choices": ["a river", "the sea"]} for i in range(30))
        (cls.folder / "copa.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
        (cls.folder / "notes.txt").write_text("walked slowly under grey sky and she said nothing more\n" * 200)
        (cls.folder / "targets.tsv").write_text("notes\tnotes.txt\n")
        (cls.folder / "lineage.tsv").write_text("Code\tGithub\n")

    def commands(self) -> list[list]:
        """One of each tool; those behind may read what those before wrote."""
        inputs, made = Run.inputs, Run.inputs / "out"
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
            ["correlate-scores", "--runs", runs, "--scores", "a.jsonl", "b.jsonl", "-o", "c.jsonl"],
            ["mde-features", "--mixtures", mixtures, "--experts", *experts, "-o", "features.jsonl.zst"],
            ["fit-regressor", "--features", made / "5-features/observed.jsonl.zst", "--runs", runs,
             "-o", "regressor.json"],
            ["search-mixture", "--regressor", made / "6-regressors/regressor.json", "--experts", *experts,
             "--draws", 50, "--starts", 1, "-o", "proposal.json"],
            ["reuse-runs", runs, "--lineage", "lineage.tsv", "-o", "reused.jsonl"],
            ["render-report", made, "-o", "index.html"],
        ]

    def test_every_tool_once(self):
        commands = self.commands()
        self.assertEqual({command[0] for command in commands}, TOOLS)
        for tool, *arguments in commands:
            if tool == "correlate-scores":
                scores = (self.folder / "natural.jsonl").read_text()
                for name, run in (("a", "mixture-001"), ("b", "mixture-002")):
                    (self.folder / f"{name}.jsonl").write_text(scores.replace('"natural"', f'"{run}"'))
            with self.subTest(tool):
                self.check(tool, *arguments)

    def check(self, tool: str, *arguments) -> None:
        done = subprocess.run(
            ["valgrind", "--quiet", f"--error-exitcode={FOUND}", f"--suppressions={SUPPRESSED}",
             "--log-file=valgrind.log", PROJECT / BIN / tool, "-q", "-j", "2",
             *map(str, arguments)],
            cwd=self.folder, text=True, capture_output=True, timeout=1800)
        found = (self.folder / "valgrind.log").read_text()
        self.assertEqual((done.returncode, found), (0, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
