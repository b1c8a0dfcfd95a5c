"""REUSE: what is trained when domains are added, renamed, split, merged or removed, and what is told before."""
import json
import pathlib
import re
import shutil
import tempfile
import unittest

import test_make
from test_make import WORDS, tools_run, write_corpus, write_inputs

NATURAL = {"Prose": 0.5, "Code": 0.3, "Maths": 0.2}


class ReuseTests(unittest.TestCase):
    """One run of three domains, made once; every test makes another that reuses it."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-reuse-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        write_inputs(cls.root, NATURAL)
        cls.old = cls.root / "out"
        test_make.MakeTests.make(cls.root, "FINALS=natural")

    def setUp(self):
        self.copy = pathlib.Path(tempfile.mkdtemp(prefix="mde-reuse-"))
        self.addCleanup(shutil.rmtree, self.copy)
        for name in ("corpus", "domains.tsv", "baselines.jsonl"):
            source = self.root / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, self.copy / name)

    def make(self, *arguments: str, goal: str = "all") -> str:
        before = {path: path.read_bytes() for path in self.old.glob("3-models/*/*")}
        said = test_make.MakeTests.make(self.copy, f"REUSE={self.old}", "OBSERVED=2", "FINALS=natural", *arguments, goal=goal)
        self.assertEqual(before, {path: path.read_bytes() for path in self.old.glob("3-models/*/*")})
        return said

    def table(self, rows: list[tuple[str, str]]) -> None:
        """The domains, each with the value of its field."""
        (self.copy / "domains.tsv").write_text(
            "".join(f"{name}\tmeta.redpajama_set_name={value}\t-\t4\n" for name, value in rows))
        weights = {name: 1 / len(rows) for name, _ in rows}
        (self.copy / "baselines.jsonl").write_text("".join(
            json.dumps({"id": name, "weights": weights}) + "\n" for name in ("natural", "uniform")))

    def relabel(self, domain: str, value) -> None:
        """Gives the documents of a domain another field, by their number."""
        path = self.copy / f"corpus/{domain}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        for number, line in enumerate(lines):
            line["meta"]["redpajama_set_name"] = value(number)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    def trained(self, said: str) -> set[str]:
        """The models that train-expert was started for."""
        return {pathlib.Path(name).name for name in re.findall(r"-o (\S+/3-models/\S+)", said)}

    def weights(self, name: str) -> dict[str, float]:
        return json.loads((self.copy / f"out/3-models/{name}/run.json").read_text())["weights"]

    def same_model(self, new: str, old: str) -> None:
        self.assertEqual((self.copy / f"out/3-models/{new}/model.safetensors").read_bytes(),
                         (self.old / f"3-models/{old}/model.safetensors").read_bytes())

    def test_an_added_domain_trains_its_expert_and_few_runs(self):
        WORDS["Verse"] = "rose moon sings sweet night love a thee thou ever dies".split()
        self.addCleanup(WORDS.pop, "Verse")
        write_corpus(self.copy / "corpus", "Verse")
        self.table([(name, name) for name in [*NATURAL, "Verse"]])
        told = self.make(goal="reuse")
        line = "reuse: 1 expert (Verse) and 2 runs to train; 3 experts and 5 runs reused; 8 models score 1 set (Verse)"
        self.assertIn(line, told)
        self.assertIn("reuse: Verse is new", told)
        self.assertEqual(self.trained(told), set())
        self.assertEqual(told.count(line), 1)
        said = self.make()
        self.assertEqual(self.trained(said), {"expert-Verse", "mixture-001", "mixture-002", "natural"})
        for domain in NATURAL:
            self.same_model(f"expert-{domain}", f"expert-{domain}")
        self.same_model("reused-001", "mixture-001")
        self.assertEqual(self.weights("reused-001")["Verse"], 0)
        runs = json.loads((self.copy / "out/6-regressors/regressor.json").read_text())["runs"]
        self.assertEqual(sorted(run["id"] for run in runs),
                         ["mixture-001", "mixture-002", *(f"reused-00{i}" for i in range(1, 6))])
        # The folder remembers what it reuses, and nothing is made again.
        again = test_make.MakeTests.make(self.copy, "OBSERVED=2", "FINALS=natural")
        self.assertEqual(tools_run(again), set())
        self.assertIn(line, test_make.MakeTests.make(self.copy, "OBSERVED=2", "FINALS=natural", goal="status"))

    def test_what_a_campaign_takes_over_is_not_of_its_budget(self):
        WORDS["Verse"] = "rose moon sings sweet night love a thee thou ever dies".split()
        self.addCleanup(WORDS.pop, "Verse")
        write_corpus(self.copy / "corpus", "Verse")
        self.table([(name, name) for name in [*NATURAL, "Verse"]])
        # An expert, four models that tell what the experts are worth, two of a batch; one is left for the proposal,
        # which is no final model here.
        said = self.make("BUDGET=8", "NEXT=2", "LEAST_GAIN=0", goal="campaign")
        self.assertEqual(self.trained(said), {"expert-Verse", "mde-optimum", "natural", "uniform", "mde-optimum-seed2",
                                              "next-001", "next-002"})

    def test_scores_on_sets_that_are_the_same_are_taken_over(self):
        WORDS["Verse"] = "rose moon sings sweet night love a thee thou ever dies".split()
        self.addCleanup(WORDS.pop, "Verse")
        write_corpus(self.copy / "corpus", "Verse")
        self.table([(name, name) for name in [*NATURAL, "Verse"]])
        said = self.make(goal="runs")
        old = [json.loads(line) for line in (self.old / "5-runs/fitted.jsonl").read_text().splitlines()]
        new = [json.loads(line) for line in (self.copy / "out/5-runs/fitted.jsonl").read_text().splitlines()]
        losses = {run["model"]: run["losses"] for run in new[1:]}
        for run in old[1:]:
            kept = losses[run["model"]]
            self.assertEqual(run["losses"], {set_: loss for set_, loss in kept.items() if set_ != "Verse"})
            self.assertIn("Verse", kept)
        for name in NATURAL:
            self.assertEqual(old[0]["sets"][name], new[0]["sets"][name])

    def test_a_renamed_domain_trains_nothing(self):
        self.table([("Prose", "Prose"), ("Programs", "Code"), ("Maths", "Maths")])
        said = self.make("FINALS=proposal")
        self.assertIn("reuse: 0 experts and 0 runs to train; 3 experts and 5 runs reused; nothing to score again", said)
        self.assertIn("reuse: Programs was Code", said)
        self.assertEqual(self.trained(said), {"proposal"})
        self.same_model("expert-Programs", "expert-Code")
        before = json.loads((self.old / "3-models/mixture-001/run.json").read_text())["weights"]
        self.assertEqual(self.weights("reused-001"),
                         {"Prose": before["Prose"], "Programs": before["Code"], "Maths": before["Maths"]})

    def test_a_split_domain_trains_an_expert_for_each_part(self):
        self.relabel("Code", lambda number: "CodeA" if number % 3 == 0 else "CodeB")
        self.table([(name, name) for name in ("Prose", "CodeA", "CodeB", "Maths")])
        said = self.make()
        self.assertIn("reuse: 2 experts (CodeA, CodeB) and 2 runs to train; 2 experts and 5 runs reused; "
                      "7 models score 2 sets (CodeA, CodeB)", said)
        self.assertRegex(said, r"reuse: CodeA is 3\d % of Code\n")
        self.assertEqual(self.trained(said), {"expert-CodeA", "expert-CodeB", "mixture-001", "mixture-002", "natural"})
        before = json.loads((self.old / "3-models/mixture-001/run.json").read_text())["weights"]
        now = self.weights("reused-001")
        self.assertAlmostEqual(now["CodeA"] + now["CodeB"], before["Code"], places=6)
        self.assertAlmostEqual(now["CodeA"], before["Code"] / 3, delta=0.03)

    def test_old_runs_have_no_loss_on_held_out_text_that_they_learned(self):
        flags = "tokenize-shards.flags=--validation-tokens 900 --test-tokens 900"
        test_make.MakeTests.make(self.copy, f"OUT={self.copy}/first", flags, "FINALS=natural")
        self.relabel("Code", lambda number: "CodeA" if number % 2 else "CodeB")
        self.table([(name, name) for name in ("Prose", "CodeA", "CodeB", "Maths")])
        said = test_make.MakeTests.make(
            self.copy, f"REUSE={self.copy}/first", flags, "OBSERVED=3", "FINALS=natural")
        self.assertRegex(said, r"reuse: \d\d % of the validation set of CodeA stands in text that the old models learned")
        learned = (self.copy / "out/.reused/reuse.mk").read_text().splitlines()[-1].split(":=")[1].split()
        self.assertIn("CodeA", learned)
        lines = [json.loads(line) for line in (self.copy / "out/5-runs/fitted.jsonl").read_text().splitlines()]
        for run in lines[1:]:
            for name in ("Prose", "CodeA", "CodeB", "Maths"):
                self.assertEqual(name in run["losses"], run["id"].startswith("mixture") or name not in learned)

    def test_a_merged_domain_keeps_the_runs_that_had_it_in_its_own_ratio(self):
        self.relabel("Code", lambda _: "Exact")
        self.relabel("Maths", lambda _: "Exact")
        self.table([("Prose", "Prose"), ("Exact", "Exact")])
        said = self.make("reuse-runs.flags=--within 0.12")
        self.assertRegex(said, r"reuse: 1 expert \(Exact\) and 0 runs to train; 1 expert and \d runs? reused")
        self.assertRegex(said, r"reuse: Exact is \d\d % Code, \d\d % Maths\n")
        self.assertIn("set aside, as too many of their tokens would be others: ", said)
        self.assertEqual(self.trained(said), {"expert-Exact", "natural"})
        records = {path.parent.name: json.loads(path.read_text())["weights"]
                   for path in (self.old / "3-models").glob("*/run.json") if "expert" not in path.parent.name}
        rows = [line.split("\t") for line in (self.copy / "out/.reused/lineage.tsv").read_text().splitlines()]
        share = {row[0]: float(row[3]) for row in rows if row[1] == "Exact"}
        near = {name: w for name, w in records.items()
                if abs(w["Code"] - (w["Code"] + w["Maths"]) * share["Code"]) <= 0.12}
        self.assertTrue(0 < len(near) < len(records))
        reused = [json.loads(line) for line in (self.copy / "out/.reused/mixtures.jsonl").read_text().splitlines()]
        self.assertEqual([run["source"] for run in reused], sorted(near))

    def test_a_removed_domain_sets_runs_aside(self):
        (self.copy / "corpus/Maths.jsonl").unlink()
        self.table([("Prose", "Prose"), ("Code", "Code")])
        said = self.make("reuse-runs.flags=--within 0.3", goal="reuse")
        self.assertIn("reuse: Maths is gone", said)
        self.assertRegex(said, r"reuse: 0 experts and 0 runs to train; 2 experts and [1-4] runs reused")

    def test_a_stated_lineage_is_compared_with_the_texts(self):
        self.table([("Prose", "Prose"), ("Programs", "Code"), ("Maths", "Maths")])
        lineage = self.copy / "lineage.tsv"
        lineage.write_text("Code\tPrograms\n")
        self.assertIn("reuse: Programs was Code", self.make(f"LINEAGE={lineage}", goal="reuse"))
        lineage.write_text("Code\tMaths\t1\t0.5\nMaths\tMaths\t1\t0.5\n")
        said = test_make.MakeTests.refusal(self.copy, f"REUSE={self.old}", f"LINEAGE={lineage}", goal="reuse")
        self.assertIn("lineage.tsv: says that 100 % of the text of Code is in Maths, where 0 % is", said)

    def test_what_cannot_be_reused_is_refused_by_name(self):
        said = test_make.MakeTests.refusal(self.copy, f"REUSE={self.copy}")
        self.assertIn(f"REUSE={self.copy}: is no folder of a run with models in 3-models", said)
        said = test_make.MakeTests.refusal(self.copy, f"REUSE={self.old}", f"MODELS_FROM={self.old}/3-models")
        self.assertIn("MODELS_FROM and REUSE both say where models come from", said)
        said = test_make.MakeTests.refusal(self.copy, f"REUSE={self.old}", "train-expert.flags=--steps 3")
        self.assertIn(f"REUSE={self.old}: its models were trained with --layers 1", said)
        said = test_make.MakeTests.refusal(self.copy, goal="reuse")
        self.assertIn("make reuse: give REUSE=FOLDER of a run", said)


if __name__ == "__main__":
    unittest.main()
