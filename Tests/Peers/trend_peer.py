"""Coverage of `mde-trend` at few runs, by a second implementation of it in numpy, before and after its wider scale.

usage: trend_peer.py DRAWS NAME=TABLE...

A TABLE is RUNS,FEATURES, or RUNS alone where runs have losses `mde` of their own (JSON lines, several files with `+`
between them); or WEIGHTS.csv,LOSSES.csv,FEATURES.csv, joined by their first column, where the last are losses that
stand for MDE losses; or WEIGHTS.csv,LOSSES.csv,law, where −log Σ_k w_k exp(−l_jk) is fitted to every other run, and
stands for MDE losses of the rest; or world,SLOPE,SCALE,SHARE,SEED, which is made up.

avg-sp is the mean of the sets that are domains, avg-et of the others. Of random subsets of 3, 4, 6 and 8 mixtures,
prints of 90 % intervals of the others the coverage, with its standard errors over draws and, larger, over the mixtures
that the table happens to have, and in thousandths of a nat the mean width and the mean interval score (width and 20
times what is outside; Gneiting and Raftery, 2007, doi:10.1198/016214506000001437, equation 43).
"""
import math
import sys

import numpy as np

from trend_tables import kernel, places, read

SHARES = np.array([0.1, 0.3, 0.6, 0.85, 0.95, 0.99])
SLOPES = 1 + 0.8 * 0.25 * np.arange(-3, 4)
RHO, SCALE_DEVIATION, SLOPE_DEVIATION, PRIOR_RESIDUALS = 0.2, 0.6, 0.1, 2
# By name: scales, the mean and deviation of the logarithm of the typical one, its steps.
PRIORS = {"before": (0.002 * np.exp(0.4 * np.arange(19)), math.log(0.1), 0.8, np.arange(-2, 3)),
          "now": (0.001 * np.exp(0.4 * np.arange(21)), math.log(0.07), 1.2, np.arange(-4, 5) / 2)}


def components(k, f, y, prior):
    """The shares' weights, slopes, their variances and s², each (sets, shares), with the whitened runs."""
    scales, mean, deviation, steps = PRIORS[prior]
    typical, known = np.exp(mean + deviation * steps), 1 / SLOPE_DEVIATION**2
    whitened, values, means, wholes = [], [], [], []
    for share in SHARES:
        factor = np.linalg.cholesky(share * k + (1 - share) * np.eye(len(k)))
        inverse = np.linalg.inv(factor)
        ones = inverse.sum(1)
        total = ones @ ones
        ym, fm = ones @ inverse @ y / total, ones @ inverse @ f / total
        yw, fw = inverse @ y - ones[:, None] * ym, inverse @ f - ones[:, None] * fm
        whole = (fw * fw).sum(0)[:, None] / scales**2 + known
        best = ((fw * yw).sum(0)[:, None] / scales**2)[..., None] + SLOPES * known
        best = best / whole[..., None]
        squares = ((yw * yw).sum(0)[:, None] / scales**2)[..., None] + SLOPES**2 * known - whole[..., None] * best**2
        logs = 2 * np.log(np.diag(factor)).sum() + math.log(total) + (len(k) - 1) * np.log(scales**2)
        values.append(-0.5 * (squares + (logs + np.log(whole / known))[..., None]))
        means.append(best), wholes.append(whole), whitened.append((inverse, ones, total, yw, fw, ym, fm))
    values, means, wholes = (np.stack(x, 1) for x in (values, means, wholes))
    likelihood = np.exp(values - values.max((1, 2, 3), keepdims=True))
    priors = np.exp(-0.5 * (np.log(scales / typical[:, None]) / SCALE_DEVIATION) ** 2)
    priors /= priors.sum(1, keepdims=True)
    sets = np.maximum(np.einsum("ts,jsb->jtb", priors, likelihood.mean(1)), np.finfo(float).tiny)
    shared = np.log(sets).sum(0) / (1 + (len(sets) - 1) * RHO)
    shared += -0.5 * steps[:, None] ** 2 - 0.5 * ((SLOPES - 1) / 0.25) ** 2
    shared = np.exp(shared - shared.max())
    factors = np.einsum("jtb,ts->jsb", shared / shared.sum() / sets, priors)
    parts = factors[:, None] * likelihood
    weight = np.maximum(parts.sum((2, 3)), np.finfo(float).tiny)
    slope = (parts * means).sum((2, 3)) / weight
    square = (parts * (means**2 + 1 / wholes[..., None])).sum((2, 3)) / weight
    variance = np.einsum("jesb,s->je", parts, scales**2) / weight
    return weight / weight.sum(1, keepdims=True), slope, np.maximum(0, square - slope**2), variance, whitened


