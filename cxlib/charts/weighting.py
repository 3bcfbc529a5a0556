"""Who answered: the segments of the respondents beside those of all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, QUIET, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.weighting import Weighted

MIX = ("segment", "respondents", "share_respondents", "share", "ratio", "verdict")
ROW = 34  # pixels of a segment


def mix_table(result: Weighted, lang: Language) -> pd.DataFrame:
    """`MIX`, a row an RFM segment."""
    found = result.mix
    return pd.DataFrame(
        {
            "segment": found["segment"],
            "respondents": found["respondents"],
            "share_respondents": found["share_respondents"],
            "share": found["share_base"],
            "ratio": found["ratio"],
            "verdict": [lang(s) for s in found["state"]],
        }
    )


def mix(result: Weighted, lang: Language, look: Theme) -> Any:
    """Two bars a segment: its share of those who answered and of all customers."""
    table = mix_table(result, lang)
    names = {
        "share_respondents": lang(N_("of those who answered")),
        "share": lang(N_("of all customers")),
    }
    long = table.melt(["segment", "verdict"], list(names), "of", "part")
    long = long.assign(of=long["of"].map(names), segment=[lang(s) for s in long["segment"]])
    drawing = (
        alt.Chart(long)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=alt.Y(
                "segment:N",
                sort=None,
                title=None,
                axis=alt.Axis(labelLimit=150, ticks=False, domain=False),
            ),
            yOffset=alt.YOffset("of:N", sort=list(names.values())),
            x=alt.X("part:Q", title=lang(N_("Share")), axis=alt.Axis(format=".0%", tickCount=4)),
            color=alt.Color(
                "of:N",
                title=None,
                scale=alt.Scale(domain=list(names.values()), range=[ACCENT, QUIET]),
                legend=alt.Legend(orient="top", columns=1),
            ),
            tooltip=[
                alt.Tooltip("segment:N", title=lang(N_("Segment"))),
                alt.Tooltip("of:N", title=" "),
                alt.Tooltip("part:Q", title=lang(N_("Share")), format=".1%"),
                alt.Tooltip("verdict:N", title=lang(N_("Verdict"))),
            ],
        )
    )
    return dressed(drawing, lang, height=ROW * len(table) + 40)
