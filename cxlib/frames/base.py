"""The customer base, read in one pass: what every analysis of customers rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlib import engine
from cxlib.frames.collected import collected
from cxlib.frames.coverage import Coverage
from cxlib.frames.summary import (
    bought,
    customer_days,
    days_between,
    finished,
    lazy,
    one,
    per_customer,
    rows_until,
    some,
)

SPLITS = (0.5,)
"""Where time is cut unless asked otherwise: half-way between the first and the last day."""


@dataclass(frozen=True, slots=True)
class Split:
    """Customers as they were known at the end of the day `cut`, and what they bought after it.

    `customers` has a row a customer with a purchase up to `cut`, ordered by customer: ``frequency,
    recency, T`` (days, float64) as they were then, refunds dated later undoing nothing yet, and
    ``later``, the purchases after `cut` that stand at the end (float64).
    """

    cut: dt.date
    customers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class CustomerBase:
    """Customers of an orders table up to `end`, its last day unless another was asked for.

    `summary` is the customer summary, `coverage` says which rows it rests on, `splits` are the
    customers at earlier days. An empty table has no `end`.
    """

    end: dt.date | None
    summary: pd.DataFrame
    coverage: Coverage
    splits: tuple[Split, ...]


def customer_base(
    orders: Any, end: dt.date | None = None, splits: Sequence[float | dt.date] = SPLITS
) -> CustomerBase:
    """The customers of an orders table: their summary, its coverage, and their earlier states.

    Parameters
    ----------
    orders : table of any engine, or CustomerBase
        As for `cxlib.frames.summary.customer_summary`. A base is given back as it is, so that
        several analyses can share one.
    end : date, optional
        End of observation: the last day of data unless given. Later rows are ignored.
    splits : sequence of float or date
        Where to cut: days, or shares of the time from the first row to `end`. A day that is not
        between these is left out.
    """
    if isinstance(orders, CustomerBase):
        return orders
    frame = lazy(orders)
    seen = _seen(frame, end)
    end = end or seen.last
    cuts = _cuts(seen.first, end, splits)
    has_money = "amount" in frame.collect_schema().names()
    # Most files have no refund of an earlier purchase; then the past is as it looks today.
    late = _late(cuts) if seen.undone else {}
    customers = _customers(customer_days(frame, end, **late), cuts, bool(late), has_money)
    read = [
        _read(part, end, cuts, has_money)
        for part in engine.parts(frame, "customer_id", seen.rows, customers)
    ]
    rows, used = sum(part.rows for part in read), sum(part.used for part in read)
    return CustomerBase(
        end=end,
        summary=_joined([part.summary for part in read]),
        coverage=Coverage(seen.rows, seen.later, seen.anonymous, rows - used, used),
        splits=tuple(
            Split(cut, _joined([part.known[i] for part in read])) for i, cut in enumerate(cuts)
        ),
    )


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all parts; each column leaves the parts as it is joined, so that none is there twice."""
    names = [str(name) for name in parts[0]]
    columns = {name: pd.concat([p.pop(name) for p in parts], ignore_index=True) for name in names}
    return pd.DataFrame(columns, copy=False)


@dataclass(frozen=True, slots=True)
class _Part:
    """Some customers: their summary, what was known of them at each cut, how many rows they have,
    and how many of these are of customers with a purchase."""

    summary: pd.DataFrame
    known: list[pd.DataFrame]
    rows: int
    used: int


def _customers(
    days: nw.LazyFrame[Any], cuts: Sequence[dt.date], late: bool, has_money: bool
) -> nw.LazyFrame[Any]:
    """A row a customer: today's summary, rows, and what was known at each cut; `late` says that days
    tell what refunds after the cuts took back."""
    then = dict[str, nw.Expr]()
    for i, cut in enumerate(cuts):
        stood = nw.col("is_purchase")
        if late:
            net = nw.col("net") - nw.col(f"late_net_{i}").cast(nw.Int64)
            stood = bought(net, nw.col("undone") - nw.col(f"late_undone_{i}"), has_money)
        before = nw.col("purchase_day") <= nw.lit(cut, dtype=nw.Date)
        day = nw.when(stood & before).then(nw.col("purchase_day")).alias(f"day_{i}")
        days = days.with_columns(day)
        then[f"x_{i}"], then[f"last_{i}"] = nw.col(f"day_{i}").count(), nw.col(f"day_{i}").max()
        if late:  # else both follow from today's summary
            days = days.with_columns(some(nw.col("is_purchase") & ~before).alias(f"later_{i}"))
            then[f"first_{i}"] = nw.col(f"day_{i}").min()
            then[f"later_{i}"] = nw.col(f"later_{i}").count()
    return per_customer(days, rows=nw.col("rows").sum(), **then)


