"""Fits of tables of runs by the usual Python packages; see Tests/Benchmarks/bench-regression.

usage: regression_peer.py lightgbm fit-gbm THREADS WEIGHTS.csv LOSSES.csv    1000 trees for each set, as RegMix
       regression_peer.py sklearn  fit-gp  THREADS WEIGHTS.csv LOSSES.csv    ARD kernel and noise for each set
       regression_peer.py sklearn  fit-ridge THREADS WEIGHTS.csv LOSSES.csv  penalty by leave-one-out

Prints what it is when it is ready; then, for each line on standard input, fits once and prints the seconds that took and how
many sets were fitted.
"""
import csv
import os
import sys
import time

peer, work, threads, weights, losses = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads

import numpy as np


def table(path):
    with open(path, newline="") as file:
        return np.array([[float(x) for x in row[1:]] for row in list(csv.reader(file))[1:]])


X, Y = table(weights), table(losses)
X = X / X.sum(1, keepdims=True)

if (peer, work) == ("lightgbm", "fit-gbm"):
    import lightgbm
    name = f"lightgbm {lightgbm.__version__}"

    def fit():
        for y in Y.T:
            lightgbm.LGBMRegressor(n_estimators=1000, learning_rate=1e-2, seed=42, verbosity=-1,
                                   n_jobs=int(threads)).fit(X, y)
elif peer == "sklearn":
    import sklearn
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
    from sklearn.linear_model import RidgeCV
    name = f"scikit-learn {sklearn.__version__}"

    def fit():
        if work == "fit-ridge":
            features = np.hstack([X, np.log(X + 0.01)])
            RidgeCV(alphas=np.logspace(-4, 4, 33)).fit((features - features.mean(0)) / features.std(0), Y)
            return
        for y in Y.T:
            kernel = ConstantKernel() * RBF(np.full(X.shape[1], 0.5), (1e-2, 1e2)) + WhiteKernel(1e-2, (1e-6, 10))
            GaussianProcessRegressor(kernel).fit(X, (y - y.mean()) / y.std())
else:
    sys.exit(f"{peer} {work}: not known; see the top of this file")

print(name, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    fit()
    print(time.perf_counter() - start, Y.shape[1], flush=True)
