"""Events: the rows that count, and why the others do not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy, one
from cxlib.i18n import N_


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of an events table: `rows` = `untimed` + `anonymous` + `later` + those that count.

    `with_id` of those that count carry a session id. `first` and `last` are their days, None where
    there are none.
    """

    rows: int
    untimed: int
    anonymous: int
    later: int
    with_id: int
    first: dt.date | None
    last: dt.date | None

    @property
    def counted(self) -> int:
        """The rows that count."""
        return self.rows - sum(self.excluded.values())

    @property
    def excluded(self) -> dict[str, int]:
        """Why rows do not count."""
        return {
            N_("without a time"): self.untimed,
            N_("without a customer"): self.anonymous,
            N_("after the end of observation"): self.later,
        }


def rows_of(events: Any, end: dt.date | None = None) -> Rows:
    """Count the rows of an events table of any engine by what becomes of them."""
    frame = lazy(events)
    late = nw.lit(False) if end is None else nw.col("day") > nw.lit(end, dtype=nw.Date)
    fate = (
        nw.when(nw.col("timestamp").is_null())
        .then(nw.lit("untimed"))
        .when(nw.col("customer_id").is_null())
        .then(nw.lit("anonymous"))
        .when(late)
        .then(nw.lit("later"))
        .otherwise(nw.lit("counted"))
    )
    has_id = "session_id" in frame.collect_schema().names()
    given = one(~nw.col("session_id").is_null()) if has_id else nw.lit(0)
    found = collected(
        frame.with_columns(nw.col("day").cast(nw.Date))
        .with_columns(fate=fate, given=given)
        .group_by("fate")
        .agg(
            n=nw.len(),
            given=nw.col("given").sum(),
            first=nw.col("day").min(),
            last=nw.col("day").max(),
        )
    )
    counts = {str(fate): int(n) for fate, n in zip(found["fate"], found["n"], strict=True)}
    counted = found[found["fate"] == "counted"]
    first, last = (
        None if counted.empty else counted[end].iloc[0].date() for end in ("first", "last")
    )
    return Rows(
        rows=sum(counts.values()),
        untimed=counts.get("untimed", 0),
        anonymous=counts.get("anonymous", 0),
        later=counts.get("later", 0),
        with_id=int(counted["given"].sum()),
        first=first,
        last=last,
    )


def events_until(events: Any, end: dt.date | None = None) -> nw.LazyFrame[Any]:
    """The events that count: with a customer and a time, on a day up to `end`."""
    rows = (
        lazy(events)
        .filter(~nw.col("timestamp").is_null(), ~nw.col("customer_id").is_null())
        .with_columns(nw.col("day").cast(nw.Date))
    )
    return rows if end is None else rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))
