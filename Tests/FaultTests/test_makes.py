"""Two makes at once in one folder, tools that a killed make left behind, and clocks that jump."""
import os
import shutil
import signal
import time
import unittest

from cases import FolderCase
from pipeline import Run, differences, tools_of

# A model that takes long enough to be met.
LONG = "train-expert.flags=--layers 2 --hidden-size 64 --heads 2 --context 64 --batch-size 8 --steps 100000"
DAY = 86400


class MakeTests(FolderCase):
    @classmethod
    def setUpClass(cls):
        Run.prepare()

    def setUp(self):
        super().setUp()
        self.run_ = Run(self.folder / "out")
        shutil.copytree(Run.inputs / "out", self.run_.out, symlinks=True)

    def start_training(self):
        process = self.run_.start(self.folder / "log", LONG)
        self.addCleanup(lambda: process.poll() is None and os.killpg(process.pid, signal.SIGKILL))
        deadline = time.monotonic() + 120
        while not tools_of(process.pid) or not (self.run_.out / ".lock").read_text():
            self.assertIsNone(process.poll(), (self.folder / "log").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return process

    def test_another_make_is_refused_and_one_that_only_reads_is_not(self):
        first = self.start_training()
        code, said = self.run_.make()
        self.assertEqual(code, 2)
        self.assertIn(f"out: is worked on by another make (process {first.pid} on ", said)
        self.assertEqual(len([line for line in said.splitlines() if "***" in line]), 1, said)
        for goal in ("status", "help"):
            process = self.run_.start(self.folder / "read", goal=goal)
            self.assertEqual(process.wait(timeout=60), 0, (self.folder / "read").read_text())
        code, said = self.run_.make("-n")
        self.assertEqual(code, 0, said)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        code, said = self.run_.make()
        self.assertEqual(code, 0, said)

    def test_the_tools_of_a_killed_make_stop_before_another_begins(self):
        first = self.start_training()
        tools = tools_of(first.pid)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        code, said = self.run_.make()
        self.assertEqual(code, 0, said)
        self.assertEqual(tools_of(first.pid), [], f"{tools} are left")
        self.assertEqual(differences(self.run_.contents(), Run.expected), [])

    def test_a_clock_that_was_set_back_makes_nothing_again_and_hides_no_change(self):
        for path in [self.run_.out, *self.run_.out.rglob("*")]:
            status = path.stat(follow_symlinks=False)
            later = status.st_mtime_ns + DAY * 10**9
            os.utime(path, ns=(later, later), follow_symlinks=False)
        code, said = self.run_.make()
        self.assertEqual((code, "score-logprobs" in said, "Clock skew" in said), (0, False, False), said)
        code, said = self.run_.make("fit-regressor.flags=--draws 2")
        self.assertEqual((code, "train-expert --" in said, "fit-regressor" in said), (0, False, True), said)

    def test_an_input_of_the_future_runs_its_stage_and_ends(self):
        domains = self.folder / "domains.tsv"
        shutil.copy(Run.inputs / "domains.tsv", domains)
        os.utime(domains, (time.time() + DAY, time.time() + DAY))
        for _ in range(2):
            code, said = self.run_.make(f"DOMAINS={domains}")
            self.assertEqual((code, "tokenize-shards" in said), (0, True), said)
            self.assertIn("modification time", said)
        self.assertEqual(differences(self.run_.contents(), Run.expected), [])


if __name__ == "__main__":
    unittest.main()