def _read(
    customers: nw.LazyFrame[Any], end: dt.date | None, cuts: Sequence[dt.date], has_money: bool
) -> _Part:
    found = collected(customers.sort("customer_id"))
    buyers = found["purchases"] > 0
    return _Part(
        summary=finished(found if buyers.all() else found[buyers], end, has_money),
        known=[_known(found, i, cut) for i, cut in enumerate(cuts)],
        rows=int(found["rows"].sum()),
        used=int(found.loc[buyers, "rows"].sum()),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """Rows of a table and the days that they span; `undone` counts refunds of an earlier day."""

    rows: int
    later: int
    anonymous: int
    undone: int
    first: dt.date | None
    last: dt.date | None


def _seen(frame: nw.LazyFrame[Any], end: dt.date | None) -> _Seen:
    all_rows = rows_until(frame, None)
    inside = nw.lit(True) if end is None else nw.col("day") <= nw.lit(end, dtype=nw.Date)

    found = collected(
        all_rows.with_columns(inside=inside).select(
            rows=nw.len(),
            later=one(~nw.col("inside")).sum(),
            anonymous=one(nw.col("inside") & nw.col("customer_id").is_null()).sum(),
            undone=one(nw.col("inside") & (nw.col("day") > nw.col("purchase_day"))).sum(),
            first=nw.col("day").min(),
            last=nw.col("day").max(),
        )
    )
    counts = found[["rows", "later", "anonymous", "undone"]].fillna(0).astype("int64")
    rows, later, anonymous, undone = (int(counts[c].iloc[0]) for c in counts)
    return _Seen(rows, later, anonymous, undone, _day(found["first"]), _day(found["last"]))


def _day(column: pd.Series[Any]) -> dt.date | None:
    day = pd.Timestamp(column.iloc[0])
    return None if pd.isna(day) else day.date()


def _cuts(
    first: dt.date | None, end: dt.date | None, splits: Sequence[float | dt.date]
) -> list[dt.date]:
    if first is None or end is None:
        return []
    days = (end - first).days
    cuts = (
        split if isinstance(split, dt.date) else first + dt.timedelta(days=round(split * days))
        for split in splits
    )
    return [cut for cut in cuts if first <= cut < end]


def _late(cuts: Sequence[dt.date]) -> dict[str, nw.Expr]:
    """What refunds dated after each cut took back."""
    sums = {}
    for i, cut in enumerate(cuts):
        late = nw.col("undoes") & (nw.col("day") > nw.lit(cut, dtype=nw.Date))
        sums[f"late_net_{i}"] = nw.when(late).then(nw.col("net")).otherwise(0)
        sums[f"late_undone_{i}"] = one(late)
    return sums


def _known(found: pd.DataFrame, i: int, cut: dt.date) -> pd.DataFrame:
    """The customers known at a cut."""
    late = f"later_{i}" in found  # refunds after it undid purchases before it
    there = (found[f"x_{i}"] > 0).to_numpy()
    x, last, first = (
        found[name].to_numpy()[there]
        for name in (f"x_{i}", f"last_{i}", f"first_{i}" if late else "first_day")
    )
    later = found[f"later_{i}"] if late else found["purchases"] - found[f"x_{i}"]
    customers = {
        "frequency": x - 1.0,
        "recency": days_between(first, last),
        "T": days_between(first, np.datetime64(cut, "s")),
        "later": later.to_numpy()[there].astype("float64"),
    }
    return pd.DataFrame(customers, copy=False)
