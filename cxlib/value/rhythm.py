"""The time between orders: gaps that have ended, and the wait for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cxlib.results import Fact
from cxlib.value.kaplan_meier import SurvivalCurve, kaplan_meier

AFTER = (1, 2, 3)  # the purchases whose next order is waited for
QUANTILE = 0.9


@dataclass(frozen=True, slots=True)
class Gaps:
    """Days between one purchase of a customer and their next.

    `table` has ``days, ended, open`` (int64): how many gaps of this length have ended with a
    purchase, and how many customers are silent for so long. `median` and `p90` are the fewest days
    within which half and nine in ten of the ended ones had; `silent` counts the customers silent
    longer than `p90`. None where nobody has bought twice.
    """

    table: pd.DataFrame
    median: Fact | None
    p90: Fact | None
    silent: Fact | None


def lengths(begun: pd.DataFrame) -> Gaps:
    """All gaps together, as `cxlib.frames.gaps.gaps` counts them."""
    table = begun.groupby("days")[["ended", "open"]].sum().reset_index()
    n, people = int(table["ended"].sum()), int(table["open"].sum())
    if not n:
        return Gaps(table, None, None, None)
    share = table["ended"].cumsum() / n
    median, p90 = (int(table["days"][share >= q].iloc[0]) for q in (0.5, QUANTILE))
    silent = int(table.loc[table["days"] > p90, "open"].sum())
    return Gaps(table, Fact(median, "days", n), Fact(p90, "days", n), Fact(silent, "count", people))


def next_order(begun: pd.DataFrame) -> Mapping[int, SurvivalCurve]:
    """How long customers wait after their first, second and third purchase.

    Silence at the end of observation is censored: who bought once may still come back. A customer is
    once in each curve, so its interval speaks of independent ones.
    """
    parts = {n: begun[begun["purchase"] == n] for n in AFTER}
    return {
        n: kaplan_meier(part["days"], part["ended"], part["open"])
        for n, part in parts.items()
        if len(part)
    }
