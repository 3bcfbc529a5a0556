"""Maximum likelihood with proof: an optimum is believed only when its gradient and curvature say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from cxlib.value.clv.patterns import Array

Objective = Callable[[Array], tuple[float, Array]]

# Largest slope of the mean log-likelihood by a log-parameter that counts as flat; the most
# log-likelihood that a further Newton step may still promise; and the largest standard error, in
# any direction of the log-parameters, of something that the data can be said to determine (a
# parameter on its way to 0 or infinity has a flat likelihood too, but no curvature).
FLAT = 1e-6
GAIN = 1e-4
WIDEST = 10.0
STEP = 1e-4
NEWTON_STEPS = 12


@dataclass(frozen=True, slots=True)
class Optimum:
    """Where the search ended.

    `log_params` (k,), `covariance` of them (k, k) from the Hessian of the log-likelihood, None
    where that is not negative definite; `gradient` is the largest slope of the mean log-likelihood;
    `log_likelihood` is the total. `converged` says that gradient, curvature and step agree.
    """

    log_params: Array
    covariance: Array | None
    log_likelihood: float
    gradient: float
    converged: bool


def maximise(
    objective: Objective, start: Array, n: float, curvature: Array | None = None
) -> Optimum:
    """Climb from `start` by BFGS, finish by Newton, and check.

    Parameters
    ----------
    objective : callable
        Log-parameters (k,) to the total log-likelihood and its gradient (k,).
    start : array, shape (k,)
        Where to begin.
    n : float
        Number of customers, which makes tolerances independent of the size of the file.
    curvature : array, shape (k, k), optional
        A guess of the inverse Hessian of the mean loss, where `start` is near the optimum.
    """

    def loss(log_params: Array) -> tuple[float, Array]:
        # Parameters beyond e^±30 are numerically infinite; a step there is refused, not followed.
        if np.abs(log_params).max() > 30:
            return np.inf, np.zeros_like(log_params)
        value, gradient = objective(log_params)
        return -value / n, -gradient / n

    options: Any = {"gtol": FLAT, "maxiter": 200, "hess_inv0": curvature}
    found = minimize(loss, start, jac=True, method="BFGS", options=options)
    here = np.asarray(found.x, dtype=float)
    value, gradient = loss(here)
    hessian = _hessian(loss, here)
    for _ in range(NEWTON_STEPS):
        if not _curved(hessian, n) or np.abs(gradient).max() < 1e-3 * FLAT:
            break
        step = np.linalg.solve(hessian, gradient)
        trial, trial_gradient = loss(here - step)
        # Near the optimum rounding hides the gain; a flatter place is progress too.
        if trial > value + 1e-12 * abs(value) or (
            np.abs(trial_gradient).max() >= np.abs(gradient).max()
        ):
            break
        here, value, gradient = here - step, trial, trial_gradient
        hessian = _hessian(loss, here)
    slope = float(np.abs(gradient).max())
    if not (np.isfinite(value) and _curved(hessian, n)):
        return Optimum(here, None, -value * n, slope, False)
    gain = 0.5 * n * float(gradient @ np.linalg.solve(hessian, gradient))
    inverse = np.linalg.inv(hessian) / n
    covariance = np.asarray((inverse + inverse.T) / 2, dtype=np.float64)
    return Optimum(here, covariance, -value * n, slope, slope <= FLAT and gain <= GAIN)


def _hessian(loss: Objective, at: Array) -> Array:
    """Central differences of the analytic gradient, made symmetric."""
    columns = [
        (loss(at + STEP * direction)[1] - loss(at - STEP * direction)[1]) / (2 * STEP)
        for direction in np.eye(len(at))
    ]
    hessian = np.stack(columns)
    return np.asarray((hessian + hessian.T) / 2)


def _curved(hessian: Array, n: float) -> bool:
    """Positive definite, with standard errors that mean something."""
    return bool(np.isfinite(hessian).all() and np.linalg.eigvalsh(hessian)[0] * n > WIDEST**-2)
