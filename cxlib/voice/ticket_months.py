"""Tickets by calendar month: how many, how fast, how satisfied, and how many were left open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlib.frames.answers import Scale
from cxlib.kpis import of_estimates, of_facts
from cxlib.periods import Period
from cxlib.results import KPI, Estimate, Fact, Unit, Verdict
from cxlib.statistics import (
    FALSE_DISCOVERY,
    benjamini_hochberg,
    estimate_verdicts,
    fact_verdicts,
)
from cxlib.voice.ticket_shares import shares
from cxlib.voice.ticket_waits import Event, figures

WAITS: tuple[Event, ...] = ("response", "resolution")
SHARES = ("csat", "reopened_share", "one_touch_share")


def monthly_table(
    tickets: pd.DataFrame,
    periods: Sequence[Period],
    moment: pd.Timestamp,
    columns: Mapping[str, tuple[str, Scale]],
) -> pd.DataFrame:
    """A row a calendar month of opening, months without a ticket included.

    Parameters
    ----------
    tickets : as `cxlib.voice.ticket_waits.timed` returns them
    periods : sequence of Period
    moment : Timestamp
        The end of observation.
    columns : mapping of str to (str, Scale)
        Of each share, the column that it is of and its scale.

    Returns
    -------
    pandas.DataFrame
        ``month, name, complete, tickets``; ``backlog`` (open at the end of the month, NaN where the
        file does not say when tickets close); of each wait what `figures` gives; of each share its
        ``_low, _high, _n``.
    """
    starts = pd.Series([pd.Timestamp(p.first) for p in periods], dtype="datetime64[s]")
    month = tickets["day"].dt.to_period("M").dt.start_time.astype("datetime64[s]")
    by_month = dict(iter(tickets.groupby(month)))
    nothing = tickets.head(0)
    table = pd.DataFrame(
        {
            "month": starts,
            "name": [p.name for p in periods],
            "complete": [p.complete for p in periods],
            "tickets": [len(by_month.get(start, nothing)) for start in starts],
            "backlog": _backlog(tickets, periods, moment),
        }
    )
    for event in WAITS:
        rows = [figures(by_month.get(start, nothing), event) for start in starts]
        table = table.join(pd.DataFrame(rows, index=table.index))
    for name in SHARES:
        found = pd.DataFrame(columns=["n", "value", "low", "high"], dtype="float64")
        if name in columns:
            column, scale = columns[name]
            found = shares(tickets, column, scale, month, hide=name == "csat")
        found = found.reindex(starts)
        table[name] = found["value"].to_numpy()
        for end in ("low", "high"):
            table[f"{name}_{end}"] = found[end].to_numpy()
        table[f"{name}_n"] = found["n"].fillna(0).to_numpy()
    return table


def _backlog(tickets: pd.DataFrame, periods: Sequence[Period], moment: pd.Timestamp) -> list[float]:
    """Tickets open at the end of each month, or of observation; NaN where nothing is known to close."""
    if not tickets["closed"].notna().any():
        return [math.nan] * len(periods)
    known = tickets[tickets["open"] | tickets["closed"].le(moment)]
    ends = [min(pd.Timestamp(p.last) + pd.Timedelta(days=1), moment) for p in periods]
    return [float((known["opened"].lt(end) & ~known["closed"].le(end)).sum()) for end in ends]


def estimates(table: pd.DataFrame, key: str) -> list[Estimate | None]:
    """A wait or a share of each month, None where it or its interval could not be had."""
    unit: Unit = "share" if key in SHARES else "hours"
    method = "wilson" if key in SHARES else "Brookmeyer-Crowley"
    rows = zip(*(table[c] for c in (key, f"{key}_low", f"{key}_high", f"{key}_n")), strict=True)
    return [
        None if math.isnan(value) else Estimate(value, low, high, int(n), unit, method)
        for value, low, high, n in rows
    ]


def verdicts(table: pd.DataFrame) -> dict[str, tuple[Verdict, ...]]:
    """Each measure's newest months against the ones before: a family a measure."""
    names, complete = table["name"].tolist(), table["complete"].tolist()
    counts = [float(n) for n in table["tickets"]]
    found = {"tickets": fact_verdicts(counts, names, complete, "count")}
    for key in (*WAITS, *SHARES):
        found[key] = estimate_verdicts(estimates(table, key), names, complete)
    return found


def kpi(
    table: pd.DataFrame,
    key: str,
    label: str,
    value: Fact | Estimate,
) -> KPI:
    """A figure of the whole file with the newest complete month's, its verdicts and its series."""
    complete, names = table["complete"].tolist(), table["name"].tolist()
    if not any(complete):
        return KPI(key, label, value)
    newest = max(i for i, whole in enumerate(complete) if whole)
    year, month = names[newest].split("-")
    ago = f"{int(year) - 1}-{month}"
    before = names.index(ago) if ago in names and complete[names.index(ago)] else None
    figures = [float(v) for v in table[key]]
    if key == "tickets":
        n = int(figures[newest])
        return of_facts(key, label, value, figures, names, complete, "count", n, before)
    return of_estimates(key, label, value, estimates(table, key), names, complete, figures, before)


def as_one_family(shown: Sequence[KPI]) -> tuple[KPI, ...]:
    """KPIs whose comparisons with last year are made at once, so that they are judged together."""
    years = [k.last_year for k in shown]
    p = [math.nan if v is None or v.p is None else v.p for v in years]
    adjusted = benjamini_hochberg(p)
    size = int((~np.isnan(adjusted)).sum())
    made = []
    for one, verdict, together in zip(shown, years, adjusted, strict=True):
        if verdict is not None and not math.isnan(together):
            state = verdict.state if together <= FALSE_DISCOVERY else "none"
            verdict = replace(verdict, state=state, p=float(together), family=size)
        made.append(replace(one, last_year=verdict))
    return tuple(made)
