"""Maximum likelihood with proof: an optimum is believed only when its gradient and curvature say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from scipy.optimize import minimize

from cxlib.value.clv.differences import central
from cxlib.value.clv.patterns import Array

Objective = Callable[[Array], tuple[float, Array, Array | None]]
"""Log-parameters (k,) to the total log-likelihood, its gradient (k,) and its Hessian (k, k), or None
where that is to be taken from differences of the gradient."""

# Largest slope of the mean log-likelihood by a log-parameter that counts as flat; the most
# log-likelihood that a further Newton step may still promise; and the largest standard error, in
# any direction of the log-parameters, of something that the data can be said to determine (a
# parameter on its way to 0 or infinity has a flat likelihood too, but no curvature).
FLAT = 1e-6
GAIN = 1e-4
WIDEST = 10.0
STEP = 1e-4
NEWTON_STEPS = 12
FIRST_LOOKS = (2_000, 40_000)
"""Rows of the parts of a large sample that tell where its optimum is about."""


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

    Where the objective has a Hessian and `start` is near the optimum, Newton's steps do it all.

    Parameters
    ----------
    objective : callable
        See `Objective`.
    start : array, shape (k,)
        Where to begin.
    n : float
        Number of customers, which makes tolerances independent of the size of the file.
    curvature : array, shape (k, k), optional
        A guess of the inverse Hessian of the mean loss, where `start` is near the optimum.
    """

    def surface(log_params: Array) -> Surface:
        # Parameters beyond e^±30 are numerically infinite; a step there is refused, not followed.
        if np.abs(log_params).max() > 30:
            return Surface(log_params, np.inf, np.zeros_like(log_params), None)
        value, gradient, hessian = objective(log_params)
        return Surface(
            log_params, -value / n, -gradient / n, None if hessian is None else -hessian / n
        )

    def loss(log_params: Array) -> tuple[float, Array]:
        at = surface(log_params)
        return at.value, at.gradient

    here = None
    if curvature is not None:
        near = surface(start)
        here = _newton(surface, near, n) if near.hessian is not None else None
    if here is None or here.slope > FLAT:
        options: Any = {"gtol": FLAT, "maxiter": 200, "hess_inv0": curvature}
        found = minimize(loss, start, jac=True, method="BFGS", options=options)
        here = _newton(surface, surface(np.asarray(found.x, dtype=float)), n)
    hessian = here.curvature(surface)
    if not (np.isfinite(here.value) and _curved(hessian, n)):
        return Optimum(here.at, None, -here.value * n, here.slope, False)
    gain = 0.5 * n * float(here.gradient @ np.linalg.solve(hessian, here.gradient))
    inverse = np.linalg.inv(hessian) / n
    covariance = np.asarray((inverse + inverse.T) / 2, dtype=np.float64)
    converged = here.slope <= FLAT and gain <= GAIN
    return Optimum(here.at, covariance, -here.value * n, here.slope, converged)


class Sample(Protocol):
    """What a model is fitted on: rows `x`, of which a part may be taken, and their customers."""

    @property
    def x(self) -> Array: ...
    @property
    def customers(self) -> float: ...
    def thinned(self, most: int) -> Self: ...


S = TypeVar("S", bound=Sample)


def approached(objective_on: Callable[[S], Objective], whole: S, start: Array) -> Optimum:
    """The optimum of a sample, a large one's from that of its parts, a few steps from its own."""
    curvature = None
    for look in FIRST_LOOKS:
        if len(whole.x) > 2 * look:
            part = whole.thinned(look)
            near = maximise(objective_on(part), start, part.customers, curvature)
            if near.converged and near.covariance is not None:
                start, curvature = near.log_params, near.covariance * part.customers
    return maximise(objective_on(whole), start, whole.customers, curvature)


@dataclass(frozen=True, slots=True)
class Surface:
    """The mean loss at a place, its slopes and, where the objective tells it, its Hessian."""

    at: Array
    value: float
    gradient: Array
    hessian: Array | None

    @property
    def slope(self) -> float:
        """The largest slope by a parameter."""
        return float(np.abs(self.gradient).max())

    def curvature(self, surface: Callable[[Array], Surface]) -> Array:
        """The Hessian; by central differences of the analytic gradient where it is not told."""
        if self.hessian is not None:
            return self.hessian
        hessian = central(lambda at: surface(at).gradient, self.at, STEP)
        return np.asarray((hessian + hessian.T) / 2)


def _newton(surface: Callable[[Array], Surface], here: Surface, n: float) -> Surface:
    """Newton's steps for as long as they lead down and to a flatter place."""
    for _ in range(NEWTON_STEPS):
        hessian = here.curvature(surface)
        if not _curved(hessian, n) or here.slope < 1e-3 * FLAT:
            break
        trial = surface(here.at - np.linalg.solve(hessian, here.gradient))
        # Near the optimum rounding hides the gain; a flatter place is progress too.
        if trial.value > here.value + 1e-12 * abs(here.value) or trial.slope >= here.slope:
            break
        here = trial
    return here


def _curved(hessian: Array, n: float) -> bool:
    """Positive definite, with standard errors that mean something."""
    return bool(np.isfinite(hessian).all() and np.linalg.eigvalsh(hessian)[0] * n > WIDEST**-2)
