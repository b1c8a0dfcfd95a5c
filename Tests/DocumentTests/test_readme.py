"""The README files say what is so: paths, links, flags, tools, and what their commands print.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/DocumentTests
"""
import functools
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BINARIES = PROJECT / ".build/release"
sys.path.insert(0, str(PROJECT / "Tests/MakeTests"))
import test_make

README = PROJECT / "README.md"
FILES = [README] + sorted(
    path for folder in ("data", "Sources", "Tests") for path in (PROJECT / folder).rglob("README.md")
    if "out" not in path.relative_to(PROJECT).parts)
TOOLS = re.findall(r'\btool\(\s*"([\w-]+)"', (PROJECT / "Package.swift").read_text())
FRAGMENTS = [PROJECT / "Makefile", *sorted((PROJECT / "data").glob("*/*.mk"))]
NO_PATHS = {"metric/the_pile_arxiv_val_loss"}  # a column of a table
NUMBER = r"[−-]?\d[\d.]*(?:e[+-]\d+)?"


FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language; "" for those of none."""
    return [content for name, content in FENCED.findall(text) if name == language]


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return FENCED.sub("", text)


def quoted(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def commands(path: pathlib.Path) -> list[list[str]]:
    """The words of each command in the file's shell blocks, remarks left out."""
    lines = "\n".join(blocks(path.read_text(), "sh")).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.strip().replace(" ", "-")


@functools.cache
def flags(tool: str) -> frozenset[str]:
    """The long flags that a program's help names."""
    script = PROJECT / "data/corpus" / tool
    program = script if script.exists() else BINARIES / tool
    said = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"--[a-z][a-z0-9-]*", said))


def unknown_flags(tool: str, words: list[str]) -> list[str]:
    named = [word.split("=")[0] for word in words if re.match(r"--[a-z]", word)]
    return [f"{tool} {flag}" for flag in named if flag not in flags(tool)]


class TextTests(unittest.TestCase):
    def test_the_first_page_is_short(self):
        self.assertLessEqual(len(README.read_text().splitlines()), 150)

    def test_links_lead_somewhere(self):
        for path in FILES:
            for target in re.findall(r"\]\(([^)]+)\)", prose(path.read_text())):
                if target.startswith("http"):
                    continue
                name, _, anchor = target.partition("#")
                file = (path.parent / name).resolve() if name else path
                file = file / "README.md" if anchor and file.is_dir() else file
                with self.subTest(file=path.relative_to(PROJECT), link=target):
                    self.assertTrue(file.exists())
                    if anchor:
                        headings = re.findall(r"^#+ (.*)$", prose(file.read_text()), re.M)
                        self.assertIn(anchor, [slug(heading) for heading in headings])

    def test_paths_exist_or_are_made(self):
        stages = re.findall(r"^ +(\d-[a-z]+)/", README.read_text(), re.M)
        made = ["data/out", ".build", "venv", *stages]
        for path in FILES:
            for word in quoted(path.read_text()):
                # A path has a slash and no spaces; signs such as those of λ or of a formula are in none.
                if word in NO_PATHS or not re.fullmatch(r"[\w.*{},+-]+(/[\w.*{},+-]*)+", word, re.A):
                    continue
                with self.subTest(file=path.relative_to(PROJECT), path=word):
                    first = next((folder for folder in made if word.startswith(folder + "/")), None)
                    # Capitals stand for any name, as in NAME.mk.
                    pattern = re.sub(r"\b[A-Z]{2,}\b", "*", word.rstrip("/"))
                    self.assertTrue(
                        first or any(next(root.glob(p), None) for root in (PROJECT, path.parent)
                                     for p in (word.rstrip("/"), pattern)))

    def test_files_of_code_are_in_the_tree(self):
        names = {file.name for folder in ("data", "Sources", "Tests") for file in (PROJECT / folder).rglob("*")}
        names |= {file.name for file in PROJECT.iterdir()}
        for path in FILES:
            for word in quoted(path.read_text()):
                if re.fullmatch(r"[\w+-]+\.(swift|py|mk|h|c|cpp|md)", word):
                    with self.subTest(file=path.relative_to(PROJECT), name=word):
                        self.assertTrue(word in names or word.split(".")[0].isupper())

    def test_the_table_of_tools_is_that_of_the_package(self):
        table = README.read_text().split("| tool |")[1].split("\n\n")[0]
        self.assertEqual(sorted(re.findall(r"^\| `([\w-]+)`", table, re.M)), sorted(TOOLS))

    def test_the_table_of_settings_has_all_of_them(self):
        settings = {name for file in FRAGMENTS for name in re.findall(r"^([A-Z_]+) +\?=", file.read_text(), re.M)}
        table = (PROJECT / "data/presets/README.md").read_text().split("| setting |")[1].split("\n\n")[0]
        named = set(re.findall(r"`([A-Z_]+)`", "\n".join(row.split("|")[1] for row in table.splitlines()[2:])))
        self.assertEqual(named, settings)

    def test_the_map_of_modules_is_that_of_the_package(self):
        package = (PROJECT / "Package.swift").read_text()
        uses = {name: re.findall(r'"(\w+)"', list_) for name, list_ in
                re.findall(r'\bmodule\(\s*"(\w+)",\s*\[(.*?)\]\)', package, re.S)}
        table = (PROJECT / "Sources/README.md").read_text().split("| module |")[1].split("\n\n")[0]
        order = re.findall(r"^\| `(\w+)`", table, re.M)
        self.assertEqual(sorted(order), sorted(uses))
        for place, name in enumerate(order):
            with self.subTest(module=name):
                self.assertLessEqual(set(uses[name]) & set(order), set(order[:place]))

    def test_targets_and_settings_of_make_exist(self):
        text = "\n".join(file.read_text() for file in FRAGMENTS)
        targets = set(re.findall(r"^## ([\w-]+):", text, re.M)) | set(
            " ".join(re.findall(r"^\.PHONY:(.*)$", text.replace("\\\n", " "), re.M)).split())
        settings = set(re.findall(r"^(?:override )?([\w.-]+) *[?:]?=", text, re.M))
        settings |= {f"{tool}.{kind}" for tool in TOOLS for kind in ("flags", "launch")}
        for path in FILES:
            calls = commands(path) + [
                shlex.split(word.replace("…", "X")) for word in quoted(path.read_text()) if word.startswith("make ")]
            for call in calls:
                if call[0] != "make":
                    continue
                for word in call[1:]:
                    with self.subTest(file=path.relative_to(PROJECT), command=" ".join(call), word=word):
                        if "=" in word:
                            self.assertIn(word.split("=")[0], settings)
                        elif not word.startswith("-"):
                            self.assertIn(word, targets)


