"""How engaged visits are: averages of sessions with intervals over customers, by month and group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.frames.sessions import MOMENTS
from cxlib.kpis import of_estimates, of_facts
from cxlib.results import KPI, Estimate, Fact, Unit, Verdict
from cxlib.statistics import (
    Z,
    estimate_verdicts,
    fact_verdicts,
    ratio_of_sums,
    wilson_ends,
)

RATES: Mapping[str, tuple[str, str, float, Unit]] = {
    "engaged_share": ("e", "s", 1.0, "share"),
    "mean_minutes": ("t", "s", 60.0, "ratio"),
    "views_per_session": ("v", "s", 1.0, "ratio"),
    "sessions_per_customer": ("s", "n", 1.0, "ratio"),
    "minutes_per_customer": ("t", "n", 60.0, "ratio"),
}
"""Ratios of the sums of `cxlib.frames.sessions.session_sums`: numerator, denominator, what they are
divided by, unit."""
METHOD = "linearised"
LOOKS = {
    "view", "views", "viewed", "viewing", "page", "pages", "pageview", "pageviews", "screen",
    "screens", "screenview", "lihat", "melihat", "halaman", "layar",
}  # fmt: skip
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def views_among(events: Iterable[str]) -> tuple[str, ...] | None:
    """The events whose name has a word for looking, such as view_item; None where none has one."""
    found = tuple(sorted(e for e in events if LOOKS & {word.lower() for word in _WORDS.findall(e)}))
    return found or None


def rates(sums: pd.DataFrame) -> pd.DataFrame:
    """The averages of each row of sums, each with ``_low`` and ``_high`` (95 % over customers).

    Ratios of sums, linearised. A share has Wilson's interval on the number of independent sessions
    that its error amounts to, p(1 - p)/se² (of all sessions alike: the number of customers), so that
    it stays within 0 and 1. NaN where there is nothing to average; the ends are NaN for one customer.
    """
    table = pd.DataFrame(index=sums.index)
    for name, (top, bottom, size, unit) in RATES.items():
        pairs = [_product(sums, a, b) for a, b in ((top, top), (top, bottom), (bottom, bottom))]
        value, error = ratio_of_sums(sums["n"], sums[top], sums[bottom], *pairs)
        value, error = value / size, error / size
        low, high = value - Z * error, value + Z * error
        if unit == "share":
            spread = value * (1 - value)
            alike = np.where(np.isnan(error), np.nan, sums["n"].to_numpy())
            worth = np.divide(spread, error**2, out=alike, where=(error > 0) & (spread > 0))
            worth = np.minimum(worth, sums["s"].to_numpy())
            low, high = wilson_ends(value * worth, worth)
        table[name], table[f"{name}_low"], table[f"{name}_high"] = value, low, high
    return table


def sums_of(people: pd.DataFrame, *by: pd.Series[Any]) -> pd.DataFrame:
    """The sums of `cxlib.frames.sessions.session_sums` from a row a customer, by some columns beside
    it or, without, in one row."""
    columns = {"s": "sessions", "e": "engaged_sessions", "v": "views", "t": "seconds"}
    units = pd.DataFrame({c: people[name].astype("float64") for c, name in columns.items()})
    products = {ab: units[ab[0]] * units[ab[1]] for ab in MOMENTS if len(ab) == 2}
    units = units.assign(n=1.0, **products)[list(MOMENTS)]
    return units.groupby(list(by)).sum().reset_index() if by else units.sum().to_frame().T


def estimate(table: pd.DataFrame, key: str, row: int) -> Estimate | None:
    """One of `RATES` in a row of `rates` (with ``n``); None where it or its interval is not known."""
    value, low, high = (float(table[c].iloc[row]) for c in (key, f"{key}_low", f"{key}_high"))
    if not np.isfinite([value, low, high]).all():
        return None
    return Estimate(value, low, high, int(table["n"].iloc[row]), RATES[key][3], METHOD)


def verdicts(
    table: pd.DataFrame, key: str, complete: Sequence[bool], unit: Unit
) -> tuple[Verdict, ...]:
    """The verdicts of a column of the monthly table; of `RATES` by their errors."""
    names = table["name"].tolist()
    if key in RATES:
        estimates = [estimate(table, key, row) for row in range(len(table))]
        return estimate_verdicts(estimates, names, complete)
    return fact_verdicts([float(v) for v in table[key]], names, complete, unit)


def kpi(
    table: pd.DataFrame,
    key: str,
    label: str,
    unit: Unit,
    value: Fact | Estimate,
    complete: Sequence[bool],
    compared: tuple[int | None, int | None],
    basis: str,
) -> KPI:
    """A KPI with the newest complete month's figure, its verdicts and the complete months' series.

    Parameters
    ----------
    compared : (int or None, int or None)
        Rows of the newest complete month and of the same month a year earlier, where complete.
    basis : str
        The column that says how many a fact rests on.

    See `cxlib.kpis` for what it is compared with.
    """
    row, earlier = compared
    if row is None or not complete[row]:
        return KPI(key, label, value)
    names = table["name"].tolist()
    figures = [float(v) for v in table[key]]
    before = earlier if earlier is not None and complete[earlier] else None
    if key in RATES:
        monthly = [estimate(table, key, i) for i in range(len(table))]
        if before is not None and monthly[before] is None:
            before = None
        return of_estimates(key, label, value, monthly, names, complete, figures, before)
    n = int(table[basis].iloc[row])
    return of_facts(key, label, value, figures, names, complete, unit, n, before)


def _product(sums: pd.DataFrame, a: str, b: str) -> pd.Series[Any]:
    """Σab; of 1 and anything it is the sum of that."""
    if "n" in (a, b):
        return sums[a if b == "n" else b]
    return sums[a + b] if a + b in sums else sums[b + a]
