"""Kills at random moments: the same command goes on, and ends with the bytes of a run that nothing disturbed.

    make fault KILLS=200
"""
import os
import random
import shutil
import time
import unittest

from cases import FolderCase
from pipeline import Run, SEED, differences, kill

KILLS = int(os.environ.get("KILLS") or 6)


class KillTests(FolderCase):
    @classmethod
    def setUpClass(cls):
        Run.prepare()

    def test_a_run_that_is_killed_goes_on_to_the_same_bytes(self):
        draw, counts, runs = random.Random(SEED), dict.fromkeys(("make", "tool", "all"), 0), 0
        while sum(counts.values()) < KILLS:
            run, log = Run(self.folder / f"{runs}/out"), self.folder / f"log-{runs}"
            runs += 1
            while True:
                process, what = run.start(log), draw.choice(list(counts))
                # Of the time that all of it takes, so that most of a run is killed many times.
                time.sleep(draw.random() * 0.4 * Run.seconds)
                if sum(counts.values()) < KILLS and kill(process, what, draw):
                    counts[what] += 1
                if process.wait(timeout=600) == 0:
                    break
            self.assertEqual(differences(run.contents(), Run.expected), [], log.read_text()[-2000:])
            code, said = run.make()
            self.assertEqual((code, "train-expert" in said), (0, False), "something is made again: " + said)
            shutil.rmtree(run.out)
        print(f"{sum(counts.values())} kills in {runs} runs: " + ", ".join(f"{n} {k}" for k, n in counts.items()))


if __name__ == "__main__":
    unittest.main()
