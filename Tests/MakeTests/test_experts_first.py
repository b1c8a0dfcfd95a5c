"""`make quick` and `make campaign` on a small corpus: what is trained, what is refused, and after a kill."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from test_make import PROJECT, run_make, tools_run, write_inputs

FLAGS = [
    "train-tokenizer.flags=--vocab-size 300",
    "tokenize-shards.flags=--validation-fraction 0.1 --test-fraction 0.1",
    "train-expert.flags=--layers 1 --hidden-size 16 --heads 2 --context 32 --batch-size 2 --steps 20",
    "search-mixture.flags=--draws 100", "VOCABULARY=300", "NEXT=2", "OBSERVED=4",
]


class ExpertsFirstTests(unittest.TestCase):
    """A corpus of three domains; every test has its own run."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-first-"))
        self.addCleanup(shutil.rmtree, self.root)
        write_inputs(self.root, {"Prose": 0.7, "Code": 0.2, "Maths": 0.1})

    def command(self, goal: str, *arguments: str, out: str = "out") -> list[str]:
        return ["make", goal, f"OUT={self.root}/{out}", f"CORPUS={self.root}/corpus",
                f"DOMAINS={self.root}/domains.tsv", f"BASELINES={self.root}/baselines.jsonl",
                *FLAGS, *arguments]

    def make(self, goal: str, *arguments: str, out: str = "out") -> str:
        done = run_make(self.command(goal, *arguments, out=out))
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def refusal(self, *arguments: str) -> str:
        done = run_make(self.command("campaign", *arguments))
        self.assertEqual(done.returncode, 2, done.stdout)
        return done.stdout

    def models(self, out: str = "out") -> set[str]:
        return {p.parent.name for p in (self.root / out).glob("3-models/*/model.safetensors")}

    def proposal(self, out: str = "out") -> dict:
        return json.loads((self.root / out / "7-proposal/proposal.json").read_text())

    def test_quick_answers_from_the_experts_and_all_starts_from_them(self):
        said = self.make("quick")
        first = said.index("The experts alone: mixtures in the order of their MDE loss")
        for model in ("mde-optimum", "natural", "uniform"):
            self.assertLess(first, said.index(f"-o {self.root}/out/3-models/{model}\n"))
        experts = {"expert-Prose", "expert-Code", "expert-Maths"}
        self.assertEqual(self.models(), experts | {"mde-optimum", "natural", "uniform"})
        proposal = self.proposal()
        self.assertEqual(proposal["id"], "mde-optimum")
        self.assertEqual(len(proposal["candidates"][0]["interval"]), 2)
        self.assertEqual(proposal["cost"]["observed"]["models"], 2)
        # The best run is a baseline here, and stands once.
        names = [candidate["id"] for candidate in proposal["candidates"]]
        self.assertEqual(sorted(names), ["mde-optimum", "natural", "uniform"])
        self.assertEqual(tools_run(self.make("quick")), set())

        trained = {p: p.stat().st_mtime_ns for p in (self.root / "out/3-models").glob("*/model.safetensors")}
        self.make("all")
        self.assertEqual(trained, {p: p.stat().st_mtime_ns for p in trained})
        self.assertEqual(self.models() - {p.parent.name for p in trained},
                         {"proposal", *(f"mixture-00{n}" for n in range(1, 5))})
        self.assertEqual(self.proposal()["minimized"], "predicted")
        # Back again, with what the other way has left in the folder.
        self.make("quick")
        self.assertEqual(self.proposal()["cost"]["observed"]["models"], 2)
        self.make("all")
        self.assertEqual(self.proposal()["cost"]["observed"]["models"], 4)

    def test_all_prints_the_first_answer_before_it_trains_a_mixture(self):
        said = self.make("all", "JOBS=1")
        first = said.index("The experts alone: mixtures in the order of their MDE loss")
        self.assertLess(said.index("--expert Maths"), first)
        for model in ("mixture-001", "mde-optimum", "natural", "uniform"):
            self.assertLess(first, said.index(f"-o {self.root}/out/3-models/{model}\n"))

    def test_two_jobs_wait_for_the_first_answer(self):
        said = self.make("all", "JOBS=2")
        first = said.index("The experts alone: mixtures in the order of their MDE loss")
        for number in range(1, 5):
            self.assertLess(first, said.index(f"--mixture {self.root}/out/2-mixtures/mixture-00{number}.json"))

    def test_without_calibration_no_level_is_told(self):
        said = self.make("quick", "CALIBRATE=0")
        self.assertIn("They tell neither the loss that a model reaches nor an error of it", said)
        self.assertNotIn("objective", self.proposal()["candidates"][0])
        self.assertFalse((self.root / "out/6-regressors/regressor.json").exists())
        self.assertIn("Measured test losses", said)

    def test_a_campaign_keeps_its_budget_and_goes_on_after_a_kill_to_the_same_bytes(self):
        said = self.make("campaign", "BUDGET=10", "LEAST_GAIN=0")
        whole = self.files("out")
        self.assertIn("The campaign, batch by batch", said)
        self.assertEqual(self.proposal()["cost"]["next"]["stop"], "budget")
        self.assertEqual(len(self.models()), 10)
        for seconds in (0.5, 1.5, 3):
            process = subprocess.Popen(
                self.command("campaign", "BUDGET=10", "LEAST_GAIN=0", out="again"), cwd=PROJECT,
                start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))})
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.make("campaign", "BUDGET=10", "LEAST_GAIN=0", out="again")
        self.assertEqual(whole, self.files("again"))
        # Where a batch has to bring more than noise, it ends earlier and says so.
        self.assertIn("less than the", self.make("campaign", "BUDGET=14"))
        self.assertEqual(self.proposal()["cost"]["next"]["stop"], "noise")
        self.make("verify")
        # More money for the same campaign; another one has to say so.
        self.make("campaign", "BUDGET=11", "LEAST_GAIN=0")
        self.assertEqual(len(self.models()), 11)
        self.assertIn("out was begun with OBJECTIVE=avg-sp SEED=1", self.refusal("BUDGET=11", "LEAST_GAIN=0", "SEED=2"))

    def files(self, out: str) -> dict[str, bytes]:
        folder = self.root / out
        return {str(p.relative_to(folder)): p.read_bytes()
                for kind in ("3-models/*/model.safetensors", "5-runs/*.jsonl", "2-mixtures/*.json", "7-proposal/*.json*")
                for p in sorted(folder.glob(kind)) if ".partial-" not in p.name}

    def test_budgets_that_buy_no_answer_are_refused(self):
        for budget, problem in (("3", "pays for 3 models; 3 experts, the 4 models that tell what they are worth"),
                                ("1flop", "pays for 0 models"), ("soon", "is no budget; give models such as 20"),
                                ("0.0000001h", "pays for 0 models"), ("", "is no budget")):
            with self.subTest(budget=budget):
                self.assertIn(problem, self.refusal(f"BUDGET={budget}"))
                self.assertFalse((self.root / "out/3-models").exists())


if __name__ == "__main__":
    unittest.main()
