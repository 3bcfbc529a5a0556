"""How recurring revenue moves: what a customer pays before and after each month that changes it.

A subscription runs from its first day up to, not including, the day on which it ends. What is paid
"at the end of a month" is paid at the close of its last day: who starts on the first of March is new
in March, and who ends on the last of March is lost in March.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import TICKS, lazy
from cxlib.i18n import N_

CHANGES = ("month", "customer_id", "before", "after", "returned")
YES, NO, UNKNOWN = 1, 0, -1
LIVES = ("plan", "start", "stop", "left", "n")


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Rows of a subscriptions table: `rows` is the sum of the others; `used` are those that count."""

    rows: int
    undated: int
    later: int
    reversed: int
    unpriced: int
    used: int

    @property
    def excluded(self) -> dict[str, int]:
        """Why rows do not count; the rest are `used`."""
        return {
            N_("without a start"): self.undated,
            N_("after the end of observation"): self.later,
            N_("ending before they start"): self.reversed,
            N_("without a monthly revenue, or with a negative one"): self.unpriced,
        }


def last_event(subscriptions: Any) -> dt.date | None:
    """The latest day on which a subscription starts or ends, or None for a table without days."""
    rows = _typed(subscriptions).select(nw.col("start").max(), nw.col("stop").max())
    ends = [nw.to_py_scalar(value) for value in rows.collect("pyarrow").row(0)]
    return max((day for day in ends if day is not None), default=None)


def has_money(subscriptions: Any) -> bool:
    """Whether any subscription has a monthly revenue."""
    frame = lazy(subscriptions)
    if "mrr" not in frame.collect_schema().names():
        return False
    return frame.filter(~nw.col("mrr").is_null()).head(1).collect("pyarrow").shape[0] > 0


def counted(subscriptions: Any, end: dt.date) -> Subscriptions:
    """Count the rows of a subscriptions table of any engine by what becomes of them."""
    found = (
        _judged(subscriptions, end)
        .group_by("why")
        .agg(n=nw.len())
        .collect("pyarrow")
        .to_native()
        .to_pylist()
    )
    n = {row["why"]: int(row["n"]) for row in found}
    return Subscriptions(
        sum(n.values()),
        *(n.get(why, 0) for why in ("undated", "later", "reversed", "unpriced", "")),
    )


