"""Looking at a part of the data: rows whose attributes have chosen values."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from cxlib.frames.summary import lazy

Conditions = tuple[tuple[str, tuple[str, ...]], ...]


def where(table: Any, conditions: Conditions) -> nw.LazyFrame[Any]:
    """The rows that meet every condition ``(column, allowed values)``; others are set aside.

    A condition on a column that the table does not have is an error of the caller (KeyError).
    """
    frame = lazy(table)
    names = set(frame.collect_schema().names())
    for column, allowed in conditions:
        if column not in names:
            raise KeyError(column)
        frame = frame.filter(nw.col(column).is_in(list(allowed)))
    return frame


def values(table: Any, column: str, most: int = 50) -> tuple[str, ...]:
    """The values of a text column, the most frequent first, at most `most` of them; nulls left out."""
    frame = lazy(table)
    if column not in frame.collect_schema().names():
        return ()
    counted = (
        frame.filter(~nw.col(column).is_null())
        .group_by(column)
        .agg(n=nw.len())
        .sort("n", column, descending=[True, False])
        .head(most)
        .collect("pyarrow")
    )
    return tuple(str(value) for value in counted[column].to_list())


def few(table: Any, columns: tuple[str, ...], most: int = 20) -> tuple[str, ...]:
    """Those of some columns that have two values or more and not above `most`: what to compare by."""
    frame = lazy(table)
    held = [c for c in columns if c in frame.collect_schema().names()]
    if not held:
        return ()
    counted = frame.select(
        *(nw.col(c).n_unique().alias(c) for c in held),
        *(nw.col(c).is_null().any().alias(f"{c} null") for c in held),
    ).collect("pyarrow")
    kinds = {c: int(counted[c][0]) - bool(counted[f"{c} null"][0]) for c in held}
    return tuple(c for c in held if 2 <= kinds[c] <= most)
