"""Gaps between purchases on every engine, against a plain recomputation."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxlib.frames.gaps import gap_members, gaps
from cxlib.frames.summary import customer_summary
from tests.frames.test_triangle import orders, plain, purchases, table  # noqa: F401 - a fixture


@cache
def begun(end: dt.date | None = None) -> list[tuple[str, int, int, bool]]:
    """(customer, place of the purchase, days, ended) of every gap, by a loop over customers."""
    end = end or plain(table())["day"].max().date()
    days, found = purchases(end), []
    for who, part in days[days["stood"]].groupby("who"):
        bought = sorted(part["day"])
        for i, day in enumerate(bought):
            following = bought[i + 1] if i + 1 < len(bought) else pd.Timestamp(end)
            found.append((who, i + 1, (following - day).days, i + 1 < len(bought)))
    return found


@pytest.mark.parametrize("end", [None, dt.date(2024, 9, 17)])
def test_equals_counting_by_hand(orders, end):  # noqa: F811
    expected = Counter(
        (place if place <= 3 else 0, days, ended) for _, place, days, ended in begun(end)
    )
    found = gaps(orders, end)
    counted = Counter()
    for row in found.to_dict("records"):
        counted[row["purchase"], row["days"], True] += row["ended"]
        counted[row["purchase"], row["days"], False] += row["open"]
    assert +counted == expected
    assert set(found.dtypes.astype(str)) == {"int64"}


def test_one_open_gap_a_customer_and_one_gap_a_purchase(orders):  # noqa: F811
    found, summary = gaps(orders), customer_summary(orders)
    assert found["open"].sum() == len(summary)
    assert found["ended"].sum() == summary["frequency"].sum()
    first = found[found["purchase"] == 1]
    assert first["open"].sum() == (summary["purchases"] == 1).sum()
    assert first[["ended", "open"]].sum().sum() == len(summary)
    lengths = np.repeat(found["days"], found["ended"]).sum()
    assert lengths == summary["recency"].sum()


@pytest.mark.parametrize(("low", "high"), [(0, 6), (7, 13), (60, None)])
@pytest.mark.parametrize("open_", [False, True])
@pytest.mark.parametrize("purchase", [None, 1, 2])
def test_members_are_those_who_were_counted(orders, low, high, open_, purchase):  # noqa: F811
    expected = sorted(
        (who, place, days)
        for who, place, days, ended in begun()
        if ended != open_
        and low <= days <= (high if high is not None else days)
        and purchase in (None, place)
    )
    found = gap_members(orders, low, high, open_, purchase)
    rows = zip(found["customer_id"], found["purchase"], found["days"], strict=True)
    assert sorted(rows) == expected
    assert found["days"].is_monotonic_decreasing


def test_an_empty_table_has_no_gaps():
    nothing = plain(table()).head(0)
    assert gaps(nothing).empty
    assert gap_members(nothing, 0).empty
