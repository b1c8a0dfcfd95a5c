"""The Makefile on a small corpus: what runs again when something changes, and after a kill.

Run by `make test`, which has built the tools; python3 -m unittest discover Tests/MakeTests
"""
import json
import os
import pathlib
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
WORDS = {
    "Prose": "the a old house river walked slowly under grey sky and she said nothing more".split(),
    "Code": "int return for ( ) { } if x y = 0 ; + func let while size_t".split(),
    "Maths": "let n be prime then theorem proof sum integral over of x^2 converges lemma".split(),
}
FLAGS = [
    "train-tokenizer.flags=--vocab-size 300",
    "tokenize-shards.flags=--validation-fraction 0.1 --test-fraction 0.1",
    "train-expert.flags=--layers 1 --hidden-size 16 --heads 2 --context 32 --batch-size 2 --steps 20",
    "search-mixture.flags=--draws 100",
    "OBSERVED=4",
]


def write_corpus(folder: pathlib.Path, domain: str, documents: int = 120) -> None:
    words, draw = WORDS[domain], random.Random(domain)
    lines = [
        json.dumps({"text": " ".join(draw.choices(words, k=60)) + f" {domain} {i}.",
                    "meta": {"redpajama_set_name": domain}})
        for i in range(documents)
    ]
    (folder / f"{domain}.jsonl").write_text("\n".join(lines) + "\n")


def write_domains(path: pathlib.Path, domains: list[str]) -> None:
    rows = [f"{d}\tmeta.redpajama_set_name={d}\t-\t4\n" for d in domains]
    path.write_text("# domain\tselector\tavailable-tokens\tmax-epochs\n" + "".join(rows))


def write_inputs(root: pathlib.Path, natural: dict[str, float], documents: int = 120) -> None:
    """A corpus of these domains, their table, and the baselines `natural` and `uniform`."""
    (root / "corpus").mkdir()
    for domain in natural:
        write_corpus(root / "corpus", domain, documents)
    write_domains(root / "domains.tsv", list(natural))
    baselines = [{"id": "natural", "weights": natural},
                 {"id": "uniform", "weights": {domain: 1 / len(natural) for domain in natural}}]
    (root / "baselines.jsonl").write_text("".join(json.dumps(b) + "\n" for b in baselines))


