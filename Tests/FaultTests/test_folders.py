"""Folders: what is left out of one is told, what is none is refused, and a failure leaves no empty ones."""
import pathlib
import shutil
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

LEFT_OUT = "other files in folders of the corpus left out: 3, such as corpus/a.parquet; read are .jsonl, .tar, .tgz, " \
           ".zip and compressed .json"
FRACTIONS = ("--validation-fraction", .1, "--test-fraction", .1)


class FolderTests(MadeRunCase):
    def run_tool(self, tool: str, *arguments) -> tuple[int, str, str]:
        done = subprocess.run([PROJECT / BIN / tool, *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=300)
        return done.returncode, done.stdout, done.stderr

    def expect_refusal(self, code: int, problem: str, tool: str, *arguments) -> None:
        found, _, error = self.run_tool(tool, *arguments)
        self.assertEqual((found, problem in error, len(error.splitlines())), (code, True, 1), error)

    def left(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def test_files_of_other_kinds_are_counted_once(self):
        shutil.copytree(Run.inputs / "corpus", self.folder / "corpus")
        for name in "a.parquet", "notes.pdf", "deep/b.txt", ".hidden", "manifest.json":
            (self.folder / "corpus" / name).parent.mkdir(exist_ok=True)
            (self.folder / "corpus" / name).write_text("no document\n")
        domains, tokenizer = ("--domains", Run.inputs / "domains.tsv"), self.made / "1-tokens/tokenizer.json"
        tokenize = ["tokenize-shards", "corpus", *domains]
        for tool, *arguments in [
            [*tokenize, "--stats"],
            [*tokenize, "--tokenizer", tokenizer, "-o", "tokens"],
            [*tokenize, "--tokenizer", tokenizer, *FRACTIONS, "--part", "1/2", "-o", "part"],
            ["discover-domains", "corpus", "-k", 2, "-o", "found"],
            ["train-tokenizer", "corpus", *domains, "--vocab-size", 300, "-o", "t.json"],
        ]:
            code, _, error = self.run_tool(tool, *arguments)
            said = [line for line in error.splitlines() if "left out: " in line]
            self.assertEqual((code, said), (0, [f"{tool}: {LEFT_OUT}"]), error)
            self.assertNotIn("left out", self.run_tool(tool, "-q", *arguments)[2])
        code, _, error = self.run_tool(*tokenize, "--tokenizer", tokenizer, *FRACTIONS, "--part", "2/2", "-o", "part")
        self.assertEqual((code, "left out" in error), (0, False), error)

    def test_a_folder_of_other_kinds_alone(self):
        (self.folder / "corpus").mkdir()
        (self.folder / "corpus/a.parquet").touch()
        self.expect_refusal(65, "only others such as corpus/a.parquet", "tokenize-shards", "--stats", "corpus",
                            "--domains", Run.inputs / "domains.tsv")

    def test_failures_leave_no_empty_folders(self):
        tokenizer = ["--tokenizer", self.made / "1-tokens/tokenizer.json"]
        tokenize = ["tokenize-shards", "--domains", Run.inputs / "domains.tsv", *tokenizer, *FRACTIONS]
        self.expect_refusal(66, "nosuch.jsonl: cannot open", *tokenize, "nosuch.jsonl", "-o", "a/b/tokens")
        self.expect_refusal(65, "is of no known format", "import-tokens", "--domain", "Mixed", *tokenizer,
                            Run.inputs / "domains.tsv", "-o", "a/b")
        self.assertEqual(self.left(), [])
        (self.folder / "a").mkdir()
        self.expect_refusal(66, "nosuch.jsonl: cannot open", *tokenize, "nosuch.jsonl", "-o", "a/b")
        self.assertEqual(self.left(), ["a"])

    def test_what_is_no_folder_of_tokens(self):
        prose, tokenizer = self.made / "1-tokens/Prose", self.made / "1-tokens/tokenizer.json"
        mix = ["mix-tokens", "--expert", "Prose", "--steps", 1, "-o", "stream", prose]
        self.expect_refusal(66, "nosuch: cannot open for reading: No such file", *mix, "nosuch")
        self.expect_refusal(66, "cannot open for reading: Not a directory", *mix, tokenizer)
        (self.folder / "empty").mkdir()
        self.expect_refusal(65, "empty: has no .tok.zst files in it", "measure-overlap", "--tokenizer", tokenizer,
                            prose, "empty")

    def test_tokens_that_are_named_twice_count_once(self):
        prose = pathlib.Path(self.made / "1-tokens/Prose")
        once, twice = (
            self.run_tool("measure-overlap", "--tokenizer", self.made / "1-tokens/tokenizer.json", *folders)
            for folders in ([prose], [prose, prose, prose / "train-000.tok.zst"]))
        self.assertEqual(once[0], 0, once[2])
        self.assertEqual(once, twice)


if __name__ == "__main__":
    unittest.main()
