"""The first numbers of the topics of comments, and the sentence that says what they mean."""

from __future__ import annotations

import pandas as pd

from cxlib.i18n import N_
from cxlib.periods import Period
from cxlib.privacy.small_groups import SMALLEST
from cxlib.results import KPI, Estimate, Fact, Param, Sentence

WORST = N_(
    "Customers complain most of “{topic}”: {negative} of the {n} comments that speak of it are negative."
)
CALM = N_("No topic has ten negative comments.")
GREW = N_(
    "In {month} complaints of “{topic}” rose to {n}, {change} more than the month before: beyond the usual."
)


def headline(wrote: int, spoken: int, blamed: Estimate | None) -> tuple[KPI, ...]:
    """Comments, the share that speaks of a topic, and the share of those that complains."""
    shown = [
        KPI("comments", N_("Comments"), Fact(wrote, "count", wrote), better="neither"),
        KPI(
            "spoken",
            N_("Speak of a topic"),
            Fact(spoken / wrote, "share", wrote),
            better="neither",
        ),
    ]
    if blamed is not None:
        shown.append(KPI("negative", N_("Complain of a topic"), blamed, better="less"))
    return tuple(shown)


def meaning(
    topics: pd.DataFrame, trends: pd.DataFrame, periods: tuple[Period, ...], labels: dict[str, str]
) -> Sentence:
    """The newest rise of complaints in the newest complete month, or the topic with most complaints;
    `labels` say what topics are called."""
    whole = [p.name for p in periods if p.complete]
    if whole and len(trends):
        rose = trends[(trends["name"] == whole[-1]) & (trends["state"] == "up")]
        rose = rose[rose["negative"] >= SMALLEST].sort_values("change", ascending=False)
        if len(rose):
            row = rose.iloc[0]
            params: dict[str, Param] = {
                "month": whole[-1],
                "topic": labels[str(row["topic"])],
                "n": int(row["negative"]),
                "change": float(row["change"]),
            }
            return Sentence(GREW, params, {"n": "count", "change": "count"})
    count = (topics["negative"] * topics["n"]).round().fillna(0)
    if not len(topics) or not count.max() >= SMALLEST:
        return Sentence(CALM)
    row = topics.iloc[int(count.to_numpy().argmax())]
    return Sentence(
        WORST,
        {
            "topic": labels[str(row["topic"])],
            "negative": float(row["negative"]),
            "n": int(row["n"]),
        },
        {"negative": "share", "n": "count"},
    )