def run_make(command: list[str]) -> subprocess.CompletedProcess:
    """Runs make, which shows its commands."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))} | {"V": "1"}
    return subprocess.run(command, cwd=PROJECT, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def tools_run(said: str) -> set[str]:
    """The tools that make started, by what it said."""
    return {word.split("/")[-1] for line in said.splitlines() for word in line.split()
            if word.startswith(".build/release/")}


class MakeTests(unittest.TestCase):
    """One run of the pipeline, made once; every test copies it."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="mde-make-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        write_inputs(cls.root, {"Prose": 0.8, "Code": 0.2})
        cls.first = cls.make(cls.root)

    @staticmethod
    def command(root: pathlib.Path, *arguments: str, goal: str = "all") -> list[str]:
        return ["make", goal, f"OUT={root}/out", f"CORPUS={root}/corpus",
                f"DOMAINS={root}/domains.tsv", f"BASELINES={root}/baselines.jsonl",
                *FLAGS, *arguments]

    @classmethod
    def make(cls, root: pathlib.Path, *arguments: str, goal: str = "all") -> str:
        """Runs make; what it said. Old tools would be built again by make test, not here."""
        done = run_make(cls.command(root, *arguments, goal=goal))
        assert done.returncode == 0, done.stdout
        return done.stdout

    @classmethod
    def refusal(cls, root: pathlib.Path, *arguments: str, goal: str = "all") -> str:
        """Runs make, which has to fail; what it said."""
        done = run_make(cls.command(root, *arguments, goal=goal))
        assert done.returncode == 2, done.stdout
        return done.stdout

    def setUp(self):
        self.copy = pathlib.Path(tempfile.mkdtemp(prefix="mde-make-"))
        self.addCleanup(shutil.rmtree, self.copy)
        # With the times of the files; the paths differ, so the folder stands in for the first one.
        shutil.copytree(self.root, self.copy, dirs_exist_ok=True)

    def times(self, pattern: str) -> dict[str, int]:
        return {str(p.relative_to(self.copy)): p.stat().st_mtime_ns
                for p in sorted(self.copy.glob(pattern))}

    def contents(self, pattern: str) -> dict[str, bytes]:
        return {str(p.relative_to(self.copy)): p.read_bytes() for p in sorted(self.copy.glob(pattern))}

    def test_the_run_ends_with_its_report(self):
        self.assertIn("Measured test losses", self.first)
        self.assertTrue((self.copy / "out/8-report/index.html").read_text().startswith("<!doctype html>"))

    def test_without_v_a_step_has_a_line_and_the_answer_a_screen(self):
        said = self.make(self.copy, "V=", "SEED=2")
        self.assertEqual(tools_run(said), set())
        lines = said.splitlines()
        self.assertEqual([line for line in lines if len(line) > 110], [])
        for name in ("expert-Prose", "mixture-001", "natural"):
            self.assertRegex(said, rf"(?m)^train +{name} +[0-9.]+k? tokens, [0-9.]+ nats +\d+ s  \d+ of \d+, \d+ min left$")
        for step in ("tokenize +2 domains .*", "features +4 mixtures +2 experts", "answer +mde-optimum .*",
                     "fit +regressor .*", "search +proposal .*", r"report +\d+ kB"):
            self.assertRegex(said, rf"(?m)^{step} +\d+ s$")
        told = subprocess.run([PROJECT / "data/make/told", self.copy / "out/1-tokens/tokenizer.json", self.copy / "out"],
                              stderr=subprocess.PIPE, text=True, check=True).stderr
        self.assertRegex(told, r"^tokenizer +vocabulary of 300 +\d+ s\n$")
        screen = lines[lines.index("out: the best mixture for avg-sp"):]
        self.assertLess(len(screen), 24)
        self.assertEqual([line for line in screen if len(line) > 80 and not line.startswith("  page ")], [])
        for start in ("  Prose ", "  predicted ", "  measured ", "  equal to ", "  certain ", "  cost "):
            self.assertTrue(any(line.startswith(start) for line in screen), screen)

    def test_nothing_changed_nothing_runs(self):
        def work() -> float:
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

        start = work()
        said = self.make(self.copy)
        self.assertLess(work() - start, 1.0)
        self.assertEqual(tools_run(said), set())

    def test_a_dry_run_tells_what_would_run_and_changes_nothing(self):
        self.assertEqual(tools_run(self.make(self.copy, "-n")), set())
        before = self.times("out/**/*")
        said = self.make(self.copy, "-n", "fit-regressor.flags=--draws 2")
        self.assertLessEqual({"fit-regressor", "search-mixture"}, tools_run(said))
        self.assertNotIn("mde-features", tools_run(said))
        self.assertEqual(self.times("out/**/*"), before)
        self.assertEqual(tools_run(self.make(self.copy)), set())

    def test_a_flag_runs_its_stage_and_what_follows(self):
        models = self.times("out/3-models/*/model.safetensors")
        said = self.make(self.copy, "mde-features.flags=--beta 0 1")
        self.assertIn("mde-features", said)
        self.assertIn("fit-regressor", said)
        self.assertNotIn("tokenize-shards", said)
        self.assertNotIn("--expert", said.replace("--experts", ""))
        after = self.times("out/3-models/*/model.safetensors")
        changed = {name for name in models if models[name] != after[name]}
        self.assertLessEqual(changed, {"out/3-models/proposal/model.safetensors"})

    def test_a_program_of_another_revision_runs_its_stage_and_what_follows(self):
        programs = self.copy / "programs"
        programs.mkdir()
        for tool in (PROJECT / ".build/release").glob("*-*"):
            if tool.is_file() and os.access(tool, os.X_OK):
                (programs / tool.name).symlink_to(tool)
        self.assertNotIn(str(programs), self.make(self.copy, f"BIN={programs}"))
        changed = programs / "mde-features"
        changed.unlink()
        changed.write_text('#!/bin/sh\n[ "$*" = --revision ] && exec echo 99\n'
                           f'exec {shlex.quote(str(PROJECT))}/.build/release/mde-features "$@"\n')
        changed.chmod(0o755)
        said = self.make(self.copy, f"BIN={programs}")
        for tool in ("mde-features", "fit-regressor", "search-mixture", "render-report"):
            self.assertIn(f"{programs}/{tool} ", said)
        for tool in ("tokenize-shards", "sample-mixtures", "collect-runs"):
            self.assertNotIn(f"{programs}/{tool} ", said)
        self.assertNotIn(str(programs), self.make(self.copy, f"BIN={programs}"))

    def test_tokens_made_again_to_the_same_bytes_train_nothing(self):
        before = self.times("out/3-models/*/model.safetensors")
        (self.copy / "domains.tsv").touch()
        (self.copy / "out/4-logprobs/expert-Code/validation/Prose.lp.zst").unlink()
        self.assertIn("tokenize-shards", self.make(self.copy))
        self.assertEqual(self.times("out/3-models/*/model.safetensors"), before)
        (self.copy / "out/6-regressors/regressor.json").unlink()
        self.make(self.copy)
        self.assertEqual(self.times("out/3-models/*/model.safetensors"), before)

    def test_next_observes_the_mixtures_that_the_search_asks_for(self):
        before = self.times("out/3-models/*/model.safetensors")
        for total in (1, 2):
            self.make(self.copy, "NEXT=1", goal="next")
            runs = json.loads((self.copy / "out/6-regressors/regressor.json").read_text())["runs"]
            self.assertEqual(len(runs), 4 + total)
            self.assertIn(f"next-00{total}", [run["id"] for run in runs])
        after = self.times("out/3-models/*/model.safetensors")
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(len(after), len(before) + 2)
        said = self.make(self.copy, goal="proposal")
        self.assertEqual(tools_run(said), set())

    def test_a_new_domain_trains_one_expert(self):
        before = self.times("out/3-models/*/model.safetensors")
        write_corpus(self.copy / "corpus", "Maths")
        write_domains(self.copy / "domains.tsv", ["Prose", "Code", "Maths"])
        self.make(self.copy, "mde-features.flags=--absent zero")
        after = self.times("out/3-models/*/model.safetensors")
        self.assertEqual(set(after) - set(before), {"out/3-models/expert-Maths/model.safetensors"})
        # The answers move with the new expert.
        kept = {name for name in before if "proposal" not in name and "mde-optimum" not in name}
        self.assertEqual({n: before[n] for n in kept}, {n: after[n] for n in kept})
        self.assertTrue((self.copy / "out/4-logprobs/mixture-001/validation/Maths.lp.zst").exists())

    def test_more_observed_mixtures_train_only_those(self):
        before = self.times("out/3-models/*/model.safetensors")
        self.make(self.copy, "OBSERVED=5")
        after = self.times("out/3-models/*/model.safetensors")
        self.assertEqual(set(after) - set(before), {"out/3-models/mixture-005/model.safetensors"})
        self.assertLessEqual({n for n in before if before[n] != after[n]},
                             {"out/3-models/proposal/model.safetensors"})
        ids = [json.loads(line).get("id") for line in (self.copy / "out/5-runs/fitted.jsonl").read_text().splitlines()]
        self.assertIn("mixture-005", ids)
        # And fewer of them are no part of the fit.
        self.make(self.copy, "OBSERVED=4")
        runs = json.loads((self.copy / "out/6-regressors/regressor.json").read_text())["runs"]
        self.assertNotIn("mixture-005", [run["id"] for run in runs])

    def test_a_baseline_more_trains_it_alone(self):
        before = self.times("out/3-models/*/model.safetensors")
        with (self.copy / "baselines.jsonl").open("a") as file:
            file.write('{"id":"all-code","weights":{"Code":1,"Prose":0}}\n')
        self.make(self.copy, "FINALS=natural all-code", goal="finals")
        after = self.times("out/3-models/*/model.safetensors")
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(set(after) - set(before), {"out/3-models/all-code/model.safetensors"})
        said = self.refusal(self.copy, "FINALS=natural all-prose", goal="finals")
        self.assertIn("all-prose is no baseline; did you mean all-code? known are natural uniform all-code", said)

    def test_end_tasks_add_objectives_and_their_proposals(self):
        self.assertIn("No end tasks were given", self.first)
        before = self.times("out/3-models/*/model.safetensors")
        tasks = self.copy / "tasks"
        tasks.mkdir()
        draw = random.Random(1)
        sentence = lambda: " ".join(draw.choices(WORDS["Prose"] + WORDS["Code"], k=4))
        (tasks / "copa.jsonl").write_text("".join(json.dumps(
            {"task": "copa", "context": sentence(), "choices": [sentence(), sentence()],
             "answer": i % 2}) + "\n" for i in range(30)))
        (tasks / "ARC-Easy-Test.jsonl").write_text("".join(json.dumps(
            {"id": str(i), "answerKey": "B", "question": {"stem": sentence(), "choices": [
                {"label": label, "text": sentence()} for label in "ABC"]}}) + "\n" for i in range(30)))
        said = self.make(self.copy, f"TASKS={tasks}")
        self.assertNotIn("No end tasks", said)
        for text in ("avg-et+sp", "COPA", "ARC-easy", "The best mixture by each objective"):
            self.assertIn(text, said)
        after = self.times("out/3-models/*/model.safetensors")
        self.assertEqual(set(after) - set(before), {
            f"out/3-models/proposal-{name}/model.safetensors" for name in ("avg-et", "avg-et+sp")})
        lines = subprocess.run(["zstdcat", self.copy / "out/5-features/observed.jsonl.zst"],
                               capture_output=True, check=True).stdout.splitlines()
        header, row = json.loads(lines[0]), json.loads(lines[1])
        self.assertEqual(set(header["sets"]), {"Prose", "Code", "COPA", "ARC-easy"})
        self.assertEqual(set(row["choices"]), {"COPA", "ARC-easy"})
        proposal = json.loads((self.copy / "out/7-proposal/proposal-avg-et.json").read_text())
        self.assertEqual(proposal["objective"]["criteria"], [{"COPA": 0.5, "ARC-easy": 0.5}])
        self.assertEqual(tools_run(self.make(self.copy, f"TASKS={tasks}")), set())
        # The proposal of another objective becomes the main one, and is not told twice.
        said = self.make(self.copy, f"TASKS={tasks}", "OBJECTIVE=avg-et")
        proposal = json.loads((self.copy / "out/7-proposal/proposal.json").read_text())
        self.assertEqual(proposal["objective"]["name"], "avg-et")
        table = said.split("The best mixture by each objective")[1].split("Measured")[0]
        self.assertEqual([table.count(f"  {name} ") for name in ("avg-sp", "avg-et", "avg-et+sp")], [1, 1, 1])

    def test_another_objective_is_fitted_and_searched_again(self):
        said = self.make(self.copy, "OBJECTIVE=Prose")
        self.assertIn("Measured test losses of the final models", said)
        for name in ("6-regressors/regressor", "7-proposal/proposal"):
            objective = json.loads((self.copy / f"out/{name}.json").read_text())["objective"]
            self.assertEqual(objective["name"], "Prose")
        self.assertNotIn("sample-mixtures", said)

    def test_another_beta_is_audited_too(self):
        self.make(self.copy, "mde-features.flags=--beta 0 --beta 0.1", "BETA=0.1")
        betas = {}
        for name in ("audit", "audit-beta-avg-sp"):
            lines = [json.loads(line) for line in
                     (self.copy / f"out/6-regressors/{name}.jsonl").read_text().splitlines()]
            mde = {line["family"]: line["scores"]["meanSquaredError"]["value"]
                   for line in lines if line.get("kind") == "family"}["mde-affine"]
            betas[lines[0]["provenance"]["flags"]["beta"]] = mde
        self.assertEqual(set(betas), {"0.0", "0.1"})
        self.assertNotEqual(betas["0.0"], betas["0.1"])

    def test_final_models_alone_need_no_experts(self):
        self.make(self.copy, f"OUT={self.copy}/alone", "FINALS=natural", goal="finals")
        runs = [json.loads(line) for line in (self.copy / "alone/5-runs/finals.jsonl").read_text().splitlines()]
        self.assertEqual([run["id"] for run in runs if "id" in run], ["natural"])
        self.assertEqual([path.name for path in (self.copy / "alone/3-models").iterdir()], ["natural"])

    def test_a_launcher_that_loses_its_program_is_an_error(self):
        said = self.refusal(self.copy, f"OUT={self.copy}/lost", "LAUNCH=true")
        self.assertIn(": was not made, although the command ended well", said)
        self.assertFalse((self.copy / "lost/2-mixtures/baselines.jsonl").exists())
        # A file of earlier flags stays, and is not taken for the new one.
        features = self.copy / "out/5-features/observed.jsonl.zst"
        before = features.read_bytes()
        flags = ["mde-features.flags=--beta 0 1"]
        said = self.refusal(self.copy, *flags, "mde-features.launch=true")
        self.assertIn("5-features/observed.jsonl.zst: was not made", said)
        self.assertEqual(features.read_bytes(), before)
        self.make(self.copy, *flags, goal="features")
        self.assertNotEqual(features.read_bytes(), before)

    def test_status_tells_what_is_there(self):
        said = self.make(self.copy, goal="status")
        for line in ("experts +7 of 7 .*", "models +10 of 10", "all +52 of 52 .*"):
            self.assertRegex(said, rf"(?m)^{line}$")
        (self.copy / "out/3-models/natural/model.safetensors").unlink()
        (self.copy / "out/7-proposal/proposal.json").unlink()
        said = self.make(self.copy, goal="status")
        self.assertRegex(said, r"(?m)^models +9 of 10, about 1 min left$")
        self.assertRegex(said, r"(?m)^search +0 of 1 ")
        self.assertRegex(said, r"(?m)^again +of what is not there: 4 sets of scores, 2 tables of runs, 1 page$")

    def test_what_if_predicts_other_weights_and_writes_nothing(self):
        before = self.times("out/**/*")
        said = self.make(self.copy, "MIXTURE=Code=0.5 uniform", goal="what-if")
        self.assertRegex(said, r"(?m)^ +proposal +Code=0.5 +uniform$")
        self.assertRegex(said, r"(?m)^  Code .* 50.0 % .* 50.0 %$")
        self.assertIn("Constraints\n  proposal: keeps all\n", said)
        self.assertEqual(self.times("out/**/*"), before)
        self.assertIn("did you mean Code?", self.refusal(self.copy, "MIXTURE=code=0.5", goal="what-if"))
        (self.copy / "out/7-proposal/proposal.json").unlink()
        self.assertIn("run make proposal first", self.refusal(self.copy, goal="what-if"))

    def test_files_that_are_gone_are_made_again(self):
        whole = self.contents("out/**/*.jsonl") | self.contents("out/1-tokens/*/*") | self.contents("out/2-mixtures/**/*.json")
        for gone in ("1-tokens/Code/manifest.json", "2-mixtures/mixture-002.json", "2-mixtures/proposal.json",
                     "7-proposal/what-if.json", "2-mixtures/baselines/natural.json", "5-runs/fitted.jsonl"):
            (self.copy / "out" / gone).unlink()
        self.make(self.copy)
        self.assertEqual(whole, {name: (self.copy / name).read_bytes() for name in whole})

    def test_paths_with_spaces_are_read(self):
        corpus, tasks = self.copy / "my corpus's text", self.copy / "my tasks"
        shutil.copytree(self.copy / "corpus", corpus)
        (corpus / "Code.jsonl").rename(corpus / "the code.jsonl")
        tasks.mkdir()
        (tasks / "copa.jsonl").write_text("".join(json.dumps(
            {"task": "copa", "context": f"the old house {i}", "choices": ["a river", "the sky"],
             "answer": i % 2}) + "\n" for i in range(30)))
        arguments = [f"CORPUS={corpus}", f"TASKS={tasks}", f"OUT={self.copy}/spaces"]
        made = self.make(self.copy, *arguments, f"{self.copy}/spaces/1-tokens/COPA/manifest.json", goal="tokens")
        self.assertLessEqual({"train-tokenizer", "tokenize-shards", "tokenize-tasks"}, tools_run(made))
        for domain in ("Prose", "Code"):
            self.assertEqual((self.copy / f"spaces/1-tokens/{domain}/train-000.tok.zst").stat().st_size > 0, True)
        self.assertEqual(tools_run(self.make(self.copy, *arguments, goal="tokens")), set())
        write_corpus(corpus, "Prose", documents=150)
        self.assertEqual(tools_run(self.make(self.copy, *arguments, goal="tokens")), {"tokenize-shards"})

    def test_what_make_cannot_take_is_refused_by_name(self):
        spaced = str(self.copy / "a b")
        for name in ("OUT", "DOMAINS", "BASELINES", "TASK_TABLE", "CACHE", "BIN"):
            said = self.refusal(self.copy, f"{name}={spaced}")
            self.assertIn(f"{name}={spaced}: has a space in it", said)
            self.assertEqual(len(said.splitlines()), 1)
        for sign in "%:;&|(){}[]*?'\"`\\<>,":
            self.assertIn(f"OUT=/tmp/a{sign}b: has {sign} in it", self.refusal(self.copy, f"OUT=/tmp/a{sign}b"))
        for setting in ("OBSERVED=many", "OBSERVED=1e3", "JOBS=-1", "SEED=1 2", "MAX_TOKENS=9.5"):
            self.assertIn(f"{setting}: is no whole number", self.refusal(self.copy, setting))
        for setting in ("SEEDS=0", "CORES=00"):
            self.assertIn(f"{setting}: give 1 or more", self.refusal(self.copy, setting))
        for setting in ("MINIMIZE=loss", "NEXT_BY=luck", "PROGRESS=yes", "TRAINER_FORMAT=mds"):
            self.assertIn(f"{setting}: is none of ", self.refusal(self.copy, setting))
        self.assertIn("TARGET_TOKENS: is no number of tokens", self.refusal(self.copy, "TARGET_TOKENS=nan"))
        self.assertIn("CLUSTER=pbs: is not known", self.refusal(self.copy, "CLUSTER=pbs"))
        self.assertIn("RUN=none: there is no data/presets/none.mk", self.refusal(self.copy, "RUN=none"))
        write_domains(self.copy / "domains.tsv", ["Prose", "Com mon"])
        self.assertIn("Com?mon is no name of a domain", self.refusal(self.copy))
        for flags in ("score-logprobs.flags=--max-tokens 9", "search-mixture.flags=--export olmo=x",
                      "search-mixture.flags=--compare natural"):
            self.assertIn(f"{flags.split('=')[0]}: --", self.refusal(self.root, flags))

    def test_verify_reads_every_file_by_the_reader_of_its_format(self):
        self.make(self.copy, goal="verify")
        (self.copy / "out/6-regressors/regressor.json").write_text("{}\n")
        said = self.refusal(self.copy, goal="verify")
        self.assertIn("6-regressors/regressor.json: is an empty JSON object", said)

    def test_a_killed_run_continues_to_the_same_bytes(self):
        whole = self.contents("out/**/*.zst") | self.contents("out/3-models/*/model.safetensors")
        shutil.rmtree(self.copy / "out")
        for seconds in (0.3, 0.8, 1.5):
            process = subprocess.Popen(
                self.command(self.copy), cwd=PROJECT, start_new_session=True,
                env={k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))},
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(seconds)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.make(self.copy)
        again = self.contents("out/**/*.zst") | self.contents("out/3-models/*/model.safetensors")
        self.assertEqual(whole, {n: b for n, b in again.items() if ".partial-" not in n})


