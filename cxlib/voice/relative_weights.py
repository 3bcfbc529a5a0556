"""Johnson's relative weights: how R² is shared among predictors that go with one another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxlib.statistics import LEVEL

Floats = NDArray[np.float64]
Starts = NDArray[np.intp]

RESAMPLES = 2_000
MANY = 5_000  # units; beyond, sums over resamples are drawn from their normal limit
BLOCK = 20_000  # rows whose products are held at a time
DRAWN = 100  # resamples that are drawn at a time
SINGULAR = 1e-10  # an eigenvalue of a correlation matrix that is none


@dataclass(frozen=True, slots=True)
class Resampled:
    """Relative weights over resamples of units, a row a resample.

    `weights` and `random` are of shape (resamples, k) and (resamples,): the weights, and the weight
    that a column of chance had beside the k predictors; `beside` are the weights of the predictors
    in its company. `method` says how resamples were drawn.
    """

    weights: Floats
    beside: Floats
    random: Floats
    method: str


def relative_weights(correlations: Floats, validities: Floats) -> Floats:
    """Each predictor's share of R², one or many sets at once.

    With R = VD²V′ the correlations of the predictors, Λ = VDV′ relates them to the orthogonal
    variables nearest to them, β = Λ⁻¹r regresses the outcome on these, and the weight of predictor j
    is Σₖ λⱼₖ² βₖ². Weights are at least 0 and sum to R².

    Parameters
    ----------
    correlations : array of float, shape (..., k, k)
        Of the predictors; of a singular matrix the directions without variance are left out.
    validities : array of float, shape (..., k)
        Correlations of the predictors with the outcome.

    Returns
    -------
    array of float, shape (..., k)

    References
    ----------
    Johnson (2000), A heuristic method for estimating the relative weight of predictor variables in
    multiple regression, Multivariate Behavioral Research 35: 1-19.
    """
    variances, axes = np.linalg.eigh(correlations)
    known = variances > SINGULAR
    lengths = np.sqrt(np.where(known, variances, 0.0))
    inverse = np.where(known, 1 / np.where(known, lengths, 1.0), 0.0)
    turned = np.swapaxes(axes, -1, -2)
    loadings = (axes * lengths[..., None, :]) @ turned
    along = inverse * (turned @ validities[..., None])[..., 0]
    slopes = (axes @ along[..., None])[..., 0]
    weights: Floats = (loadings**2 @ (slopes**2)[..., None])[..., 0]
    return weights


def correlation_matrix(values: Floats) -> Floats:
    """Correlations of the columns of `values`, shape (n, p)."""
    found: Floats = np.atleast_2d(np.corrcoef(values, rowvar=False))
    return found


def resampled(values: Floats, starts: Starts, seed: int) -> Resampled:
    """The relative weights of the first columns for the last one, in resamples of units.

    A resample draws units with all their rows, so only sums of products over the rows of a unit are
    needed, and a resample is their sum by how often each was drawn. Of more than `MANY` units
    these sums are normal to a good approximation, and are drawn from that law, of mean S and
    covariance Σ pp′ - SS′/G over the G units' products p. Beside the predictors stands a column of
    chance that is drawn anew in each resample: a random direction, whose correlations with the others
    follow from theirs.

    Parameters
    ----------
    values : array of float, shape (n, k + 1)
        Rows in the order of units; predictors, and the outcome last. None is constant.
    starts : array of int, shape (G,)
        The first row of each unit.
    seed : int

    References
    ----------
    Tonidandel, LeBreton & Johnson (2009), Determining the statistical significance of relative
    weights, Psychological Methods 14: 387-399.
    """
    generator = np.random.default_rng(seed)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    p = standard.shape[1] + 1
    pairs = np.triu_indices(p)
    if len(starts) <= MANY:
        products = np.concatenate(list(_products(standard, starts, pairs)))
        sums, method = _drawn(products, generator), "bootstrap"
    else:
        sums, method = _limit(standard, starts, pairs, generator), "bootstrap, normal limit"
    square = np.empty((RESAMPLES, p, p))
    square[:, pairs[0], pairs[1]] = sums
    square[:, pairs[1], pairs[0]] = sums
    n = square[:, :1, :1]
    means = square[:, :1, 1:] / n
    covariances = square[:, 1:, 1:] / n - np.swapaxes(means, 1, 2) @ means
    spread = np.sqrt(np.maximum(np.diagonal(covariances, axis1=1, axis2=2), 0))
    usable = (spread > math.sqrt(SINGULAR)).all(axis=1)  # a resample may have a column of one value
    spread = spread[usable]
    correlations = covariances[usable] / (spread[:, :, None] * spread[:, None, :])
    inner, validities = correlations[:, :-1, :-1], correlations[:, :-1, -1]
    beside = _beside_chance(correlations, n[usable, 0, 0], generator)
    return Resampled(relative_weights(inner, validities), beside[:, :-1], beside[:, -1], method)


def interval(draws: Floats, value: float, level: float = LEVEL) -> tuple[float, float]:
    """The percentile interval of resamples. Weights are squares, which resampling makes larger, so
    near 0 the value itself could lie below: the interval is then widened to hold it."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    return min(float(low), value), max(float(high), value)


