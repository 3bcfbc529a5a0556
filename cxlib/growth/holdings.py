"""Groups of answers by what they are worth: what came after, and who holds the revenue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.frames.answers import Scale
from cxlib.privacy.small_groups import suppressed
from cxlib.results import Estimate, Fact, Unit
from cxlib.statistics import customer_ratio, mean_t, wilson
from cxlib.value.clv.totals import Total

GROUPS = ("positive", "neutral", "negative")
DETRACTORS = GROUPS[2]
COLUMNS = ("by", "group", "outcome", "unit", "n", "value", "low", "high", "method", "shown")
HELD = (
    "group", "customers", "customer_share", "revenue", "revenue_share", "clv", "clv_low",
    "clv_high", "shown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holdings:
    """Who holds the revenue of those who answered: `table` has a row a group with `HELD`, the others
    are the detractors' part of it (None where there is none, or too few to show)."""

    table: pd.DataFrame
    detractor_revenue: Fact | None
    detractor_share: Estimate | None


def grouped(points: pd.Series[Any], scale: Scale) -> pd.Series[Any]:
    """The group of each point (counted upwards); missing where there is none."""
    group = np.select(
        [points >= scale.positive, points <= scale.negative, points.notna()],
        [GROUPS[0], GROUPS[2], GROUPS[1]],
        "",
    )
    return pd.Series(group, index=points.index, dtype="str").replace("", None)


def group_means(
    table: pd.DataFrame,
    scales: Mapping[str, Scale],
    outcomes: Mapping[str, Sequence[tuple[str, str, Unit]]],
) -> pd.DataFrame:
    """The mean of each outcome among the groups of each question: `COLUMNS`.

    A share has a Wilson interval, another mean Student's t; a row a customer, so they are
    independent. Groups of fewer than ten, and what would give them away, are not shown.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a customer, with the points of each question and the outcomes.
    scales : mapping of question to Scale
    outcomes : mapping of question to (name, column, unit)
    """
    rows = []
    for by, scale in scales.items():
        group = grouped(table[by], scale)
        for name, column, unit in outcomes[by]:
            held = [table.loc[group == g, column].dropna().to_numpy(np.float64) for g in GROUPS]
            hidden = suppressed([len(values) for values in held])
            for g, values, hide in zip(GROUPS, held, hidden, strict=True):
                shown = bool(len(values)) and not hide
                found = _mean(values, unit) if shown else None
                rows.append(
                    (
                        by,
                        g,
                        name,
                        unit,
                        len(values),
                        *_ends(found),
                        found.method if found else "",
                        shown,
                    )
                )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def holdings(table: pd.DataFrame, clv: Sequence[Total], seed: int) -> Holdings:
    """What the groups of the newest answers hold of the revenue of all who answered and bought.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a customer with ``group`` and ``revenue``; only those with both count.
    clv : sequence of Total
        Of the groups, in money; empty where no model says it.
    seed : int
        Of the bootstrap over customers.
    """
    held = table.dropna(subset=["group", "revenue"])
    money = held["revenue"].to_numpy(np.float64)
    whole = money.sum()
    sizes = [int((held["group"] == g).sum()) for g in GROUPS]
    hidden = suppressed(sizes)
    ahead = {total.group: total.expected for total in clv if total.expected.unit == "money"}
    rows = []
    for g, size, hide in zip(GROUPS, sizes, hidden, strict=True):
        theirs = money[(held["group"] == g).to_numpy()].sum()
        shown = size > 0 and not hide
        part = theirs / whole if whole > 0 else math.nan
        rows.append(
            (
                g, size, size / len(held) if len(held) else math.nan,
                theirs if shown else math.nan, part if shown else math.nan,
                *_ends(ahead.get(g) if shown else None), shown,
            )
        )  # fmt: skip
    found = pd.DataFrame(rows, columns=list(HELD))
    if not len(held) or hidden[2] or not whole > 0:
        return Holdings(found, None, None)
    theirs = np.where(held["group"] == DETRACTORS, money, 0.0)
    return Holdings(
        found,
        Fact(float(theirs.sum()), "money", sizes[2]),
        customer_ratio(theirs, money, seed, "share"),
    )


def _mean(values: Any, unit: Unit) -> Estimate:
    return wilson(int(values.sum()), len(values)) if unit == "share" else mean_t(values, unit)


def _ends(found: Estimate | None) -> tuple[float, float, float]:
    return (math.nan,) * 3 if found is None else (found.value, found.low, found.high)
