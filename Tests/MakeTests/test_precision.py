"""The precision of a run is that of its first model, on whatever machine the others are trained.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/MakeTests
"""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from test_make import FLAGS, PROJECT, run_make, write_inputs

NAMES = {"float32": "f32", "bfloat16": "bf16"}
FEW = ["OBSERVED=1", "FINALS=uniform"]


class PrecisionTests(unittest.TestCase):
    """The models of a small run, trained once; every test copies them."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-precision-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        write_inputs(cls.root, {"Prose": 0.8, "Code": 0.2})
        cls.models(cls.root)

    @classmethod
    def models(cls, root: pathlib.Path, *arguments: str) -> str:
        done = run_make(["make", "models", f"OUT={root}/out", f"CORPUS={root}/corpus",
                         f"DOMAINS={root}/domains.tsv", f"BASELINES={root}/baselines.jsonl",
                         *FLAGS, *FEW, *arguments])
        assert done.returncode == 0, done.stdout
        return done.stdout

    def setUp(self):
        self.copy = pathlib.Path(tempfile.mkdtemp(prefix="mde-precision-"))
        self.addCleanup(shutil.rmtree, self.copy)
        shutil.copytree(self.root, self.copy, dirs_exist_ok=True)
        self.record = self.copy / "out/.flags/precision"

    def trained_in(self, model: str = "*") -> set[str]:
        """The precisions of the models, as flags name them."""
        runs = [json.loads(path.read_text()) for path in self.copy.glob(f"out/3-models/{model}/run.json")]
        return {NAMES[run["provenance"]["flags"]["precision"]] for run in runs}

    def times(self) -> dict[str, int]:
        return {path.parent.name: path.stat().st_mtime_ns
                for path in self.copy.glob("out/3-models/*/model.safetensors")}

    def test_it_is_the_fastest_where_the_first_model_was_trained(self):
        shown = subprocess.run([".build/release/train-expert", "--show-precision"], cwd=PROJECT,
                               text=True, capture_output=True, check=True).stdout
        self.assertEqual(self.record.read_text(), shown)
        self.assertEqual(self.trained_in(), {shown.strip()})

    def test_a_later_model_has_that_of_the_run(self):
        self.record.write_text("f32\n")
        shutil.rmtree(self.copy / "out/3-models/uniform")
        before = self.times()
        self.models(self.copy)
        self.assertEqual(self.trained_in("uniform"), {"f32"})
        self.assertEqual({name: self.times()[name] for name in before}, before)

    def test_models_that_were_there_tell(self):
        self.record.unlink()
        for path in self.copy.glob("out/3-models/*/run.json"):
            path.write_text(path.read_text().replace('"bfloat16"', '"float32"'))
        before = self.times()
        self.models(self.copy)
        self.assertEqual(self.record.read_text(), "f32\n")
        self.assertEqual(self.times(), before)

    def test_a_flag_that_names_one_stands(self):
        self.record.write_text("bf16\n")
        flags = next(flag for flag in FLAGS if flag.startswith("train-expert.flags="))
        self.models(self.copy, f"{flags} --precision f32")
        self.assertEqual(self.trained_in(), {"f32"})
        self.assertEqual(self.record.read_text(), "bf16\n")
