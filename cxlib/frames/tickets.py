"""Support tickets, a row each: when they were opened, first answered and closed.

A file has a row a ticket, or is a log with a row an activity: its first row opens the ticket, and its
last one closes it unless activities are named that do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.collected import collected
from cxlib.frames.ordinals import day_number
from cxlib.frames.summary import lazy, one

TIMES = ("first_response_at", "resolved_at")
TEXTS = ("customer_id", "activity", "status", "topic", "channel", "group")
MOMENTS = ("opened", "responded", "first_closed", "closed", "previous")
COLUMNS = (
    "ticket_id", "customer_id", "day", *MOMENTS, "status", "topic", "channel", "group", "rows",
    "touches", "reopened",
)  # fmt: skip
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a table of tickets holds up to the end of observation.

    `rows` = those used + `later` + `unnumbered`. `moment` is the end of observation: midnight after
    `end`, or the last moment of the file where it ends on that day, since a file is often made before
    midnight. `held` are the columns with a value, `several` says that tickets have several rows, and
    `log` that these are activities.
    """

    rows: int
    later: int
    unnumbered: int
    first: dt.date
    end: dt.date
    moment: pd.Timestamp
    held: frozenset[str]
    several: bool
    log: bool


def seen(table: Any, end: dt.date | None = None) -> Seen | None:
    """What there is to see up to `end` (the last day of data unless given); None without a ticket."""
    frame = lazy(table)
    names = frame.collect_schema().names()
    day = nw.col("day").cast(nw.Date)
    rows = frame.with_columns(day=day, unnumbered=one(nw.col("ticket_id").is_null()))
    moments = [c for c in ("timestamp", *TIMES) if c in names]
    whole = rows.select(
        nw.col("day").max(),
        *(nw.col(c).max() for c in moments),
        nw.col("unnumbered").sum(),
        rows=nw.len(),
    ).collect("pyarrow")
    latest = nw.to_py_scalar(whole["day"][0])
    if latest is None:
        return None
    end = end or latest
    # Columns of scores and attributes too: `by` may name one.
    fields = [c for c in names if c not in ("day", "line", "ticket_id", "timestamp")]
    inside = _inside(rows, end)
    counts = inside.select(
        *(nw.col(c).count() for c in fields),
        tickets_=nw.col("ticket_id").n_unique(),
        rows_=nw.len(),
        first_=nw.col("day").min(),
    ).collect("pyarrow")
    found = {c: nw.to_py_scalar(counts[c][0]) for c in counts.columns}
    if not found["rows_"]:
        return None
    ends = [nw.to_py_scalar(whole[c][0]) for c in moments]
    last = max(pd.Timestamp(moment) for moment in ends if moment is not None)
    midnight = pd.Timestamp(end) + DAY
    held = frozenset(c for c in fields if found[c])
    unnumbered = int(nw.to_py_scalar(whole["unnumbered"][0]))
    total = int(nw.to_py_scalar(whole["rows"][0]))
    return Seen(
        rows=total,
        later=total - unnumbered - found["rows_"],
        unnumbered=unnumbered,
        first=found["first_"],
        end=end,
        moment=midnight if end != latest else min(last, midnight),
        held=held,
        several=found["tickets_"] < found["rows_"],
        log="activity" in held and "resolved_at" not in held,
    )


def ticket_rows(
    table: Any,
    found: Seen,
    closing: Collection[str] = (),
    responding: Collection[str] = (),
    also: Sequence[str] = (),
) -> pd.DataFrame:
    """One row a ticket, with what was known of it at the end of observation.

    Parameters
    ----------
    table : tickets of any engine
        Needs ``ticket_id``, ``timestamp`` and ``day``; the other fields of the kind where there are.
    found : Seen
        Of the same table.
    closing, responding : collections of str
        Of a log: activities that close a ticket, and that answer the customer.
    also : sequence of str
        Further columns, such as points and attributes.

    Returns
    -------
    pandas.DataFrame
        Ordered by opening, with `COLUMNS` and `also`. ``closed`` is the time in the file; of a log
        the last closing activity, or without `closing` the last activity of all; NaT where another
        activity follows the last closing one. ``reopened`` (0 or 1) says that another activity
        follows the first closing one and ``touches`` counts activities that answer (without
        `responding`: all after the first); both are NaN where the file has none. ``previous`` is when
        the customer's last ticket of the same topic was opened. Of what is not a time the last value
        that a ticket had counts.
    """
    frame = _inside(lazy(table), found.end)
    kept = [c for c in (*TEXTS[2:], *also) if c in found.held]
    named = ["customer_id"] if "customer_id" in found.held else []
    if found.several or found.log:
        rows = _folded(frame, found, [*named, *kept], closing, responding)
    else:
        times = {"responded": "first_response_at", "closed": "resolved_at"}
        rows = frame.select(
            "ticket_id",
            *named,
            *kept,
            opened=nw.col("timestamp"),
            **{new: nw.col(old) for new, old in times.items() if old in found.held},
        ).with_columns(rows=nw.lit(1))
    if {"customer_id", "topic"} <= found.held:
        opened = nw.col("opened").shift(1)
        rows = rows.with_columns(
            previous=opened.over("customer_id", "topic", order_by=("opened", "ticket_id"))
        )
    tickets = collected(rows.sort("opened", "ticket_id"))
    for column in (*COLUMNS, *also):
        if column not in tickets:
            tickets[column] = pd.NaT if column in MOMENTS else np.nan
    for column in MOMENTS:
        tickets[column] = tickets[column].astype("datetime64[us]")
    tickets["day"] = tickets["opened"].dt.normalize().astype("datetime64[s]")
    nobody = tickets["customer_id"].isna() | tickets["topic"].isna()
    tickets.loc[nobody, "previous"] = pd.NaT  # tickets of nobody are not of one customer
    counts = {"rows": "int64", "touches": "float64", "reopened": "float64"}
    texts = {c: "str" for c in ("ticket_id", "customer_id", *TEXTS[2:])}
    return tickets[[*COLUMNS, *also]].astype({**texts, **counts})


