"""`make all RUN=languages`, on a small corpus: baselines by rules, bits per byte, fertility."""
import json
import pathlib
import shutil
import tempfile
import unittest

from test_make import FLAGS, run_make, tools_run, write_corpus, write_domains


class LanguageTests(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-make-"))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "corpus").mkdir()
        write_corpus(self.root / "corpus", "Prose", 120)
        write_corpus(self.root / "corpus", "Code", 60)
        write_domains(self.root / "domains.tsv", ["Prose", "Code"])

    def command(self, goal: str, *arguments: str) -> list[str]:
        fertility = f"--fertility {self.root}/out/1-tokens/fertility.jsonl"
        return ["make", goal, "RUN=languages", f"OUT={self.root}/out", f"CORPUS={self.root}/corpus",
                f"DOMAINS={self.root}/domains.tsv", "TRAIN_TOKENS=1280", "MAX_TOKENS=",
                "FINALS=proposal temperature-2", *FLAGS,
                f"train-tokenizer.flags=--vocab-size 300 --words marks {fertility}", *arguments]

    def make(self, goal: str, *arguments: str) -> str:
        done = run_make(self.command(goal, *arguments))
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_baselines_are_of_the_tokens_there_are_and_losses_in_bits_per_byte(self):
        said = self.make("all")
        tokens = {p.parent.name: json.loads(p.read_text())["splits"]["train"]["amount"]["tokens"]
                  for p in self.root.glob("out/1-tokens/*/manifest.json")}
        lines = (self.root / "out/2-mixtures/rules.jsonl").read_text().splitlines()
        rules = {r["id"]: r["weights"] for r in map(json.loads, lines)}
        self.assertEqual(list(rules), ["natural", "temperature-2", "temperature-3.3",
                                       "temperature-5", "unimax-1", "uniform"])
        self.assertAlmostEqual(rules["natural"]["Code"], tokens["Code"] / sum(tokens.values()))
        self.assertAlmostEqual(rules["temperature-2"]["Code"] / rules["temperature-2"]["Prose"],
                               (tokens["Code"] / tokens["Prose"]) ** 0.5)
        self.assertIn("bits per byte", said)
        page = (self.root / "out/8-report/index.html").read_text()
        self.assertIn("tokens per character", page)
        proposal = json.loads((self.root / "out/7-proposal/proposal.json").read_text())
        self.assertEqual(proposal["objective"]["name"], "avg-sp/byte")
        self.assertEqual(tools_run(self.make("all")), set())
        # Another rule is no reason to train.
        before = {p: p.stat().st_mtime_ns for p in self.root.glob("out/3-models/*/model.safetensors")}
        self.make("all", "RULES=natural temperature=2 uniform")
        after = {p: p.stat().st_mtime_ns for p in self.root.glob("out/3-models/*/model.safetensors")}
        self.assertEqual(before, after)

    def test_tokens_that_do_not_fill_the_budget_are_told(self):
        done = run_make(self.command("mixtures", "RULES=unimax=1", "TRAIN_TOKENS=1000000"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("fewer than the 1000000 of --train-tokens; allow more epochs", done.stdout)


if __name__ == "__main__":
    unittest.main()
