"""Click-through rate of campaigns: clicks for each impression, by channel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.frames.clicks import click_sums
from cxlib.i18n import N_
from cxlib.results import Estimate
from cxlib.statistics import wilson, wilson_ends

NOT_INDEPENDENT = N_(
    "Intervals of CTR take impressions as independent. They are not: one person sees an advertisement"
    " more than once, and a good day lifts them all. The truth is less certain than they say."
)


@dataclass(frozen=True, slots=True)
class Clicks:
    """Clicks of campaigns. `total` is CTR of all channels, None where nothing can be counted.

    `channels` has the rows of `cxlib.frames.clicks.click_sums` with ``ctr, ctr_low, ctr_high`` (NaN
    where a channel has no impressions). `missing` rows lack impressions or clicks, `impossible` ones
    have more clicks than impressions; both are left out.
    """

    total: Estimate | None
    channels: pd.DataFrame
    rows: int
    missing: int
    impossible: int


def clicks(campaigns: Any, end: dt.date | None = None) -> Clicks:
    """CTR = clicks / impressions, with Wilson's interval on the impressions."""
    table = click_sums(campaigns, end)
    shown = table["impressions"].astype("float64")
    table["ctr"] = table["clicks"] / shown.where(shown > 0)
    table["ctr_low"], table["ctr_high"] = wilson_ends(table["clicks"], shown)
    table.loc[table["ctr"].isna(), ["ctr_low", "ctr_high"]] = float("nan")
    n = int(table["impressions"].sum())
    return Clicks(
        total=wilson(int(table["clicks"].sum()), n) if n else None,
        channels=table,
        rows=int(table["rows"].sum()),
        missing=int(table["missing"].sum()),
        impossible=int(table["impossible"].sum()),
    )
