"""The walks of data/presets/WALKS.md, each done with its own commands on small files that are as people have them.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/DocumentTests
"""
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

from documents import BINARIES, PROJECT, blocks

sys.path.insert(0, str(PROJECT / "Tests/MakeTests"))
from test_make import FLAGS, WORDS

WALKS = PROJECT / "data/presets/WALKS.md"
# As small as they can be; the guide's own flags follow.
TINY = [flag for flag in FLAGS if not flag.startswith(("OBSERVED", "tokenize-shards"))] + [
    "tokenize-shards.flags=--validation-tokens 400 --test-tokens 400", "tokenize-targets.also=--fewest-tokens 64",
    "VOCABULARY=300", "NEXT=1", "MAX_TOKENS=400"]


def text(words: str, seed: int, count: int = 60) -> str:
    draw = random.Random(f"{words} {seed}")
    return " ".join(draw.choices(WORDS[words], k=count)) + f" {seed}."


class WalkTests(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-walk-"))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "bin").mkdir()
        flags = " ".join(f"'{flag}'" for flag in TINY)
        make = self.root / "bin/make"
        make.write_text(f"#!/bin/sh\nexec {shutil.which('make')} -f {PROJECT}/Makefile BIN={BINARIES} {flags} \"$@\"\n")
        make.chmod(0o755)

    def walk(self, title: str) -> list[str]:
        """Runs each block of commands of a section; what they said."""
        section = WALKS.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
        return [self.run_block(block) for block in blocks(section, "sh")]

    def run_block(self, block: str) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        environment["PATH"] = f"{self.root}/bin:{BINARIES}:{os.environ['PATH']}"
        done = subprocess.run(["bash", "-euxo", "pipefail", "-c", block], cwd=self.root, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def write(self, name: str, lines: list[dict]):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = "".join(json.dumps(line) + "\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    def corpus(self):
        """Four domains, whose lines have their text in one of two fields; and notes."""
        self.write("corpus/web/part-00000.jsonl.gz", [{"url": "u", "content": text("Prose", i)} for i in range(90)])
        self.write("corpus/code/python/numpy/2024/files.jsonl",
                   [{"repo": "numpy", "body": text("Code", i)} for i in range(50)])
        self.write("corpus/code/python/sympy/2024/files.jsonl",
                   [{"repo": "sympy", "body": text("Code", i)} for i in range(50, 90)])
        self.write("corpus/docs/manual.jsonl", [{"path": "p", "content": text("Maths", i)} for i in range(90)])
        self.write("corpus/encyclopedia/wiki.jsonl", [{"title": "t", "content": text("Prose", i)} for i in range(100, 190)])
        (self.root / "corpus/README.md").write_text("# ours\n")
        (self.root / "notes").mkdir()
        for i in range(8):
            (self.root / f"notes/{i}.md").write_text(text("Maths", 1000 + i, 150))

    def models(self) -> dict[str, int]:
        return {path.parent.name: path.stat().st_mtime_ns
                for path in self.root.glob("data/out/corpus/3-models/*/model.safetensors")}

    def test_text_of_ones_own(self):
        self.corpus()
        said = self.walk("Your own text")
        self.assertIn("corpus: the best mixture for avg-target", said[0])
        self.assertRegex(said[0], r"\nfit +regressor +predicts best: [a-z-]+ ")
        experts = {f"expert-{domain}" for domain in ("code", "docs", "encyclopedia", "web")}
        self.assertLessEqual(experts | {"mde-optimum", "natural", "uniform"}, self.models().keys())
        self.assertTrue((self.root / "data/out/corpus/8-report/index.html").exists())
        self.assertLessEqual(len(self.models()), 12)

    def test_a_table_of_runs(self):
        draw = random.Random(1)
        section = WALKS.read_text().split("\n## A table of runs\n")[1]
        lines = blocks(section, "")[0].splitlines()
        for i in range(3, 27):
            shares = [draw.gammavariate(1, 1) + 0.02 for _ in range(3)]
            web, code, docs = (round(100 * share / sum(shares), 1) for share in shares)
            losses = [f"{1.6 + 0.9 * 2.718 ** (-code / 16) + draw.gauss(0, 0.004):.4f}",
                      "NaN" if i == 7 else f"{2.2 + 0.6 * 2.718 ** (-docs / 20) + draw.gauss(0, 0.004):.4f}"]
            row = [f"dulcet-sun-{i}", "finished", 2000, web, code, docs, *losses, 0.01]
            lines.append(",".join(f'"{cell}"' for cell in row))
        (self.root / "export.csv").write_text("\n".join(lines) + "\n")
        sizes = ["Name,parameters,tokens,weight_web,weight_code,web_loss,code_loss"]
        for size in (124_000_000, 350_000_000):
            for i in range(12):
                code = round(0.05 + 0.075 * i, 4)
                for tokens in (50 * size, 100 * size):
                    level = 1.5 + (size / 1e8) ** -0.3 + (tokens / 1e10) ** -0.3 + draw.gauss(0, 0.002)
                    losses = [level + 0.5 * 2.718 ** (-2 * share) for share in (1 - code, code)]
                    sizes.append(f"m{i},{size},{tokens},{1 - code:.4f},{code},{losses[0]:.4f},{losses[1]:.4f}")
        (self.root / "sizes.csv").write_text("\n".join(sizes) + "\n")
        said = self.walk("A table of runs")
        self.assertIn("Predicted: 1B parameters, 100B tokens.", said[2])
        self.assertIn("at 1B parameters, 100B tokens", (self.root / "large/summary.txt").read_text())
        for words in ("not taken for losses or weights: State, _step, lr", "weights sum to 100; they were read as per cent",
                      "losses: eval/code_loss as code, eval/docs_loss as docs", "docs was measured in 24 of 26 runs"):
            with self.subTest(words=words):
                self.assertIn(words, said[0])
        weights = json.loads((self.root / "runs/7-proposal/proposal.json").read_text())["weights"]
        self.assertEqual(weights.keys(), {"web", "code", "docs"})
        self.assertLess(weights["web"], 0.1)
        self.assertIn("<html", (self.root / "runs/index.html").read_text())
        self.assertIn("code", (self.root / "runs/summary.txt").read_text())
        # No model was trained, so there is no table of what they measured.
        for page in ("summary.txt", "index.html"):
            self.assertNotIn("Measured test losses", (self.root / "runs" / page).read_text())
            self.assertNotIn("test sets", (self.root / "runs" / page).read_text())
        bounded = json.loads((self.root / "bounded.json").read_text())["weights"]
        self.assertGreaterEqual(bounded["web"], 0.2 - 1e-9)

    def test_models_from_elsewhere(self):
        """Trained here, but nothing beside them says so."""
        self.corpus()
        names = {"code": "Code", "docs": "Maths", "web": "Prose"}
        for name, words in names.items():
            self.write(f"eval/{name}.jsonl", [{"text": text(words, 2000 + i)} for i in range(30)])
        (self.root / "sets.tsv").write_text("".join(f"{name}\teval/{name}.jsonl\n" for name in names))
        self.write("mixtures.jsonl", [{"id": "a", "weights": {"code": 0.5, "docs": 0.25, "web": 0.25}},
                                      {"id": "b", "weights": {"code": 0, "docs": 0, "web": 1}}])
        subprocess.run(
            ["bash", "-euc", """
                train-tokenizer corpus --domains d.tsv --text-field content,body --vocab-size 300 -q -o tokens/tokenizer.json
                tokenize-shards corpus --domains d.tsv --text-field content,body --tokenizer tokens/tokenizer.json -o tokens
                for name in code docs web; do
                  train-expert --expert $name tokens/{code,docs,web} --layers 1 --hidden-size 16 --heads 2 --context 32 \
                    --batch-size 2 --steps 20 -q -o models/$name
                  rm models/$name/{run.json,log.jsonl}
                done"""],
            cwd=self.table(names), env=os.environ | {"PATH": f"{BINARIES}:{os.environ['PATH']}"}, check=True,
            stderr=subprocess.DEVNULL)
        self.walk("Three models from elsewhere")
        lines = [json.loads(line) for line in (self.root / "features.jsonl").read_text().splitlines()]
        rows = {line["id"]: line for line in lines if "id" in line}
        self.assertEqual(rows.keys(), {"a", "b"})
        self.assertIn("code", json.dumps(rows["a"]))

    def table(self, names: dict[str, str]) -> pathlib.Path:
        (self.root / "tokens").mkdir()
        rows = [f"{name}\tpath=corpus/{name}/*\n" for name in names]
        (self.root / "d.tsv").write_text("".join(rows) + "encyclopedia\tpath=corpus/encyclopedia/*\n")
        return self.root

    def test_one_stage_again(self):
        self.corpus()
        said = f"\n{self.walk('One stage again')[0]}".split("\n+ ")
        runs = [text for text in said if text.startswith("make quick")]
        self.assertEqual(len(runs), 4)
        self.assertIn("train     expert-web", runs[0])
        # A score alone is made again, and what is told of it.
        self.assertNotIn("train ", runs[1])
        self.assertIn("report", runs[1])
        # Of a bound the answer alone is another, and trained.
        self.assertNotIn("train     expert-", runs[2])
        self.assertIn("answer    mde-optimum", runs[2])
        self.assertIn("train     uniform-seed2", runs[3])
        self.assertNotIn("train     expert-", runs[3])

    def again(self, *arguments: str) -> tuple[set[str], set[str]]:
        """What `make quick` writes again: models, and scores on validation sets as MODEL/SET."""
        def times() -> dict[str, int]:
            paths = self.root.glob("data/out/corpus/4-logprobs/*/validation/*.lp.zst")
            return {f"{path.parts[-3]}/{path.name[:-7]}": path.stat().st_mtime_ns for path in paths}
        models, scores = self.models(), times()
        self.run_block(" ".join(["make quick CORPUS=corpus TEXT_FIELD=content,body TARGETS=notes", *arguments]))
        return ({name for name, time in self.models().items() if models.get(name) != time},
                {name for name, time in times().items() if scores.get(name) != time})

    def test_the_rows_of_what_changed(self):
        experts = {f"expert-{domain}" for domain in ("code", "docs", "encyclopedia", "web")}
        mixed = {"mde-optimum", "natural", "uniform"}
        self.corpus()
        self.assertEqual(self.again()[0], experts | mixed)
        self.assertEqual(self.again(), (set(), set()))
        with self.subTest("a target's text"):
            for i in range(8):
                (self.root / f"notes/{i}.md").write_text(text("Maths", 3000 + i, 150))
            models, scores = self.again()
            self.assertLessEqual(models, {"mde-optimum"})
            self.assertLessEqual({f"{name}/notes" for name in experts | mixed}, scores)
            self.assertEqual({name for name in scores if not name.endswith("/notes")} - {
                f"mde-optimum/{domain}" for domain in ("code", "docs", "encyclopedia", "web")}, set())
        with self.subTest("text of a domain"):
            with open(self.root / "corpus/docs/manual.jsonl", "a") as file:
                for i in range(90, 120):
                    file.write(json.dumps({"path": "p", "content": text("Maths", i)}) + "\n")
            models, scores = self.again()
            self.assertEqual(models & experts, {"expert-docs"})
            self.assertLessEqual({"natural", "uniform"}, models)
            self.assertIn("expert-docs/web", scores)
            self.assertNotIn("expert-code/web", scores)
        with self.subTest("a model made again by hand"):
            flags = next(flag for flag in TINY if flag.startswith("train-expert.flags=")).split("=", 1)[1]
            run = "data/out/corpus"
            self.run_block(f"train-expert --mixture {run}/2-mixtures/baselines.jsonl:uniform {run}/1-tokens/"
                           f"{{code,docs,encyclopedia,web}} {flags} --seed 2 -q -o {run}/3-models/uniform")
            models, scores = self.again()
            self.assertEqual((models, {name.split("/")[0] for name in scores}), (set(), {"uniform"}))
        with self.subTest("SEED"):
            self.assertEqual(self.again("SEED=2")[0], experts | mixed)


if __name__ == "__main__":
    unittest.main()
