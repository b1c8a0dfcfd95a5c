"""make status and make why: what is done, runs, failed, would be made again, and why.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/MakeTests
"""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import time
import unittest

from test_live import SLOW, environment
import test_make
from test_make import PROJECT, run_make, write_inputs


class StatusTests(unittest.TestCase):
    """One run of the pipeline, made once; every test copies it."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-status-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        write_inputs(cls.root, {"Prose": 0.8, "Code": 0.2})
        test_make.MakeTests.make(cls.root)

    def setUp(self):
        self.copy = pathlib.Path(tempfile.mkdtemp(prefix="mde-status-"))
        self.addCleanup(shutil.rmtree, self.copy)
        shutil.copytree(self.root, self.copy, dirs_exist_ok=True)

    def status(self, *arguments: str) -> str:
        said = test_make.MakeTests.make(self.copy, *arguments, goal="status")
        self.assertEqual([line for line in said.splitlines() if len(line) > 80], [])
        return said

    def why(self, file: str, *arguments: str) -> str:
        return test_make.MakeTests.make(self.copy, f"FILE={file}", *arguments, goal="why")

    def test_a_run_that_is_done(self):
        before = {path: path.stat().st_mtime_ns for path in self.copy.rglob("*")}
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = self.status()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertLess(after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime, 1.5)
        for stage, files in (("tokens", 3), ("experts", 7), ("answer", 1), ("mixtures", 15), ("fit", 1), ("search", 1),
                             ("finals", 23), ("report", 1), ("all", 52)):
            self.assertRegex(said, rf"(?m)^{stage} +{files} of {files} +\d+:\d\d +\d+:\d\d +\d+\.\d MB$")
        self.assertRegex(said, r"(?m)^models +10 of 10$")
        self.assertNotRegex(said, r"(?m)^(again|running|failed|stops)")
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.copy.rglob("*")}, before)

    def test_what_a_flag_would_change(self):
        said = self.status(SLOW)
        self.assertRegex(said, r"(?m)^experts +0 of 7 +7 ")
        self.assertRegex(said, r"(?m)^mixtures +1 of 15 +14 ")
        self.assertRegex(said, r"(?m)^again       train-expert: --hidden-size 16 → 64, ")
        self.assertRegex(said, r"(?m)^ +10 models: expert-Prose, expert-Code, mixture-001 …$")
        self.assertRegex(said, r"and what is made of it: 28 sets of scores, 4 tables of runs, ")
        self.assertRegex(said, r"(?m)^models +0 of 10$")
        said = self.status("OBSERVED=5")
        self.assertRegex(said, r"sample-mixtures: -n 4 → 5")
        self.assertRegex(said, r"fitted: with mixture-005")

    def test_a_step_that_failed_and_steps_that_run(self):
        out = self.copy / "out"
        said = test_make.MakeTests.refusal(self.copy, "fit-regressor.flags=--folds none")
        self.assertIn("fit-regressor: ", said)
        said = self.status("fit-regressor.flags=--folds none")
        self.assertRegex(said, r"(?m)^fit +0 of 1 +1 +1 ")
        self.assertRegex(said, r"(?m)^failed      6-regressors/regressor.json: it did not end$")
        make = subprocess.Popen(test_make.MakeTests.command(self.copy, SLOW), cwd=PROJECT, env=environment(),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if re.search("began .* 3-models", (out / ".steps").read_text().split("regressor.json")[-1]):
                    break
                time.sleep(0.1)
            said = self.status(SLOW)
            self.assertRegex(said, r"(?m)^all +5 of 52 +\d+ +[12] ")
            self.assertRegex(said, r"(?m)^running     3-models/\S+/model.safetensors, for \d+ s$")
            self.assertRegex(said, r"(?m)^again +train-expert: its settings changed since$")
        finally:
            make.terminate()
            make.wait()

    def test_why_a_file_is_made_again(self):
        for file in ("8-report/index.html", f"{self.copy}/out/3-models/natural", "1-tokens/Code/manifest.json"):
            self.assertRegex(self.why(file), r"^\S+: nothing would be made: it is there, and current\n$")
        said = self.why("7-proposal/proposal.json", "mde-features.flags=--beta 0 1")
        self.assertEqual(said, "7-proposal/proposal.json would be made again, because of:\n"
                         "  mde-features: without --absent zero, with --beta 0 1\n    5-features/observed.jsonl.zst\n"
                         "    6-regressors/regressor.json\n")
        os.utime(self.copy / "out/2-mixtures/mixture-002.json")
        self.assertEqual(self.why("3-models/mixture-002/config.json"),
                         "3-models/mixture-002/model.safetensors would be made again, because of:\n"
                         "  2-mixtures/mixture-002.json is newer\n")
        (self.copy / "out/6-regressors/regressor.json").unlink()
        self.assertEqual(self.why("6-regressors/regressor.json"),
                         "6-regressors/regressor.json would be made: it is not there\n")
        self.assertIn("  6-regressors/regressor.json is not there\n", self.why("7-proposal/proposal.json"))

    def test_a_file_that_is_not_known_is_told_with_the_nearest(self):
        said = test_make.MakeTests.refusal(self.copy, "FILE=3-models/naturel/model.safetensors", goal="why")
        self.assertIn("make why: 3-models/naturel/model.safetensors: no step of this run makes it; did you mean "
                      "3-models/natural/model.safetensors? ", said)
        self.assertEqual(len(said.splitlines()), 1)
        self.assertIn("make why: give FILE=", test_make.MakeTests.refusal(self.copy, goal="why"))

    def test_the_files_of_the_stages_are_those_that_make_makes(self):
        quick = ["OBSERVED=0", "MINIMIZE=mde", "CALIBRATE=2", "FINALS=mde-optimum natural uniform"]
        for settings in (["RUN=demo"], ["RUN=table"], ["RUN=languages"], quick, ["HELD=4", "REPEATS=2", "SEEDS=2"],
                         ["BETA=0.1", "RULES=natural uniform"], ["TARGET_PACKAGES="]):
            with self.subTest(settings=settings), tempfile.TemporaryDirectory(prefix="mde-") as folder:
                said = run_make(["make", "-n", "--trace", "all", "explain=yes", f"OUT={folder}/out", *settings]).stdout
                made = re.findall(rf"(?m)^[^ ]+:\d+: (?:update )?target '{folder}/out/([^.][^']*[^/'])'", said)
                told = re.findall(r"(?m)^gone [a-z]+ (\S+)$", said)
                self.assertEqual(sorted(told), sorted(made))
                self.assertGreater(len(told), 50)


class ChangedTests(unittest.TestCase):
    def test_what_is_other_in_a_stamp(self):
        for before, after, words in (
            ("--layers 2 --seed 1 revision 2", "--layers 4 --seed 1 revision 2", "--layers 2 → 4"),
            ("--seed 1 revision 2", "--seed 1 revision 3", "results of another revision, 2 → 3"),
            ("--families --seed 1", "--families a b --seed 1", "--families nothing → a b"),
            ("--seed 1", "--quick --seed 1", "with --quick"), ("a b c", "a c d", "without b, with d"),
            ("a b", "b a", "another order"), ("0af  -", "0bf  -", "its files changed"), ("", "a", "nothing was known of it")):
            with self.subTest(after=after):
                said = subprocess.run(["data/make/changed", before, after], cwd=PROJECT, text=True, check=True,
                                      stdout=subprocess.PIPE).stdout
                self.assertEqual(said, words + "\n")


if __name__ == "__main__":
    unittest.main()
