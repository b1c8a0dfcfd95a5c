"""What a training starts from: its stream, its token folders and its initial model."""
import argparse
import os
import subprocess

import training_options
from failures import INPUT_OUTPUT, NO_INPUT, Failure
from files import sha256
from stream import Stream, check


class Sources:
    """The inputs that the flags name, for one of the processes; the tools of --tools give them."""

    def __init__(self, options: argparse.Namespace, rank: int, ranks: int):
        self.options, self.rank, self.ranks = options, rank, ranks
        self.tokenizer = options.tokenizer or os.path.join(
            os.path.dirname(os.path.normpath(options.tokens[0])), "tokenizer.json")
        self.mixture = ["--expert", options.expert] if options.expert else \
            ["--mixture", options.mixture] if options.mixture else ["--stream", options.stream]
        self.pools = [argument for flag in ("pool_for", "domains")
                      if (value := getattr(options, flag)) is not None
                      for argument in (f"--{flag.replace('_', '-')}", value)]

    def stream(self, done: int) -> Stream:
        """The stream, from the step after `done` on and of this process, unless it is a file.

        A file has all steps of all processes.
        """
        options = self.options
        wanted = {"tokenizer": sha256(self.tokenizer), "context": options.context,
                  "batch": options.batch_size, "steps": options.steps, "seed": options.seed}
        if options.stream:
            stream = Stream.file(options.stream)
            if options.steps is None:
                training_options.set_steps(options, stream.header["steps"])
            wanted |= {"fromStep": 0, "ranks": 1, "steps": options.steps,
                       "inputs": self.inputs(stream.header)}
        else:
            stream = Stream.command([
                f"{options.tools}/mix-tokens", *self.mixture, *self.pools,
                "--tokenizer", self.tokenizer,
                "--context", str(options.context), "--steps", str(options.steps),
                "--batch-size", str(options.batch_size), "--seed", str(options.seed),
                "--from-step", str(done), "--ranks", str(self.ranks), "--rank", str(self.rank),
                "-o", "-", *options.tokens])
            wanted |= {"fromStep": done, "ranks": self.ranks, "rank": self.rank}
        check(stream, wanted)
        return stream

    def inputs(self, header: dict) -> list[dict]:
        """The digests of the tokenizer and of the manifests of a stream's domains."""
        folders = self.folders([domain["domain"] for domain in header["domains"]])
        return [{"name": os.path.basename(self.tokenizer), "sha256": sha256(self.tokenizer)}] + [
            {"name": domain, "sha256": sha256(f"{folder}/manifest.json")}
            for domain, folder in folders.items()]

    def folders(self, domains: list[str]) -> dict[str, str]:
        """The token folder of each domain."""
        given = {os.path.basename(os.path.normpath(folder)): folder
                 for folder in self.options.tokens}
        for domain in domains:
            if domain not in given:
                raise Failure(f"{domain}: has a positive weight but no tokens; give its folder",
                              NO_INPUT)
        return {domain: given[domain] for domain in domains}

    def initial_model(self) -> str:
        """The folder of the initial model, which the first process draws unless one is given.

        It lies in the output folder, which is made, because all processes see that.
        """
        options = self.options
        if options.initial_model:
            return options.initial_model
        folder = f"{options.output}/initial.partial"
        if self.rank > 0:
            return folder
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise Failure(f"{options.output}: cannot create: {error.strerror}",
                          INPUT_OUTPUT) from None
        try:
            run = subprocess.run(
                [f"{options.tools}/train-expert", "--initial", "--steps", "1",
                 *training_options.shape_arguments(options), *self.mixture,
                 "--tokenizer", self.tokenizer, "--batch-size", str(options.batch_size),
                 "--seed", str(options.seed), "-q", "-o", folder, *options.tokens],
                stderr=subprocess.PIPE, text=True, start_new_session=True)
        except OSError:
            raise Failure(f"{options.tools}/train-expert: cannot be started; make build, or give "
                          "--tools or --initial-model", NO_INPUT) from None
        if run.returncode:
            said = (run.stderr.splitlines() or ["train-expert: failed"])[-1]
            tool, _, message = said.partition(": ")
            raise Failure(message, max(1, run.returncode), tool)
        return folder
