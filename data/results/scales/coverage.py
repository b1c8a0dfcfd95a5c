"""What audits across scales say together, by family and cut: python3 coverage.py AUDIT.jsonl ...

Of every family: tables, then shares of levels and of differences within their 90 % intervals, half
their mean widths, the mean relative error of a set, the rank correlation and the regret.
"""
import collections
import json
import statistics
import sys

KEYS = ("coverage", "radius", "differenceCoverage", "differenceRadius", "meanRelativeError",
        "spearman", "regret")


def main(paths: list[str]) -> None:
    rows = collections.defaultdict(list)
    for path in paths:
        lines = [json.loads(line) for line in open(path)]
        scales = [line for line in lines if line.get("kind") == "scale"]
        fitted = sorted({line["fittedParameters"] for line in scales})
        tested = sorted({line["parameters"] for line in scales})
        for line in scales:
            cut = f"{fitted.index(line['fittedParameters']) + 2} sizes, "
            cut += f"the {tested.index(line['parameters']) + 3}th"
            for name in (cut, "all"):
                rows[line["family"], name].append(line)
    print("family cut tables", *KEYS, sep="\t")
    for (family, cut), lines in sorted(rows.items()):
        means = []
        for key in KEYS:
            known = [line[key] for line in lines if line.get(key) is not None]
            means.append(f"{statistics.mean(known):.4f}" if known else "-")
        print(family, cut, len(lines), *means, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])
