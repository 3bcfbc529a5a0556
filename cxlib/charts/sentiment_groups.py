"""Sentiment by group and beside the stars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.sentiment import COLOURS, LABELS, intervals
from cxlib.charts.theme import CATEGORIES, QUIET, SHARE, WHOLE, Theme, dressed, legend_columns
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.sentiment import Sentiment

AGAINST = {
    "up": N_("above the others"),
    "down": N_("below the others"),
    "none": N_("no detectable difference"),
    "unknown": N_("not compared"),
}
GROUPS = (
    "group", "comments", "negative_share", "negative_low", "negative_high", "positive_share",
    "verdict",
)  # fmt: skip
RATINGS = ("rating_given", "comments", "positive_share", "neutral_share", "negative_share")
ROW = 30  # pixels of a group


def groups_table(result: Sentiment, by: str, lang: Language) -> pd.DataFrame:
    """`GROUPS`, a row a value of the column `by`, the most comments first."""
    found = result.groups[result.groups["by"] == by]
    return pd.DataFrame(
        {
            "group": found["group"],
            "comments": found["n"],
            "negative_share": found["negative"],
            "negative_low": found["negative_low"],
            "negative_high": found["negative_high"],
            "positive_share": found["positive"],
            "verdict": [
                lang(AGAINST[s]) if shown else lang(N_("too few comments to be shown"))
                for s, shown in zip(found["state"], found["shown"], strict=True)
            ],
        }
    ).reset_index(drop=True)


def groups(result: Sentiment, by: str, lang: Language, look: Theme) -> Any:
    """The negative share of each group with its interval; grey unless it differs from all others.
    Clicking one selects its ``group``."""
    table = groups_table(result, by, lang).dropna(subset="negative_share")
    names = [lang(AGAINST[s]) for s in ("up", "none", "down")]
    table = table.assign(
        shade=[v if v in names else names[1] for v in table["verdict"]],
        interval=intervals(table, "negative", lang),
    )
    picked = alt.selection_point(name="group", fields=["group"])
    title = lang(N_("Negative comments"))
    base = alt.Chart(table).encode(
        y=alt.Y(
            "group:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=150, labelOverlap=False, ticks=False, domain=False),
        ),
        color=alt.Color(
            "shade:N",
            title=None,
            scale=alt.Scale(domain=names, range=[CATEGORIES[5], QUIET, CATEGORIES[0]]),
            legend=alt.Legend(
                orient="top", symbolOpacity=1, labelLimit=0, columns=legend_columns(1)
            )
            if table["shade"].nunique() > 1
            else None,
        ),
    )
    x = alt.X("negative_low:Q", title=title, axis=alt.Axis(format=SHARE, tickCount=5))
    rules = base.mark_rule(strokeWidth=4, opacity=0.4, strokeCap="round").encode(
        x=x, x2="negative_high:Q"
    )
    dots = base.mark_point(filled=True, size=80, cursor="pointer").encode(
        x=alt.X("negative_share:Q", title=title),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.3)),
        tooltip=[
            alt.Tooltip("group:N", title=" "),
            alt.Tooltip("negative_share:Q", title=title, format=".1%"),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("comments:Q", title=lang(N_("Labelled comments")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Verdict"))),
        ],
    )
    whole = (
        alt.Chart(pd.DataFrame({"whole": [result.shares["negative"].value]}))
        .mark_rule(strokeDash=[4, 3], color=QUIET)
        .encode(x="whole:Q")
    )
    return dressed(
        whole + rules + dots.add_params(picked), lang, height=max(160, ROW * len(table) + 100)
    )


def ratings_table(result: Sentiment, lang: Language) -> pd.DataFrame:
    """`RATINGS`, a row a point that was given."""
    found = result.ratings
    return pd.DataFrame(
        {
            "rating_given": found["rating"],
            "comments": found["n"],
            **{f"{key}_share": found[key] for key in COLOURS},
        }
    )


def ratings(result: Sentiment, lang: Language, look: Theme) -> Any:
    """The labels of the comments of each star, in shares; clicking selects ``rating`` and ``key``."""
    found = ratings_table(result, lang).dropna(subset="negative_share")
    order = ("negative", "neutral", "positive")
    table = pd.DataFrame(
        [
            {
                "rating": row.rating_given, "stars": f"{row.rating_given:g}", "key": key,
                "mood": lang(LABELS[key]), "place": i, "share": getattr(row, f"{key}_share"),
                "n": row.comments,
            }
            for row in found.itertuples()
            for i, key in enumerate(order)
        ],
        columns=["rating", "stars", "key", "mood", "place", "share", "n"],
    )  # fmt: skip
    picked = alt.selection_point(name="stars", fields=["rating", "key"])
    names = [lang(LABELS[key]) for key in order]
    bars = (
        alt.Chart(table)
        .mark_bar(cursor="pointer")
        .encode(
            y=alt.Y(
                "stars:O",
                sort=None,
                title=lang(N_("Score")),
                axis=alt.Axis(ticks=False, labelOverlap=False),
            ),
            x=alt.X(
                "share:Q",
                title=lang(N_("Share of labelled comments")),
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=SHARE, tickCount=5),
            ),
            order="place:O",
            color=alt.Color(
                "mood:N",
                title=None,
                sort=None,
                scale=alt.Scale(domain=names, range=[COLOURS[key] for key in order]),
                legend=alt.Legend(orient="top", symbolOpacity=1, columns=legend_columns(3)),
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("stars:N", title=lang(N_("Score"))),
                alt.Tooltip("mood:N", title=" "),
                alt.Tooltip("share:Q", title=lang(N_("Share of labelled comments")), format=".1%"),
                alt.Tooltip("n:Q", title=lang(N_("Labelled comments")), format=WHOLE),
            ],
        )
    )
    height = max(140, ROW * found["rating_given"].nunique() + 90)
    return dressed(bars.add_params(picked), lang, height=height)