def spells(subscriptions: Any, end: dt.date, keep: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """The subscriptions that count: ``customer_id, plan, start, stop, left, ticks`` and `keep`.

    `stop` is the first day on which it does not run, null while it does at the close of `end`. One
    that ends on the day before the same customer's next one starts runs until that day: some exports
    give the last day, others the first day without. `left` says that it ended otherwise than by
    moving to another: by the column `churned` where that knows. `ticks` is the monthly revenue in
    whole ten-thousandths; in a table without any, 1 a subscription.
    """
    rows = _judged(subscriptions, end, keep).filter(nw.col("why") == "")
    starts = rows.select("customer_id", after="start", follows=nw.lit(1)).unique()
    same = rows.select("customer_id", stop="start", moves=nw.lit(1)).unique()
    joined = (
        rows.with_columns(after=nw.col("stop").dt.offset_by("1d").cast(nw.Date))
        .join(starts, on=["customer_id", "after"], how="left")
        .join(same, on=["customer_id", "stop"], how="left")
        .with_columns(
            follows=(nw.col("follows") == 1).fill_null(False),
            moves=(nw.col("moves") == 1).fill_null(False),
        )
        .with_columns(
            stop=nw.when(nw.col("follows")).then(nw.col("after")).otherwise(nw.col("stop")),
            moved=nw.col("follows") | nw.col("moves"),
        )
        .with_columns(ended=(nw.col("stop") <= nw.lit(end, dtype=nw.Date)).fill_null(False))
    )
    said = nw.col("churned")
    left = nw.col("ended") & ((said == YES) | ((said == UNKNOWN) & ~nw.col("moved")))
    return joined.select(
        "customer_id", "plan", "start", "ticks", *keep, stop=_only("ended", "stop"), left=left
    )


def movements(subscriptions: Any, end: dt.date) -> pd.DataFrame:
    """What each customer pays before and after every month in which that changes.

    Parameters
    ----------
    subscriptions : table of any engine
        Needs ``customer_id`` and ``start``; reads ``end``, ``plan``, ``mrr`` and ``churned`` where they are there.
        Several subscriptions of a customer, in turn or at once, are summed.
    end : date
        The last day of observation.

    Returns
    -------
    pandas.DataFrame
        Ordered by month and customer, with `CHANGES`: ``month`` (datetime64[s], its first day),
        ``before`` and ``after`` (int64, ten-thousandths at the close of the last day of the month
        before and of this one), ``returned`` (bool: paid at the end of some earlier month, but not
        of the last).
    """
    rows = spells(subscriptions, end)
    month = {column: _month(column) for column in ("start", "stop")}
    gained = rows.select("customer_id", month=month["start"], delta=nw.col("ticks"))
    lost = rows.filter(~nw.col("stop").is_null()).select(
        "customer_id", month=month["stop"], delta=-nw.col("ticks")
    )
    changes = (
        nw.concat([gained, lost])
        .group_by("customer_id", "month")
        .agg(nw.col("delta").sum())
        .filter(nw.col("delta") != 0)
        .with_columns(
            after=nw.col("delta").cum_sum().over("customer_id", order_by="month").cast(nw.Int64)
        )
        .with_columns(before=nw.col("after") - nw.col("delta"))
    )
    found = collected(changes.sort("month", "customer_id"))
    found["customer_id"] = found["customer_id"].astype("str")
    found["month"] = found["month"].astype("datetime64[s]")
    found["returned"] = (found["before"] == 0) & found.duplicated("customer_id")
    return found[list(CHANGES)]


def lives(subscriptions: Any, end: dt.date) -> pd.DataFrame:
    """How long subscriptions ran: a row for each distinct ``plan, start, stop, left`` with its `n`.

    ``plan`` is missing where the file has none; ``stop`` (datetime64[s]) is missing while it runs.
    """
    found = collected(
        spells(subscriptions, end).group_by("plan", "start", "stop", "left").agg(n=nw.len())
    )
    for column in ("start", "stop"):
        found[column] = pd.to_datetime(found[column]).astype("datetime64[s]")
    found["left"] = found["left"].astype("bool")
    return found.sort_values(list(LIVES), ignore_index=True)[list(LIVES)]


def paying(subscriptions: Any, day: dt.date, keep: Sequence[str] = ()) -> pd.DataFrame:
    """The customers who pay at the close of a day, as they were known then.

    Returns
    -------
    pandas.DataFrame
        A row a customer, ordered: ``customer_id, mrr`` (float64, of all subscriptions; NaN in a
        table without), ``plan`` and the columns `keep` of the newest one, ``tenure_days`` since the
        first start ever, ``plan_days`` since the newest, ``subscriptions`` so far. What `keep` holds
        is as the file has it today.
    """
    rows = spells(subscriptions, day, keep)
    ever = collected(
        rows.group_by("customer_id").agg(first=nw.col("start").min(), subscriptions=nw.len())
    )
    now = collected(rows.filter(nw.col("stop").is_null()).drop("stop", "left"))
    now = now.sort_values(["customer_id", "start", "plan"], kind="stable", ignore_index=True)
    total = now.groupby("customer_id", sort=True)["ticks"].sum()
    found = now.drop_duplicates("customer_id", keep="last").merge(ever, on="customer_id")
    close = pd.Timestamp(day)
    money = 1.0 if has_money(subscriptions) else float("nan")
    found["mrr"] = money * found["customer_id"].map(total).astype("float64") / TICKS
    found["customer_id"] = found["customer_id"].astype("str")
    found["tenure_days"] = (close - found["first"]).dt.days.astype("int64")
    found["plan_days"] = (close - found["start"]).dt.days.astype("int64")
    columns = ["customer_id", "mrr", "plan", "tenure_days", "plan_days", "subscriptions", *keep]
    return found[columns].reset_index(drop=True)


def _typed(subscriptions: Any, keep: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """The columns that matter, typed; those that a table lacks are null."""
    frame = lazy(subscriptions)
    names = frame.collect_schema().names()

    def column(name: str, dtype: Any) -> nw.Expr:
        return nw.col(name).cast(dtype) if name in names else nw.lit(None, dtype=dtype)

    return frame.select(
        customer_id=nw.col("customer_id").cast(nw.String),
        plan=column("plan", nw.String),
        start=column("start", nw.Date),
        stop=column("end", nw.Date),
        churned=_said("churned" if "churned" in names else None),
        mrr=column("mrr", nw.Float64),
        **{name: nw.col(name) for name in keep},
    )


def _judged(subscriptions: Any, end: dt.date, keep: Sequence[str] = ()) -> nw.LazyFrame[Any]:
    """The rows, with `why` they do not count (empty where they do) and their `ticks`."""
    money = has_money(subscriptions)
    priced = nw.col("mrr") >= 0 if money else nw.lit(True)
    ticks = (nw.col("mrr").fill_null(0) * TICKS).round(0).cast(nw.Int64) if money else nw.lit(1)
    start, stop = nw.col("start"), nw.col("stop")
    return _typed(subscriptions, keep).with_columns(
        ticks=ticks,
        why=nw.when(start.is_null())
        .then(nw.lit("undated"))
        .otherwise(
            nw.when(start > nw.lit(end, dtype=nw.Date))
            .then(nw.lit("later"))
            .otherwise(
                nw.when((stop < start).fill_null(False))
                .then(nw.lit("reversed"))
                .otherwise(
                    nw.when(priced.fill_null(False)).then(nw.lit("")).otherwise(nw.lit("unpriced"))
                )
            )
        ),
    )


def _said(column: str | None) -> nw.Expr:
    """A flag as a number: some engines have no third value for one."""
    if column is None:
        return nw.lit(UNKNOWN)
    flag = nw.col(column)
    yes = nw.when(flag.fill_null(False).cast(nw.Boolean)).then(YES).otherwise(NO)
    return nw.when(flag.is_null()).then(UNKNOWN).otherwise(yes)


def _only(condition: str, column: str) -> nw.Expr:
    return nw.when(nw.col(condition)).then(nw.col(column))


def _month(column: str) -> nw.Expr:
    return nw.col(column).dt.truncate("1mo").cast(nw.Date)
