"""The months of a shop: its facts and averages a month, and how the newest one compares."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.frames.daily import MONEY
from cxlib.kpis import of_estimates, of_facts
from cxlib.periods import Period
from cxlib.results import KPI, Estimate, Fact, Unit
from cxlib.statistics import Z, ratio_of_sums, wilson

COUNTS = ("orders", "buyers", "new_buyers")
AVERAGES: Mapping[str, tuple[Unit, str]] = {
    "average_order": ("money", "linearised"),
    "orders_per_buyer": ("ratio", "linearised"),
    "returning_share": ("share", "wilson"),
}


def exact_sum(amounts: pd.Series[Any]) -> float:
    """A sum of money, exact at the scale of storage (four decimals) in any order; NaN for none."""
    known = amounts.dropna()
    return round(math.fsum(known), 4) if len(known) else math.nan


def monthly_table(
    daily: pd.DataFrame, sums: pd.DataFrame, periods: Sequence[Period]
) -> pd.DataFrame:
    """A row a calendar month, months without a row included.

    Parameters
    ----------
    daily : as `cxlib.frames.daily.daily_kpis` returns it
    sums : as `cxlib.frames.spend.monthly_spend` returns it
    periods : sequence of Period
        The months.

    Returns
    -------
    pandas.DataFrame
        ``month`` (datetime64[s], its first day), ``name``, ``complete``, the counts, the money
        columns (NaN in a file without amounts), and each of `AVERAGES` with ``_low``, ``_high`` and
        ``_n`` (NaN where there was nothing to average): 95 % over customers.
    """
    starts = pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]")
    month = daily["day"].dt.to_period("M").dt.start_time.astype("datetime64[s]")
    table = pd.DataFrame(
        {
            "month": starts,
            "name": [p.name for p in periods],
            "complete": [p.complete for p in periods],
        }
    )
    # A month without a row sold nothing: 0 is its fact, unless the file has no money at all.
    nothing = 0.0 if daily["revenue"].notna().any() else math.nan
    by_month = sums.set_index("month").reindex(starts, fill_value=0.0)
    table["orders"] = daily.groupby(month)["orders"].sum().reindex(starts, fill_value=0).array
    table["buyers"] = by_month["buyers"].astype("int64").array
    table["new_buyers"] = (
        daily.groupby(month)["new_buyers"].sum().reindex(starts, fill_value=0).array
    )
    for column in MONEY:
        summed = daily.groupby(month)[column].agg(exact_sum)
        table[column] = summed.reindex(starts, fill_value=nothing).array
    orders = ratio_of_sums(
        by_month["units"],
        *(by_month[m] for m in ("revenue", "orders", "revenue2", "revenue_orders", "orders2")),
    )
    people = by_month["buyers"]
    a_buyer = ratio_of_sums(
        people,
        by_month["buyer_orders"],
        people,
        by_month["buyer_orders2"],
        by_month["buyer_orders"],
        people,
    )
    for name, (value, error), n in (
        ("average_order", orders, by_month["units"]),
        ("orders_per_buyer", a_buyer, people),
    ):
        value = value + (nothing if name == "average_order" else 0.0)
        table[name] = value
        table[f"{name}_low"], table[f"{name}_high"] = value - Z * error, value + Z * error
        table[f"{name}_n"] = n.astype("int64").array
    shares = [
        wilson(int(n - new), int(n)) if n else None
        for n, new in zip(table["buyers"], table["new_buyers"], strict=True)
    ]
    table["returning_share"] = [s.value if s else math.nan for s in shares]
    table["returning_share_low"] = [s.low if s else math.nan for s in shares]
    table["returning_share_high"] = [s.high if s else math.nan for s in shares]
    table["returning_share_n"] = table["buyers"]
    return table


def average(table: pd.DataFrame, key: str, row: int) -> Estimate | None:
    """One of `AVERAGES` in one month; None where it or its interval could not be had."""
    unit, method = AVERAGES[key]
    value, low, high = (float(table[c].iloc[row]) for c in (key, f"{key}_low", f"{key}_high"))
    if not np.isfinite([value, low, high]).all():
        return None
    return Estimate(value, low, high, int(table[f"{key}_n"].iloc[row]), unit, method)


def kpi(
    table: pd.DataFrame,
    key: str,
    label: str,
    unit: Unit,
    value: Fact | Estimate,
    latest: int | None,
    year_before: int | None,
) -> KPI:
    """A KPI with the newest complete month's figure, its verdicts and the complete months' series.

    Parameters
    ----------
    key : str
        A column of `table`; for any other the KPI is the value alone.
    latest, year_before : int or None
        Rows of the newest complete month and of the same month a year earlier, where complete.

    See `cxlib.kpis` for what it is compared with.
    """
    if key not in table or latest is None:
        return KPI(key, label, value)
    complete, names = table["complete"].tolist(), table["name"].tolist()
    figures = [float(v) for v in table[key]]
    if key in AVERAGES:
        estimates = [average(table, key, row) for row in range(len(table))]
        return of_estimates(key, label, value, estimates, names, complete, figures, year_before)
    n = int(table["orders"].iloc[latest])
    return of_facts(key, label, value, figures, names, complete, unit, n, year_before)
