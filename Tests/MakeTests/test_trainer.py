"""`make all TRAINER=…`: a command in place of train-expert, what it is told, and what it may leave."""
import json
import pathlib
import shutil
import unittest

import test_experts_first
from test_make import run_make

# Not trained at all, which the pipeline cannot know: what is tested is the way there and back.
COPY = "cp {initial}/config.json {initial}/model.safetensors {out}"


def in_shards(folder: pathlib.Path):
    """Cuts the weights of a model in two, as transformers does with large ones."""
    file = folder / "model.safetensors"
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, data = json.loads(data[8:8 + size]), data[8 + size:]
    names = sorted(header.keys() - {"__metadata__"})
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for shard, names in shards.items():
        entries, values = {"__metadata__": {"format": "pt"}}, b""
        for name in names:
            first, last = header[name]["data_offsets"]
            entries[name] = header[name] | {"data_offsets": [len(values), len(values) + last - first]}
            values += data[first:last]
        text = json.dumps(entries).encode()
        (folder / shard).write_bytes(len(text).to_bytes(8, "little") + text + values)
    index = {"weight_map": {name: shard for shard, names in shards.items() for name in names}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    file.unlink()


class TrainerTests(unittest.TestCase):
    setUp = test_experts_first.ExpertsFirstTests.setUp
    command = test_experts_first.ExpertsFirstTests.command
    make = test_experts_first.ExpertsFirstTests.make

    def trained(self, trainer: str, *arguments: str):
        return run_make(self.command("models", "FINALS=uniform", "OBSERVED=1", f"TRAINER={trainer}", *arguments))

    def test_a_command_trains_every_model_on_its_stream_and_the_pipeline_goes_on(self):
        told = "echo {steps} {batch} {context} {seed} $$(ls {stream}) >>{stream}/../told; test -f {config} -a -f {mixture}; "
        self.make("models", "FINALS=uniform mde-optimum", "OBSERVED=3", "TRAINER=" + told + COPY, "TRAINER_FORMAT=llmc")
        lines = (self.root / "out/3-streams/told").read_text().splitlines()
        self.assertEqual(set(lines), {"20 2 32 1 initial model run.json stream.bin stream.json"})
        self.assertEqual(len(lines), 8)
        folder = self.root / "out/3-models/uniform"
        record = json.loads((folder / "run.json").read_text())
        self.assertEqual(record["id"], "uniform")
        self.assertEqual(sum(record["tokens"].values()), 20 * 2 * 32)
        self.assertEqual([p.name for p in (self.root / "out/3-streams").iterdir()], ["told"])
        cost = json.loads((self.root / "out/.costs/uniform").read_text())
        self.assertGreater(cost["peakBytes"], 1 << 20)

    def test_the_stream_is_that_of_train_expert_and_so_is_the_answer(self):
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2")
        engine = ("TRAINER=.build/release/train-expert --stream {stream}/rank-000.stream.zst {stream}/../../1-tokens/*/ -q "
                  "--layers 1 --hidden-size 16 --heads 2 --context {context} --batch-size {batch} -o {out}")
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2", engine, out="other")
        for name in ("3-models/proposal/model.safetensors", "2-mixtures/proposal.json"):
            self.assertEqual((self.root / "other" / name).read_bytes(), (self.root / "out" / name).read_bytes())

    def test_tokens_of_another_run_give_its_answer_without_the_text(self):
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2")
        shutil.rmtree(self.root / "corpus")
        tokens = f"TOKENS={self.root}/out/1-tokens"
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2", "CORPUS=", tokens, out="other")
        name = "2-mixtures/proposal.json"
        self.assertEqual((self.root / "other" / name).read_bytes(), (self.root / "out" / name).read_bytes())
        again = self.make("all", "FINALS=uniform proposal", "OBSERVED=2", "CORPUS=", tokens, out="other")
        self.assertNotIn("train-expert", again)

    def test_models_that_are_there_are_taken_and_not_trained_again(self):
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2")
        given = self.root / "given"
        given.mkdir()
        for name in ("expert-Prose", "expert-Code", "mixture-001"):
            shutil.copytree(self.root / "out/3-models" / name, given / name)
        (given / "expert-Prose/run.json").unlink()
        arguments = ("FINALS=uniform proposal", "OBSERVED=2", f"MODELS_FROM={given}",
                     f"TOKENIZER={self.root}/out/1-tokens/tokenizer.json")
        self.make("all", *arguments, out="other")
        self.assertEqual({p.name for p in (self.root / "other/.costs").iterdir()},
                         {"expert-Maths", "mixture-002", "uniform", "proposal"})
        name = "2-mixtures/proposal.json"
        self.assertEqual((self.root / "other" / name).read_bytes(), (self.root / "out" / name).read_bytes())
        self.assertNotIn("nan", (self.root / "other/8-report/index.html").read_text())
        self.assertNotIn("take-model", self.make("all", *arguments, out="other"))
        done = run_make(self.command("models", *arguments[:2], f"MODELS_FROM={self.root}/none"))
        self.assertIn("has none of the folders expert-Prose expert-Code expert-Maths …", done.stdout)
        record = given / "mixture-001/run.json"
        record.write_text(record.read_text().replace('"weights":{"Code":0', '"weights":{"Code":1'))
        done = run_make(self.command("models", *arguments, out="third"))
        self.assertIn("run.json: is of other weights than", done.stdout)

    def test_weights_in_shards_are_joined(self):
        self.make("all", "FINALS=uniform proposal", "OBSERVED=2")
        given = self.root / "given"
        for name in ("expert-Prose", "mixture-001"):
            shutil.copytree(self.root / "out/3-models" / name, given / name)
            in_shards(given / name)
        arguments = ("FINALS=uniform proposal", "OBSERVED=2", f"MODELS_FROM={given}",
                     f"TOKENIZER={self.root}/out/1-tokens/tokenizer.json")
        self.make("all", *arguments, out="other")
        name = "2-mixtures/proposal.json"
        self.assertEqual((self.root / "other" / name).read_bytes(), (self.root / "out" / name).read_bytes())
        self.assertEqual({p.name for p in (self.root / "other/3-models/expert-Prose").iterdir()},
                         {"config.json", "model.safetensors", "run.json", "tokenizer.json"})
        shutil.copytree(given / "expert-Prose", self.root / "left")
        self.make("models", "FINALS=uniform", "OBSERVED=1", f"TRAINER=cp {self.root}/left/* {{out}}", out="third")
        self.assertTrue((self.root / "third/3-models/uniform/model.safetensors").is_file())

    def test_shards_that_are_no_model(self):
        broken = COPY + "; cd {out}; "
        for change, said in [
                ("mv model.safetensors a; echo '{}' >model.safetensors.index.json", "has no weight_map of tensors to files"),
                ("mv model.safetensors a; echo '{\"weight_map\": {\"x\": \"b\"}}' >model.safetensors.index.json",
                 "b is not in this folder"),
                ("head -c -1 model.safetensors >a; rm model.safetensors; "
                 "echo '{\"weight_map\": {\"x\": \"a\"}}' >model.safetensors.index.json", "but its header says"),
                ("cp model.safetensors a; mv model.safetensors b; "
                 "echo '{\"weight_map\": {\"x\": \"a\", \"y\": \"b\"}}' >model.safetensors.index.json", "is in another shard too")]:
            done = self.trained(broken + change, "JOBS=1")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(said, done.stdout)
            self.assertEqual(list((self.root / "out").glob("3-models/*/model.safetensors")), [])

    def test_with_a_trainer_pytorch_scores_and_our_own_tool_makes_the_initial_model(self):
        said = run_make(["make", "-n", *self.command("models", "TRAINER=x {out}", "ENGINE=torch")[1:]]).stdout
        line = next(line for line in said.splitlines() if "train-elsewhere" in line)
        self.assertRegex(line, r"TorchEngine/score.py .* -- .build/release/train-expert ")

    def test_what_a_trainer_must_not_do(self):
        for trainer, said in [
                ("true", "TRAINER: expert-Prose: the command has no {out} in it"),
                ("exit 3; true {out}", "ended with exit code 3"),
                ("true {out}", "left no config.json"),
                ("touch {out}/config.json", "left no model.safetensors"),
                ("cp {initial}/config.json {out}; head -c 100 {initial}/model.safetensors >{out}/model.safetensors",
                 "cannot be scored")]:
            done = self.trained(trainer, "JOBS=1")
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(said, done.stdout)
            self.assertEqual(list((self.root / "out").glob("3-models/*/model.safetensors")), [])

    def test_a_killed_trainer_finds_what_it_left(self):
        first = self.trained("test -f {out}/saved || { touch {out}/saved; exit 75; }; " + COPY, "JOBS=1")
        self.assertEqual(first.returncode, 2)
        again = self.trained("test -f {out}/saved || exit 1; " + COPY, "JOBS=1")
        self.assertNotIn("expert-Prose: ended", again.stdout)
        self.assertTrue((self.root / "out/3-models/expert-Prose/model.safetensors").is_file())


if __name__ == "__main__":
    unittest.main()
