"""Disks that fill and fail: a tool ends with one line and leaves nothing half written, and the same command goes on.

A disk that is full is a small tmpfs, for which root is needed; what fails calls is faults.c.
"""
import os
import pathlib
import shutil
import subprocess
import unittest

from cases import FolderCase
from pipeline import BIN, PROJECT, Run, differences

HERE = pathlib.Path(__file__).parent


@unittest.skipUnless(os.environ.get("ALL_FAULTS"), "takes minutes; `make fault` runs it")
class DiskTests(FolderCase):
    @classmethod
    def setUpClass(cls):
        Run.prepare()

    def setUp(self):
        super().setUp()
        self.run_ = Run(self.folder / "disk/out")
        self.run_.out.parent.mkdir()

    def fail_until_done(self, reason: str, after_each, **environment: str) -> int:
        """Makes the run again and again, until nothing fails; how often it failed, each time for that reason."""
        failures = 0
        for _ in range(1000):
            code, said = self.run_.make(**environment)
            if code == 0:
                return failures
            self.assertEqual(code, 2, said)
            self.assertIn(reason, said)
            self.assertNotIn("Fatal error", said)
            self.assertEqual(self.run_.halves(), [], said[-2000:])
            failures += 1
            after_each()
        self.fail("never done")

    @unittest.skipIf(os.geteuid(), "only root can mount a small disk")
    def test_a_disk_that_fills(self):
        disk = self.run_.out.parent
        size = 40
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", disk]).returncode:
            self.skipTest("no tmpfs can be mounted here")
        # The lock of the last make may be let go a tenth of a second after it.
        self.addCleanup(subprocess.run, f"sleep 1; umount '{disk}'", shell=True, check=True)

        def grow():
            nonlocal size
            size = size * 5 // 4
            subprocess.run(["mount", "-o", f"remount,size={size}k", disk], check=True)

        failures = self.fail_until_done("No space left on device", grow)
        self.assertGreater(failures, 4)
        self.assertEqual(differences(self.run_.contents(), Run.expected), [])

    def shim(self) -> dict[str, str]:
        library = self.folder / "faults.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, HERE / "faults.c", "-ldl"], check=True)
        bin_ = os.path.realpath(PROJECT / BIN)
        return {"LD_PRELOAD": str(library), "FAULT_BIN": bin_, "FAULT_BELOW": str(self.run_.out)}

    def test_reads_and_writes_that_take_a_part_or_are_interrupted(self):
        code, said = self.run_.make(FAULT="short", **self.shim())
        self.assertEqual(code, 0, said[-2000:])
        self.assertEqual(differences(self.run_.contents(), Run.expected), [])

    def test_calls_that_fail(self):
        for fault, one_in, reason in [("eio", "60", "Input/output error"), ("full", "15", "No space left on device")]:
            with self.subTest(fault):
                failures = self.fail_until_done(reason, lambda: None, FAULT=fault, FAULT_ONE_IN=one_in, **self.shim())
                self.assertGreater(failures, 1)
                self.assertEqual(differences(self.run_.contents(), Run.expected), [])
                shutil.rmtree(self.run_.out)


if __name__ == "__main__":
    unittest.main()
