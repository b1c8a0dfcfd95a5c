"""What an answer chosen by one seed is worth with other seeds, by how it is chosen.

usage: seeds_peer.py REPLICATIONS NAME=TABLE...

A TABLE is JSON lines of runs with losses `mde` of their own, some mixtures with several seeds: each replication draws
one seed of each mixture, an answer is chosen among the repeated ones, and counted is the mean of their other seeds,
less that of the repeated mixture of the lowest MDE loss. Or it is world,SCALE,SHARE,OWN: 60 mixtures that
trend_tables.py makes up, where OWN of what no process explains belongs to the mixture and the rest is noise of the
seed; the 8 of the lowest MDE loss are trained.

Answers: the best as measured; the lowest prediction of `mde-trend` fitted to the same runs; the lowest of these
predictions where a quarter and half of what it takes for noise belong to the mixture, for which a mixture that was
measured is predicted by (1 - w) prediction + w measured, w the share; `mde-trend` fitted to one run of every mixture.
Also prints the variance of seeds over what `mde-trend`, fitted to all mixtures, takes for noise. Differences are in
ten-thousandths of a nat.
"""
import math
import sys

import numpy as np

from trend_peer import predicted
from trend_tables import kernel, lines, places, world

NAMES = ["measured", "`mde-trend`", "a quarter its own", "half its own", "`mde-trend` of all"]


def read(path):
    """Weights, MDE losses and losses by seed (seeds, sets) of each mixture, of the sets that are domains if any is."""
    groups = {}
    for run in lines(path):
        if "mde" in run and not run["id"].startswith("expert-"):
            groups.setdefault(tuple(sorted(run["weights"].items())), []).append(run)
    domains = sorted({domain for weights in groups for domain, _ in weights})
    runs = [run for group in groups.values() for run in group]
    sets = sorted(set.intersection(*({*run["losses"]} & {*run["mde"]} for run in runs)))
    sets = [s for s in sets if s in domains] or sets
    def rows(key, group):
        return np.array([[run[key][s] for s in sets] for run in group])
    return (np.array([[dict(weights).get(d, 0) for d in domains] for weights in groups]),
            np.array([rows("mde", group)[0] for group in groups.values()]),
            [rows("losses", group) for group in groups.values()])


def fit(z, f, y, at):
    found = predicted(kernel(z, z), f, y, kernel(z[at], z), f[at], "now")
    return found[0].mean(1), found[2]


def chosen(z, f, y, rows):
    """The answers among `rows` by fits to them, in the order of NAMES but the last."""
    part = np.arange(len(rows))
    means, measured = fit(z[rows], f[rows], y[rows], part)[0], y[rows].mean(1)
    return [rows[((1 - own) * means + own * measured).argmin()] for own in (1, 0, 0.25, 0.5)]


def repeated(path, replications):
    weights, f, losses = read(path)
    z, random = places(weights, f), np.random.default_rng(1)
    rows = np.array([i for i, seeds in enumerate(losses) if len(seeds) > 1])
    base, found = rows[f[rows].mean(1).argmin()], []
    for _ in range(replications):
        drawn = [random.integers(len(seeds)) for seeds in losses]
        y = np.array([seeds[i] for seeds, i in zip(losses, drawn)])
        rest = {row: np.delete(losses[row], drawn[row], 0).mean() for row in rows}
        every = rows[fit(z, f, y, rows)[0].argmin()]
        found.append([rest[answer] - rest[base] for answer in chosen(z, f, y, rows) + [every]])
    freedom = sum(len(seeds) - 1 for seeds in losses)
    noise = fit(z, f, np.array([seeds[0] for seeds in losses]), rows)[1]
    spread = sum(((seeds - seeds.mean(0)) ** 2).sum(0) for seeds in losses) / freedom
    return len(rows), spread.mean() / noise.mean(), np.array(found)


def made_up(scale, share, own, replications):
    found = []
    for seed in range(replications):
        random = np.random.default_rng([7, seed])
        table = world(1, scale, share, seed)
        truth = table["losses"] - table["white"] * (1 - math.sqrt(own))
        y = truth + math.sqrt(1 - own) * random.permutation(table["white"])
        rows = table["features"].mean(1).argsort(kind="stable")[:8]
        answers = chosen(places(table["weights"], table["features"]), table["features"], y, rows)
        found.append([truth[answer].mean() - truth[rows[0]].mean() for answer in answers])
    return 8, 1 - own, np.array(found)


def main():
    print("| runs | mixtures | seeds / noise | " + " | ".join(NAMES) + " |\n|" + "---|" * 8)
    means = []
    for name, text in (argument.split("=", 1) for argument in sys.argv[2:]):
        kind, *numbers = text.split(",")
        mixtures, ratio, found = (made_up(*map(float, numbers), int(sys.argv[1])) if kind == "world"
                                  else repeated(text, int(sys.argv[1])))
        if kind == "world":
            half = 1.645 * found.std(0) / math.sqrt(len(found))
            cells = [f"{1e4 * m:.0f} ± {1e4 * h:.0f}" for m, h in zip(found.mean(0), half)] + ["–"]
        else:
            cells = [f"{1e4 * m:.0f}" for m in found.mean(0)]
            means.append(found.mean(0))
        print(f"| {name} | {mixtures} | {ratio:.2f} | " + " | ".join(cells) + " |", flush=True)
    if len(means) > 1:
        half = 1.645 * np.std(means, 0, ddof=1) / math.sqrt(len(means))
        cells = [f"{1e4 * m:.0f} ± {1e4 * h:.0f}" for m, h in zip(np.mean(means, 0), half)]
        print("| mean of the tables | | | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
