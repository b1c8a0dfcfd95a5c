"""Limits of the system: a tool that meets one ends in one line, with its exit code, and leaves nothing half written."""
import json
import resource
import signal
import subprocess
import time
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run


class LimitTests(MadeRunCase):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def command(self, tool: str, *arguments) -> list[str]:
        return list(map(str, [PROJECT / BIN / tool, *arguments, "-q"]))

    def expect_line(self, code: int, problem: str, limit: int, value: int, command: list[str]) -> None:
        done = subprocess.run(command, text=True, capture_output=True, timeout=300,
                              preexec_fn=lambda: resource.setrlimit(limit, (value, value)))
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(problem, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        files = [str(path) for path in self.out.rglob("*") if path.is_file()] if self.out.is_dir() else []
        self.assertEqual(files, [])
        self.assertFalse(self.out.is_file())
        self.assertEqual([path.name for path in self.folder.glob("*.partial-*")], [])

    def tokenize(self, corpus) -> list[str]:
        return self.command("tokenize-shards", "--domains", Run.inputs / "domains.tsv", "--allow-empty", "--tokenizer",
                            self.made / "1-tokens/tokenizer.json", corpus, "-o", self.out)

    def features(self) -> list[str]:
        return self.command("mde-features", "--mixtures", self.made / "2-mixtures/observed.jsonl", "--experts",
                            *sorted((self.made / "4-logprobs").glob("expert-*/validation")), "-o", self.out)

    def test_memory(self):
        long = self.folder / "long.jsonl"
        long.write_text(json.dumps({"text": "word " * 40_000_000, "meta": {"redpajama_set_name": "Prose"}}) + "\n")
        for megabytes in (300, 500, 700):
            self.expect_line(1, "out of memory", resource.RLIMIT_AS,
                             megabytes << 20, self.tokenize(long))

    def test_a_model_that_does_not_fit(self):
        tokens = [self.made / "1-tokens/Prose", self.made / "1-tokens/Code"]
        model = self.command("train-expert", "--layers", 12, "--hidden-size", 1024, "--heads", 8, "--steps", 1, "--expert", "Prose",
                             *tokens, "-o", self.out)
        self.expect_line(1, "of memory", resource.RLIMIT_AS, 600 << 20, model)

    def test_the_size_of_files(self):
        tokenizer = self.command("train-tokenizer", "--vocab-size", 300, "--domains", Run.inputs / "domains.tsv",
                                 Run.inputs / "corpus", "-o", self.out)
        for command in (self.features(), tokenizer, self.tokenize(Run.inputs / "corpus")):
            self.expect_line(74, "File too large; allow this process larger ones (ulimit -f)", resource.RLIMIT_FSIZE,
                             500, command)

    def test_the_number_of_open_files(self):
        for count in (4, 5, 6):
            with self.subTest(count):
                self.expect_line(74, "Too many open files; allow this process more (ulimit -n)", resource.RLIMIT_NOFILE,
                                 count, self.features())

    def test_the_number_of_threads(self):
        """A pool works with the threads that it gets."""
        command = [*self.features(), "-j", "64"]
        done = subprocess.run(command, text=True, capture_output=True, timeout=120,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (500 << 20, 500 << 20)))
        self.assertIn((done.returncode, len(done.stderr.splitlines())), [(0, 0), (1, 1)], done.stderr)

    def test_signals_leave_nothing_half_written(self):
        corpus = self.folder / "corpus.jsonl"
        line = json.dumps({"text": "walked slowly under grey sky " * 200, "meta": {"redpajama_set_name": "Prose"}})
        corpus.write_text((line + "\n") * 20_000)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # It may end before the signal comes, now and then.
            codes = []
            while codes.count(0) == len(codes) < 20:
                # Of a shell's job in the background SIGINT is ignored, and so is it then of what the job starts.
                process = subprocess.Popen(self.tokenize(corpus), stderr=subprocess.DEVNULL,
                                           preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
                while process.poll() is None and not list(self.out.rglob("*.partial-[0-9]*")):
                    time.sleep(0.002)
                process.send_signal(number)
                codes.append(process.wait(timeout=60))
                self.assertEqual(list(self.out.rglob("*.partial-[0-9]*")), [])
            self.assertEqual(codes[-1], -number)


if __name__ == "__main__":
    unittest.main()
