"""Which rows an analysis of customers rests on, and why the others do not count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from cxlib.frames.summary import customer_days, lazy, rows_until
from cxlib.i18n import N_


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rows of an orders table: `rows` = `later` + `anonymous` + `unbought` + `customers`.

    `later` lie after the end of observation; `anonymous` have no customer; `unbought` belong to
    customers without a purchase (a refund alone); `customers` are the rows of buyers.
    """

    rows: int
    later: int
    anonymous: int
    unbought: int
    customers: int

    @property
    def excluded(self) -> dict[str, int]:
        """Why rows do not count in an analysis of customers; the rest are `customers`."""
        return {
            N_("after the end of observation"): self.later,
            N_("without a customer"): self.anonymous,
            N_("of customers without a purchase"): self.unbought,
        }


def coverage(orders: Any, end: dt.date | None = None) -> Coverage:
    """Count the rows of an orders table of any engine up to `end` by what becomes of them."""
    frame = lazy(orders)
    rows = _count(frame)
    observed = rows_until(frame, end)
    seen = _count(observed)
    named = _count(observed.filter(~nw.col("customer_id").is_null()))
    bought = (
        customer_days(frame, end)
        .with_columns(
            bought=nw.when(nw.col("is_purchase")).then(1).otherwise(0),
            rows=nw.col("sale") + nw.col("undone"),
        )
        .group_by("customer_id")
        .agg(nw.col("bought").sum(), nw.col("rows").sum())
        .filter(nw.col("bought") > 0)
        .select(nw.col("rows").sum())
        .collect("pyarrow")["rows"][0]
    )
    customers = int(nw.to_py_scalar(bought) or 0)
    return Coverage(rows, rows - seen, seen - named, named - customers, customers)


def _count(frame: nw.LazyFrame[Any]) -> int:
    return int(nw.to_py_scalar(frame.select(n=nw.len()).collect("pyarrow")["n"][0]))
