"""What the command line states: slips end make before anything runs, flags beside a preset's, folders as domains."""
import gzip
import json
import pathlib
import shutil
import tempfile
import unittest

from test_make import FLAGS, PROJECT, run_make, write_inputs


class StatedTests(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-stated-"))
        self.addCleanup(shutil.rmtree, self.root)
        write_inputs(self.root, {"Prose": 0.8, "Code": 0.2})
        self.given = [f"CORPUS={self.root}/corpus", f"DOMAINS={self.root}/domains.tsv",
                      f"BASELINES={self.root}/baselines.jsonl", *FLAGS]

    def said(self, *arguments: str, code: int = 0) -> str:
        done = run_make(["make", "-j1", f"OUT={self.root}/out", *arguments])
        self.assertEqual(done.returncode, code, done.stdout)
        return done.stdout

    def test_a_slip_ends_before_anything_runs(self):
        for word, problem in (
                ("CORPS=x", "CORPS=x: is no setting; did you mean CORPUS? data/presets/README.md has all of them"),
                ("fit-regresor.flags=x", "did you mean fit-regressor.flags?"),
                ("ZZZZZZ=1", "ZZZZZZ=1: is no setting; data/presets/README.md"),
                (f"DOMAINS={self.root}/domain.tsv", f"domain.tsv: is not there, but {self.root}/domains.tsv is"),
                (f"CORPUS={self.root}/corpsu/", f"corpsu/: is not there, but {self.root}/corpus is"),
                (f"TARGETS={self.root}/elsewhere", f"TARGETS={self.root}/elsewhere: is not there"),
                ("OBJECTIVE=Pros", "OBJECTIVE=Pros: is no objective, set or file; did you mean Prose? known are avg-sp"),
                ("OBJECTIVE=avg-spp/byte", "did you mean avg-sp?"),
                ("FINALS=proposal unifrom", "unifrom is no baseline; did you mean uniform? known are natural uniform"),
                ("fit-regressor.flags=--fold 10", "fit-regressor.flags: --fold is no flag of it; did you mean --folds?"),
                ("JOBS=0", "JOBS=0: give 1 or more"), ("JOBS=two", "JOBS=two: is no whole number; write it in digits"),
                ("MAX_TOKENS=1e5", "MAX_TOKENS=1e5: is no whole number"), ("OBSERVED=", "OBSERVED=: is no whole number"),
                ("SEEDS=-1", "SEEDS=-1: is no whole number"),
                ("DOMAINS=auto:x", "DOMAINS=auto:x: auto:x is no number of domains; write DOMAINS=auto:12"),
                ("search-mixture.also=--minimun A=1", "did you mean --minimum?")):
            with self.subTest(word=word):
                others = [other for other in self.given if other.split("=")[0] != word.split("=")[0]]
                self.assertIn(problem, self.said("all", *others, word, code=2))
                self.assertFalse((self.root / "out").exists())

    def test_a_folder_that_is_none_or_would_be_read(self):
        (self.root / "file").write_text("x")
        shutil.copytree(self.root / "corpus", self.root / "my corpus")
        for word, problem in (
                (f"OUT={self.root}/file", "file: is no folder"), ("OUT=~/out", "OUT=~/out: no shell has put the home folder"),
                (f"OUT={self.root}/corpus", "corpus: lies in CORPUS"),
                (f"OUT={self.root}/corpus/../corpus/out", "out: lies in CORPUS")):
            with self.subTest(word=word):
                self.assertIn(problem, self.said("tokens", *self.given, word, code=2))
        self.assertEqual(sorted(path.name for path in (self.root / "corpus").iterdir()), ["Code.jsonl", "Prose.jsonl"])
        self.said("-n", "tokens", *self.given[1:], f"CORPUS={self.root}/my corpus", f"OUT={self.root}/my")

    def test_what_is_right_is_not_refused(self):
        for words in (["OBJECTIVE=Prose/byte"], ["OBJECTIVE=worst"], ["search-mixture.also=--minimum=Prose=0.1"],
                      ["FINALS=uniform natural-seed2"], ["DOMAINS=auto:2", "OBJECTIVE=anything"],
                      ["MAX_TOKENS=", "OBSERVED=0", "THREADS=0", "JOBS=12"]):
            with self.subTest(words=words):
                names = {word.split("=")[0] for word in words}
                self.said("-n", "tokens", *(word for word in self.given if word.split("=")[0] not in names), *words)

    def test_flags_beside_those_of_the_preset(self):
        said = self.said("-n", "models", *self.given, "train-expert.also=--learning-rate 5e-3", "train-expert.flags=--layers 1")
        self.assertIn("train-expert --layers 1 --learning-rate 5e-3 --seed", said)
        self.assertNotIn("--learning-rate", self.said("-n", "models", *self.given))

    def test_the_folders_of_other_text_are_domains(self):
        mine = self.root / "mine"
        for folder, name in (("a", "x.jsonl.gz"), ("b b/deep/er", "y.jsonl"), ("empty", "README.md")):
            (mine / folder).mkdir(parents=True)
            line = json.dumps({"content": "some text"}).encode() + b"\n"
            (mine / folder / name).write_bytes(gzip.compress(line) if name.endswith(".gz") else line)
        (mine / "c.jsonl").write_text('{"body":"more"}\n')
        said = self.said("-n", "mixtures", f"CORPUS={mine}/", "TEXT_FIELD=content,body")
        table = (self.root / "out/0-domains/folders.tsv").read_text()
        self.assertEqual(table, "a\tpath=mine/a/*\t-\t4\nb-b\tpath=mine/b b/*\t-\t4\nc\tpath=mine/c.jsonl\t-\t4\n")
        self.assertIn("--rules natural uniform", said)
        self.assertRegex(said, r"tokenize-shards .*--text-field content,body")
        # Lines that name SlimPajama's domains have its table, unless they are asked for by their folders.
        self.assertIn("slimpajama.tsv", self.said("-n", "tokens", self.given[0]))
        self.assertIn("folders.tsv", self.said("-n", "tokens", self.given[0], "DOMAINS=folders"))
        self.assertIn("DOMAINS=folders: they are those of CORPUS", self.said("-n", "tokens", "DOMAINS=folders", code=2))

    def test_a_run_on_text_of_ones_own_has_a_folder_of_its_own(self):
        for words, folder in (([f"CORPUS={self.root}/corpus"], "data/out/corpus/"), ([], "data/out/demo/"),
                              ([f"CORPUS={self.root}/corpus", "RUN=demo"], "data/out/demo/")):
            with self.subTest(words=words):
                done = run_make(["make", "-n", "report", *words])
                self.assertIn(f"{folder}8-report/index.html", done.stdout)


if __name__ == "__main__":
    unittest.main()
