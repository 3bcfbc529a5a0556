"""Sentiment: shares of labels in all, by month with verdicts, and by language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.theme import (
    CATEGORIES,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    dressed,
    legend_columns,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.sentiment import Sentiment

LABELS = {
    "positive": N_("Positive"),
    "neutral": N_("Neutral"),
    "negative": N_("Negative"),
    "unsure": N_("Not sure"),
    "unlabelled": N_("Not read"),
}
LANGUAGES = {
    "id": N_("In Indonesian"),
    "en": N_("In English"),
    "other": N_("In another language"),
    "none": N_("No words"),
}
# Blame, middle, praise; beside their names, for colour alone says nothing to some.
COLOURS = {"positive": CATEGORIES[0], "neutral": QUIET, "negative": CATEGORIES[5]}
VERDICTS = {
    "up": N_("up"),
    "down": N_("down"),
    "none": N_("no detectable change"),
    "": N_("not compared"),
    "unknown": N_("not compared"),
}
IN_ALL = ("sentiment", "comments", "label_share", "label_low", "label_high")
MONTHLY = (
    "month", "comments", "negative_share", "negative_low", "negative_high", "positive_share",
    "positive_low", "positive_high", "verdict",
)  # fmt: skip
READ = (
    "comment_language", "comments", "comment_share", "unsure_comments", "positive_share",
    "negative_share",
)  # fmt: skip
SERIES = ("negative", "positive")


def in_all_table(result: Sentiment, lang: Language) -> pd.DataFrame:
    """`IN_ALL`, a row a label, with its ``key``; the shares are of the labelled comments."""
    rows = [(k, result.counts[k], result.shares.get(k)) for k in LABELS]
    return pd.DataFrame(
        {
            "key": [key for key, _, _ in rows],
            "sentiment": [lang(LABELS[key]) for key, _, _ in rows],
            "comments": [n for _, n, _ in rows],
            "label_share": [None if e is None else e.value for _, _, e in rows],
            "label_low": [None if e is None else e.low for _, _, e in rows],
            "label_high": [None if e is None else e.high for _, _, e in rows],
        }
    )


def in_all(result: Sentiment, lang: Language, look: Theme) -> Any:
    """A bar a label with its interval; clicking one selects its ``key``."""
    table = in_all_table(result, lang)
    table = table[table["key"].isin(list(COLOURS))]
    table = table.assign(
        text=[lang.percent(v, 0) for v in table["label_share"]],
        interval=intervals(table, "label", lang),
    )
    picked = alt.selection_point(name="label", fields=["key"])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "sentiment:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, grid=False),
        ),
        tooltip=[
            alt.Tooltip("sentiment:N", title=" "),
            alt.Tooltip("text:N", title=lang(N_("Share of labelled comments"))),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("comments:Q", title=lang(N_("Comments")), format=WHOLE),
        ],
    )
    x = alt.X(
        "label_share:Q",
        title=lang(N_("Share of labelled comments")),
        scale=alt.Scale(domain=[0, 1.0]),
        axis=alt.Axis(format=SHARE, tickCount=5),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, cursor="pointer", size=22).encode(
        x=x,
        color=alt.Color(
            "key:N",
            legend=None,
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        ),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    ends = base.mark_text(align="left", dx=8, color=QUIET).encode(
        x=alt.X("label_high:Q"), text="text:N"
    )
    rules = base.mark_rule(strokeWidth=2, color=QUIET).encode(
        x=alt.X("label_low:Q"), x2="label_high:Q"
    )
    return dressed(bars.add_params(picked) + rules + ends, lang, height=150)


def monthly_table(result: Sentiment, lang: Language) -> pd.DataFrame:
    """`MONTHLY`, a row a month; the verdict is of the negative share against the month before."""
    found = result.monthly
    shares = {
        f"{key}_{'share' if end == '' else end[1:]}": found[f"{key}{end}"]
        for key in SERIES
        for end in ("", "_low", "_high")
    }
    return pd.DataFrame(
        {
            "month": found["month"],
            "comments": found["n"],
            **shares,
            "verdict": [lang(VERDICTS[s]) for s in found["negative_state"]],
        }
    )


def monthly(result: Sentiment, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """The negative and the positive share of each month with intervals; a change that the data show
    has an arrow. Clicking a point selects its ``name`` (2025-08) and ``key``."""
    found = result.monthly
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "label": [lang.month(day) for day in found["month"]],
                    "name": found["name"],
                    "key": key,
                    "mood": lang(LABELS[key]),
                    "share": found[key],
                    "low": found[f"{key}_low"],
                    "high": found[f"{key}_high"],
                    "n": found["n"],
                    "arrow": found[f"{key}_state"].map({"up": "▲", "down": "▼"}).fillna(""),
                    "verdict": [lang(VERDICTS[s]) for s in found[f"{key}_state"]],
                    "state": [
                        lang(N_("complete") if c else N_("incomplete")) for c in found["complete"]
                    ],
                    "shade": [1.0 if c else 0.45 for c in found["complete"]],
                }
            )
            for key in SERIES
        ],
        ignore_index=True,
    )
    picked = alt.selection_point(name="month", fields=["name", "key"])
    x = alt.X(
        "label:O", sort=None, title=None, axis=alt.Axis(grid=False, labelOverlap=True, labelAngle=0)
    )
    title = lang(N_("Share of labelled comments"))
    colour = alt.Color(
        "mood:N",
        title=None,
        sort=None,
        scale=alt.Scale(
            domain=[lang(LABELS[k]) for k in SERIES], range=[COLOURS[k] for k in SERIES]
        ),
        legend=alt.Legend(orient="top", symbolOpacity=1, columns=legend_columns(2)),
    )
    base = alt.Chart(table).encode(x=x, color=colour)
    y = alt.Y("share:Q", title=title, axis=alt.Axis(format=SHARE, tickCount=5))
    bars = base.mark_rule(strokeWidth=4, opacity=0.25, strokeCap="round").encode(
        y=alt.Y("low:Q", title=title, axis=alt.Axis(format=SHARE, tickCount=5)), y2="high:Q"
    )
    line = base.mark_line(strokeWidth=1.5, opacity=0.6).encode(y=y)
    dots = base.mark_point(filled=True, size=70, cursor="pointer").encode(
        y=y,
        shape=alt.Shape("mood:N", legend=None, sort=None),
        opacity=alt.condition(
            picked, alt.Opacity("shade:Q", scale=None, legend=None), alt.value(0.2)
        ),
        tooltip=[
            alt.Tooltip("label:N", title=lang(N_("Month"))),
            alt.Tooltip("mood:N", title=" "),
            alt.Tooltip("share:Q", title=title, format=".1%"),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("n:Q", title=lang(N_("Labelled comments")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Verdict"))),
            alt.Tooltip("state:N", title=lang(N_("Month is"))),
        ],
    )
    arrows = base.mark_text(dy=-12, fontSize=13, fontWeight="bold").encode(
        y=alt.Y("high:Q", title=title), text="arrow:N"
    )
    drawing = bars + line + dots.add_params(picked) + arrows
    months = [day.date() for day in found["month"]]
    return dressed(annotated(drawing, x, months, notes, lang), lang, height=280)


def read_table(result: Sentiment, lang: Language) -> pd.DataFrame:
    """`READ`, a row a language: how many comments, and how many of them are not sure."""
    found = result.languages
    return pd.DataFrame(
        {
            "comment_language": [lang(LANGUAGES[code]) for code in found["language"]],
            "comments": found["n"],
            "comment_share": found["share"],
            "unsure_comments": found["unsure"],
            "positive_share": found["positive"],
            "negative_share": found["negative"],
        }
    )


def listed_table(rows: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Comments with their labels and languages in words."""
    return rows.assign(
        sentiment=[lang(LABELS[label]) for label in rows["sentiment"]],
        comment_language=[lang(LANGUAGES[code]) for code in rows["language"]],
        confidence=rows["confidence"].round(2),
    ).rename(columns={"text": "comment", "rating": "rating_given"})


def intervals(table: pd.DataFrame, of: str, lang: Language) -> list[str]:
    """The intervals of shares in words, from the columns ``<of>_low`` and ``<of>_high``."""
    return [
        "–" if pd.isna(low) else f"{lang.percent(low, 1)} – {lang.percent(high, 1)}"
        for low, high in zip(table[f"{of}_low"], table[f"{of}_high"], strict=True)
    ]
