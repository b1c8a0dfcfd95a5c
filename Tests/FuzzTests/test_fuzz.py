"""Spoiled files by every reader: none ends the process, takes a second, or memory without a bound.

    make fuzz INPUTS=100000

Seeds are in Tests/Fuzz/Seeds; what readers did not bear once is in Tests/Fuzz/Found, and read as it is.
"""
import os
import pathlib
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
BIN = PROJECT / (os.environ.get("BIN") or ".build/release")
# Input 0 of a seed is the seed itself.
INPUTS, SEED = int(os.environ.get("INPUTS") or 400), int(os.environ.get("SEED") or 1)


class FuzzTests(unittest.TestCase):
    def fuzz(self, folder: str, inputs: int, first: int) -> str:
        found = os.environ.get("FOUND") or tempfile.mkdtemp(prefix="mde-fuzz-")
        done = subprocess.run([BIN / "fuzz-readers", PROJECT / "Tests/Fuzz" / folder, str(inputs), str(first), found],
                              text=True, capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_seeds_spoiled(self):
        said = self.fuzz("Seeds", INPUTS, (SEED - 1) * INPUTS)
        self.assertGreater(len(said.splitlines()), 50)
        if os.environ.get("FOUND"):
            print(said)

    def test_what_was_found_before(self):
        said = self.fuzz("Found", 1, 0)
        self.assertGreater(len(said.splitlines()), 4)


if __name__ == "__main__":
    unittest.main()
