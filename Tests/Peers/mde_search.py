"""The best mixture of experts as MixMin searches it, in torch; see Tests/Benchmarks/Benchmarking/Peer.swift.

usage: mde_search.py certify TOKENS THREADS

100 steps of exponentiated gradient, rate 1, as MixMin takes them, on seven sets of TOKENS / 7
tokens, each best predicted by its own expert. Prints its name and the gap that it reaches, log max g, when it is ready;
then, for each line on standard input, searches once and prints the seconds and the tokens.
"""
import math
import sys
import time

import torch

K, STEPS = 7, 100
tokens, threads = map(int, sys.argv[2:4])
torch.set_num_threads(threads)
torch.manual_seed(0)
gamma = torch.distributions.Gamma(2.0, 1 / 1.5)
sets = []
for own in range(K):
    logs = -gamma.sample((tokens // K, K))
    logs[:, own] *= 0.5 + 0.08 * own
    sets.append(logs.exp())


def gains(weights):
    """mean over the sets of mean_t p_i / p_λ."""
    total = torch.zeros(K, dtype=torch.float64)
    for p in sets:
        total += (p.T @ (1 / (p @ weights))).double() / p.shape[0]
    return total / K


def search():
    weights = torch.full((K,), 1 / K)
    with torch.inference_mode():
        for _ in range(STEPS):
            weights = weights * gains(weights).exp().float()
            weights /= weights.sum()
    return weights


gap = math.log(gains(search()).max())
print(f"MixMin, torch {torch.__version__}, gap {gap:.1e}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    search()
    print(time.perf_counter() - start, tokens // K * K, flush=True)
