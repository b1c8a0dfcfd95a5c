"""What tests of faults begin with: a folder of their own, and a run that is made."""
import pathlib
import shutil
import tempfile
import unittest

from pipeline import Run


class FolderCase(unittest.TestCase):
    """Every test has `folder`, which goes with it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"mde-{type(self).__name__}-"))
        self.addCleanup(shutil.rmtree, self.folder)


class MadeRunCase(FolderCase):
    """`made` is the folder of the undisturbed run, which tests leave as it is."""

    documents = 120  # of each domain

    @classmethod
    def setUpClass(cls):
        Run.prepare(cls.documents)
        cls.made = Run.inputs / "out"
