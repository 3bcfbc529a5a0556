"""What becomes of the customers who pay, and of what they pay, within a span of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.movements import has_money, spells
from cxlib.frames.summary import TICKS, one


@dataclass(frozen=True, slots=True)
class Span:
    """Customers and revenue (whole ten-thousandths) from the close of one day to that of another.

    `customers_start` pay at the beginning; `lost` of them do not at the end, `fell_start` of them
    paid nothing at some close between. `leavers` are all customers who came down to nothing, those
    who came within the span too, `falls` how often they did. `new` paid for the first time ever.
    `customer_days` is the sum of those who pay over the closes of its `days`.

    `mrr_start` is what is paid at the beginning, `less` what its customers pay less at the end,
    `churned` the part of those who pay nothing then, `more` what they pay more. Of every change in
    the span: `cuts` all falls, `raises` rises of who was paying, `returns` what those pay who come
    back.
    """

    days: int
    customers_start: int
    lost: int
    fell_start: int
    leavers: int
    falls: int
    new: int
    customer_days: int
    mrr_start: int
    less: int
    churned: int
    more: int
    cuts: int
    raises: int
    returns: int


SUMS = tuple(f.name for f in fields(Span) if f.name not in ("days", "customer_days"))


def spans(
    subscriptions: Any, end: dt.date, bounds: Sequence[tuple[dt.date, dt.date]]
) -> tuple[Span, ...]:
    """What happens after the close of the first day of each of `bounds`, up to that of the second.

    Parameters
    ----------
    subscriptions : table of any engine
        As for `cxlib.frames.movements.movements`. Who pays nothing, on a trial say, does not pay.
    end : date
        The last day of observation; no span reaches beyond it.
    bounds : sequence of (date, date)
        The last day before each span, and its last day.
    """
    changes = _changes(subscriptions, end)
    levels = _levels(changes)
    return tuple(_span(changes, levels, after, until) for after, until in bounds)


def _changes(subscriptions: Any, end: dt.date) -> nw.LazyFrame[Any]:
    """A row a customer and day on which what they pay changes: ``day, delta, before, after, nth``."""
    rows = spells(subscriptions, end)
    gained = rows.select("customer_id", day="start", delta=nw.col("ticks"))
    lost = rows.filter(~nw.col("stop").is_null()).select(
        "customer_id", day="stop", delta=-nw.col("ticks")
    )
    return (
        nw.concat([gained, lost])
        .group_by("customer_id", "day")
        .agg(nw.col("delta").sum())
        .filter(nw.col("delta") != 0)
        .with_columns(one=nw.lit(1))
        .with_columns(
            after=nw.col("delta").cum_sum().over("customer_id", order_by="day").cast(nw.Int64),
            nth=nw.col("one").cum_sum().over("customer_id", order_by="day").cast(nw.Int64),
        )
        .with_columns(before=nw.col("after") - nw.col("delta"))
    )


def _levels(changes: nw.LazyFrame[Any]) -> pd.Series[Any]:
    """How many customers pay at the close of each day from the first change to the last."""
    steps = one(nw.col("before") == 0) - one(nw.col("after") == 0)
    found = collected(changes.with_columns(steps=steps).group_by("day").agg(nw.col("steps").sum()))
    by_day = found.set_index(pd.DatetimeIndex(found["day"]).as_unit("s"))["steps"].sort_index()
    return by_day.cumsum().resample("D").ffill() if len(by_day) else by_day


def span_members(
    subscriptions: Any, end: dt.date, after: dt.date, until: dt.date, sums: Sequence[str]
) -> pd.DataFrame:
    """The customers behind some sums of a `Span`.

    Parameters as for `spans`; `sums` are names of its fields, of customers or of revenue.

    Returns
    -------
    pandas.DataFrame
        A row a customer who adds to one of them, the largest change first: ``customer_id``, and
        ``before`` and ``after``, what they pay at both ends (float64; NaN in a table without).
    """
    people = _counted(_changes(subscriptions, end), after, until)
    adds = one(nw.lit(False))
    for name in sums:
        adds = adds + one(nw.col(name) > 0)
    found = collected(people.filter(adds > 0).select("customer_id", "start", "stop"))
    money = 1.0 if has_money(subscriptions) else float("nan")
    found["before"], found["after"] = (money * found[c] / TICKS for c in ("start", "stop"))
    found["customer_id"] = found["customer_id"].astype("str")
    found["change"] = (found["stop"] - found["start"]).abs()
    found = found.sort_values(["change", "customer_id"], ascending=[False, True])
    return found[["customer_id", "before", "after"]].reset_index(drop=True)


def _counted(changes: nw.LazyFrame[Any], after: dt.date, until: dt.date) -> nw.LazyFrame[Any]:
    """A row a customer: what they pay at both ends (``start``, ``stop``), and what they add to `SUMS`."""
    early = nw.col("day") <= nw.lit(after, dtype=nw.Date)
    inside = ~early & (nw.col("day") <= nw.lit(until, dtype=nw.Date))
    delta, before = nw.col("delta"), nw.col("before")
    sums = {
        "start": nw.when(early).then(delta).otherwise(0),
        "stop": nw.when(early | inside).then(delta).otherwise(0),
        "falls": one(inside & (nw.col("after") == 0)),
        "new": one(inside & (nw.col("nth") == 1)),
        "cuts": nw.when(inside & (delta < 0)).then(-delta).otherwise(0),
        "raises": nw.when(inside & (delta > 0) & (before > 0)).then(delta).otherwise(0),
        "returns": nw.when(inside & (before == 0) & (nw.col("nth") > 1)).then(delta).otherwise(0),
    }
    people = (
        changes.with_columns(**sums)
        .group_by("customer_id")
        .agg(*(nw.col(name).sum() for name in sums))
    )
    start, stop = nw.col("start"), nw.col("stop")
    there, gone, fell = start > 0, (start > 0) & (stop == 0), nw.col("falls") > 0
    return people.with_columns(
        customers_start=one(there),
        lost=one(gone),
        fell_start=one(there & fell),
        leavers=one(fell),
        mrr_start=start,
        less=nw.when(stop < start).then(start - stop).otherwise(0),
        churned=nw.when(gone).then(start).otherwise(0),
        more=nw.when(there & (stop > start)).then(stop - start).otherwise(0),
    )


def _span(
    changes: nw.LazyFrame[Any], levels: pd.Series[Any], after: dt.date, until: dt.date
) -> Span:
    people = _counted(changes, after, until)
    found = collected(people.select(*(nw.col(name).sum() for name in SUMS)))
    closes = pd.date_range(after + dt.timedelta(days=1), until, unit="s")
    # Before the first change nobody pays; after the last one as many as then.
    paying = levels.reindex(closes, method="ffill").fillna(0) if len(levels) else levels
    return Span(
        days=len(closes),
        customer_days=int(paying.sum()),
        **{name: int(found[name].fillna(0).iloc[0]) for name in SUMS},
    )
