"""Tables of mixtures with losses and MDE losses, for trend_peer.py, which says how they are named."""
import csv
import json
import math
import subprocess

import numpy as np


def table(weights, losses, features, sets, domains):
    return {"weights": np.array(weights, float), "losses": np.array(losses, float),
            "features": np.array(features, float), "sets": sets, "domains": domains}


def kernel(a, b):
    r = np.sqrt(5 * ((a[:, None] - b[None]) ** 2).sum(-1))
    return (1 + r + r * r / 3) * np.exp(-r)


def places(weights, features):
    return np.concatenate([np.sqrt(weights + 1e-3) / 2, features / math.sqrt(features.shape[1])], 1)


def lines(path):
    text = subprocess.run(["zstdcat", "-f", path], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def read_runs(runs, features=None):
    def nats(losses):
        return {name: value["nats"] if isinstance(value, dict) else value for name, value in losses.items()}
    rows = lines(features) if features else []
    known = {row["id"]: nats(row["features"]) for row in rows if "features" in row and row.get("beta", 0) == 0}
    found = {}
    for run in (run for path in runs.split("+") for run in lines(path) if "losses" in run):
        mde = run.get("mde") or known.get(run["id"])
        if mde and not run["id"].startswith("expert-"):
            found.setdefault(tuple(sorted(run["weights"].items())), (run, mde))
    domains = sorted({domain for run, _ in found.values() for domain in run["weights"]})
    sets = sorted(set.intersection(*({*run["losses"]} & {*mde} for run, mde in found.values())))
    return table([[run["weights"].get(domain, 0) for domain in domains] for run, _ in found.values()],
                 [[nats(run["losses"])[name] for name in sets] for run, _ in found.values()],
                 [[mde[name] for name in sets] for _, mde in found.values()], sets, domains)


def law(weights, losses):
    """Fits l to the losses -log sum_k w_k exp(-l_jk) by Adam, and returns them."""
    l = np.tile(losses.mean(0)[:, None] + 0.5, (1, weights.shape[1]))
    first, second = np.zeros_like(l), np.zeros_like(l)
    for t in range(1, 3001):
        shares = weights @ np.exp(-l).T
        slope = (2 * (-np.log(shares) - losses) / len(weights) / shares).T @ weights * np.exp(-l)
        slope += 2e-4 * (l - losses.mean(0)[:, None])
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        l -= 0.02 * first / (1 - 0.9**t) / (np.sqrt(second / (1 - 0.999**t)) + 1e-9)
    return l


def read_csv(weights, losses, features):
    def rows(path):
        with open(path) as file:
            head, *body = csv.reader(file)
        return head[1:], {row[0]: [float(x) for x in row[1:]] for row in body}
    (domains, w), (sets, y) = rows(weights), rows(losses)
    f = {} if features == "law" else rows(features)[1]
    ids = [i for i in w if i in y and (features == "law" or i in f)]
    w, y = np.array([w[i] for i in ids]), np.array([y[i] for i in ids])
    w /= w.sum(1, keepdims=True)
    if features != "law":
        return table(w, y, [f[i] for i in ids], sets, domains)
    soft = (w + 1e-4) / (w + 1e-4).sum(1, keepdims=True)
    fitted = -np.log(soft[1::2] @ np.exp(-law(soft[::2], y[::2])).T)
    return table(w[1::2], y[1::2], fitted, sets, domains)


def world(slope, scale, share, seed):
    """Makes 60 mixtures of 7 domains up, as the model of `mde-trend` would, with other numbers than its priors'."""
    random, runs, domains = np.random.default_rng(seed), 60, 7
    w = random.dirichlet(np.full(domains, 0.7), runs)
    experts = 3.5 + 2.5 * random.random((domains, domains))
    experts[np.arange(domains), np.arange(domains)] = 3 + random.random(domains)
    f = -np.log(w @ np.exp(-experts).T + 1e-9)
    z = places(w, f)
    smooth = np.linalg.cholesky(kernel(z, z) + 1e-9 * np.eye(runs))
    shared = np.linalg.cholesky(0.8 * np.eye(domains) + 0.2).T
    scales = scale * np.exp(0.5 * random.normal(size=domains))
    left = math.sqrt(share) * (smooth @ random.normal(size=f.shape) @ shared)
    white = math.sqrt(1 - share) * (random.normal(size=f.shape) @ shared)
    level = 0.3 * random.normal(size=domains)
    names = [f"d{domain}" for domain in range(domains)]
    losses = level + (slope + 0.1 * random.normal(size=domains)) * f + scales * (left + white)
    return table(w, losses, f, names, names) | {"white": scales * white}


def read(text):
    kind, *parts = text.split(",")
    if kind == "world":
        return world(*map(float, parts[:3]), int(parts[3]))
    return read_csv(kind, *parts) if ".csv" in kind else read_runs(kind, *parts)
