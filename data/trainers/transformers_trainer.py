#!/usr/bin/env python3
"""A trainer of one's own, as an example: Hugging Face transformers and nothing else, for TRAINER_FORMAT=datatrove.

    make all TRAINER='python3 data/trainers/transformers_trainer.py {stream} {initial} {context} {batch} {seed} {out}' \
        TRAINER_FORMAT=datatrove
"""
import json
import sys

import numpy
import torch
from transformers import AutoModelForCausalLM, get_cosine_schedule_with_warmup

stream, initial, context, batch, seed, out = sys.argv[1:]
context, batch = int(context), int(batch)
torch.manual_seed(int(seed))
narrow = json.load(open(f"{stream}/stream.json"))["vocabulary"] <= 1 << 16
# (sequences, context + 1): inputs, and behind them their targets.
ids = numpy.memmap(f"{stream}/stream.ds", numpy.uint16 if narrow else numpy.uint32).reshape(-1, context + 1)

device = "cuda" if torch.cuda.is_available() else "cpu"
model = AutoModelForCausalLM.from_pretrained(initial, dtype=torch.float32).to(device)
matrices = [p for p in model.parameters() if p.dim() > 1]
gains = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": 0.1}, {"params": gains, "weight_decay": 0}], lr=1e-2, betas=(0.9, 0.99))
steps = len(ids) // batch
schedule = get_cosine_schedule_with_warmup(optimizer, steps // 20, steps)
for step in range(steps):
    part = torch.from_numpy(ids[step * batch:(step + 1) * batch].astype("int64")).to(device)
    logits = model(part[:, :-1]).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), part[:, 1:].flatten())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()
    optimizer.zero_grad()
model.save_pretrained(out, max_shard_size="1TB")