class ToolTests(unittest.TestCase):
    """What needs the programs that are built."""

    def test_flags_in_commands_exist(self):
        for path in FILES:
            for call in commands(path):
                found = []
                if call[0] in TOOLS:
                    found = unknown_flags(call[0], call[1:])
                for word in call[1:] if call[0] == "make" else []:
                    tool, _, value = word.partition(".flags=")
                    if tool in TOOLS:
                        found += unknown_flags(tool, shlex.split(value))
                with self.subTest(file=path.relative_to(PROJECT), command=" ".join(call)):
                    self.assertEqual(found, [])

    def test_flags_in_sentences_exist(self):
        known = frozenset().union(*(flags(tool) for tool in [*TOOLS, "build-corpus", "download-slimpajama"]))
        for path in FILES:
            for word in quoted(path.read_text()):
                # A flag alone may be any tool's; after a tool's name it is that tool's; commands of others have their own.
                for part in word.split("|"):
                    words = part.split() or [""]
                    if words[0] not in TOOLS and words[0] != "TOOL" and not words[0].startswith("--"):
                        continue
                    named = [w.split("=")[0] for w in words if re.match(r"--[a-z]", w)]
                    mine = flags(words[0]) if words[0] in TOOLS else known
                    with self.subTest(file=path.relative_to(PROJECT), text=word):
                        self.assertEqual([flag for flag in named if flag not in mine], [])

    def test_the_commands_for_runs_that_there_are_print_what_is_shown(self):
        text = README.read_text().split("## Runs that you have already")[1].split("\n## ")[0]
        with tempfile.TemporaryDirectory(prefix="mde-readme-") as folder:
            os.symlink(PROJECT / "data", f"{folder}/data")
            environment = {**os.environ, "PATH": f"{BINARIES}:{os.environ['PATH']}"}
            said = subprocess.run(["bash", "-euc", blocks(text, "sh")[0]], cwd=folder, env=environment, check=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            self.assertTrue(pathlib.Path(folder, "proposal.json").exists())
        said = said.splitlines()
        for line in blocks(text, "")[0].splitlines():
            # The last digit may depend on the processor and on LAPACK.
            near = [other for other in said if self.numbers_apart(line) == self.numbers_apart(other)]
            with self.subTest(line=line):
                self.assertTrue(any(self.is_close(line, other) for other in near), "\n".join(said))

    @staticmethod
    def numbers_apart(line: str) -> str:
        return re.sub(r"\s+", " ", re.sub(NUMBER, "#", line))

    @staticmethod
    def is_close(line: str, other: str) -> bool:
        pairs = zip(*([float(number.replace("−", "-").rstrip(".")) for number in re.findall(NUMBER, text)]
                      for text in (line, other)))
        return all(abs(a - b) <= 0.02 * abs(a) + 1e-3 for a, b in pairs)


class RunTests(unittest.TestCase):
    """The README's command for a corpus of one's own, on a small one that is made here."""

    def test_a_run_ends_with_the_lines_shown(self):
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
            places = {"DIR": f"{folder}/corpus", "my.tsv": f"{folder}/my.tsv", "my.jsonl": f"{folder}/my.jsonl"}
            call = [re.sub(r"=(\S+)$", lambda m: "=" + places.get(m[1], m[1]), word) for word in command]
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
            done = subprocess.run([*call, f"OUT={folder}/out", *test_make.FLAGS], cwd=PROJECT, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
        said = [self.form(line) for line in done.stdout.splitlines()]
        shown = next(block for block in blocks(README.read_text(), "") if "The mixture:" in block)
        self.assertEqual(len(shown.splitlines()), 10)
        for line in shown.splitlines():
            start = self.form(line).split("…")[0]
            with self.subTest(line=line):
                self.assertTrue(any(form.startswith(start) for form in said), done.stdout[-3000:])

    @staticmethod
    def form(line: str) -> str:
        """The line without what differs from run to run."""
        line = re.sub(r"^(The mixture: ).*", r"\1…", line)
        line = re.sub(r"by [\w-]+\.$", "by FAMILY.", line)
        line = re.sub(NUMBER, "#", line)
        line = re.sub(r"(better than|worse than|not distinguishable from) (\S+?):", r"OUTCOME \2:", line)
        line = re.sub(r"# ± # nats (?:better|worse) than (\S+)\.$", r"COMPARED \1", line)
        line = re.sub(r"not distinguishable from (\S+) \(# ± # nats (?:better|worse)\)\.$", r"COMPARED \1", line)
        return re.sub(r"per token (below|above) it", "per token BESIDE it", line)


if __name__ == "__main__":
    unittest.main()