def days(table: Any, found: Seen) -> NDArray[np.datetime64]:
    """The day of each row, in order."""
    counted = collected(
        _inside(lazy(table), found.end)
        .select(day=day_number("day"))
        .group_by("day")
        .agg(n=nw.len())
        .sort("day")
    )
    since = dt.date(1970, 1, 1).toordinal()
    return np.repeat(counted["day"].to_numpy() - since, counted["n"]).astype("datetime64[D]")


def _inside(frame: nw.LazyFrame[Any], end: dt.date) -> nw.LazyFrame[Any]:
    """The rows up to `end` that belong to a ticket."""
    rows = frame.with_columns(day=nw.col("day").cast(nw.Date))
    return rows.filter(
        ~nw.col("ticket_id").is_null() & (nw.col("day") <= nw.lit(end, dtype=nw.Date))
    )


def _folded(
    frame: nw.LazyFrame[Any],
    found: Seen,
    kept: Sequence[str],
    closing: Collection[str],
    responding: Collection[str],
) -> nw.LazyFrame[Any]:
    """Several rows a ticket, in order of time, as one."""
    order = [c for c in ("timestamp", "line") if c in frame.collect_schema().names()]
    wanted = [*kept, *(c for c in TIMES if c in found.held)]
    acts = nw.col("activity").cast(nw.String)
    rows = (
        frame.with_columns(
            one=nw.lit(1), closes=_among(acts, closing), responds=_among(acts, responding)
        )
        .with_columns(step=nw.col("one").cum_sum().over("ticket_id", order_by=order))
        .with_columns(
            closing_step=nw.when(nw.col("closes") == 1).then(nw.col("step")),
            **{f"{c}_step": nw.when(~nw.col(c).is_null()).then(nw.col("step")) for c in wanted},
        )
        .with_columns(
            first_closing=nw.col("closing_step").min().over("ticket_id"),
            last_closing=nw.col("closing_step").max().over("ticket_id"),
            **{f"{c}_step": nw.col(f"{c}_step").max().over("ticket_id") for c in wanted},
        )
    )
    step, moment, closes = nw.col("step"), nw.col("timestamp"), nw.col("closes") == 1
    rows = rows.with_columns(
        responded=nw.when(nw.col("responds") == 1).then(moment),
        closed=nw.when(closes).then(moment),
        again=one(~closes & (step > nw.col("first_closing")).fill_null(False)),
        open_=one(~closes & (step > nw.col("last_closing")).fill_null(False)),
        **{c: nw.when(step == nw.col(f"{c}_step")).then(nw.col(c)) for c in wanted},
    )
    folded = rows.group_by("ticket_id").agg(
        *(nw.col(c).max() for c in wanted),
        opened=moment.min(),
        last=moment.max(),
        first_closed=nw.col("closed").min(),
        closed=nw.col("closed").max(),
        responded=nw.col("responded").min(),
        answers=nw.col("responds").sum(),
        rows=nw.len(),
        again=nw.col("again").sum(),
        open_=nw.col("open_").sum(),
    )
    if not found.log:
        times = {"responded": "first_response_at", "closed": "resolved_at"}
        held = {new: nw.col(old) for new, old in times.items() if old in found.held}
        return folded.drop("responded", "closed", "first_closed").with_columns(**held)
    if not closing:
        folded = folded.drop("first_closed").with_columns(closed=nw.col("last"))
    else:
        folded = folded.with_columns(
            closed=nw.when(nw.col("open_") == 0).then(nw.col("closed")),
            reopened=nw.when(~nw.col("first_closed").is_null()).then(
                nw.when(nw.col("again") > 0).then(1).otherwise(0)
            ),
        )
    if "first_response_at" in found.held:
        folded = folded.with_columns(responded=nw.col("first_response_at"))
    elif not responding:
        folded = folded.drop("responded")
    touches = nw.col("answers") if responding else nw.col("rows") - 1
    return folded.with_columns(touches=touches)


def _among(activity: nw.Expr, chosen: Collection[str]) -> nw.Expr:
    """1 where the activity is one of those chosen."""
    return one(activity.is_in(list(chosen)).fill_null(False)) if chosen else nw.lit(0)
