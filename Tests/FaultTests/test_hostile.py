"""Input that is made to do harm: each ends in one line, writes nothing elsewhere, and runs nothing."""
import gzip
import io
import json
import pathlib
import shutil
import subprocess
import tarfile
import unittest
import zipfile

from cases import MadeRunCase
from pipeline import BIN, PROJECT, Run

DOCUMENT = '{"meta":{"redpajama_set_name":"Prose"},"text":"walked slowly under grey sky"}\n'


class HostileTests(MadeRunCase):
    def setUp(self):
        super().setUp()
        self.inside = self.folder / "inside"
        self.inside.mkdir()

    def run_tool(self, tool: str, *arguments) -> tuple[int, str, str]:
        done = subprocess.run([PROJECT / BIN / tool, *map(str, arguments)], cwd=self.inside, text=True,
                              capture_output=True, timeout=300)
        return done.returncode, done.stdout, done.stderr

    def expect_refusal(self, problem: str, tool: str, *arguments) -> None:
        code, _, error = self.run_tool(tool, *arguments)
        self.assertEqual(code, 65, error)
        self.assertIn(problem, error)
        self.assertEqual(len(error.splitlines()), 1, error)

    def write(self, name: str, text: str) -> pathlib.Path:
        (self.inside / name).write_text(text)
        return self.inside / name

    def test_names_that_lead_elsewhere(self):
        question = {"task": "../elsewhere", "choices": ["a", "b"], "answer": 0}
        tasks = self.write("t.jsonl", "".join(json.dumps({**question, "context": f"c {i}"}) + "\n" for i in range(99)))
        self.expect_refusal("../elsewhere cannot be the name of a folder", "tokenize-tasks", "--tokenizer",
                            self.made / "1-tokens/tokenizer.json", tasks, "-o", "out")
        mixture = self.write("m.jsonl", '{"id":"../elsewhere","weights":{"Code":1}}\n')
        code, _, error = self.run_tool("sample-mixtures", "-n", 0, "--keep", mixture, "--split-into", "out")
        self.assertEqual((code, "cannot be the name of a file" in error), (64, True), error)
        table = self.write("domains.tsv", "../elsewhere\tmeta.redpajama_set_name=Prose\n")
        self.expect_refusal("../elsewhere", "tokenize-shards", "--stats", "--domains", table, Run.inputs / "corpus")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["inside"])

    def test_members_of_archives_are_read_where_they_are(self):
        document = self.write("document.jsonl", DOCUMENT)
        with zipfile.ZipFile(self.inside / "a.zip", "w") as archive:
            archive.write(document, "../../elsewhere.jsonl")
        with tarfile.open(self.inside / "a.tar", "w") as archive:
            member = archive.gettarinfo(document)
            for member.name in ("/tmp/mde-elsewhere.jsonl", "../elsewhere.jsonl"):
                archive.addfile(member, io.BytesIO(DOCUMENT.encode()))
        for name, documents in (("a.zip", 1), ("a.tar", 2)):
            code, said, error = self.run_tool("tokenize-shards", "--stats", "--allow-empty", "--domains",
                                              Run.inputs / "domains.tsv", name)
            self.assertEqual(code, 0, error)
            self.assertRegex(said + error, rf"Prose\s+{documents}\s")
        self.assertFalse(pathlib.Path("/tmp/mde-elsewhere.jsonl").exists())
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["inside"])

    def test_bombs(self):
        with gzip.open(self.inside / "bomb.jsonl.gz", "wb", 9) as bomb:
            piece = DOCUMENT.encode() + b" " * 100_000 + b"\n"
            for _ in range(13_000):
                bomb.write(piece)
        zstd = "gunzip -c bomb.jsonl.gz | zstd -q -o bomb.jsonl.zst"
        subprocess.run(zstd, shell=True, cwd=self.inside, check=True)
        for name in ("bomb.jsonl.gz", "bomb.jsonl.zst"):
            self.expect_refusal("becomes more than 500 times as large", "tokenize-shards", "--stats", "--allow-empty",
                                "--domains", Run.inputs / "domains.tsv", name)

    def test_json_that_is_nested_without_an_end(self):
        for name, text in (("a.json", "[" * 200_000), ("b.json", '{"a":' * 200_000),
                           ("c.json", '{"model":' + "[" * 100_000 + "]" * 100_000 + "}")):
            self.expect_refusal(name, "render-report", "--check", self.write(name, text))
        line = '{"text":' + "[" * 100_000 + "]" * 100_000 + ',"meta":{"redpajama_set_name":"Prose"}}\n'
        self.expect_refusal("line 1", "tokenize-shards", "--stats", "--domains", Run.inputs / "domains.tsv",
                            self.write("d.jsonl", line))

    def test_a_line_of_a_hundred_megabytes(self):
        long = {"text": "word " * 20_000_000, "meta": {"redpajama_set_name": "Prose"}}
        code, said, error = self.run_tool("tokenize-shards", "--stats", "--allow-empty", "--domains",
                                          Run.inputs / "domains.tsv", self.write("long.jsonl", json.dumps(long) + "\n"))
        self.assertEqual(code, 0, error)
        self.assertRegex(said + error, r"Prose\s+1\s")

    def test_names_that_are_commands_and_markup(self):
        """In what a person reads, in a page, and in what gnuplot is told."""
        run = self.inside / "out"
        shutil.copytree(self.made, run)
        name = '`touch pwned`\'"<script>alert(1)</script>\x1b[2J\nEOD\nsystem "touch pwned"\n'
        code, said, error = self.run_tool("render-report", run, "-o", "page.html")
        self.assertEqual(code, 0, error)
        scripts = (self.inside / "page.html").read_text().count("<script")
        for file in ("6-regressors/regressor.json", "6-regressors/audit.jsonl", "7-proposal/proposal.json",
                     "7-proposal/what-if.json"):
            text = (run / file).read_text()
            for old in ("mde-trend", "mde-affine", "uniform"):
                text = text.replace(f'"{old}"', json.dumps(name))
            (run / file).write_text(text)
        code, said, error = self.run_tool("render-report", run, "-o", "page.html")
        self.assertEqual(code, 0, error)
        page = (self.inside / "page.html").read_text()
        self.assertIn("&lt;script&gt;", page)
        self.assertEqual(page.count("<script"), scripts)
        self.assertNotIn("<script>alert", page)
        self.assertNotIn("\x1b", said + error)
        self.assertEqual([str(path) for path in self.folder.rglob("pwned")], [])
        baselines = self.write("b.jsonl", json.dumps({"id": name, "weights": {"Code": .5, "Prose": .5}}) + "\n")
        code, said, error = self.run_tool("search-mixture", "--experts", *(self.made / "4-logprobs").glob(
            "expert-*/validation"), "--baselines", baselines, "-o", "p.json")
        self.assertEqual(code, 0, error)
        self.assertNotIn("\x1b", said + error)


if __name__ == "__main__":
    unittest.main()
