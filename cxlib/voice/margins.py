"""Margins: in what respondents are made equal to the customer base by weights."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MEASURES = ("recency_days", "frequency", "monetary")
FEWEST = 20  # respondents of a class, or it joins a neighbour
SPARE = 10  # respondents for each margin

# How many classes of each measure, and whether pairs of measures count: the most that the answers
# carry, down to the mean ranks alone.
RUNGS = ((10, True), (5, True), (10, False), (5, False), (1, True), (1, False))


@dataclass(frozen=True, slots=True)
class Class:
    """A class of a measure: values above `above` up to `upto` (None: unbounded)."""

    measure: str
    above: float | None
    upto: float | None
    customers: int
    members: NDArray[np.bool_]  # of the respondents


@dataclass(frozen=True, slots=True)
class Margins:
    """What is made equal: `design` of the respondents, shape (k, p), and `means` of the base, (p,).

    `merged` says for each measure how many of its classes had too few respondents and joined others.
    """

    design: Floats
    means: Floats
    classes: tuple[Class, ...]
    merged: dict[str, int]
    most: int
    pairs: bool


def margins(base: pd.DataFrame, respondents: Places) -> Iterator[Margins]:
    """Sets of margins, from the richest that the answers can carry to the plainest.

    For each measure the shares of its quantile classes and the mean normal score of its rank, and for
    each pair of measures the mean product of these scores and the share above both medians. Classes
    remove a bias of any form between them; the scores go on within them and where they are few, since
    someone who is twice as likely to answer with each step of rank is so within a class too; pairs do
    it for answering that depends on two measures together. A set asks for ten respondents a margin.

    Parameters
    ----------
    base : pandas.DataFrame
        The customers with `MEASURES`; one without an amount counts as spending least.
    respondents : array of int, shape (k,)
        Rows of the base.
    """
    values = {m: _values(base[m]) for m in MEASURES if base[m].nunique() > 1}
    scores = {m: _normal_scores(v) for m, v in values.items()}
    for most, pairs in RUNGS:
        found = {m: _classes(m, v, respondents, most) for m, v in values.items()}
        classes = tuple(one for of, _ in found.values() for one in of)
        means, design = [], []
        # One column of the whole base at a time.
        for column in _columns(values, scores, respondents, classes, pairs):
            means.append(column.mean())
            design.append(column[respondents])
        if (most, pairs) == RUNGS[-1] or len(means) * SPARE <= len(respondents):
            yield Margins(
                np.reshape(design, (len(means), len(respondents))).T,
                np.array(means),
                classes,
                {m: joined for m, (_, joined) in found.items()},
                most,
                pairs,
            )


def _columns(
    values: dict[str, Floats],
    scores: dict[str, Floats],
    respondents: Places,
    classes: tuple[Class, ...],
    pairs: bool,
) -> Iterator[Floats]:
    """The margins as columns of the base, one after the other."""
    for one in classes:
        # Of shares that sum to 1 the last follows from the others.
        if one.upto is not None:
            yield _between(values[one.measure], one.above, one.upto).astype(np.float64)
    yield from scores.values()
    for a, b in itertools.combinations(values, 2) if pairs else ():
        yield scores[a] * scores[b]
        both = (values[a] > np.median(values[a])) & (values[b] > np.median(values[b]))
        if FEWEST <= both[respondents].sum() <= len(respondents) - FEWEST:
            yield both.astype(np.float64)


def _values(measure: pd.Series) -> Floats:
    values = measure.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isnan(values), np.nanmin(values) - 1, values)


def _normal_scores(values: Floats) -> Floats:
    """Normal quantiles of the ranks: the same whatever the unit, with ties alike."""
    ranks = stats.rankdata(values)
    return np.asarray(stats.norm.ppf((ranks - 0.5) / len(values)), dtype=np.float64)


def _classes(
    measure: str, values: Floats, respondents: Places, most: int
) -> tuple[list[Class], int]:
    """Quantile classes of the base, the emptiest joined to its emptier neighbour until all are filled.

    Edges as in RFM: equal values are of one class. Also how many classes joined others.
    """
    cuts = np.arange(1, most) / most
    # The last edge is where nothing is above it: not one.
    edges = [e for e in np.unique(np.quantile(values, cuts)) if e < values.max()]
    counted = _sizes(values[respondents], edges)
    before = len(edges)
    while len(counted) > 1 and min(counted) < FEWEST:
        i = counted.index(min(counted))
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(counted)]
        j = min(beside, key=lambda j: counted[j])
        low = min(i, j)
        counted[low : low + 2] = [counted[low] + counted[low + 1]]
        del edges[low]
    sizes = _sizes(values, edges)
    bounds = [None, *map(float, edges), None]
    answered = values[respondents]
    classes = [
        Class(measure, above, upto, size, _between(answered, above, upto))
        for (above, upto), size in zip(itertools.pairwise(bounds), sizes, strict=True)
    ]
    return classes, before - len(edges)


def _sizes(values: Floats, edges: list[float]) -> list[int]:
    places = np.searchsorted(np.asarray(edges), values, side="left")
    return [int(n) for n in np.bincount(places, minlength=len(edges) + 1)]


def _between(values: Floats, above: float | None, upto: float | None) -> NDArray[np.bool_]:
    inside = np.ones(len(values), dtype=bool)
    if above is not None:
        inside &= values > above
    if upto is not None:
        inside &= values <= upto
    return inside
