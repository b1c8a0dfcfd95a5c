"""Writes boosting.json: trees of XGBoost's exact method on a small table with ties, predicted at its own rows.

    python -m venv venv && venv/bin/pip install xgboost==3.2.0 numpy==2.4.6
    venv/bin/python make_boosting.py
"""
import json
import os

import numpy
import xgboost

RUNS, FEATURES, ROUNDS, SHRINKAGE = 40, 5, 12, 0.25
CASES = [  # depth, fewest runs of a leaf, L2 penalty
    (1, 1, 0.0),
    (2, 1, 1.0),
    (2, 5, 0.0),
    (3, 4, 2.5),
]

random = numpy.random.default_rng(6)
# Two decimals make ties; the last column is constant. Single precision, which XGBoost works in.
x = random.dirichlet(numpy.ones(FEATURES - 1), RUNS).round(2)
x = numpy.concatenate([x, numpy.full((RUNS, 1), 0.5)], axis=1).astype(numpy.float32)
y = (numpy.exp(-3 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.05 * random.normal(size=RUNS)).astype(numpy.float32)
y -= y.mean()  # the bias of both is then 0, to rounding

cases = []
for depth, leaf, penalty in CASES:
    model = xgboost.train(
        {
            "tree_method": "exact", "max_depth": depth, "min_child_weight": leaf, "lambda": penalty,
            "eta": SHRINKAGE, "base_score": 0.0, "nthread": 1,
        },
        xgboost.DMatrix(x, y), num_boost_round=ROUNDS)
    cases.append({
        "depth": depth, "minimumLeaf": leaf, "penalty": penalty,
        "predictions": [round(float(p), 6) for p in model.predict(xgboost.DMatrix(x))],
    })

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "boosting.json")
with open(path, "w") as file:
    json.dump({
        "made": f"xgboost {xgboost.__version__}, numpy {numpy.__version__}",
        "rounds": ROUNDS, "shrinkage": SHRINKAGE,
        "features": [[round(float(v), 2) for v in row] for row in x],
        "targets": [float(v) for v in y],
        "cases": cases,
    }, file, indent=None, separators=(",", ":"))
    file.write("\n")
