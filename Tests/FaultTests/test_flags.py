"""Numbers that nobody means are refused by the flag's name, whatever tool it is of."""
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

LARGEST = 2**63 - 1


class FlagTests(MadeRunCase):
    def refused(self, code: int, problem: str, tool: str, *arguments) -> None:
        done = subprocess.run([PROJECT / BIN / tool, "-q", *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=60)
        self.assertEqual((done.returncode, problem in done.stderr, len(done.stderr.splitlines())), (code, True, 1),
                         (arguments, done.stderr))
        self.assertEqual([path.name for path in self.folder.rglob("*") if path.is_file()], [])

    def test_numbers_that_are_none_or_too_large(self):
        sample = ["sample-mixtures", "--base", Run.inputs / "baselines.jsonl"]
        search = ["search-mixture", "--experts", *sorted(self.made.glob("4-logprobs/expert-*/validation"))]
        fit = ["fit-regressor", "--runs", self.made / "5-runs/fitted.jsonl"]
        train = ["train-expert", "--expert", "Code", self.made / "1-tokens/Code", "-o", "m"]
        mix = ["mix-tokens", "--expert", "Code", self.made / "1-tokens/Code", "-o", "m"]
        for command, flag, value in [
            (sample, "--dirichlet", "nan"), (sample, "--count", LARGEST), (sample, "--candidates", LARGEST),
            (search, "--gap", "inf"), (search, "--within", "inf"), (search, "--draws", LARGEST),
            (fit, "--beta", "nan"), (fit, "--beta", "-inf"), (fit, "--beta", "1e400"), (fit, "--log-floor", "inf"),
            (train, "--learning-rate", "inf"), (train, "--weight-decay", "inf"), (train, "--eval-tokens", LARGEST),
            (train, "--steps", LARGEST), (train, "--batch-size", LARGEST), (mix, "--steps", LARGEST),
            (mix, "--context", LARGEST), (mix, "--sequences", LARGEST),
        ]:
            steps = ["--steps", 1] if command in (train, mix) and flag not in ("--steps", "--sequences") else []
            self.refused(64, flag if flag not in ("--context", "--sequences") else "too many tokens", *command, *steps,
                         f"{flag}={value}")
        tokens, domains = self.made / "1-tokens/Code", Run.inputs / "domains.tsv"
        for command, value in [
            (["discover-domains", Run.inputs / "corpus", "-k", 2, "-o", "m"], "--cap=0x10"),
            (["train-tokenizer", Run.inputs / "corpus", "--domains", domains], "--weight=Code=0x1"),
            (["mix-tokens", tokens, "--steps", 1, "-o", "m"], "--mixture=Code=0x1p0"),
            (sample, "--rules=unimax=0x4"), (sample, "--dirichlet=0x1p-1"), (sample, "--minimum=Code=0x0"),
            (search, "--maximum=Code=0x1"), (search, "--gap=0x1p-20"), (train, "--learning-rate=0x1p-9"),
            (train, "--save-every=0x10min"),
        ]:
            self.refused(64, value.partition("=")[0], *command, *(["--steps", 1] if command == train else []), value)
        self.refused(64, "at least 1e-09", *sample, "--dirichlet", "1e-320")
        self.refused(64, "a name is empty", "tokenize-shards", "--stats", "--domains", Run.inputs / "domains.tsv",
                     "--text-field", ",", Run.inputs / "corpus")

    def test_a_training_that_diverges_in_its_last_step(self):
        shape = ["--layers", 1, "--hidden-size", 16, "--heads", 2, "--context", 16, "--batch-size", 2]
        self.refused(1, "step 1: the loss is not a number any more", "train-expert", "-j", 1, *shape, "--steps", 1,
                     "--learning-rate", 9e18, "--expert", "Code", self.made / "1-tokens/Code", "-o", "m")

    def test_threads_may_be_written_as_for_make(self):
        done = subprocess.run([PROJECT / BIN / "sample-mixtures", "-q", "-j2", "-n3", "--base", Run.inputs / "baselines.jsonl"],
                              text=True, capture_output=True, timeout=60)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 3), done.stderr)


if __name__ == "__main__":
    unittest.main()
