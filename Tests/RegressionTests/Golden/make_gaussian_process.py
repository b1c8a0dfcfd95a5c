"""Writes gaussian-process.json: Gaussian processes with fixed hyper-parameters, as computed by GPyTorch and scikit-learn.

python make_gaussian_process.py > gaussian-process.json    (gpytorch 1.15.2, torch 2.15.0, scikit-learn 1.9.1, numpy)

Features and losses are standardised (population standard deviation) before they are modelled, and predictions
are scaled back; the log marginal likelihood is that of the standardised losses.
"""

import json

import gpytorch
import numpy as np
import sklearn
import torch
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

torch.set_default_dtype(torch.float64)
random = np.random.default_rng(7)
x, points = random.uniform(-1, 1, (14, 3)), random.uniform(-1.2, 1.2, (5, 3))
latent = np.stack([np.sin(2 * x[:, 0]) + x[:, 1], x[:, 1] * x[:, 2]], 1)
y = latent @ random.normal(size=(2, 4)) + 0.1 * random.normal(size=(14, 4)) + [3, 4, 5, 6]
lengths, constant = np.array([1.3, 0.8, 2.5]), 0.6
own_lengths, own_constants = random.uniform(0.7, 3, (4, 3)), random.uniform(0.2, 0.9, 4)
amplitudes, noise = np.array([0.3, 0.2, 0.4, 0.25]), np.array([0.1, 0.2, 0.15, 0.3])
loadings, common = random.normal(size=4), 0.12
z, q = (x - x.mean(0)) / x.std(0), (points - x.mean(0)) / x.std(0)
mean, scale = y.mean(0), y.std(0)
standard = (y - mean) / scale


def kernel(lengths, constant, loadings):
    """The process of these length scales in every task, times its loading."""
    matern = gpytorch.kernels.MaternKernel(nu=2.5, ard_num_dims=3)
    matern.lengthscale = torch.tensor(lengths)
    level = gpytorch.kernels.ConstantKernel()
    level.constant = torch.tensor(constant**2)
    tasks = gpytorch.kernels.MultitaskKernel(matern + level, num_tasks=4, rank=1)
    tasks.task_covar_module.covar_factor.data = torch.tensor(loadings)[:, None]
    tasks.task_covar_module.var = torch.full((4,), 1e-14)
    return tasks


class Multitask(gpytorch.models.ExactGP):
    def __init__(self, likelihood):
        super().__init__(torch.tensor(z), torch.tensor(standard), likelihood)
        own = [kernel(own_lengths[t], own_constants[t], amplitudes[t] * np.eye(4)[t]) for t in range(4)]
        self.kernel = gpytorch.kernels.AdditiveKernel(*own, kernel(lengths, constant, loadings))
        self.mean = gpytorch.means.MultitaskMean(gpytorch.means.ZeroMean(), num_tasks=4)

    def forward(self, inputs):
        covariance = sum(part(inputs) for part in self.kernel.kernels)
        return gpytorch.distributions.MultitaskMultivariateNormal(self.mean(inputs), covariance)


# Noise of each set, and what moves all losses of a run.
noises = np.diag(noise**2) + common**2 * np.outer(loadings, loadings)
likelihood = gpytorch.likelihoods.MultitaskGaussianLikelihood(num_tasks=4, rank=4, has_global_noise=False)
likelihood.task_noise_covar_factor.data = torch.tensor(np.linalg.cholesky(noises))
model = Multitask(likelihood)
with torch.no_grad(), gpytorch.settings.fast_computations(False, False, False), gpytorch.settings.max_cholesky_size(10**6):
    log_likelihood = likelihood(model(torch.tensor(z))).log_prob(torch.tensor(standard)).item()
    model.eval(), likelihood.eval()
    prediction = model(torch.tensor(q))
    covariance = prediction.covariance_matrix.numpy().reshape(5, 4, 5, 4)
    shared = {
        "logLikelihood": log_likelihood,
        "means": (prediction.mean.numpy() * scale + mean).tolist(),
        "variances": (prediction.variance.numpy() * scale**2).tolist(),
        # Of the sum of all losses, between all points.
        "covariance": np.einsum("itju,t,u->ij", covariance, scale, scale).tolist(),
    }

# The first set alone: the noise is part of the kernel, so it is taken off the variances again.
amplitude = 0.9
sum_kernel = amplitude**2 * (Matern(lengths, nu=2.5) + ConstantKernel(constant**2)) + WhiteKernel(noise[0] ** 2)
single = GaussianProcessRegressor(sum_kernel, alpha=0, optimizer=None).fit(z, standard[:, 0])
means, deviations = single.predict(q, return_std=True)
separate = {
    "logLikelihood": single.log_marginal_likelihood(single.kernel_.theta),
    "means": (means * scale[0] + mean[0]).tolist(),
    "variances": ((deviations**2 - noise[0] ** 2) * scale[0] ** 2).tolist(),
    "amplitude": amplitude,
}
golden = {
    "versions": {"gpytorch": gpytorch.__version__, "torch": torch.__version__, "scikit-learn": sklearn.__version__},
    "features": x.tolist(), "targets": y.tolist(), "points": points.tolist(), "lengthScales": lengths.tolist(),
    "constant": constant, "loadings": loadings.tolist(), "common": common, "amplitudes": amplitudes.tolist(),
    "ownLengthScales": own_lengths.tolist(), "ownConstants": own_constants.tolist(), "noise": noise.tolist(),
    "shared": shared, "separate": separate,
}
print("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()) + "\n}")
