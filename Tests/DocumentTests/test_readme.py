"""The commands of the README files do what is said: flags exist, and what is printed is shown.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/DocumentTests
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

from documents import BINARIES, FILES, PROJECT, README, TOOLS, blocks, commands, flags, flags_among, quoted

sys.path.insert(0, str(PROJECT / "Tests/MakeTests"))
import test_make

NUMBER = r"[−-]?\d[\d.]*(?:e[+-]\d+)?"


class ReadmeTests(unittest.TestCase):
    def test_the_first_page_is_short(self):
        self.assertLessEqual(len(README.read_text().splitlines()), 150)

    def test_flags_in_commands_exist(self):
        for path in FILES:
            for call in commands(path):
                named = {call[0]: call[1:]} if call[0] in TOOLS else {}
                for word in call[1:] if call[0] == "make" else []:
                    tool, _, value = word.replace(".also=", ".flags=").partition(".flags=")
                    if tool in TOOLS:
                        named[tool] = shlex.split(value)
                for tool, words in named.items():
                    with self.subTest(file=path.relative_to(PROJECT), command=" ".join(call)):
                        self.assertLessEqual(set(flags_among(words)), flags(tool))

    def test_flags_in_sentences_exist(self):
        programs = [*TOOLS, "build-corpus", "download-slimpajama", "train.py", "score.py"]
        known = frozenset().union(*(flags(program) for program in programs))
        for path in FILES:
            for word in quoted(path):
                # After a tool's name flags are that tool's; commands of others have their own.
                for part in word.split("|"):
                    words = part.split() or [""]
                    if words[0] in (*TOOLS, "TOOL") or words[0].startswith("--"):
                        mine = flags(words[0]) if words[0] in TOOLS else known
                        with self.subTest(file=path.relative_to(PROJECT), text=word):
                            self.assertLessEqual(set(flags_among(words)), mine)

    def test_the_commands_for_runs_that_there_are_print_what_is_shown(self):
        text = README.read_text().split("## Runs that you have already")[1].split("\n## ")[0]
        with tempfile.TemporaryDirectory(prefix="mde-readme-") as folder:
            os.symlink(PROJECT / "data", f"{folder}/data")
            environment = {**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"}
            said = subprocess.run(
                ["bash", "-euc", blocks(text, "sh")[0]], cwd=folder, env=environment, check=True,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            self.assertTrue(pathlib.Path(folder, "proposal.json").exists())
        for line in blocks(text, "")[0].splitlines():
            with self.subTest(line=line):
                self.assertTrue(any(is_close(line, other) for other in said.splitlines()), said)

    def test_a_run_on_a_corpus_of_ones_own_ends_with_the_lines_shown(self):
        command = next(call for call in commands(README) if "DOMAINS=my.tsv" in call)
        with tempfile.TemporaryDirectory(prefix="mde-readme-") as name:
            folder = pathlib.Path(name)
            (folder / "corpus").mkdir()
            for domain in ("Prose", "Code"):
                test_make.write_corpus(folder / "corpus", domain)
            test_make.write_domains(folder / "my.tsv", ["Prose", "Code"])
            (folder / "my.jsonl").write_text(
                '{"id":"natural","weights":{"Prose":0.8,"Code":0.2}}\n'
                '{"id":"uniform","weights":{"Prose":0.5,"Code":0.5}}\n')
            places = {"DIR": "corpus", "my.tsv": "my.tsv", "my.jsonl": "my.jsonl"}
            call = [re.sub(r"=(\S+)$", lambda m: f"={folder / places[m[1]]}", word) for word in command]
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
            done = subprocess.run(
                [*call, f"OUT={folder}/out", *test_make.FLAGS], cwd=PROJECT, env=environment,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
        said = [form(line) for line in done.stdout.splitlines()]
        shown = next(block for block in blocks(README.read_text(), "") if "the best mixture for" in block)
        self.assertEqual(len(shown.splitlines()), 10)
        for line in shown.splitlines():
            with self.subTest(line=line):
                self.assertIn(form(line), said)


def is_close(line: str, other: str) -> bool:
    """Whether the lines are the same but for the last digits, which depend on the processor."""
    words = [re.sub(r"\s+", " ", re.sub(NUMBER, "#", text)) for text in (line, other)]
    numbers = [[float(number.replace("−", "-").rstrip(".")) for number in re.findall(NUMBER, text)]
               for text in (line, other)]
    return words[0] == words[1] and all(abs(a - b) <= 0.02 * abs(a) + 1e-3 for a, b in zip(*numbers))


def form(line: str) -> str:
    """The line of a screen without what differs from run to run."""
    line = re.sub(r"^\w+: the best mixture for .*", "RUN: the best mixture for OBJECTIVE", line)
    line = re.sub(r"^  \S+ +[0-9.]+ %  .*", "  DOMAIN", line)
    line = re.sub(r"(?:in|out)side that interval", "BESIDE it", line)
    line = re.sub(r"^  (?:better than|worse than|equal to) +(\S+) .*", r"  COMPARED \1", line)
    return re.sub(r"\de-\d+|" + NUMBER, "#", line)


if __name__ == "__main__":
    unittest.main()
