"""`make all DOMAINS=auto:2`: domains that are found in the text before anything else is made of it."""
import json
import unittest

import test_experts_first
from test_make import run_make, tools_run

QUICK = ("OBSERVED=0", "MINIMIZE=mde", "FINALS=mde-optimum natural")


class DiscoverTests(unittest.TestCase):
    command = test_experts_first.ExpertsFirstTests.command
    make = test_experts_first.ExpertsFirstTests.make

    def setUp(self):
        test_experts_first.ExpertsFirstTests.setUp(self)

    def found(self, *arguments: str) -> list[str]:
        """The arguments of `make`, with domains that are found in place of those that are given."""
        replaced = [word for word in self.command(*arguments)
                    if not word.startswith(("DOMAINS=", "BASELINES="))]
        return [*replaced, "DOMAINS=auto:2", *QUICK]

    def run_found(self, *arguments: str) -> str:
        done = run_make(self.found(*arguments))
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def table(self) -> list[list[str]]:
        text = (self.root / "out/0-domains/domains.tsv").read_text()
        return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]

    def test_what_tells_makes_nothing(self):
        for goal in (["help"], ["status"], ["-n", "all"]):
            said = self.run_found(*goal)
            self.assertFalse((self.root / "out").exists(), goal)
        self.assertIn("discover-domains", said)
        self.assertIn("expert-domain-2", said)

    def test_domains_are_found_first_and_once(self):
        said = self.run_found("all")
        self.assertLess(said.index("discover-domains"), said.index("tokenize-shards"))
        names = [row[0] for row in self.table()]
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertTrue((self.root / f"out/3-models/expert-{name}/model.safetensors").exists())
        shares = [json.loads(line) for line in (self.root / "out/2-mixtures/rules.jsonl").read_text().splitlines()]
        self.assertEqual([line["id"] for line in shares], ["natural", "uniform"])
        self.assertEqual(set(shares[0]["weights"]), set(names))
        page = (self.root / "out/8-report/index.html").read_text()
        self.assertIn("Domains found in the text", page)
        self.assertEqual(tools_run(self.run_found("all")), set())
        self.assertRegex(self.run_found("status"), "(?m)^corpus +1 of 1")
        # The table and the model serve like any others.
        other = [word for word in self.command("tokens") if not word.startswith(("DOMAINS=", "OUT="))]
        done = run_make([*other, f"OUT={self.root}/other", f"DOMAINS={self.root}/out/0-domains/domains.tsv",
                         f"CLUSTERS={self.root}/out/0-domains/clusters.zst"])
        self.assertEqual(done.returncode, 0, done.stdout)
        for name in names:
            shards = [(self.root / f"{run}/1-tokens/{name}/manifest.json").read_text() for run in ("out", "other")]
            self.assertEqual(*[json.loads(text)["splits"] for text in shards])

    def test_text_that_changes_is_looked_at_again(self):
        self.run_found("domains")
        path = next((self.root / "corpus").glob("*.jsonl"))
        path.write_text(path.read_text() * 2)
        self.assertIn("discover-domains", tools_run(self.run_found("domains")))

    def test_tokens_have_no_text(self):
        done = run_make([*self.found("all"), "TOKENS=x"])
        self.assertEqual(done.returncode, 2)
        self.assertIn("domains are found in text", done.stdout)
