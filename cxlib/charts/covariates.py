"""What goes with buying more often and with staying: effects of attributes as points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, DECIMAL, QUIET, WHOLE, Theme, dressed
from cxlib.i18n import N_, Language
from cxlib.labels import label

if TYPE_CHECKING:
    from cxlib.value.clv.covariates import Covariates

MEASURES = {
    "often": N_("Buys so many times as often"),
    "leaves": N_("Odds of leaving after a purchase, times"),
}

TICKS = [0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10]


def effects_table(found: Covariates, lang: Language) -> pd.DataFrame:
    """A row an effect: ``attribute, group, customers, often, often_low, often_high, leaves,
    leaves_low, leaves_high``; the reference is 1."""
    rows = [
        {
            "attribute": lang(label(one.column.attribute).name),
            "group": _named(one.column.level, one.column.reference, lang),
            "customers": one.column.customers,
            **_ends("often", one.often),
            **_ends("leaves", one.leaves),
        }
        for one in found.effects
    ]
    return pd.DataFrame(rows)


def effects(found: Covariates, measure: str, lang: Language, look: Theme) -> Any:
    """How many times as often customers buy (`often`), or how many times the odds are that they leave
    (`leaves`), at a value of an attribute against its reference, with 95 % intervals."""
    table = effects_table(found, lang)
    table = table.assign(
        name=table["attribute"] + ": " + table["group"],
        ratio=table[measure],
        low=table[f"{measure}_low"],
        high=table[f"{measure}_high"],
    )[["name", "customers", "ratio", "low", "high"]]
    title = lang(MEASURES[measure])
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=220)),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("ratio:Q", title=title, format=DECIMAL),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=DECIMAL),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=DECIMAL),
        ],
    )
    # Twice and half as often are equally far from alike.
    scale = alt.Scale(type="log", nice=False, padding=12)
    axis = alt.Axis(values=TICKS, format=".2~f")
    ends = base.mark_rule(color=ACCENT, strokeWidth=2).encode(
        x=alt.X("low:Q", title=title, scale=scale, axis=axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1, color=ACCENT).encode(x="ratio:Q")
    alike = (
        alt.Chart(pd.DataFrame({"ratio": [1.0]}))
        .mark_rule(color=QUIET, strokeDash=[4, 4])
        .encode(x="ratio:Q")
    )
    return dressed(alike + ends + points, lang, height=max(160, 30 * len(table)))


def _named(level: str | None, reference: str | None, lang: Language) -> str:
    if level is None:
        return lang(N_("one standard deviation more"))
    return lang(
        N_("{level} against {reference}"), level=lang(level), reference=lang(str(reference))
    )


def _ends(name: str, ratio: Any) -> dict[str, float]:
    return {name: ratio.value, f"{name}_low": ratio.low, f"{name}_high": ratio.high}
