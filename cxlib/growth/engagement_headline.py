"""The first figures of engagement, how they compare, and what they mean in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlib.growth.visits import kpi
from cxlib.i18n import N_
from cxlib.periods import Period, compared
from cxlib.results import KPI, Estimate, Fact, Sentence, Unit

FIGURES: Mapping[str, tuple[str, Unit, str]] = {
    "mau": (N_("Active (MAU)"), "count", "mau"),
    "stickiness": (N_("Stickiness (DAU/MAU)"), "share", "mau"),
    "sessions": (N_("Sessions"), "count", "sessions"),
    "engaged_share": (N_("Engaged sessions"), "share", "n"),
    "median_minutes": (N_("Median session (min)"), "ratio", "sessions"),
    "mean_minutes": (N_("Mean session (min)"), "ratio", "n"),
    "views_per_session": (N_("Views a session"), "ratio", "n"),
    "sessions_per_customer": (N_("Visits a month"), "ratio", "n"),
    "minutes_per_customer": (N_("Minutes a customer a month"), "ratio", "n"),
}
"""What there is a tile for: label, unit, and the column of the months that a fact rests on."""
UNKNOWN = N_(
    "{active} customers were active in the 30 days to the end of {month}; on an average day {share} of"
    " them came. Telling a change from the usual ups and downs takes eight complete months."
)
MEANINGS = {
    "up": N_(
        "{active} customers were active in the 30 days to the end of {month}, {change} more than a"
        " month before, beyond the usual ups and downs ({usual} a month). On an average day {share}"
        " of them came."
    ),
    "down": N_(
        "{active} customers were active in the 30 days to the end of {month}, {change} less than a"
        " month before, beyond the usual ups and downs ({usual} a month). On an average day {share}"
        " of them came."
    ),
    "none": N_(
        "{active} customers were active in the 30 days to the end of {month}, a difference of {change}"
        " to the month before: not clearly beyond the usual ups and downs ({usual} a month). On an"
        " average day {share} of them came."
    ),
}


def comparable(monthly: pd.DataFrame, key: str) -> list[bool]:
    """Which months a series can be compared by: MAU looks back over all of its 30 days."""
    column = "covered" if key in ("mau", "stickiness") else "complete"
    return [bool(whole) for whole in monthly[column]]


def headline(
    monthly: pd.DataFrame,
    daily: pd.DataFrame,
    averages: Mapping[str, Estimate | None],
    median: Fact,
    periods: tuple[Period, ...],
) -> tuple[KPI, ...]:
    """What there is a figure for, facts first, with the newest complete month of each."""
    month, _, last_year = compared(periods)
    rows = (
        periods.index(month) if month else None,
        periods.index(last_year) if last_year else None,
    )
    today = daily.iloc[-1]
    sticky = None if pd.isna(today["stickiness"]) else float(today["stickiness"])
    totals: dict[str, Fact | Estimate | None] = {
        "mau": Fact(float(today["mau"]), "count", int(today["mau"])),
        "stickiness": None if sticky is None else Fact(sticky, "share", int(today["mau"])),
        "sessions": Fact(float(median.n), "count", median.n),
        "median_minutes": median,
        **averages,
    }
    return tuple(
        kpi(monthly, key, label, unit, value, comparable(monthly, key), rows, basis)
        for key, (label, unit, basis) in FIGURES.items()
        if (value := totals[key]) is not None
    )


def meaning(headline: tuple[KPI, ...], month: Period | None, customers: int) -> Sentence:
    """Whether the newest complete month had more active customers than the one before."""
    shown = {kpi.key: kpi for kpi in headline}
    active, sticky = shown["mau"], shown.get("stickiness")
    verdict, latest = active.verdict, active.latest
    if month is None or latest is None or verdict is None or sticky is None:
        return Sentence(
            N_("{customers} customers were seen so far; no calendar month is covered whole yet."),
            {"customers": customers},
            {"customers": "count"},
        )
    figures: dict[str, float | str | None] = {
        "active": latest.value,
        "month": month.name,
        "share": (sticky.latest or sticky.value).value,
    }
    units: dict[str, Unit] = {"active": "count", "share": "share"}
    if verdict.state == "unknown" or verdict.change is None or verdict.usual is None:
        return Sentence(UNKNOWN, figures, units)
    change = verdict.change if verdict.state == "none" else abs(verdict.change)
    return Sentence(
        MEANINGS[verdict.state],
        {**figures, "change": change, "usual": verdict.usual},
        {**units, "change": "count", "usual": "count"},
    )
