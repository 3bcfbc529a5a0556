"""The accuracy check: what people said of comments beside what the model had said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, SHARE, WHOLE, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.accuracy import Accuracy

NAMES = {
    "positive": N_("Positive"),
    "neutral": N_("Neutral"),
    "negative": N_("Negative"),
}
PAIRS = ("label_given", "label_said", "labels", "given_share")
BY_LABEL = (
    "label_said", "precision", "precision_low", "precision_high", "recall", "recall_low",
    "recall_high", "labels",
)  # fmt: skip


def pair_table(result: Accuracy, lang: Language) -> pd.DataFrame:
    """A row a pair of labels: `PAIRS`."""
    table = result.confusion
    return pd.DataFrame(
        {
            "label_given": table["truth"].map(NAMES),
            "label_said": table["said"].map(NAMES),
            "labels": table["n"],
            "given_share": table["share"],
        }
    )


def label_table(result: Accuracy, lang: Language) -> pd.DataFrame:
    """A row a label: `BY_LABEL`."""
    table = result.labels
    return table.assign(label_said=table["label"].map(NAMES), labels=table["n_truth"])


def confusion(result: Accuracy, lang: Language, look: Theme) -> Any:
    """Your label down, the model's across; colour and figure: the share of what you called so."""
    table = result.confusion
    drawn = table.assign(
        given=[lang(NAMES[t]) for t in table["truth"]],
        read=[lang(NAMES[s]) for s in table["said"]],
        text=["–" if share != share else lang.percent(share, 0) for share in table["share"]],
    )
    order = [lang(name) for name in NAMES.values()]
    base = alt.Chart(drawn).encode(
        x=alt.X(
            "read:N",
            sort=order,
            title=lang(N_("What the model says")),
            axis=alt.Axis(labelAngle=0, orient="top"),
        ),
        y=alt.Y("given:N", sort=order, title=lang(N_("What you say"))),
        tooltip=[
            alt.Tooltip("given:N", title=lang(N_("What you say"))),
            alt.Tooltip("read:N", title=lang(N_("What the model says"))),
            alt.Tooltip("share:Q", title=lang(N_("Share of what you called so")), format=SHARE),
            alt.Tooltip("n:Q", title=lang(N_("Labels")), format=WHOLE),
        ],
    )
    cells = base.mark_rect(color=ACCENT, cornerRadius=4).encode(
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.06, 1]))
    )
    dark = alt.condition("datum.share > 0.6", alt.value("#ffffff"), alt.value(look.ink))
    words = base.mark_text(fontSize=14, fontWeight="bold").encode(text="text:N", color=dark)
    return dressed(cells + words, lang, height=210)
