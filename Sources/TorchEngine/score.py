#!/usr/bin/env python3
"""Log-probability of every token of an evaluation set: score-logprobs' contract, with PyTorch.

Scores with any causal model that transformers opens, in Hugging Face's layout with safetensors. A
process takes longer to start than to score a small set: after `--` come further sets of one model.
"""
import argparse
import hashlib
import math
import os
import struct
import sys

import scoring_options
from environment import require_packages
from failures import COMPUTATION, USAGE, Failure, say
from files import read_json, replacing, require, sha256
from options import REVISION, Cost
from progress import Progress

VALUES_PER_BLOCK = 65_536


def main() -> int:
    cost, sets = Cost(), scoring_options.parse()
    options = sets[0]
    require_packages("torch", "safetensors", "zstandard", "numpy")
    import torch
    from causal_models import open_model
    from processes import uses_gpu
    from scorer import Scorer
    from tokens import TokenFile
    device = torch.device("cuda" if uses_gpu(options.device) else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(options.threads or len(os.sched_getaffinity(0)))
    if options.precision == "auto":
        options.precision = "bf16" if device.type == "cuda" else "f32"
    files_of = [[TokenFile(path) for path in each.tokens] for each in sets]
    for each, files in zip(sets, files_of):
        each.precision = options.precision
        if each.model != options.model:
            raise Failure(f"--model {each.model}: what follows -- is scored by the first model",
                          USAGE)
        check(files, each)
    model = open_model(options.model, options.precision, device)
    for file in sum(files_of, []):
        if file.header["vocabulary"] > model.vocabulary:
            raise Failure(f"{file.path}: header: has a vocabulary of {file.header['vocabulary']}, "
                          f"but {options.model} one of {model.vocabulary}; make the tokens again "
                          "with its tokenizer")
    stride = options.stride or max(1, model.context // 2)
    if stride > model.context:
        raise Failure(f"--stride {stride} must be between 1 and the model's context, "
                      f"{model.context}", USAGE)
    batch = options.batch_tokens or (32_768 if device.type == "cuda" else 2048)
    scorer = Scorer(model.loss, model.context, stride, batch, device)
    try:
        for each, files in zip(sets, files_of):
            score(files, scorer, stride, each)
    except torch.OutOfMemoryError:
        raise Failure(f"--batch-tokens {batch}: the memory of the GPU is too small for so many "
                      "tokens; lower it", COMPUTATION) from None
    cost.report("score.py", options)
    return 0


def score(files: list, scorer, stride: int, options: argparse.Namespace) -> None:
    """Scores one set, and tells of documents that are too long to be seen whole."""
    head = header(files, options, stride)
    truncated = truncated_documents(files, scorer.context)
    if truncated is not None:
        head["truncated"] = truncated
    write(files, scorer, head, options)
    if truncated and not options.quiet:
        say(f"score.py: {head['evaluation']['set']}: {truncated} documents longer than the "
            f"model's context of {scorer.context} tokens and cut on the left")


def check(files: list, options: argparse.Namespace) -> None:
    """Refuses token files that do not belong together or to the model's tokenizer."""
    first, path = files[0].header, f"{options.model}/tokenizer.json"
    tokenizer = sha256(path)
    for file in files:
        place, found = f"{file.path}: header", file.header
        if (found["domain"], found["split"]) != (first["domain"], first["split"]):
            raise Failure(f"{place}: holds {found['domain']} {found['split']}, but {files[0].path} "
                          f"{first['domain']} {first['split']}; score them one at a time")
        if "questions" in found and (len(files) > 1 or options.max_tokens):
            raise Failure(f"{file.path}: holds whole questions; score it alone and without "
                          "--max-tokens", USAGE)
        if found["tokenizer"] != tokenizer:
            raise Failure(f"{place}: was not made with {path}; make the tokens again with it")


def header(files: list, options: argparse.Namespace, stride: int) -> dict:
    """The header of the log-probabilities."""
    from weights import digest, parameter_count
    precision = {"f32": "float32", "bf16": "bfloat16"}[options.precision]
    flags = {"stride": str(stride), "precision": precision}
    inputs = [{"name": os.path.basename(f.path), "sha256": sha256(f.path)} for f in files]
    found, digests = files[0].header, [entry["sha256"] for entry in inputs]
    model = {"id": os.path.basename(os.path.normpath(options.model)),
             "sha256": digest(options.model)}
    evaluation = {
        "set": found["domain"], "split": found["split"],
        "sha256": digests[0] if len(digests) == 1 else hashlib.sha256(
            "\n".join(digests).encode()).hexdigest()}
    if options.max_tokens:
        evaluation["tokenLimit"], flags["max-tokens"] = options.max_tokens, str(options.max_tokens)
    evaluation |= {key: found[key] for key in ["questions", "kind"] if key in found}
    path = f"{options.model}/run.json"
    if os.path.exists(path):
        run = read_json(path)
        require(run, "mde.run", range(1, 2), path)
        model |= {key: run[key] for key in ["weights", "tokens", "epochs"]}
        model["parameters"] = run.get("parameters") or parameter_count(options.model)
        model["trainer"] = run["provenance"]["tool"]
        if used := run["provenance"]["flags"].get("precision"):
            model["precision"] = used
    return {
        "provenance": {
            "format": "mde.logprobs", "version": 1, "tool": "score.py", "revision": REVISION,
            "flags": flags,
            "inputs": [*inputs, {"name": "model.safetensors", "sha256": model["sha256"]}]},
        "tokenizer": found["tokenizer"], "model": model, "evaluation": evaluation}


def truncated_documents(files: list, context: int) -> int | None:
    """How many documents of which the end alone is scored are too long; None without such."""
    files = [file for file in files if file.has_contexts]
    return sum(int((block.lengths > context).sum())
               for file in files for block in file.blocks()) if files else None


def write(files: list, scorer, head: dict, options: argparse.Namespace) -> None:
    """Scores the files, block after block, and writes the log-probabilities."""
    import numpy
    from frames import FramedWriter
    limit = options.max_tokens or math.inf
    progress = Progress(f"score {head['evaluation']['set']}", "tokens", options.max_tokens or 0, 0,
                        options.progress, options.quiet)
    scored = 0
    with replacing(options.output) as output:
        writer = FramedWriter(output, head)
        pending, held = [], 0  # of each document its values and its bytes; values in all
        for file in files:
            for block in file.blocks():
                if scored >= limit:
                    break
                ends = numpy.cumsum(block.lengths)
                documents = min(len(ends), int(numpy.searchsorted(ends, limit - scored)) + 1)
                values = scorer.log_probs(block, documents, file.has_contexts,
                                          file.header["endOfText"])
                if not numpy.isfinite(values).all():
                    raise Failure(f"{options.model}: its log-probabilities of {file.path} are not "
                                  "numbers; train it again")
                for document in range(documents):
                    start = ends[document] - block.lengths[document] + block.contexts[document]
                    pending.append((values[start:ends[document]], block.bytes[document]))
                    held += len(pending[-1][0])
                    if held >= VALUES_PER_BLOCK:
                        writer.append(encoded(pending))
                        pending, held = [], 0
                scored += int(ends[documents - 1]) if documents else 0
                progress.update(scored)
        if pending:
            writer.append(encoded(pending))
        writer.finish()
    progress.finish()


def encoded(documents: list) -> bytes:
    """A block of documents, as data/README.md describes it."""
    import numpy
    lengths = [len(values) for values, _ in documents]
    numbers = numpy.array([*lengths, *(size for _, size in documents)], "<u4")
    values = numpy.concatenate([values for values, _ in documents]).astype("<f4")
    return struct.pack("<II", len(lengths), sum(lengths)) + numbers.tobytes() + values.tobytes()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        failure.say()
        sys.exit(failure.code)
