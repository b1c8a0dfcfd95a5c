"""Outputs that are no plain files of a folder of one's own, and names that are odd."""
import os
import shutil
import subprocess
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

IS_ROOT = os.geteuid() == 0


class PlaceTests(MadeRunCase):
    def run_tool(self, tool: str, *arguments, before: tuple[str, ...] = ()) -> tuple[int, str]:
        done = subprocess.run([*before, PROJECT / BIN / tool, *map(str, arguments)], cwd=self.folder, text=True,
                              capture_output=True, timeout=300)
        self.assertLessEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.returncode, done.stderr

    def sample(self, output: str, *more, before: tuple[str, ...] = ()) -> tuple[int, str]:
        shutil.copy(Run.inputs / "baselines.jsonl", self.folder)
        return self.run_tool("sample-mixtures", "-q", "-n", 2, "--base", "baselines.jsonl", "-o", output, *more,
                             before=before)

    def test_flags_that_no_file_fits(self):
        for arguments, problem in [(("",), "-o is empty; is a variable of the shell not set?"),
                                   (("x", "--log", ""), "--log is empty; is a variable of the shell not set?"),
                                   (("x", "--seed="), "--seed is empty"),
                                   (("x", "--absent", "zero", ""), "an argument is empty"),
                                   (("x", "--log", "-"), "--log needs the name of a file"),
                                   (("baselines.jsonl",), "baselines.jsonl: is read, and cannot be an output too"),
                                   (("x", "--log=./baselines.jsonl"), "baselines.jsonl: is read, and cannot be"),
                                   (("x", "--log", "./x"), "x: two outputs cannot be one file"),
                                   (("x", "-j", 99999), "-j must be at most 1024")]:
            code, error = self.sample(*arguments)
            self.assertEqual((code, problem in error), (64, True), error)
        for place, problem in [(".", "Is a directory"), ("loop", "Too many levels"), ("x" * 300, "File name too long")]:
            if place == "loop":
                (self.folder / place).symlink_to(place)
            code, error = self.sample("x", "--log", place)
            self.assertEqual((code, f"cannot append: {problem}" in error), (74, True), error)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["baselines.jsonl", "loop"])

    def test_two_outputs_of_one_tool(self):
        experts = sorted(self.made.glob("4-logprobs/expert-*/validation"))
        search = ["search-mixture", "-q", "--regressor", self.made / "6-regressors/regressor.json", "--draws", 50,
                  "--starts", 1, "--experts", *experts, "-o", "p.json"]
        (self.folder / "link.json").symlink_to("p.json")
        for other in (["--next", 1, "--next-output", "p.json"], ["--mixture-output", "../x/../p.json"],
                      ["--export", "olmo=link.json"], ["--what-if-output", self.folder / "p.json"]):
            if other[1] == "../x/../p.json":
                other[1] = f"../{self.folder.name}/p.json"
            code, error = self.run_tool(*search, *other)
            self.assertEqual((code, "two outputs cannot be one file" in error), (64, True), error)
        self.assertFalse((self.folder / "p.json").exists())
        code, error = self.run_tool(*search, "--mixture-output", "/dev/null", "--what-if-output", "/dev/null")
        self.assertEqual((code, error), (0, ""))

    @unittest.skipUnless(IS_ROOT and shutil.which("setpriv"), "needs root and setpriv")
    def test_files_that_can_be_written_to_and_not_replaced(self):
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        self.folder.chmod(0o755)
        for name, mode in (("closed", 0o755), ("sticky", 0o1777)):
            inner = self.folder / name
            inner.mkdir()
            (inner / "x").write_text("before, and longer than what is written" * 9)
            (inner / "x").chmod(0o666)
            inner.chmod(mode)
            self.assertEqual(self.sample(f"{name}/x", before=nobody), (0, ""))
            self.assertEqual(len((inner / "x").read_text().splitlines()), 2)
            self.assertEqual([path.name for path in inner.iterdir()], ["x"])
            (inner / "x").chmod(0o644)
            code, error = self.sample(f"{name}/x", before=nobody)
            self.assertEqual((code, name in error), (74, True), error)
            self.assertEqual(len((inner / "x").read_text().splitlines()), 2)

    @unittest.skipUnless(IS_ROOT and shutil.which("setpriv"), "needs root and setpriv")
    def test_a_file_that_is_read_only_stays(self):
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        self.folder.chmod(0o777)
        (self.folder / "x").write_text("before")
        os.chown(self.folder / "x", 65534, 65534)
        (self.folder / "x").chmod(0o444)
        code, error = self.sample("x", before=nobody)
        self.assertEqual((code, error), (74, "sample-mixtures: x: cannot replace: Permission denied; it is read-only, "
                                         "let it be written to (chmod u+w) or name another\n"))
        self.assertEqual((self.folder / "x").read_text(), "before")
        for mode in (0o600, 0o640, 0o664):
            (self.folder / "x").chmod(mode)
            self.assertEqual(self.sample("x", before=nobody), (0, ""))
            status = (self.folder / "x").stat()
            self.assertEqual((status.st_mode & 0o7777, status.st_uid, status.st_gid), (mode, 65534, 65534))
        # Root, who may write everything, leaves it to whom it belongs.
        self.assertEqual(self.sample("x"), (0, ""))
        self.assertEqual((self.folder / "x").stat().st_uid, 65534)
        self.assertEqual(len((self.folder / "x").read_text().splitlines()), 2)

    def test_a_folder_that_is_a_file(self):
        (self.folder / "t").mkdir()
        (self.folder / "t/Code").write_text("before")
        code, error = self.run_tool(
            "tokenize-shards", "-q", "--domains", Run.inputs / "domains.tsv", "--validation-fraction", 0.1,
            "--test-fraction", 0.1, "--tokenizer", self.made / "1-tokens/tokenizer.json", Run.inputs / "corpus", "-o", "t")
        self.assertEqual((code, error), (74, "tokenize-shards: t/Code: cannot create the folder: Not a directory\n"))

    @unittest.skipUnless(IS_ROOT and shutil.which("unshare"), "needs root and unshare")
    def test_a_file_that_is_mounted_by_itself(self):
        for name in ("outside", "x"):
            (self.folder / name).write_text("before")
        mounted = ("unshare", "-m", "sh", "-c", 'mount --bind outside x && exec "$@"', "sh")
        code, error = self.sample("x", before=mounted)
        if "mount" in error:
            self.skipTest(error)
        self.assertEqual((code, error), (0, ""))
        self.assertEqual(len((self.folder / "outside").read_text().splitlines()), 2)
        self.assertEqual((self.folder / "x").read_text(), "before")
        self.assertFalse(list(self.folder.glob("*.partial-*")))

    def test_streams_are_not_read_twice(self):
        os.mkfifo(self.folder / "fifo")
        (self.folder / "t.tsv").write_text("notes\tfifo\n")
        tokenizer = ("--tokenizer", self.made / "1-tokens/tokenizer.json")
        domains = ("--domains", Run.inputs / "domains.tsv")
        for arguments, expected in ((["tokenize-shards", *domains, *tokenizer, "fifo", "-o", "t"], 64),
                                    (["discover-domains", "fifo", "-k", 2, "-o", "d"], 64),
                                    (["tokenize-targets", "--table", "t.tsv", *tokenizer, "-o", "t"], 65)):
            code, error = self.run_tool(*arguments)
            self.assertEqual((code, "fifo" in error), (expected, True), error)

    def test_names_that_are_not_utf8(self):
        document = Run.inputs / "corpus/Prose.jsonl"
        folder = os.fsencode(self.folder) + b"/c"
        os.mkdir(folder)
        shutil.copy(document, folder + b"/caf\xe9.jsonl")
        code, error = self.run_tool("tokenize-shards", "--stats", "--domains", Run.inputs / "domains.tsv", "c")
        self.assertEqual((code, "its name is not UTF-8" in error), (66, True), error)


if __name__ == "__main__":
    unittest.main()
