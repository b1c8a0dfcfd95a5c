"""Two trainings in one folder, by either engine, and what a killed one leaves."""
import os
import signal
import subprocess
import sys
import time
import unittest

from cases import MadeRunCase
from pipeline import BIN, PROJECT

SHAPE = ["--layers", 1, "--hidden-size", 16, "--heads", 2, "--context", 32, "--batch-size", 2]
# The PyTorch engine's half, which needs no PyTorch: it says that it has the folder, and keeps it.
KEEP = "from folder_lock import held\nwith held('m'):\n print('held', flush=True)\n input()"
TRY = """from failures import Failure
from folder_lock import held
try:
    with held('m'): print('free')
except Failure as failure:
    print(failure.code, failure.message)"""


class LockTests(MadeRunCase):
    def command(self, steps: int) -> list[str]:
        return list(map(str, [PROJECT / BIN / "train-expert", "-q", "-j", 1, *SHAPE, "--steps", steps, "--expert", "Code",
                              self.made / "1-tokens/Code", "-o", "m"]))

    def train(self, steps: int = 20) -> tuple[int, str]:
        done = subprocess.run(self.command(steps), cwd=self.folder, text=True, capture_output=True, timeout=120)
        return done.returncode, done.stderr

    def engine(self, program: str) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", program], cwd=self.folder, text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": PROJECT / "Sources/TorchEngine"})

    def start_long(self) -> subprocess.Popen:
        # Under nohup, which tools respect, SIGHUP would do nothing.
        process = subprocess.Popen(self.command(10**6), cwd=self.folder,
                                   preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        self.addCleanup(lambda: process.poll() is None and (process.kill(), process.wait()))
        lock = self.folder / "m/.lock"
        while not lock.exists() or not lock.read_text():
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        return process

    def model(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "m").iterdir()}

    def test_the_second_ends_and_leaves_the_first_alone(self):
        first = self.start_long()
        said = f"m: is worked on by process {first.pid} on "
        code, error = self.train()
        self.assertEqual((code, error.startswith(f"train-expert: {said}"), len(error.splitlines())), (74, True, 1), error)
        other = self.engine(TRY)
        self.assertTrue(other.communicate()[0].startswith(f"74 {said}"))
        self.assertEqual(sorted(self.model()), [".lock"])
        first.send_signal(signal.SIGTERM)
        self.assertEqual(first.wait(timeout=60), 75)
        self.assertEqual(sorted(self.model()), ["resume.zst"])

    def test_what_a_killed_one_leaves_keeps_nobody(self):
        self.assertEqual(self.train(), (0, ""))
        expected = self.model()
        for number in (signal.SIGKILL, signal.SIGHUP):
            (self.folder / "m").rename(self.folder / f"m-{number}")
            first = self.start_long()
            first.send_signal(number)
            self.assertEqual(first.wait(timeout=60), -number)
            self.assertEqual((self.folder / "m/.lock").exists(), number == signal.SIGKILL)
            self.assertEqual(self.train(), (0, ""))
            self.assertEqual(self.model(), expected)

    def test_the_other_engine_is_kept_out_and_keeps_out(self):
        keeper = self.engine(KEEP)
        self.assertEqual(keeper.stdout.readline(), "held\n")
        code, error = self.train()
        self.assertEqual((code, f"m: is worked on by process {keeper.pid} on " in error), (74, True), error)
        keeper.kill()
        keeper.communicate()
        self.assertTrue((self.folder / "m/.lock").exists())
        self.assertEqual(self.engine(TRY).communicate()[0], "free\n")
        self.assertEqual(self.train(), (0, ""))
        self.assertNotIn(".lock", self.model())


if __name__ == "__main__":
    unittest.main()
