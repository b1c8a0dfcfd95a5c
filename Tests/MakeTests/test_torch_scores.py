"""`make ENGINE=torch`: one process scores all sets of a model and split. train-expert and score-logprobs stand in."""
import os
import unittest

import test_experts_first
from test_make import run_make

# In place of the Python that has PyTorch: score.py's sets by score-logprobs, each process a line of $STARTS.
STAND_IN = """#!/usr/bin/env python3
import os, subprocess, sys
_, *words = sys.argv[1:]
tool = [".build/release/score-logprobs"]
if words == ["--revision"]:
    os.execv(tool[0], tool + words)
with open(os.environ["STARTS"], "a") as file:
    print(*words, file=file)
place = words.index("--model")
model = words[place:place + 2]
del words[place:place + 2]
while words:
    part = words[:words.index("--")] if "--" in words else words
    subprocess.run(tool + model + part, check=True)
    words = words[len(part) + 1:]
"""


class TorchScoresTests(unittest.TestCase):
    setUp = test_experts_first.ExpertsFirstTests.setUp
    command = test_experts_first.ExpertsFirstTests.command

    def make(self, *arguments: str) -> list[str]:
        """The processes that were started, by what they score."""
        starts = self.root / "starts"
        starts.unlink(missing_ok=True)
        stand_in = self.root / "python"
        stand_in.write_text(STAND_IN)
        stand_in.chmod(0o755)
        os.environ["STARTS"] = str(starts)
        done = run_make(self.command("all", "FINALS=uniform proposal", "OBSERVED=2", "score-logprobs.engine=torch",
                                     f"PYTHON={stand_in}", *arguments))
        self.assertEqual(done.returncode, 0, done.stdout)
        return starts.read_text().splitlines() if starts.exists() else []

    def test_a_process_scores_what_is_stale_of_a_model(self):
        started = self.make()
        models = os.listdir(self.root / "out/3-models")
        self.assertEqual(len(started), len(models) + 2, "the final ones on test sets too")
        self.assertEqual({line.count(" -- ") for line in started}, {2})
        scores = self.root / "out/4-logprobs"
        self.assertEqual(self.make(), [])

        (scores / "expert-Code/validation/Maths.lp.zst").unlink()
        before = (scores / "expert-Code/validation/Prose.lp.zst").stat().st_mtime_ns
        status = run_make(self.command("status", "FINALS=uniform proposal", "OBSERVED=2", "score-logprobs.engine=torch",
                                       f"PYTHON={self.root}/python")).stdout
        self.assertRegex(status, r"experts +11 of 13 +1 ", "of scores one, and their table")
        again = self.make()
        self.assertEqual(len(again), 1)
        self.assertIn("-o " + str(scores / "expert-Code/validation/Maths.lp.zst"), again[0])
        self.assertNotIn(" -- ", again[0])
        self.assertEqual((scores / "expert-Code/validation/Prose.lp.zst").stat().st_mtime_ns, before)

        limited = self.make("MAX_TOKENS=50")
        self.assertEqual(len(limited), len(started))
        self.assertEqual({line.count("--max-tokens 50") for line in limited}, {3})
        steps = (self.root / "out/.steps").read_text().splitlines()
        began = [line.split()[3] for line in steps if " began " in line]
        ended = [line.split()[3] for line in steps if " ended " in line]
        self.assertEqual(sorted(began), sorted(ended))

    def test_why_knows_the_sets_that_are_made_with_another(self):
        self.make()
        (self.root / "out/4-logprobs/expert-Code/validation/Maths.lp.zst").unlink()
        for name, said in [("Maths", "it is not there"), ("Prose", "nothing would be made")]:
            asked = f"FILE=4-logprobs/expert-Code/validation/{name}.lp.zst"
            done = run_make(self.command("why", asked, "FINALS=uniform proposal", "OBSERVED=2", "score-logprobs.engine=torch",
                                         f"PYTHON={self.root}/python"))
            self.assertIn(said, done.stdout)


if __name__ == "__main__":
    unittest.main()
