"""One command of each tool, on small inputs, for what watches them run."""
import json
from typing import Callable

from cases import MadeRunCase
from pipeline import TOOLS, Run

HELD_OUT = ("--validation-fraction", .1, "--test-fraction", .1)


class EveryToolCase(MadeRunCase):
    times = 1  # as much text and work as is the least
    model = ("--layers", 1, "--hidden-size", 16, "--heads", 2, "--context", 32, "--batch-size", 2, "--steps", 3)

    def run_every_tool(self, found_in: Callable[..., tuple[int, str]]) -> None:
        """Fails where `found_in`, of a tool and its arguments, tells of another exit code than 0, or says anything."""
        commands = self.commands()
        self.assertEqual({command[0] for command in commands}, TOOLS)
        for tool, *arguments in commands:
            if tool == "correlate-scores":
                self.write_scores_of_runs()
            if tool == "fit-regressor":
                self.write_losses_of_mixtures()
            with self.subTest(tool):
                self.assertEqual(found_in(tool, *arguments), (0, ""))

    def commands(self) -> list[list]:
        """One of each tool; those behind may read what those before wrote."""
        questions = ({"task": "copa", "context": f"the old house {i}", "answer": i % 2,
                      "choices": ["a river", "the sea"]} for i in range(30 * self.times))
        (self.folder / "copa.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
        notes = (json.dumps({"text": f"walked slowly under grey sky and she said nothing more {i}"})
                 for i in range(200 * self.times))
        (self.folder / "notes.jsonl").write_text("".join(note + "\n" for note in notes))
        (self.folder / "targets.tsv").write_text("notes\tnotes.jsonl\n")
        (self.folder / "lineage.tsv").write_text("Code\tGithub\n")
        inputs, made = Run.inputs, self.made
        tokens, tokenizer = sorted(made.glob("1-tokens/*/")), made / "1-tokens/tokenizer.json"
        experts = sorted(made.glob("4-logprobs/expert-*/validation"))
        domains = inputs / "domains.tsv"
        runs, model = made / "5-runs/fitted.jsonl", made / "3-models/natural"
        return [
            ["train-tokenizer", inputs / "corpus", "--domains", domains, "--vocab-size", 300, "-o", "t.json"],
            ["tokenize-shards", inputs / "corpus", "--domains", domains, "--tokenizer", tokenizer, *HELD_OUT,
             "-o", "tokens"],
            ["discover-domains", inputs / "corpus", "-k", 2, "-o", "found"],
            ["tokenize-tasks", "copa.jsonl", "--tokenizer", tokenizer, "-o", "tasks"],
            ["tokenize-targets", "--table", "targets.tsv", "--tokens", 300 * self.times, "--tokenizer", tokenizer, "-o", "targets"],
            ["measure-overlap", *tokens, "--tokenizer", tokenizer, "-o", "overlap.jsonl"],
            ["sample-mixtures", "-n", 4 * self.times, "--base", inputs / "baselines.jsonl", "-o", "mixtures.jsonl"],
            ["mix-tokens", "--mixture", f"{inputs}/baselines.jsonl:natural", *tokens, "--steps", 20 * self.times,
             "--format", "megatron", "-o", "stream"],
            ["import-tokens", "stream/stream.bin", "--domain", "Mixed", "--tokenizer", tokenizer, *HELD_OUT,
             "--allow-empty", "-o", "imported"],
            ["train-expert", "--expert", "Code", *tokens, *self.model, "-o", "model"],
            ["score-logprobs", "--model", model, made / "1-tokens/Code/validation-000.tok.zst", "--max-tokens", 300 * self.times,
             "-o", "Code.lp.zst"],
            ["evaluate-tasks", "--model", model, "copa.jsonl", "-o", "natural.jsonl"],
            ["collect-runs", *sorted(made.glob("4-logprobs/mixture-*/validation")), "-o", "runs.jsonl"],
            ["correlate-scores", "--runs", runs, "--scores", "1.jsonl", "2.jsonl", "3.jsonl", "-o", "c.jsonl"],
            ["mde-features", "--mixtures", "mixtures.jsonl", "--experts", *experts, "-o", "features.jsonl.zst"],
            ["fit-regressor", "--features", "features.jsonl.zst", "--runs", "made-up.jsonl", "-o", "regressor.json"],
            ["search-mixture", "--regressor", made / "6-regressors/regressor.json", "--experts", *experts,
             "--draws", 50, "--starts", 1, "-o", "proposal.json"],
            ["reuse-runs", runs, "--lineage", "lineage.tsv", "-o", "reused.jsonl"],
            ["render-report", made, "-o", "index.html"],
        ]

    def write_losses_of_mixtures(self) -> None:
        lines = (self.folder / "mixtures.jsonl").read_text().splitlines()
        runs = [run | {"losses": {name: 3 - weight ** 0.5 for name, weight in run["weights"].items()}}
                for run in map(json.loads, lines)]
        (self.folder / "made-up.jsonl").write_text("".join(json.dumps(run) + "\n" for run in runs))

    def write_scores_of_runs(self) -> None:
        scores = (self.folder / "natural.jsonl").read_text()
        for i in 1, 2, 3:
            (self.folder / f"{i}.jsonl").write_text(scores.replace('"natural"', f'"mixture-00{i}"'))

