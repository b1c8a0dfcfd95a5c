"""One training as one of its processes sees it: inputs, state, outputs."""
import argparse
import os
import shutil

import shape
import stream
import trainer
import training_options
from failures import STOPPED, Failure, say
from files import json_line, read_bytes, replace_file, sha256
from options import REVISION
from processes import Group
from progress import Progress
from resume import ResumePoint
from sources import Sources
from stop_signals import StopSignals
from validation import Validation
from weights import read_weights, whole, write_weights


class TrainingRun:
    """Reads the inputs and makes the model with its initial values."""

    def __init__(self, options: argparse.Namespace, group: Group):
        self.options, self.group = options, group
        self.share, self.micro = training_options.share_of_batch(options, group.size)
        self.sources = Sources(options, group.rank, group.size)
        self.stream = group.together(lambda: self.sources.stream(0))
        self.header = self.stream.header
        for note in self.stream.notes():
            self.note(note)
        self.weights = self.header["weights"]
        self.shape = training_options.shape(options, self.header["vocabulary"])
        folder = group.together(self.sources.initial_model)
        self.config = group.together(lambda: self.checked_config(folder))
        self.inputs = list(self.header["provenance"]["inputs"])
        if options.initial_model:
            self.inputs.append({"name": "model.safetensors",
                                "sha256": sha256(f"{folder}/model.safetensors")})
        self.model, parallel = trainer.distributed_model(self.shape, options, group)
        self.fill(folder)
        domains = [domain["domain"] for domain in self.header["domains"]]
        folders = group.together(lambda: self.sources.folders(domains))
        self.validation = group.together(lambda: Validation(
            folders, options.eval_tokens, options.context, self.micro, group))
        self.trainer = trainer.Trainer(self.model, parallel, options, group, self.share,
                                       self.micro)
        self.point = ResumePoint(f"{options.output}/resume.zst", self.provenance, self.weights,
                                 self.model)

    def note(self, line: str) -> None:
        """Tells a person something, once."""
        if self.group.is_first and not self.options.quiet:
            say(line)

    def checked_config(self, folder: str) -> bytes:
        """The config.json of the initial model, which has the shape that was asked for."""
        if other := shape.read_shape(folder).difference(self.shape):
            raise Failure(f"{folder}/config.json: {other}; give an --initial-model of the shape that "
                          "the flags and the tokens have")
        return read_bytes(f"{folder}/config.json")

    def fill(self, folder: str) -> None:
        """Gives the model its initial values, of which those drawn for it go then."""
        parameters = dict(self.model.named_parameters())
        self.group.together(lambda: read_weights(
            folder, {name: p.shape for name, p in parameters.items()},
            lambda name, values: trainer.fill(parameters[name], values)))
        self.group.wait()
        if self.group.is_first and not self.options.initial_model:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def provenance(self) -> dict:
        """The origin of what this run writes."""
        precision = {"f32": "float32", "bf16": "bfloat16"}[self.options.precision]
        return {"format": "mde.run", "version": 1, "tool": "train.py", "revision": REVISION,
                "flags": training_options.flags(
                    self.options, precision, self.header["provenance"]["flags"]),
                "seed": self.options.seed, "inputs": self.inputs}

    @property
    def name(self) -> str:
        """The name of the model, which is that of its folder."""
        return os.path.basename(os.path.normpath(self.options.output))

    def train(self, signals: StopSignals) -> None:
        """Takes the steps that are left, and writes the model."""
        options, point, group = self.options, self.point, self.group
        log, other = group.together(lambda: point.load(self.trainer.optimizer))
        if other:
            self.note(f"train.py: {point.path}: is not used: {other}; starting again")
        if log:
            self.note(f"train.py: {point.path}: going on after step {len(log)}")
        per_step = options.batch_size * options.context
        progress = Progress(
            f"train {self.name}", "tokens", options.steps * per_step, len(log) * per_step,
            options.progress if group.is_first else "never", options.quiet)
        stopped = self.trainer.run(
            self.rows(len(log)), log,
            validate=lambda: self.validation.losses(self.trainer.loss),
            save=lambda: point.save(self.trainer.optimizer, log, writes=group.is_first),
            report=lambda line: progress.update(line["tokens"], f"loss {line['loss']:.3f}"),
            is_stopping=lambda: signals.have_arrived)
        progress.finish()
        self.stream.close()
        if not stopped:
            self.write(log)
        group.wait()
        if stopped:
            failure = Failure(f"{point.path}: stopped after step {len(log)} of {options.steps}; "
                              "run the same command again to go on", STOPPED)
            failure.is_ours = group.is_first
            raise failure

    def rows(self, done: int):
        """The ids of each step after `done`, of this process."""
        group = self.group
        if self.options.stream:
            return stream.steps(self.stream, self.share, done * self.options.batch_size,
                                group.rank, group.size)
        if done:
            self.stream.close()
            self.stream = group.together(lambda: self.sources.stream(done))
        return stream.steps(self.stream, self.share, 0, 0, 1)

    def write(self, log: list[dict]) -> None:
        """Writes the files of the model, the parameters last."""
        options, folder, domains = self.options, self.options.output, self.header["domains"]
        tensors = [(name, whole(p)) for name, p in self.model.named_parameters()]
        if not self.group.is_first:
            return
        tokens = {d["domain"]: d["sequences"] * options.context for d in domains}
        closing = [line["loss"] for line in log[-max(1, options.steps // 10):]]
        record = {
            "provenance": self.provenance, "id": self.name, "weights": self.weights,
            "tokens": tokens, "steps": options.steps, "parameters": self.shape.parameters,
            "epochs": {d["domain"]: tokens[d["domain"]] / d["available"] for d in domains},
            "trainingLoss": sum(closing) / len(closing),
            "validationLosses": log[-1].get("validation", {})}
        if "pool-for" in self.header["provenance"]["flags"]:
            record["pool"] = {d["domain"]: d["available"] for d in domains}
        replace_file(f"{folder}/log.jsonl", b"".join(map(json_line, log)))
        replace_file(f"{folder}/tokenizer.json", read_bytes(self.sources.tokenizer))
        replace_file(f"{folder}/run.json", json_line(record))
        replace_file(f"{folder}/config.json", self.config)
        write_weights(f"{folder}/model.safetensors", tensors)
        self.point.remove()
