"""Writes vectors.json: what numpy, scipy, mpmath and Optuna's Gaussian process compute.

    python3 -m venv VENV && VENV/bin/pip install optuna==5.0.0 torch scipy mpmath
    VENV/bin/python docktuna/golden/gp/make.py > docktuna/golden/gp/vectors.json
"""

import json
import math

import mpmath
import numpy as np
import torch
from optuna._gp.acqf import standard_logei
from optuna._gp.gp import GPRegressor
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import approx_fprime
from scipy.stats import yeojohnson

mpmath.mp.dps = 60
LEAST_NOISE = 1e-6


def squares(a, b, unordered):
    distances = a[:, None, :] - b[None, :, :]
    return np.where(unordered, (distances != 0).astype(float), distances**2)


def covariance(a, b, logarithms, unordered):
    weights, signal = np.exp(logarithms[:-2]), math.exp(logarithms[-2])
    r = np.sqrt(5 * squares(a, b, unordered) @ weights)
    return signal * (1 + r + r**2 / 3) * np.exp(-r)


def improbability(logarithms, points, targets, unordered):
    """-ln of the marginal likelihood without its constant, and of the prior without its."""
    k = covariance(points, points, logarithms, unordered)
    k[np.diag_indices(len(k))] += math.exp(logarithms[-1]) + LEAST_NOISE
    factor = cho_factor(k, lower=True)
    value = 0.5 * targets @ cho_solve(factor, targets) + np.log(np.diag(factor[0])).sum()
    axes = len(logarithms) - 2
    prior = 0.5 * (((logarithms[:-2] + math.log(axes)) / 2) ** 2).sum()
    prior += math.exp(logarithms[-2]) - logarithms[-2]
    prior += 0.5 * ((logarithms[-1] - math.log(1e-4)) / 2.5) ** 2
    return value, prior


def case(seed, count, numbers, choices):
    rng = np.random.default_rng(seed)
    unordered = np.array([False] * numbers + [True] * choices)
    draw = lambda n: np.hstack([rng.random((n, numbers)), rng.integers(0, 3, (n, choices))])
    points, candidates = draw(count), draw(6)
    candidates[0] = points[0]
    targets = np.sin(5 * points[:, 0]) + 0.5 * (points[:, -1] - 1) + 0.1 * rng.normal(size=count)
    targets = (targets - targets.mean()) / (targets.std() or 1)
    logarithms = np.r_[rng.normal(0, 1.5, numbers + choices), 0.3 * rng.normal(), rng.normal(-5, 2)]

    total = lambda x: sum(improbability(x, points, targets, unordered))
    gradient = approx_fprime(logarithms, total, 1e-6)
    value, prior = improbability(logarithms, points, targets, unordered)

    noise = math.exp(logarithms[-1]) + LEAST_NOISE
    k = covariance(points, points, logarithms, unordered) + noise * np.eye(count)
    across = covariance(candidates, points, logarithms, unordered)
    mean = across @ np.linalg.solve(k, targets)
    variance = math.exp(logarithms[-2]) - np.einsum("ij,ji->i", across, np.linalg.solve(k, across.T))

    tensor = lambda x: torch.from_numpy(np.asarray(x, dtype=float))
    regressor = GPRegressor(
        tensor(unordered).bool(), tensor(points), tensor(targets), tensor(np.exp(logarithms[:-2])),
        tensor(math.exp(logarithms[-2])), tensor(noise),
    )
    likelihood = float(regressor.marginal_log_likelihood())
    regressor._cache_matrix()
    optuna_mean, optuna_variance = regressor.posterior(tensor(candidates))
    return {
        "unordered": unordered.tolist(), "points": points.tolist(), "targets": targets.tolist(),
        "logarithms": logarithms.tolist(), "improbability": value + prior, "gradient": gradient.tolist(),
        "candidates": candidates.tolist(), "mean": mean.tolist(), "variance": variance.tolist(),
        "optuna_mean": optuna_mean.tolist(), "optuna_variance": optuna_variance.tolist(),
        "optuna_improbability": prior - likelihood,
    }


def improvement(lowest, mean, variance):
    deviation = mpmath.sqrt(variance)
    z = (mpmath.mpf(lowest) - mean) / deviation
    value = deviation * (mpmath.npdf(z) + z * mpmath.ncdf(z))
    optuna = float(standard_logei(torch.tensor([float(z)], dtype=torch.float64))[0])
    return {
        "lowest": lowest, "mean": mean, "variance": variance, "ln": float(mpmath.log(value)),
        "optuna_ln": optuna + 0.5 * math.log(variance),
    }


def bent(seed, draw):
    values = draw(np.random.default_rng(seed))
    z = values - values.min()
    z = z / z.std()
    transformed, power = yeojohnson(z)
    transformed = (transformed - transformed.mean()) / transformed.std()
    return {"values": values.tolist(), "power": power, "targets": transformed.tolist()}


print(json.dumps({
    "cases": [case(1, 1, 2, 0), case(2, 2, 1, 1), case(3, 12, 3, 0), case(4, 25, 2, 2), case(5, 40, 10, 0)],
    "improvements": [
        improvement(0.0, mean, variance)
        for mean in (-30.0, -2.0, 0.0, 0.5, 0.99, 1.01, 5.0, 29.9, 30.1, 200.0, 3e4)
        for variance in (1.0, 0.04)
    ],
    "bent": [
        bent(1, lambda rng: rng.normal(size=30)), bent(2, lambda rng: rng.random(40) ** 3),
        bent(3, lambda rng: np.arange(20.0)), bent(4, lambda rng: 100 + rng.gamma(4.0, size=50)),
    ],
}))
