"""The engine's work in PyTorch as a careful user would write it; see Tests/Benchmarks/Benchmarking/Peer.swift.

usage: torch_peer.py {train,score} {S,M,L} THREADS {auto,f32,bf16}

Compiled by torch.compile, bfloat16 products by autocast, fused AdamW; `auto` is what is faster here. Prints
`ready`; then, for each line on standard input, works for that many seconds and prints tokens per second.
"""
import os
import sys
import time

# Read by the C library when a process starts: freed memory is kept, in large pages where possible.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(8 << 30), "MALLOC_TRIM_THRESHOLD_": str(16 << 30),
          "MALLOC_TOP_PAD_": str(256 << 20), "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
if "MALLOC_TRIM_THRESHOLD_" not in os.environ:
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MALLOC})

import torch
from torch import nn
from torch.nn import functional as F

#         width layers heads inner vocabulary context batch
SIZES = {"S": (128, 4, 4, 344, 4096, 128, 32),
         "M": (256, 6, 8, 688, 8192, 256, 16),
         "L": (512, 6, 8, 1376, 32000, 512, 4)}


class Layer(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.RMSNorm(width, eps=1e-5), nn.RMSNorm(width, eps=1e-5)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.gate_up = nn.Linear(width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x, cosine, sine):
        batch, context, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, context, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(
            rotated(query, cosine, sine), rotated(key, cosine, sine), value, is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(batch, context, width))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


def rotated(x, cosine, sine):
    left, right = x.chunk(2, dim=-1)
    return torch.cat((left * cosine - right * sine, right * cosine + left * sine), dim=-1)


class Llama(nn.Module):
    def __init__(self, width, layers, heads, inner, vocabulary, context):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.norm = nn.RMSNorm(width, eps=1e-5)
        self.head = nn.Linear(width, vocabulary, bias=False)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)
        size = width // heads
        frequency = 10000.0 ** (-torch.arange(0, size, 2) / size)
        angle = torch.arange(context)[:, None] * frequency
        self.register_buffer("cosine", angle.cos())
        self.register_buffer("sine", angle.sin())

    def forward(self, tokens, targets, reduction):
        x = self.embedding(tokens)
        cosine, sine = self.cosine.to(x.dtype), self.sine.to(x.dtype)
        for layer in self.layers:
            x = layer(x, cosine, sine)
        logits = self.head(self.norm(x)).flatten(0, 1).float()
        return F.cross_entropy(logits, targets.flatten(), reduction=reduction)


def training(model, dtype, tokens, targets):
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=3e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)

    @torch.compile
    def loss_of(tokens, targets):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype == torch.bfloat16):
            return model(tokens, targets, "mean")

    def step():
        loss_of(tokens, targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    return step


def scoring(model, dtype, tokens, targets):
    model = model.eval().to(dtype)  # faster here than autocast
    losses = torch.compile(lambda tokens, targets: model(tokens, targets, "none"))

    def step():
        with torch.inference_mode():
            losses(tokens, targets)
    return step


DTYPES = {"f32": [torch.float32], "bf16": [torch.bfloat16], "auto": [torch.bfloat16, torch.float32]}


def seconds_of(step, steps):
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return time.perf_counter() - start


def main():
    work, config, threads, precision = sys.argv[1:]
    torch.set_num_threads(int(threads))
    *shape, context, batch = SIZES[config]
    tokens, targets = torch.randint(shape[-1], (2, batch, context))

    def warm(dtype):
        torch.manual_seed(1)
        step = (training if work == "train" else scoring)(Llama(*shape, context), dtype, tokens, targets)
        seconds_of(step, 3)
        return step

    steps = [warm(dtype) for dtype in DTYPES[precision]]
    step = min(steps, key=lambda step: min(seconds_of(step, 1) for _ in range(3))) if len(steps) > 1 else steps[0]
    del steps
    print("ready", flush=True)
    for line in sys.stdin:
        start, steps = time.perf_counter(), 0
        while (seconds := time.perf_counter() - start) < float(line):
            step()
            steps += 1
        print(steps * batch * context / seconds, flush=True)


main()
