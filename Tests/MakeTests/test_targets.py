"""`make all TARGETS=…`: text of one's own to be good at, as a folder, as a table, and as it changes."""
import json
import random
import shutil
import unittest

import test_experts_first
from test_make import WORDS, run_make, tools_run


class TargetTests(unittest.TestCase):
    command = test_experts_first.ExpertsFirstTests.command
    make = test_experts_first.ExpertsFirstTests.make
    proposal = test_experts_first.ExpertsFirstTests.proposal

    def setUp(self):
        test_experts_first.ExpertsFirstTests.setUp(self)
        (self.root / "notes").mkdir()
        for number in range(8):
            self.write(f"notes/{number}.txt", number)
        self.targets = f"TARGETS={self.root}/notes"

    def write(self, name: str, seed: int):
        draw = random.Random(seed)
        text = " ".join(draw.choices(WORDS["Maths"], k=150) + draw.choices(WORDS["Prose"], k=50))
        (self.root / name).write_text(text + "\n")

    def test_the_folder_is_all_that_is_given(self):
        said = self.make("all", self.targets, "FINALS=proposal uniform")
        proposal = self.proposal()
        self.assertEqual(proposal["objective"], {"name": "avg-target", "criteria": [{"notes": 1}]})
        self.assertGreater(proposal["weights"]["Maths"], proposal["weights"]["Code"])
        self.assertIn("Predicted avg-target", said)
        self.assertIn("Measured on the same validation sets", said)
        self.assertTrue((self.root / "out/7-proposal/proposal-avg-sp.json").exists())
        self.assertEqual(tools_run(self.make("all", self.targets, "FINALS=proposal uniform")), set())

    def test_a_text_that_changes_scores_that_target_again_and_trains_no_expert(self):
        arguments = (self.targets, "FINALS=uniform", "OBSERVED=2")
        self.make("all", *arguments)
        before = {p.parent.name: p.stat().st_mtime_ns for p in self.root.glob("out/3-models/*/model.safetensors")}
        scores = {p.name: p.stat().st_mtime_ns for p in self.root.glob("out/4-logprobs/expert-Code/validation/*")}
        for number in range(8):
            self.write(f"notes/{number}.txt", 100 + number)
        self.make("all", *arguments)
        after = {p.parent.name: p.stat().st_mtime_ns for p in self.root.glob("out/3-models/*/model.safetensors")}
        self.assertEqual(before, after)
        again = {p.name: p.stat().st_mtime_ns for p in self.root.glob("out/4-logprobs/expert-Code/validation/*")}
        self.assertEqual({name for name in scores if scores[name] != again[name]}, {"notes.lp.zst"})

    def test_a_target_that_is_dropped_counts_no_more_and_comes_back_with_its_scores(self):
        (self.root / "also").mkdir()
        for number in range(8):
            self.write(f"also/{number}.txt", 50 + number)
        (self.root / "both.tsv").write_text(f"notes\t{self.root}/notes\nalso\t{self.root}/also\n")
        (self.root / "one.tsv").write_text(f"notes\t{self.root}/notes\n")
        both, one = (f"TARGETS={self.root}/{name}.tsv" for name in ("both", "one"))
        arguments = ("FINALS=uniform", "OBSERVED=2")
        self.make("all", both, *arguments)
        scores = self.root / "out/4-logprobs/expert-Code/validation/also.lp.zst"
        scored = scores.stat().st_mtime_ns
        # A model of its own, which is not scored on what was dropped.
        said = self.make("all", one, "FINALS=uniform natural", "OBSERVED=2")
        self.assertIn("scores of sets no longer asked for, such as also, are laid aside", said)
        self.assertEqual(self.proposal()["objective"], {"name": "avg-target", "criteria": [{"notes": 1}]})
        for table in self.root.glob("out/5-runs/*.jsonl"):
            self.assertNotIn('"also"', table.read_text())
        self.make("all", both, *arguments)
        self.assertEqual(scores.stat().st_mtime_ns, scored)
        self.assertEqual(len(self.proposal()["objective"]["criteria"][0]), 2)

    def test_entries_of_another_folder_are_targets_each_and_so_are_lines_of_a_table(self):
        (self.root / "several").mkdir()
        shutil.move(self.root / "notes", self.root / "several/notes")
        lines = [json.dumps({"prompt": f"what is {i}", "answer": " ".join(random.Random(i).choices(WORDS["Maths"], k=9))})
                 for i in range(200)]
        (self.root / "several/asked.jsonl").write_text("\n".join(lines))
        self.make("tokens", f"TARGETS={self.root}/several")
        manifests = {p.parent.name: json.loads(p.read_text()) for p in self.root.glob("out/1-tokens/*/manifest.json")}
        self.assertEqual({name for name, m in manifests.items() if m.get("kind") == "target"}, {"asked", "notes"})
        (self.root / "t.tsv").write_text(f"# mine\nalso\t{self.root}/several/notes\n")
        self.make("tokens", f"TARGETS={self.root}/t.tsv")
        self.assertTrue((self.root / "out/1-tokens/also/manifest.json").exists())

    def test_names_that_do_not_go_are_told_before_anything_runs(self):
        (self.root / "Prose").mkdir()
        for folder, said in (("Prose", "Prose is a domain or a task as well; rename the target"),
                             ("none such", "none?such is no name of a target")):
            (self.root / folder).mkdir(exist_ok=True)
            done = run_make(self.command("all", f"TARGETS={self.root}/{folder}"))
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stdout)
            self.assertFalse((self.root / "out").exists())
