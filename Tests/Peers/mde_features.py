"""The MDE features in numpy or torch, as their users write them; see Tests/Benchmarks/Benchmarking/Peer.swift.

usage: mde_features.py numpy|torch|torch-product features TOKENS MIXTURES THREADS

Prints its name when it is ready; then, for each line on standard input, computes once and prints the seconds and
the tokens. Probabilities are ready in Float32 (exponentials are not timed). torch-product is compiled, with one
logarithm for the product of four tokens, and without a guard against underflow.
"""
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

K = 7
kind, tokens, mixtures, threads = sys.argv[1], *map(int, sys.argv[3:6])
random = np.random.default_rng(0)
p = np.exp(-random.gamma(2.0, 1.5, (tokens, K)).astype(np.float32))
weights = random.dirichlet(np.ones(K), mixtures).astype(np.float32)


def numpy_features(chunk=1024):
    def part(bounds):
        sums, buffer = np.zeros(mixtures), np.empty((chunk, mixtures), np.float32)
        for a in range(bounds[0], bounds[1], chunk):
            b = min(bounds[1], a + chunk)
            mixed = buffer[: b - a]
            np.matmul(p[a:b], weights.T, out=mixed)
            np.log(mixed, out=mixed)
            sums += mixed.sum(0)
        return sums

    cuts = np.linspace(0, tokens, threads + 1).astype(int)
    with ThreadPoolExecutor(threads) as pool:
        return -sum(pool.map(part, zip(cuts[:-1], cuts[1:]))) / tokens


def torch_features(product, chunk=2048):
    import torch

    torch.set_num_threads(threads)
    probabilities, columns = torch.from_numpy(p), torch.from_numpy(weights.T.copy())

    def plain(q):
        return (q @ columns).log().sum(0)

    def of_four(q):
        quarter, result = q.shape[0] // 4, None
        for g in range(4):
            rows = q[g * quarter : (g + 1) * quarter]
            mixed = rows[:, 0:1] * columns[0]
            for i in range(1, K):
                mixed = mixed + rows[:, i : i + 1] * columns[i]
            result = mixed if result is None else result * mixed
        return result.log().sum(0)

    function = torch.compile(of_four, dynamic=False) if product else plain

    def run():
        sums, whole = torch.zeros(mixtures, dtype=torch.float64), tokens // chunk * chunk
        with torch.inference_mode():
            for a in range(0, whole, chunk):
                sums += function(probabilities[a : a + chunk])
            if whole < tokens:
                sums += plain(probabilities[whole:])
        return -sums / tokens

    return run


run = numpy_features if kind == "numpy" else torch_features(kind == "torch-product")
run()
print(kind, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    run()
    print(time.perf_counter() - start, tokens, flush=True)