def chance(found: Resampled) -> Floats:
    """p-values, shape (k,): twice the share of resamples in which the column of chance weighed as
    much as the predictor, at most 1."""
    behind = (found.beside <= found.random[:, None]).sum(axis=0)
    p: Floats = np.minimum(2 * (behind + 1) / (len(found.random) + 1), 1.0)
    return p


def standardised(
    values: Floats, starts: Starts, level: float = LEVEL
) -> tuple[Floats, Floats, Floats]:
    """Standardised regression coefficients of the last column on the others, with their intervals.

    The covariance is the sandwich over units with the correction G/(G-1) · (n-1)/(n-k-1), the
    quantile Student's t with G - 1 degrees of freedom.

    Returns
    -------
    coefficient, low, high : array of float, shape (k,)

    References
    ----------
    Liang & Zeger (1986), Biometrika 73: 13-22; Cameron & Miller (2015), A practitioner's guide to
    cluster-robust inference, Journal of Human Resources 50: 317-372.
    """
    n, k, units = len(values), values.shape[1] - 1, len(starts)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    x, y = standard[:, :k], standard[:, k]
    bread = np.linalg.inv(x.T @ x)
    slopes = bread @ (x.T @ y)
    sums = np.add.reduceat(x * (y - x @ slopes)[:, None], starts, axis=0)
    correction = units / (units - 1) * (n - 1) / (n - k - 1)
    covariance = bread @ (sums.T @ sums) @ bread * correction
    half = float(stats.t.ppf(0.5 + level / 2, units - 1)) * np.sqrt(np.diagonal(covariance))
    return slopes, slopes - half, slopes + half


def _products(standard: Floats, starts: Starts, pairs: tuple[Starts, Starts]) -> Iterator[Floats]:
    """Sums of products of the columns (and of 1) over the rows of each unit, in blocks of units."""
    ends = np.append(starts[1:], len(standard))
    first = 0
    while first < len(starts):
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + BLOCK, side="right")))
        rows = standard[starts[first] : ends[last - 1]]
        rows = np.column_stack([np.ones(len(rows)), rows])
        of = rows[:, pairs[0]] * rows[:, pairs[1]]
        yield np.add.reduceat(of, starts[first:last] - starts[first], axis=0)
        first = last


def _drawn(products: Floats, generator: np.random.Generator) -> Floats:
    units = len(products)
    sums = np.empty((RESAMPLES, products.shape[1]))
    counts = np.empty((DRAWN, units))
    for first in range(0, RESAMPLES, DRAWN):
        for row in counts:
            row[:] = np.bincount(
                generator.integers(0, units, size=units, dtype=np.int32), minlength=units
            )
        sums[first : first + DRAWN] = counts @ products
    return sums


def _limit(
    standard: Floats,
    starts: Starts,
    pairs: tuple[Starts, Starts],
    generator: np.random.Generator,
) -> Floats:
    m = len(pairs[0])
    total, second = np.zeros(m), np.zeros((m, m))
    for block in _products(standard, starts, pairs):
        total += block.sum(axis=0)
        second += block.T @ block
    variances, axes = np.linalg.eigh(second - np.outer(total, total) / len(starts))
    root = axes * np.sqrt(np.maximum(variances, 0))
    return np.asarray(total + generator.standard_normal((RESAMPLES, m)) @ root.T)


def _beside_chance(correlations: Floats, n: Floats, generator: np.random.Generator) -> Floats:
    """Weights of the predictors and of a column of chance (last) together.

    A column of independent normal values is, once centred, a uniformly random direction of n - 1
    dimensions; its correlations with p given columns are A g / √(g′g + χ²) with AA′ = their
    correlations, g of p standard normal numbers and χ² of n - 1 - p degrees of freedom.
    """
    count, p = correlations.shape[:2]
    variances, axes = np.linalg.eigh(correlations)
    root = axes * np.sqrt(np.maximum(variances, 0))[:, None, :]
    g = generator.standard_normal((count, p))
    rest = generator.chisquare(np.maximum(n - 1 - p, 1))
    random = (root @ g[..., None])[..., 0] / np.sqrt((g**2).sum(axis=1) + rest)[:, None]
    wider = np.ones((count, p, p))
    wider[:, :-1, :-1] = correlations[:, :-1, :-1]
    wider[:, -1, :-1] = wider[:, :-1, -1] = random[:, :-1]
    validities = np.column_stack([correlations[:, :-1, -1], random[:, -1]])
    return relative_weights(wider, validities)
