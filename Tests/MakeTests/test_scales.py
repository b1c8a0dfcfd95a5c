"""TARGET_PARAMETERS: what a run of another size loses, from runs of several sizes."""
import pathlib
import shutil
import tempfile
import unittest

import test_make

TARGET = ["TARGET_PARAMETERS=2e5", "TARGET_TOKENS=1e4", "POOLS=whole"]
LARGER = "train-expert.flags=--layers 1 --hidden-size 32 --heads 2 --context 32 --batch-size 2 --steps 30"


class ScaleTests(unittest.TestCase):
    """Runs of two sizes of model on one corpus, and a target beyond both."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-scales-"))
        self.addCleanup(shutil.rmtree, self.root)
        test_make.write_inputs(self.root, {"Prose": 0.8, "Code": 0.2})

    def command(self, *arguments: str, goal: str = "all") -> list[str]:
        return test_make.MakeTests.command(self.root, *arguments, goal=goal)

    def test_runs_of_two_sizes_are_fitted_for_a_target(self):
        test_make.MakeTests.make(self.root, goal="runs")
        small = self.root / "small"
        (self.root / "out").rename(small)
        said = test_make.MakeTests.make(self.root, LARGER, *TARGET, f"RUNS_FROM={small}")
        self.assertIn("--target-parameters 200000 --target-tokens 10000", said)
        self.assertNotIn("--pool-for", said)
        self.assertIn("losses are predicted of 200k parameters, 10k tokens", said)
        page = (self.root / "out/8-report/index.html").read_text()
        self.assertIn("predicts it by scale", page)
        self.assertIn("The best mixture by scale", page)
        again = test_make.MakeTests.make(self.root, LARGER, *TARGET, f"RUNS_FROM={small}")
        self.assertNotIn("fit-regressor", again)
        # Another target is fitted and searched again; nothing is trained.
        other = test_make.MakeTests.make(
            self.root, LARGER, *TARGET, "TARGET_PARAMETERS=3e5", "FINALS=natural", f"RUNS_FROM={small}")
        self.assertIn("--target-parameters 300000", other)
        self.assertNotIn("train-expert --", other)

    def test_a_target_needs_runs_of_other_sizes(self):
        (self.root / "other.csv").write_text("")
        one = "the models of a run are of one size, which tells nothing of another; give runs of other sizes as RUNS_FROM"
        table = f"RUNS_FROM={self.root}/other.csv"
        for settings, words in (
            (TARGET, one),
            (["TARGET_PARAMETERS=1e9", table], "TARGET_PARAMETERS: what is predicted is a run of"),
            ([table], "RUNS_FROM: what is predicted is a run of TARGET_PARAMETERS and TARGET_TOKENS; give both"),
            (["TARGET_PARAMETERS=big", "TARGET_TOKENS=1e9", table], "TARGET_PARAMETERS: is no number of parameters"),
            ([*TARGET, "RUNS_FROM=nowhere"], "RUNS_FROM: nowhere is no table of runs"),
            ([*TARGET, table, "BETA=1"], "families across scales see no MDE features"),
            (["POOLS=some"], "POOLS=some: is not known; give matched or whole"),
        ):
            said = test_make.run_make(self.command(*settings, "-n"))
            self.assertEqual(said.returncode, 2, said.stdout)
            self.assertIn(words, " ".join(said.stdout.split()))
        for goal in ("plan", "next", "campaign"):
            said = test_make.run_make(self.command(*TARGET, table, "-n", goal=goal)).stdout
            self.assertIn(f"leave it out of make {goal}", said)
        matched = test_make.run_make(self.command(*TARGET[:2], "POOLS=matched", table, "-n")).stdout
        self.assertIn("--pool-for 10000 ", matched)
