"""TARGET_TOKENS: models that repeat domains as often as a larger run will."""
import json
import pathlib
import shutil
import tempfile
import unittest

import test_make


class RepetitionTests(unittest.TestCase):
    """Two experts, a mixture and a final model that stand for a run of five times their 1280 tokens."""

    SETTINGS = ["TARGET_TOKENS=64e2", "OBSERVED=1", "FINALS=natural", "CALIBRATIONS=natural"]

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-repetition-"))
        self.addCleanup(shutil.rmtree, self.root)
        test_make.write_inputs(self.root, {"Prose": 0.8, "Code": 0.2})
        self.table("-", "2000")

    def table(self, *available: str) -> None:
        (self.root / "domains.tsv").write_text("".join(
            f"{name}\tmeta.redpajama_set_name={name}\t{tokens}\t-\n"
            for name, tokens in zip(("Prose", "Code"), available)))

    def pools(self) -> dict[str, dict[str, int]]:
        return {path.parent.name: json.loads(path.read_text())["pool"]
                for path in sorted(self.root.glob("out/3-models/*/run.json"))}

    def test_pools_are_those_of_the_target_and_change_with_its_inventory(self):
        test_make.MakeTests.make(self.root, *self.SETTINGS, goal="models")
        pools = self.pools()
        self.assertEqual(set(pools), {"expert-Code", "expert-Prose", "mixture-001", "natural"})
        manifest = json.loads((self.root / "out/1-tokens/Prose/manifest.json").read_text())
        amount = manifest["splits"]["train"]["amount"]
        self.assertAlmostEqual(pools["expert-Prose"]["Prose"], (amount["tokens"] + amount["documents"]) / 5, delta=200)
        self.assertAlmostEqual(pools["expert-Code"]["Code"], 400, delta=200)
        self.assertEqual(pools["natural"], pools["expert-Prose"] | pools["expert-Code"])
        again = test_make.MakeTests.make(self.root, *self.SETTINGS, goal="models")
        self.assertNotIn("train-expert", again)
        # Another inventory of one domain concerns the models that learn it.
        self.table("-", "4000")
        before = (self.root / "out/3-models/expert-Prose/run.json").stat().st_mtime_ns
        test_make.MakeTests.make(self.root, *self.SETTINGS, goal="models")
        after = self.pools()
        self.assertAlmostEqual(after["expert-Code"]["Code"], 800, delta=200)
        self.assertEqual(after["natural"], after["expert-Prose"] | after["expert-Code"])
        self.assertEqual((self.root / "out/3-models/expert-Prose/run.json").stat().st_mtime_ns, before)

    def test_the_proposal_is_within_the_targets_inventory(self):
        said = test_make.run_make(test_make.MakeTests.command(self.root, "TARGET_TOKENS=100e9", "-n")).stdout
        self.assertIn("--pool-for 100000000000 --domains", said)
        command = ["make", "-n", "all", f"OUT={self.root}/demo"]
        self.assertIn("--train-tokens 100000000000", test_make.run_make([*command, "TARGET_TOKENS=100e9"]).stdout)
        self.assertNotIn("--pool-for", test_make.run_make(command).stdout)
        refused = test_make.run_make([*command, "TARGET_TOKENS=many"]).stdout
        self.assertIn("TARGET_TOKENS: is no number of tokens", refused)
