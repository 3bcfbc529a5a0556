"""Raking: weights of respondents whose means equal those of a base, and what they cost in variance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CLOSE = 1e-9  # how near the weighted means come to those of the base
STEPS = 100
FULL = 0.999  # a leverage beyond which a respondent's own residual says nothing


def raked(design: Floats, means: Floats) -> Floats | None:
    """The weights nearest to equal ones under which the respondents' means are those of the base.

    Of all w > 0 with Σw = 1 and X′w = t the one that minimises Σ w log w: w ∝ exp(Xλ), as raking over
    margins of classes converges to. Newton on the dual log Σ exp((x - t)λ), which is convex.

    Parameters
    ----------
    design : array of float, shape (k, p)
        A row a respondent; columns may depend on one another.
    means : array of float, shape (p,)
        Of the base.

    Returns
    -------
    array of float, shape (k,), or None
        Equal weights exactly where the means agree already; None where no weights meet them.

    References
    ----------
    Deville, Särndal & Sautory (1993), Generalized raking procedures in survey sampling, JASA 88:
    1013-1020; Hainmueller (2012), Entropy balancing for causal effects, Political Analysis 20: 25-46.
    """
    centred = design - means
    tilt = np.zeros(design.shape[1])
    height, weights = _dual(centred, tilt)
    for _ in range(STEPS):
        gradient = centred.T @ weights
        if np.abs(gradient).max(initial=0.0) < CLOSE:
            return weights
        curvature = (centred * weights[:, None]).T @ centred - np.outer(gradient, gradient)
        step = np.linalg.lstsq(curvature, -gradient, rcond=1e-10)[0]
        slope = float(gradient @ step)
        length = 1.0
        while True:
            lower, candidate = _dual(centred, tilt + length * step)
            if lower <= height + 1e-4 * length * slope:
                break
            length /= 2
            if length < CLOSE:  # no way down: means that no weights meet
                return None
        tilt, height, weights = tilt + length * step, lower, candidate
    return None


def _dual(centred: Floats, tilt: Floats) -> tuple[float, Floats]:
    lifted = centred @ tilt
    top = lifted.max()
    weights = np.exp(lifted - top)
    total = weights.sum()
    return float(top + np.log(total)), weights / total


def influences(values: Floats, design: Floats, weights: Floats) -> Floats:
    """How much each respondent moves the weighted mean: w (y - xβ) / (1 - h).

    β is the weighted regression of the values on the design with a constant, whose residuals
    linearise the raked mean; dividing by 1 - h, h = w x(X′WX)⁻¹x′, makes up for the residuals of
    those with large weights, which the regression bends towards them (HC3, near the jackknife). The
    sum of squares is the variance. There is no correction for a finite base: a customer asked again
    may answer otherwise, and the score is read for what they would say.

    Parameters
    ----------
    values, weights : array of float, shape (k,)
        One a respondent; weights sum to 1.
    design : array of float, shape (k, p)

    Returns
    -------
    array of float, shape (k,)
        In the unit of the values.

    References
    ----------
    Deville & Särndal (1992), Calibration estimators in survey sampling, JASA 87: 376-382; MacKinnon
    & White (1985), Some heteroskedasticity-consistent covariance matrix estimators, Journal of
    Econometrics 29: 305-325.
    """
    columns = np.column_stack([np.ones(len(values)), design - weights @ design])
    inverse = np.linalg.pinv((columns * weights[:, None]).T @ columns, rcond=1e-10, hermitian=True)
    beta = inverse @ (columns.T @ (weights * values))
    leverage = weights * np.einsum("ij,ij->i", columns @ inverse, columns)
    residual = values - columns @ beta
    return np.asarray(weights * residual / (1 - np.minimum(leverage, FULL)), dtype=np.float64)


def kish(weights: Floats) -> float:
    """(Σw)² / Σw²: how many equally weighted respondents vary as much, whatever they were asked."""
    return float(weights.sum() ** 2 / (weights @ weights))


def freedom(weights: Floats) -> float:
    """Degrees of freedom of a variance of weighted residuals: (Σw²)² / Σw⁴, of equal ones k.

    Satterthwaite's, with residuals of one variance: a few large weights make it unsteady.
    """
    squares = weights**2
    return float(squares.sum() ** 2 / (squares @ squares))
