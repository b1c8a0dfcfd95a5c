"""Spoiled files by every reader: none ends the process, takes a second, or memory without a bound.

    make fuzz INPUTS=100000
    make fuzz GUIDED=60

The second lets libFuzzer make the inputs of each seed for so many seconds, of a build of its own.
Seeds are in Tests/Fuzz/Seeds; what readers did not bear once is in Tests/Fuzz/Found, and read as it is.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
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
        accepted = dict(re.findall(r"^.*/([^/]+): .* (\d+) accepted", said, re.M))
        self.assertGreater(len(accepted), 50)
        # Of a reader that refuses the seed itself little is tried. Three ranks are of no known tokenizer.
        refused = {seed for seed, count in accepted.items() if count == "0"} - {"ranks.txt"}
        self.assertEqual(refused, set(), "if they are regressors, Tests/Fuzz/make-regressors writes them anew")
        if os.environ.get("FOUND"):
            print(said)

    def test_what_was_found_before(self):
        said = self.fuzz("Found", 1, 0)
        self.assertGreater(len(said.splitlines()), 4)


@unittest.skipUnless(os.environ.get("GUIDED"), "takes a build of its own; `make fuzz GUIDED=60` runs it")
class GuidedTests(unittest.TestCase):
    def test_what_libfuzzer_makes(self):
        work = pathlib.Path(tempfile.mkdtemp(prefix="mde-guided-", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, work)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            seeds = sorted((PROJECT / "Tests/Fuzz/Seeds").iterdir())
            done = list(pool.map(lambda seed: self.guided(seed, work / seed.name), seeds))
        inputs = sum(number for number, _ in done)
        print(f"{inputs} inputs of {len(seeds)} seeds")
        self.assertGreater(inputs, len(seeds))
        self.assertEqual([found for _, found in done if found], [])

    def guided(self, seed: pathlib.Path, folder: pathlib.Path) -> tuple[int, str]:
        """Lets libFuzzer go on from that seed: the number of inputs, and what was found."""
        (folder / "contents").mkdir(parents=True)
        options = [f"-max_total_time={os.environ['GUIDED']}", "-timeout=600", "-rss_limit_mb=1500", "-len_control=0",
                   "-print_final_stats=1", f"-artifact_prefix={folder}/"]
        environment = {**os.environ, "FUZZ_SEED": str(seed), "FUZZ_FOLDER": str(folder), "SWIFT_BACKTRACE": "enable=no"}
        done = subprocess.run([BIN / "fuzz-readers", folder / "contents", *options], env=environment,
                              text=True, capture_output=True, errors="replace")
        said = done.stdout + done.stderr
        number = int((re.findall(r"^#(\d+)", said, re.M) or [0])[-1])
        reached = re.findall(r"cov: (\d+)", said) or ["0"]
        print(f"{seed.name}: {number} inputs, reached {reached[0]} and then {reached[-1]} places", flush=True)
        if done.returncode == 0:
            return number, ""
        kept = pathlib.Path(os.environ["FOUND"]) / f"guided-{seed.name}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / seed.name, kept)
        reason = re.search(r"refused as: .*|ERROR: libFuzzer: .*|Fatal error: .*", said)
        return number, f"{kept}: {reason[0] if reason else said[-300:]}"


if __name__ == "__main__":
    unittest.main()
