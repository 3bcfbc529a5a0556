"""Emotions of Indonesian comments: the share of each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.sentiment import COLOURS, intervals
from cxlib.charts.theme import QUIET, SHARE, WHOLE, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.sentiment import Sentiment

EMOTIONS = {
    "joy": N_("Joy"),
    "love": N_("Love"),
    "anger": N_("Anger"),
    "sadness": N_("Sadness"),
    "fear": N_("Fear"),
}
GLAD = ("joy", "love")
COLUMNS = ("emotion", "comments", "emotion_share", "emotion_low", "emotion_high")


def emotion_table(result: Sentiment, lang: Language) -> pd.DataFrame:
    """`COLUMNS`, a row an emotion, with its ``key``; the shares are of comments whose emotion is named."""
    found = result.emotions
    return pd.DataFrame(
        {
            "key": found["emotion"],
            "emotion": [lang(EMOTIONS[key]) for key in found["emotion"]],
            "comments": found["n"],
            **{f"emotion_{end}": found[end] for end in ("share", "low", "high")},
        }
    )


def emotions(result: Sentiment, lang: Language, look: Theme) -> Any:
    """A bar an emotion with its interval, the glad ones as praise; clicking one selects its ``key``."""
    table = emotion_table(result, lang)
    table = table.assign(
        text=[lang.percent(v, 0) for v in table["emotion_share"]],
        interval=intervals(table, "emotion", lang),
    )
    picked = alt.selection_point(name="emotion", fields=["key"])
    title = lang(N_("Share of comments with an emotion"))
    base = alt.Chart(table).encode(
        y=alt.Y(
            "emotion:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, grid=False),
        ),
        tooltip=[
            alt.Tooltip("emotion:N", title=" "),
            alt.Tooltip("text:N", title=title),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("comments:Q", title=lang(N_("Comments")), format=WHOLE),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, cursor="pointer", size=22).encode(
        x=alt.X(
            "emotion_share:Q",
            title=title,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=SHARE, tickCount=5),
        ),
        color=alt.Color(
            "key:N",
            legend=None,
            scale=alt.Scale(
                domain=list(EMOTIONS),
                range=[COLOURS["positive" if key in GLAD else "negative"] for key in EMOTIONS],
            ),
        ),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    rules = base.mark_rule(strokeWidth=2, color=QUIET).encode(
        x=alt.X("emotion_low:Q"), x2="emotion_high:Q"
    )
    ends = base.mark_text(align="left", dx=8, color=QUIET).encode(
        x=alt.X("emotion_high:Q"), text="text:N"
    )
    return dressed(bars.add_params(picked) + rules + ends, lang, height=40 * len(table) + 40)
