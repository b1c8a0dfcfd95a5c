"""Regret of answers from the first mixtures in the order of the MDE losses, by how the answer is chosen.

usage: order_peer.py REPLICATIONS NOISE NAME=TABLE...

A TABLE is as for trend_peer.py. Each replication has a random four fifths of it, and trains the 1, 2, 4 or 8 mixtures
of the lowest MDE loss. The answer is the best of these as it measured, the same with normal noise of deviation NOISE
(nats per token) on each, or the mixture of the lowest prediction of `mde-trend` fitted to them. Prints how far the
answer's loss in the table is above the least of the part, in ten-thousandths of a nat, with its 90 % interval.
"""
import math
import sys

import numpy as np

from trend_peer import objectives, predicted
from trend_tables import kernel, places, read

print("| table | spread | runs | measured | with noise | `mde-trend` |\n|" + "---|" * 6)
for name, text in (argument.split("=", 1) for argument in sys.argv[3:]):
    table = read(text)
    criterion = next(iter(objectives(table).values()))
    used = criterion > 0
    features, losses = table["features"][:, used], table["losses"][:, used]
    z, loss, mde = places(table["weights"], features), losses @ criterion[used], features @ criterion[used]
    random = np.random.default_rng(1)
    regrets = {}
    for _ in range(int(sys.argv[1])):
        part = random.permutation(len(loss))[:round(0.8 * len(loss))]
        order = part[np.argsort(mde[part], kind="stable")]
        noise = float(sys.argv[2]) * random.normal(size=len(order))
        for runs in (n for n in (1, 2, 4, 8) if n < len(order)):
            rows = order[:runs]
            fit = predicted(kernel(z[rows], z[rows]), features[rows], losses[rows], kernel(z[part], z[rows]),
                            features[part], "now")
            answers = (rows[loss[rows].argmin()], rows[(loss[rows] + noise[:runs]).argmin()],
                       part[(fit[0] @ criterion[used]).argmin()])
            regrets.setdefault(runs, []).append([loss[answer] - loss[part].min() for answer in answers])
    for runs, found in regrets.items():
        half = 1.645 * np.std(found, 0) / math.sqrt(len(found))
        cells = " | ".join(f"{1e4 * m:.0f} ± {1e4 * h:.0f}" for m, h in zip(np.mean(found, 0), half))
        print(f"| {name} | {loss.std():.3f} | {runs} | {cells} |", flush=True)
