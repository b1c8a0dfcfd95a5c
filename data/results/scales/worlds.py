"""A made-up table of runs of four sizes of model: python3 worlds.py SEED [PART | ends] >FILE.

Losses of five sets L = E + exp(A(w)) N^-a + exp(B(w)) D^-b + exp(C(w)) + g(w) + h_N(w), each times
1 + noise of the run + what all runs of its size are off: exponents differ by a fifth between
tables; g is a smooth function of the weights that no law has, of .5 to 3 % of a nat; h is another
one at every size, .1 to .5 %; a size is off by .1 to .5 %, a run by .1 to .4 %; checkpoints before
the end lie up to 3 % higher, as before a learning rate has decayed. PART keeps what runs were until
that part of their length, `ends` their ends alone, under other names. Needs NumPy.
"""
import sys

import numpy as np

DOMAINS, SIZES, SMALL, LARGE = 5, 4, 24, 16


def world(seed: int, kept: str = "1") -> list[str]:
    draw = np.random.default_rng(seed)

    def spread(low: float, high: float) -> float:
        return np.exp(draw.uniform(np.log(low), np.log(high)))

    def smooth(amplitude: float):
        slopes = 2.5 * draw.normal(size=(30, DOMAINS))
        phases = draw.uniform(0, 2 * np.pi, 30)
        sums = draw.normal(size=(DOMAINS, 30)) * np.sqrt(2 / 30)
        return lambda x: amplitude * (np.cos(x @ slopes.T + phases) @ sums.T)

    def slopes(least: float, most: float) -> np.ndarray:
        own = draw.uniform(least, most, DOMAINS)[:, None] * np.eye(DOMAINS)
        return 0.3 * draw.normal(size=(DOMAINS, DOMAINS)) - own

    exponents = [0.3 * np.exp(0.2 * draw.normal() + 0.1 * draw.normal(size=DOMAINS)) for _ in "ND"]
    floor = draw.uniform(1.2, 1.9, DOMAINS)
    levels = [draw.uniform(*ends, DOMAINS) for ends in ((-0.9, -0.3), (-1.5, -0.7), (-1.3, -0.5))]
    a, b, c = slopes(0, 1), slopes(0, 1), slopes(1, 3)
    own = smooth(spread(0.005, 0.03))
    sizes = np.cumprod(np.r_[draw.uniform(6e7, 2e8), draw.uniform(2, 3.2, SIZES - 1)])
    tokens = (draw.choice([20.0, 40.0, 60.0]) * sizes if draw.random() < 0.5
              else 2e10 * np.cumprod(np.r_[1, draw.uniform(1, 1.4, SIZES - 1)]))
    at_size, off, noise = spread(0.001, 0.005), spread(0.001, 0.005), spread(0.001, 0.004)
    early = draw.uniform(0, 0.03)
    weights = draw.dirichlet(np.full(DOMAINS, 1.5), SMALL).round(6)
    weights[:, -1] = 1 - weights[:, :-1].sum(1)
    names = [f"d{i}" for i in range(DOMAINS)]
    lines = [",".join(["run", "parameters", "tokens", *(f"weight_{n}" for n in names),
                       *(f"{n}_loss" for n in names)])]
    for place, (size, length) in enumerate(zip(sizes, tokens)):
        x = weights if place < 2 else weights[:LARGE]
        level = off * (0.9 * draw.normal() + 0.4 * draw.normal(size=DOMAINS))
        other = smooth(at_size)
        base = (floor + np.exp(levels[0] + x @ a.T) * (size / 3e8) ** -exponents[0]
                + np.exp(levels[2] + x @ c.T) + own(x) + other(x))
        run = noise * 0.7 * (draw.normal(size=(len(x), 1)) + draw.normal(size=(len(x), DOMAINS)))
        for part in (0.2, 0.4, 0.6, 0.8, 1):
            term = np.exp(levels[1] + x @ b.T) * (part * length / 2e10) ** -exponents[1]
            losses = (base + term) * (1 + run + level + early * (1 - part))
            for index, (w, y) in enumerate(zip(x, losses)):
                if part != 1 if kept == "ends" else part > float(kept):
                    continue
                name = f"m{index}-end" if kept == "ends" else f"m{index}"
                lines.append(",".join([name, f"{size:.0f}", f"{part * length:.0f}",
                                       *(f"{v:.6f}" for v in w), *(f"{v:.5f}" for v in y)]))
    return lines


if __name__ == "__main__":
    print("\n".join(world(int(sys.argv[1]), *sys.argv[2:3])))
