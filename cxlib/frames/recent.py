"""The newest rows of a table, and single rows by their line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy


@dataclass(frozen=True, slots=True)
class Recent:
    """The rows of the last days of a table, by line: `rows` = those of all - `older` - `undated`."""

    rows: pd.DataFrame
    older: int
    undated: int


def recent(table: Any, days: int, columns: Collection[str], wanted: nw.Expr) -> Recent:
    """The rows of the last `days` days (up to the last day of all) of which `wanted` is true.

    Parameters
    ----------
    table : a table of any engine, as stored
    columns : collection of str
        What is read besides ``line`` and ``timestamp``; those that the table has not are missing
        in the answer too.
    wanted : expression
        Rows of which it is not true are none of the answer's, and not counted.
    """
    frame = lazy(table).filter(wanted)
    names = frame.collect_schema().names()
    chosen = [c for c in ("line", "timestamp", *columns) if c in names]
    if "day" not in names:
        n = int(collected(frame.select(n=nw.len()))["n"].iloc[0])
        return Recent(pd.DataFrame(columns=chosen), 0, n)
    frame = frame.with_columns(day=nw.col("day").cast(nw.Date))
    counted = collected(frame.group_by("day").agg(n=nw.len()))
    known = counted.dropna(subset="day")
    undated = int(counted["n"].sum() - known["n"].sum())
    last = _last_day(table)
    if last is None:
        return Recent(pd.DataFrame(columns=chosen), 0, undated)
    after = last - dt.timedelta(days=days)
    older = int(known.loc[known["day"] <= pd.Timestamp(after), "n"].sum())
    inside = frame.filter(nw.col("day") > nw.lit(after, dtype=nw.Date))
    return Recent(collected(inside.select(chosen).sort("line")), older, undated)


def row_at(table: Any, line: int) -> dict[str, Any]:
    """The row of a line, without what is missing in it; empty where there is none."""
    rows = collected(lazy(table).filter(nw.col("line") == line))
    return {} if rows.empty else {str(k): v for k, v in rows.iloc[0].items() if pd.notna(v)}


def first_lines(table: Any, column: str, values: Collection[str]) -> dict[str, int]:
    """The first line of each of some values of a column, such as of the tickets of a log."""
    frame = lazy(table).filter(nw.col(column).is_in(list(values)))
    rows = collected(frame.group_by(column).agg(line=nw.col("line").min()))
    return {str(v): int(n) for v, n in zip(rows[column], rows["line"], strict=True)}


def _last_day(table: Any) -> dt.date | None:
    last = collected(lazy(table).select(day=nw.col("day").cast(nw.Date).max()))["day"].iloc[0]
    return None if pd.isna(last) else last.date()
