"""Writes linear.json: ridge regressions of scikit-learn with their errors of leaving one run out, and exponential laws by SciPy.

python make_linear.py > linear.json    (scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6)

Features of the ridge are divided by one scale, the root of their mean variance; leave-one-out refits keep scale and means
of nothing but what scikit-learn itself centres. The law is the minimum of the penalised squares, floor given or free.
"""

import json

import numpy as np
from scipy.optimize import least_squares
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict

random = np.random.default_rng(11)
weights = random.dirichlet(np.ones(4), 18)
noise = 0.05 * random.standard_normal((18, 2))
losses = np.stack([2.4 + np.exp(0.4 - 3 * weights[:, 0]), 3 - weights[:, 1] + 0.5 * weights[:, 2] ** 2], 1) + noise
scaled = weights / np.sqrt(weights.var(0).mean())
ridges = []
for penalty in (0.01, 1.0, 30.0):
    model = Ridge(alpha=penalty).fit(scaled, losses)
    left = cross_val_predict(Ridge(alpha=penalty), scaled, losses, cv=LeaveOneOut())
    ridges.append({"penalty": penalty, "predictions": model.predict(scaled).T.tolist(),
                   "leaveOneOutResiduals": (losses - left).T.tolist()})

centred = weights - weights.mean(0)
laws = []
for penalty, floor in ((0.02, 2.3), (0.3, 2.6), (0.02, None)):
    def residuals(x):
        c, a, b = (floor, x[0], x[1:]) if floor is not None else (x[-1], x[0], x[1:-1])
        return np.r_[c + np.exp(a + centred @ b) - losses[:, 0], np.sqrt(penalty) * b]

    start = np.zeros(5 if floor is not None else 6)
    if floor is None:
        start[-1] = 2.3
    found = least_squares(residuals, start, xtol=1e-15, ftol=1e-15, gtol=1e-15)
    laws.append({"penalty": penalty, "floor": floor, "objective": 2 * found.cost,
                 "predictions": (residuals(found.x)[:18] + losses[:, 0]).tolist()})
print(json.dumps({"weights": weights.tolist(), "losses": losses.tolist(), "ridges": ridges, "laws": laws}))