def predicted(k, f, y, cross, at, prior):
    """The means and variances of losses at other points, (points, sets), and of noise, by set."""
    weight, slope, slope_variance, variance, whitened = components(k, f, y, prior)
    means, variances, noise = [], [], 0
    for e, (inverse, ones, total, yw, fw, ym, fm) in enumerate(whitened):
        explained = SHARES[e] * cross @ inverse.T
        missing = (1 - explained @ ones) / math.sqrt(total)
        rest = at - fm - explained @ fw
        means.append(ym + explained @ yw + slope[:, e] * rest)
        left = np.maximum(0, SHARES[e] - (explained**2).sum(1) + missing**2)
        variances.append(variance[:, e] * left[:, None] + slope_variance[:, e] * rest**2)
        noise = noise + weight[:, e] * variance[:, e] * (1 - SHARES[e])
    means, weight = np.array(means), weight.T[:, None]
    mean = (weight * means).sum(0)
    return mean, (weight * (np.array(variances) + (means - mean) ** 2)).sum(0), noise


def deviation(criterion, variances, noise):
    def joined(v):
        return (1 - RHO) * v @ criterion**2 + RHO * (np.sqrt(v) @ criterion) ** 2
    return np.sqrt(joined(variances) + joined(noise))


def student(freedom):
    """The t with P(|T| <= t) = .9."""
    t = np.linspace(0, 60, 600001)
    area = np.cumsum((1 + t * t / freedom) ** (-(freedom + 1) / 2)) * t[1]
    whole = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2)) * math.sqrt(freedom * math.pi) / 2
    return np.interp(0.9 * whole, area, t)


def draw(table, criterion, rows, unseen, prior):
    """Of each of the runs `unseen` by a fit to `rows`: whether it is covered, width and interval score, (3, runs)."""
    z, f, y = places(table["weights"], table["features"]), table["features"], table["losses"]
    ratios = []
    for out in rows:
        rest = rows[rows != out]
        found = predicted(kernel(z[rest], z[rest]), f[rest], y[rest], kernel(z[[out]], z[rest]), f[[out]], prior)
        ratios.append(((y[out] - found[0][0]) @ criterion / deviation(criterion, *found[1:])[0]) ** 2)
    freedom = PRIOR_RESIDUALS + len(rows)
    radius = math.sqrt((PRIOR_RESIDUALS + sum(ratios)) / freedom) * student(freedom)
    found = predicted(kernel(z[rows], z[rows]), f[rows], y[rows], kernel(z[unseen], z[rows]), f[unseen], prior)
    radii = radius * deviation(criterion, *found[1:])
    outside = np.maximum(0, abs((y[unseen] - found[0]) @ criterion) - radii)
    return np.array([outside == 0, 2 * radii, 2 * radii + 20 * outside])


def over_mixtures(draws):
    """The standard error of the coverage over mixtures: what a table of as many others might have told."""
    inside, times = {}, {}
    for unseen, found in draws:
        for mixture, covered in zip(unseen, found[0]):
            inside[mixture] = inside.get(mixture, 0) + covered
            times[mixture] = times.get(mixture, 0) + 1
    shares = [inside[mixture] / times[mixture] for mixture in times]
    return np.std(shares, ddof=1) / math.sqrt(len(shares))


def objectives(table):
    own = np.array([s in table["domains"] for s in table["sets"]], dtype=float)
    if own.any() and not own.all():
        return {"avg-sp": own / own.sum(), "avg-et": (1 - own) / (1 - own).sum()}
    return {"mean": np.full(len(own), 1 / len(own))}


def main():
    print("| table | objective | runs | coverage, before | now | width | now | score | now |\n|" + "---|" * 9)
    for name, text in (argument.split("=", 1) for argument in sys.argv[2:]):
        table = read(text)
        for objective, criterion in objectives(table).items():
            for runs in (n for n in (3, 4, 6, 8) if n < len(table["losses"])):
                random, seen, found = np.random.default_rng([1, runs]), set(), {"before": [], "now": []}
                for _ in range(int(sys.argv[1])):
                    order = random.permutation(len(table["losses"]))
                    rows = np.sort(order[:runs])
                    if tuple(rows) not in seen:
                        seen.add(tuple(rows))
                        for prior in found:
                            unseen = order[runs:runs + 96]
                            found[prior].append((unseen, draw(table, criterion, rows, unseen, prior)))
                each = {p: np.array([values.mean(1) for _, values in v]) for p, v in found.items()}
                means = {p: v.mean(0) for p, v in each.items()}
                error = {p: v[:, 0].std() / math.sqrt(len(v)) for p, v in each.items()}
                covered = [f"{means[p][0]:.3f} ± {error[p]:.3f}, {over_mixtures(found[p]):.3f}" for p in found]
                rest = [f"{1000 * means[p][i]:.0f}" for i in (1, 2) for p in found]
                print(f"| {name} | {objective} | {runs} | " + " | ".join(covered + rest) + " |", flush=True)


if __name__ == "__main__":
    main()
