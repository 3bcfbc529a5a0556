"""The fit of BG/NBD or MBG/NBD with attributes: parameters of each cell, and its optimum.

α = α₀ exp(−γ₁'z), a = a₀ exp(γ₂'z), b = b₀ exp(γ₃'z) (Fader & Hardie 2007, "Incorporating
time-invariant covariates into the Pareto/NBD and BG/NBD models").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.cell_surface import CellPatterns, cell_surface
from cxlib.value.clv.covariate_design import Column, Design
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.maximum import Objective, approached
from cxlib.value.clv.patterns import Array

SIGNS = {"alpha": -1.0, "a": 1.0, "b": 1.0}
"""α = α₀ exp(−γ₁'z), a = a₀ exp(γ₂'z), b = b₀ exp(γ₃'z): a larger γ₁ is more purchases."""
# What attributes may move, the first that the data determine: where a and b cannot be told apart,
# the chance of leaving is moved by a alone.
MOVED = (("alpha", "a", "b"), ("alpha", "a"))


@dataclass(frozen=True, slots=True)
class CovariateFit:
    """A fitted model with covariates. `params` are those of a customer at the references, time in
    `unit`; `coefficients` (m, q) are the γ of each of the `moved` parameters and each column.
    `covariance` is of (log r, log α₀, log a₀, log b₀, γ by moved parameter, then column)."""

    model: str
    unit: str
    params: Mapping[str, float]
    moved: tuple[str, ...]
    columns: tuple[Column, ...]
    coefficients: Array
    covariance: Array
    log_likelihood: float
    gradient: float
    n: int

    def log_params(self, cells: Array) -> Array:
        """Logarithms of r, α, a, b at rows (c, q) of the design: shape (4, c)."""
        logs = np.log(np.array(list(self.params.values())))
        return _logs(np.append(logs, self.coefficients), cells, self.moved)


def fullest(
    process: BetaGeometric, plain: Fit, laid: Design, patterns: CellPatterns
) -> CovariateFit:
    """The fit that moves as much as the data determine, from the plain fit on.

    Raises `NotEnoughData` where none converges.
    """
    for moved in MOVED:
        fit = fitted_with(process, plain, laid, patterns, moved)
        if fit is not None:
            return fit
    raise undetermined()


def fitted_with(
    process: BetaGeometric,
    plain: Fit,
    laid: Design,
    patterns: CellPatterns,
    moved: tuple[str, ...],
) -> CovariateFit | None:
    """The optimum from the fit without attributes on, or None where it is not one."""
    cells = laid.cells
    jacobian = _jacobian(cells, moved)
    scale = float(np.average(patterns.T, weights=patterns.weights))

    def objective_on(some: CellPatterns) -> Objective:
        def objective(theta: Array) -> tuple[float, Array, Array | None]:
            value, slopes, curves = cell_surface(process, _logs(theta, cells, moved), some)
            gradient = np.einsum("jcp,jc->p", jacobian, slopes)
            hessian = sum(
                jacobian[i].T @ (curves[i, j][:, None] * jacobian[j])
                for i in range(4)
                for j in range(4)
            )
            return value, gradient, np.asarray(hessian)

        return objective

    start = np.append(plain.log_params, np.zeros(len(moved) * cells.shape[1]))
    start[1] -= math.log(scale)
    optimum = approached(objective_on, patterns.scaled(scale), start)
    if not optimum.converged or optimum.covariance is None:
        return None
    theta = optimum.log_params.copy()
    theta[1] += math.log(scale)
    return CovariateFit(
        model=plain.model,
        unit=plain.unit,
        params=dict(zip(process.parameters, map(float, np.exp(theta[:4])), strict=True)),
        moved=moved,
        columns=laid.columns,
        coefficients=theta[4:].reshape(len(moved), -1),
        covariance=optimum.covariance,
        # A density for each purchase in the model's unit of time.
        log_likelihood=optimum.log_likelihood
        - float(patterns.weights @ patterns.x) * math.log(scale),
        gradient=optimum.gradient,
        n=round(patterns.customers),
    )


def _logs(theta: Array, cells: Array, moved: tuple[str, ...]) -> Array:
    """Logarithms of r, α, a, b at each cell, (4, c)."""
    logs = np.repeat(theta[:4, None], len(cells), axis=1)
    for name, gamma in zip(moved, theta[4:].reshape(len(moved), -1), strict=True):
        logs[BetaGeometric.parameters.index(name)] += SIGNS[name] * (cells @ gamma)
    return logs


def _jacobian(cells: Array, moved: tuple[str, ...]) -> Array:
    """Derivatives of `_logs` by theta, (4, c, p)."""
    c, q = cells.shape
    found = np.zeros((4, c, 4 + len(moved) * q))
    for i in range(4):
        found[i, :, i] = 1.0
    for place, name in enumerate(moved):
        columns = slice(4 + place * q, 4 + (place + 1) * q)
        found[BetaGeometric.parameters.index(name), :, columns] = SIGNS[name] * cells
    return found


def undetermined() -> NotEnoughData:
    """The refusal of a file on which nothing converges."""
    return NotEnoughData(
        "not_enough_data",
        N_("No purchase model with these attributes converges on this file."),
        N_("Take fewer attributes, or ones with fewer values."),
    )
