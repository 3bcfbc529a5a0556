"""Impressions and clicks of campaigns by channel."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy, one

COLUMNS = ("channel", "rows", "impressions", "clicks", "missing", "impossible")


def click_sums(campaigns: Any, end: dt.date | None = None) -> pd.DataFrame:
    """What was shown and clicked, for each channel.

    Parameters
    ----------
    campaigns : table of any engine
        Needs ``impressions``, ``clicks``, ``channel`` and ``day``.
    end : date, optional
        Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        The most impressions first, with `COLUMNS`: ``channel`` (None for rows without one), ``rows``,
        ``impressions`` and ``clicks`` (int64, of the rows that have both), how many rows are
        ``missing`` one of them, or have no impression, and how many are ``impossible``, with more
        clicks than impressions. Neither of these count.
    """
    rows = lazy(campaigns).with_columns(nw.col("day").cast(nw.Date))
    if end is not None:
        rows = rows.filter(nw.col("day") <= nw.lit(end, dtype=nw.Date))
    shown, clicked = nw.col("shown"), nw.col("clicked")
    rows = rows.with_columns(
        shown=nw.col("impressions").cast(nw.Float64).fill_null(0),
        clicked=nw.col("clicks").cast(nw.Float64).fill_null(-1),
    ).with_columns(missing=one((shown <= 0) | (clicked < 0)))
    rows = rows.with_columns(impossible=one((nw.col("missing") == 0) & (clicked > shown)))
    counts = (nw.col("missing") == 0) & (nw.col("impossible") == 0)
    table = collected(
        rows.with_columns(
            impressions=nw.when(counts).then(shown).otherwise(0.0),
            clicks=nw.when(counts).then(clicked).otherwise(0.0),
        )
        .group_by("channel")
        .agg(
            *(nw.col(c).sum() for c in ("impressions", "clicks", "missing", "impossible")),
            rows=nw.len(),
        )
    )
    for column in ("impressions", "clicks"):
        table[column] = table[column].round().astype("int64")
    table = table.sort_values(["impressions", "channel"], ascending=[False, True])
    return table[list(COLUMNS)].reset_index(drop=True)
