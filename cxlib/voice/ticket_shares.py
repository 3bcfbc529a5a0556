"""Shares of tickets: several of one customer are not independent, so intervals count customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxlib.frames.answers import Scale
from cxlib.privacy.small_groups import suppressed
from cxlib.results import Estimate
from cxlib.voice import csat
from cxlib.voice.scores import scored

YES = Scale(0.0, 1.0, 1.0, 0.0)
"""Of columns that hold 1 for the tickets that are counted and 0 for the others."""


def share(tickets: pd.DataFrame, column: str, scale: Scale = YES) -> Estimate | None:
    """The share of tickets in the positive set of a column; None where none has a value on its scale.

    Wilson, with the effective n of `cxlib.voice.survey.scored`: the tickets of a customer are one.
    """
    table = _scored(tickets, column, scale, np.zeros(len(tickets), np.int64))
    return csat.METRIC.estimate(table.iloc[0]) if len(table) else None


def shares(
    tickets: pd.DataFrame, column: str, scale: Scale, by: pd.Series[Any], hide: bool = False
) -> pd.DataFrame:
    """The same by group, where `by` says of each ticket in which it is (in none where it is missing).

    Returns
    -------
    pandas.DataFrame
        Indexed by group: ``n, value, low, high``; with `hide` those of small groups, and what would
        give them away, are NaN.
    """
    table = _scored(tickets, column, scale, by)[["n", "value", "low", "high"]]
    if hide and len(table):
        table.loc[suppressed(table["n"]), ["value", "low", "high"]] = np.nan
    return table


def _scored(tickets: pd.DataFrame, column: str, scale: Scale, by: Any) -> pd.DataFrame:
    """Sums over customers, each ticket without one alone, and what follows from them."""
    point = tickets[column].to_numpy(np.float64)
    good = point if scale.best == "high" else scale.low + scale.high - point
    group, groups = pd.factorize(by, sort=True)
    unit = pd.factorize(tickets["customer_id"])[0]
    several = int(unit.max(initial=-1)) + 1
    # Arrays of numbers, since tickets may be millions.
    unit = np.where(unit < 0, several + np.arange(len(unit)), unit)
    inside = (point >= scale.low) & (point <= scale.high) & (group >= 0)
    if not inside.any():
        return pd.DataFrame(columns=["n", "value", "low", "high"], dtype="float64")
    found, pairs = pd.factorize(
        group[inside].astype(np.int64) * (several + len(unit)) + unit[inside]
    )
    w = np.bincount(found).astype(np.float64)
    p = np.bincount(found, good[inside] >= scale.positive)
    of = pairs // (several + len(unit))
    added = {"n": w, "units": None, "w": w, "ww": w * w, "p": p, "p2": p * p, "p_w": p * w}
    sums = pd.DataFrame(
        {name: np.bincount(of, of_each, len(groups)) for name, of_each in added.items()},
        index=groups,
    ).assign(d=0.0)
    sums = sums[sums["n"] > 0].astype("float64")
    return scored(sums.assign(s=sums["p"], s2=sums["p2"], s_w=sums["p_w"]), csat.METRIC)
