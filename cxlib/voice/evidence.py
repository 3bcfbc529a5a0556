"""Quotes that show what a topic is about, with personal data covered and the telling clause marked."""

from __future__ import annotations

import pandas as pd

from cxlib.privacy.masking import masked_span
from cxlib.privacy.small_groups import SMALLEST

QUOTES = 5  # of a topic and mood
LONGEST = 600  # characters of a quote; around its clause
COLUMNS = ("topic", "mood", "quote", "start", "end", "day", "line")


def evidence(table: pd.DataFrame, rows: pd.DataFrame, most: int = QUOTES) -> pd.DataFrame:
    """The newest comments of each topic and mood, one a customer and no text twice.

    Parameters
    ----------
    table : pandas.DataFrame
        Comments with ``line, customer_id, day, text``.
    rows : pandas.DataFrame
        A row a comment and topic: ``text`` (row of `table`), ``topic, mood, start, end``.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`: the characters from ``start`` to ``end`` of the masked ``quote`` say it. Topics
        with fewer than ten comments have none.
    """
    sizes = rows["topic"].map(rows["topic"].value_counts())
    held = rows[(sizes >= SMALLEST) & (rows["mood"] != "neutral")]
    held = held.drop(columns=["customer_id", "day", "line"], errors="ignore")
    written = table.rename(columns={"text": "text_written"})
    held = held.join(written[["customer_id", "day", "line", "text_written"]], on="text")
    held = held.sort_values(["day", "text"], ascending=False, kind="stable")
    known = held["customer_id"].notna()
    again = held.duplicated(["topic", "mood", "customer_id"]) & known
    again |= held.duplicated(["topic", "mood", "text_written"])
    chosen = held[~again].groupby(["topic", "mood"], sort=True).head(most)
    chosen = chosen.sort_values(["topic", "mood", "day"], ascending=[True, True, False])
    quotes = [
        _quote(text, start, end)
        for text, start, end in zip(
            chosen["text_written"], chosen["start"], chosen["end"], strict=True
        )
    ]
    return pd.DataFrame(
        {
            "topic": chosen["topic"].to_numpy(),
            "mood": chosen["mood"].to_numpy(),
            "quote": [quote for quote, _, _ in quotes],
            "start": [start for _, start, _ in quotes],
            "end": [end for _, _, end in quotes],
            "day": chosen["day"].to_numpy(),
            "line": chosen["line"].to_numpy(),
        }
    )


def _quote(text: str, start: int, end: int) -> tuple[str, int, int]:
    shown, first, last = masked_span(text, start, end)
    if len(shown) <= LONGEST:
        return shown, first, last
    low = max(0, min(first - LONGEST // 4, len(shown) - LONGEST))
    high = max(low + LONGEST, min(last, low + 2 * LONGEST))
    return shown[low:high], first - low, min(last, high) - low
