"""The retention triangle as shares with intervals, and summed over its cohorts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.ordinals import Grain
from cxlib.frames.triangle import Mode
from cxlib.i18n import N_
from cxlib.periods import Period, months, weeks
from cxlib.results import KPI
from cxlib.statistics import compare, estimate_verdicts, wilson, wilson_ends
from cxlib.value.monthly import exact_sum

Of = Literal["cohort", "previous"]
Floats = NDArray[np.float64]

MODES: Mapping[Mode, str] = {"exact": "active", "on_or_after": "returned"}

BACK: Mapping[Grain, str] = {
    "month": N_("Back next month"),
    "week": N_("Back next week"),
}


def periods_of(span: tuple[dt.date, dt.date], period: Grain) -> tuple[Period, ...]:
    """The calendar periods that observation from the first to the last day of `span` touches."""
    return (months if period == "month" else weeks)(*span)


def marked(found: pd.DataFrame, periods: Sequence[Period], end: dt.date) -> pd.DataFrame:
    """The triangle with names, and which of its cells and cohorts were observed whole.

    Parameters
    ----------
    found : as `cxlib.frames.triangle.retention_triangle` returns it
    periods : sequence of Period
        All that observation touches, in order.
    end : date
        End of observation.

    Returns
    -------
    pandas.DataFrame
        `found` with the cohort's ``name``, ``complete`` (the period at this age was observed to its
        end) and ``whole`` (so was the cohort's own, from its beginning).
    """
    place = {pd.Timestamp(p.first): i for i, p in enumerate(periods)}
    at = found["cohort"].map(place).to_numpy(dtype=np.int64)
    names = np.array([p.name for p in periods], dtype=object)
    over = np.array([p.last <= end for p in periods])
    whole = np.array([p.complete for p in periods])
    return found.assign(
        name=pd.Series(names[at], index=found.index, dtype="str"),
        complete=over[at + found["age"].to_numpy()],
        whole=whole[at],
    )


def shares(triangle: pd.DataFrame, mode: Mode, of: Of) -> pd.DataFrame:
    """A marked triangle as shares: ``cohort, name, age, count, base, share, low, high, complete``.

    Of the cohort: `count` of all its customers. Of the previous period: exact, those who bought in
    both among those who bought in the one before; on or after, those who still come among those who
    still came. NaN where there is nobody to be a share of; age 0 has no previous. Wilson's intervals
    at 95 %.
    """
    count = triangle[MODES[mode]]
    base = triangle["customers"]
    if of == "previous":
        base = count.groupby(triangle["cohort"]).shift(1, fill_value=0)
        # Nobody comes before age 0, so nobody has stayed either.
        count = triangle["kept"] if mode == "exact" else count.where(base > 0, 0)
    low, high = wilson_ends(count, base)
    return triangle[["cohort", "name", "age", "complete"]].assign(
        count=count, base=base, share=count / base.where(base > 0), low=low, high=high
    )


def pooled(triangle: pd.DataFrame) -> pd.DataFrame:
    """The sums over cohorts of every age, of cells that are complete.

    Returns
    -------
    pandas.DataFrame
        ``age, cohorts, customers, active, returned``; their shares of customers ``exact`` and
        ``on_or_after`` with ``_low`` and ``_high`` (Wilson); ``value``, the revenue of the period per
        customer (NaN without amounts), and ``cumulative_value``, its sum over ages.
    """
    cells = triangle[triangle["complete"]]
    by_age = cells.groupby("age")
    curve = by_age[["customers", "active", "returned"]].sum().reset_index()
    curve.insert(1, "cohorts", by_age.size().to_numpy())
    for mode, count in MODES.items():
        low, high = wilson_ends(curve[count], curve["customers"])
        curve[mode] = curve[count] / curve["customers"]
        curve[f"{mode}_low"], curve[f"{mode}_high"] = low, high
    curve["value"] = by_age["revenue"].agg(exact_sum).to_numpy() / curve["customers"]
    # Each step is read from the cohorts that have reached it, so the sum never falls for want of them.
    curve["cumulative_value"] = curve["value"].cumsum()
    return curve


def first_period(triangle: pd.DataFrame, period: Grain) -> KPI | None:
    """Retention in the first period after that of the first purchase, the newest cohort judged."""
    cells = triangle[(triangle["age"] == 1) & triangle["complete"]]
    if cells.empty:
        return None
    each = [
        wilson(int(active), int(n))
        for active, n in zip(cells["active"], cells["customers"], strict=True)
    ]
    together = wilson(int(cells["active"].sum()), int(cells["customers"].sum()))
    names, whole = cells["name"].tolist(), cells["whole"].tolist()
    compared = {name: share for name, share, w in zip(names, each, whole, strict=True) if w}
    if not compared:
        return KPI("first_period", BACK[period], together)
    newest = list(compared)[-1]
    day = cells.loc[cells["name"] == newest, "cohort"].iloc[0].date()
    year_before = periods_of((day, day), period)[0].last_year().name
    return KPI(
        "first_period",
        BACK[period],
        together,
        compared[newest],
        estimate_verdicts(each, names, whole)[-1],
        compare(compared[year_before], compared[newest], year_before, newest)
        if year_before in compared
        else None,
        tuple(share.value for share in compared.values()),
    )
