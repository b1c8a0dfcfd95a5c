"""Questions answered by EleutherAI's lm-eval; see Tests/Benchmarks/bench-tasks.

usage: tasks_peer.py tasks MODEL THREADS PRECISION SHOTS DRAW TASK.jsonl TRAIN.jsonl

Prints what it is when it is ready; then, for each line on standard input, builds the prompts, scores the choices and
prints the seconds that took and how many questions were answered right. BATCH is the number of choices at once, 16 if it
is not set; the end-of-text token before a prompt is the task's description.
"""
import importlib.metadata
import json
import logging
import os
import sys
import tempfile
import time

_, model, threads, precision, shots, draw, task, train = sys.argv[1:]
os.environ.update(HF_DATASETS_OFFLINE="1", HF_HUB_OFFLINE="1", TQDM_DISABLE="1",
                  TOKENIZERS_PARALLELISM="true" if int(threads) > 1 else "false")
# Only answers go to standard output.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import torch
from lm_eval import evaluator
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

BATCH = int(os.environ.get("BATCH", 16))
END = "<|endoftext|>"

logging.disable(logging.WARNING)
transformers_logging.set_verbosity_error()
torch.set_num_threads(int(threads))
tokenizer = PreTrainedTokenizerFast(
    tokenizer_file=os.path.join(model, "tokenizer.json"), bos_token=END, eos_token=END, pad_token=END)
lm = HFLM(pretrained=model, tokenizer=tokenizer, dtype=precision, device="cpu", batch_size=BATCH)
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "made_up.yaml"), "w") as file:
        json.dump({
            "task": "made_up", "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": task, "train": train}},
            "test_split": "test", "fewshot_split": "train", "num_fewshot": int(shots),
            "fewshot_config": {"sampler": "default" if draw == "each" else "first_n"},
            "output_type": "multiple_choice", "description": END, "doc_to_text": "{{context}}",
            "doc_to_choice": "{{choices}}", "doc_to_target": "{{answer}}",
            "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}], "metadata": {"version": 1}}, file)
    tasks = TaskManager(include_path=folder, include_defaults=False).load(["made_up"])
for loaded in tasks["tasks"].values():
    loaded.set_fewshot_seed(seed=1)
answers.write(f"lm-eval {importlib.metadata.version('lm-eval')}\n")
for line in sys.stdin:
    start = time.perf_counter()
    results = evaluator.evaluate(lm=lm, task_dict=tasks, bootstrap_iters=0, log_samples=False)
    seconds = time.perf_counter() - start
    accuracy = results["results"]["made_up"]["acc,none"]
    count = results["n-samples"]["made_up"]["effective"]
    answers.write(f"{seconds} {round(accuracy * count)}\n")