class TextTests(unittest.TestCase):
    """What make would do and what it says, without running anything."""

    LONGEST = 180

    def test_a_dry_run_is_readable(self):
        for run, cluster in (("demo", ""), ("table", ""), ("demo", "slurm")):
            with self.subTest(run=run, cluster=cluster), tempfile.TemporaryDirectory(prefix="mde-") as folder:
                done = run_make(["make", "-n", "all", f"RUN={run}", f"OUT={folder}/out", f"CLUSTER={cluster}"])
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertLessEqual({"train-expert", "collect-runs", "render-report"}, tools_run(done.stdout))
                self.assertEqual([line for line in done.stdout.splitlines() if len(line) > self.LONGEST], [])
                self.assertEqual(os.listdir(folder), [])

    def test_jobs_of_a_cluster_are_given_what_the_settings_say(self):
        with tempfile.TemporaryDirectory(prefix="mde-") as folder:
            said = run_make([
                "make", "-n", "all", f"OUT={folder}/out", "CLUSTER=slurm", "ENGINE=torch", "CORES=6", "SLURM=--account=lm",
                "score-logprobs.gres=", "mde-features.cores=3", "mde-features.memory=9G", "mde-features.time=7",
                "render-report.launch=mine"]).stdout.replace("\\\n", " ")
            options = {}
            for words in map(str.split, said.splitlines()):
                if words[:1] == ["data/make/score-sets"]:
                    words = words[words.index("--") + 1:]
                program = next((i for i, word in enumerate(words) if word.startswith((".build/", "data/out/torch/"))), 0)
                if program:
                    name = words[program + 1] if "torch" in words[program] else words[program]
                    options[pathlib.Path(name).stem] = (words[:program - 2], words[program:])
        default = ["data/make/through-slurm", "--cpus-per-task=6", "--mem=4G"]
        self.assertEqual(options["train"][0], [*default, "--time=1440", "--gres=gpu:1", "--account=lm", "--signal=TERM@60"])
        self.assertEqual(options["score"][0], [*default, "--time=240", "--account=lm"])
        self.assertEqual(options["fit-regressor"][0], [*default, "--time=240", "--account=lm"])
        self.assertEqual(options["mde-features"][0], [default[0], "--cpus-per-task=3", "--mem=9G", "--time=7", "--account=lm"])
        self.assertIn("-j 3", " ".join(options["mde-features"][1]))
        self.assertIn("mine .build/release/render-report", said)

    def test_makefiles_fit_a_window(self):
        for file in [PROJECT / "Makefile", *(PROJECT / "data").glob("*/*.mk"), *(PROJECT / "data/make").iterdir()]:
            with self.subTest(file=file.relative_to(PROJECT)):
                self.assertEqual([line for line in file.read_text().splitlines() if len(line) > 120], [])

    def test_no_two_files_define_the_same_name(self):
        places: dict[str, set[str]] = {}
        for file in [PROJECT / "Makefile", *(PROJECT / "data/make").glob("*.mk")]:
            for name in re.findall(r"(?m)^([A-Za-z][\w-]*) *:?= ", file.read_text()):
                places.setdefault(name, set()).add(file.name)
        self.assertEqual({name: files for name, files in places.items() if len(files) > 1}, {})

    def test_help_lists_the_targets_of_all_files(self):
        said = run_make(["make", "help"]).stdout
        for target in ("all", "deps", "scores", "runs", "test", "bench", "verify", "estimate", "help"):
            self.assertRegex(said, rf"(?m)^  {target} +\w")

    def test_scripts_are_scripts(self):
        scripts = [file for file in (PROJECT / "data/make").iterdir() if file.suffix != ".mk"]
        self.assertIn("install-packages", [file.name for file in scripts])
        for script in scripts:
            with self.subTest(script=script.name):
                self.assertTrue(os.access(script, os.X_OK))
                subprocess.run(["bash", "-n", script], check=True)

    def test_the_pace_counts_the_models_of_this_run(self):
        with tempfile.TemporaryDirectory(prefix="mde-") as folder:
            models = pathlib.Path(folder) / "3-models"
            (models.parent / ".flags").mkdir()
            def write(path: pathlib.Path, age: float) -> None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("")
                os.utime(path, (now - age, now - age))

            now = time.time()
            write(models.parent / ".flags/train-expert", 1000)
            # One of older flags, one of an earlier call of make, two of this one; the fifth and sixth are to come.
            for name, age in (("a", 2000), ("b", 500), ("c", 60), ("d", 10)):
                write(models / name / "model.safetensors", age)
            said = subprocess.run(
                ["data/make/pace", models, "1"], cwd=PROJECT, text=True, stderr=subprocess.PIPE, check=True,
                env=os.environ | {"models_of_run": "a b c d e f", "started": f"{now - 110:.9f}"}).stderr
            # Two in 110 seconds, and three are left: a, e and f.
            self.assertEqual(said, "make: 3 of 6 models trained, 3 min left\n")


if __name__ == "__main__":
    unittest.main()
