#!/usr/bin/env python3
"""Trains a Llama model on a mixture of domains: train-expert's contract, with PyTorch.

Writes config.json, tokenizer.json, run.json, log.jsonl and, last, model.safetensors into the
output folder. Saves resume.zst there every now and then, and when SIGTERM or SIGINT stops it with
exit code 75: the same command goes on from it, to the same losses but for rounding. The sequences
and their order come from mix-tokens, the initial model from train-expert --initial.
"""
import contextlib
import os
import sys

import estimate
import training_options
from environment import require_packages
from failures import Failure
from files import json_line, replace_file
from folder_lock import held
from options import Cost
from stop_signals import StopSignals


def main() -> int:
    signals, cost = StopSignals(), Cost()
    options = training_options.parse()
    if options.estimate:
        replace_file(options.output, json_line(estimate.line(options)))
        return 0
    require_packages("torch", "safetensors", "zstandard", "numpy")
    import processes  # which imports torch, as the run does
    count = processes.count(options.processes, options.device)
    training_options.share_of_batch(options, count)
    if count > 1:
        code = processes.start(count)
        if code == 0:
            cost.report("train.py", options)
        return code
    processes.end_with_parent()
    from training_run import TrainingRun
    group = processes.Group(options.device, options.threads)
    if options.precision == "auto":
        options.precision = "bf16" if group.is_on_gpu else "f32"
    with contextlib.ExitStack() as stack:
        group.together(lambda: group.is_first and stack.enter_context(held(options.output)))
        TrainingRun(options, group).train(signals)
    group.leave()
    if group.size == 1:
        cost.report("train.py", options)
    return 0


if __name__ == "__main__":
    try:
        status = main()
    except Failure as failure:
        if failure.is_ours:
            failure.say()
        status = failure.code
    sys.stdout.flush()
    os._exit(status)  # threads that read ahead, and collectives that wait, end with the process
