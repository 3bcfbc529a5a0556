"""Groups of answers: what came after them, and who holds the revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import CATEGORIES, QUIET, SHARE, Theme, compact_axis, dressed, with_room
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.growth.chain import ChainResult

OUTCOMES = {
    "retained": N_("Bought again"),
    "spend": N_("Spend since"),
    "clv": N_("CLV"),
}
ROLES = {
    "nps": {
        "positive": N_("Promoters"),
        "neutral": N_("Passives"),
        "negative": N_("Detractors"),
    },
    "csat": {
        "positive": N_("Satisfied"),
        "neutral": N_("Neutral"),
        "negative": N_("Dissatisfied"),
    },
}
COLOURS = {"positive": CATEGORIES[2], "neutral": CATEGORIES[1], "negative": CATEGORIES[5]}
HELD = (
    "answer_group", "customers", "answerer_share", "revenue", "revenue_share", "clv", "clv_low",
    "clv_high",
)  # fmt: skip


def group_table(result: ChainResult, by: str, outcome: str, lang: Language) -> pd.DataFrame:
    """The groups of a question: ``answer_group, customers`` and the mean of an outcome under its
    name, with ``…_low`` and ``…_high``."""
    rows = _groups(result, by, outcome, lang)
    ends = {"value": outcome, "low": f"{outcome}_low", "high": f"{outcome}_high"}
    named = {"name": "answer_group", "n": "customers", **ends}
    return rows.rename(columns=named)[list(named.values())]


def groups(result: ChainResult, by: str, outcome: str, lang: Language, look: Theme) -> Any:
    """The mean of an outcome for each group of answers, with its interval; clicking selects
    ``group``."""
    table = _groups(result, by, outcome, lang)
    table = table[table["shown"]]
    share = outcome == "retained"
    table["text"] = [lang.percent(v, 0) if share else lang.compact(v) for v in table["value"]]
    axis = (
        alt.Axis(tickCount=4, grid=False, format=SHARE)
        if share
        else compact_axis(lang, tickCount=4, grid=False)
    )
    picked = alt.selection_point(name="group", fields=["group"])
    form = ".1%" if share else ",.0f"
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        color=alt.Color("colour:N", scale=None),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Group"))),
            alt.Tooltip("value:Q", title=lang(OUTCOMES[outcome]), format=form),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=form),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=form),
            alt.Tooltip("n:Q", title=lang(N_("Customers")), format=",.0f"),
        ],
    )
    title = lang(OUTCOMES[outcome])
    room = with_room([*table["low"], *table["high"]])
    bars = base.mark_bar(cornerRadiusEnd=4, size=22, cursor="pointer", fillOpacity=0.75).encode(
        x=alt.X("value:Q", title=title, axis=axis, scale=room),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    whiskers = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=title), x2="high:Q", color=alt.value(look.ink)
    )
    words = base.mark_text(align="left", dx=6).encode(
        x=alt.X("high:Q", title=title), text="text:N", color=alt.value(QUIET)
    )
    return dressed(bars.add_params(picked) + whiskers + words, lang, height=150)


def held_table(result: ChainResult, lang: Language) -> pd.DataFrame:
    """Promoters, passives and detractors with what they hold: `HELD`."""
    held = result.held.assign(answer_group=[lang(ROLES["nps"][g]) for g in result.held["group"]])
    return held.rename(columns={"customer_share": "answerer_share"})[list(HELD)]


def held(result: ChainResult, lang: Language, look: Theme) -> Any:
    """The share of each group of the customers who answered and of their revenue; clicking selects
    ``holder``: a group."""
    shown = result.held[result.held["shown"]]
    measures = {
        "customer_share": lang(N_("of customers")),
        "revenue_share": lang(N_("of revenue")),
    }
    long = shown.melt(["group"], list(measures), "measure", "share")
    long = long.assign(
        name=long["group"].map({g: lang(name) for g, name in ROLES["nps"].items()}),
        of=long["measure"].map(measures),
        colour=long["group"].map(COLOURS),
        text=[lang.percent(share, 0) for share in long["share"]],
    )
    picked = alt.selection_point(name="holder", fields=["group"])
    base = alt.Chart(long).encode(
        y=alt.Y("of:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X(
            "share:Q",
            stack="zero",
            title=None,
            axis=alt.Axis(format=SHARE, grid=False, tickCount=4),
            scale=alt.Scale(domain=[0, 1]),
        ),
        order=alt.Order("rank:Q"),
    )
    base = base.transform_calculate(
        rank="datum.group == 'positive' ? 0 : datum.group == 'neutral' ? 1 : 2"
    )
    names = [lang(name) for name in ROLES["nps"].values()]
    bars = base.mark_bar(size=26, cursor="pointer").encode(
        color=alt.Color(
            "name:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(COLOURS.values())),
            legend=alt.Legend(orient="top"),
        ),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Group"))),
            alt.Tooltip("of:N", title=" "),
            alt.Tooltip("share:Q", title=lang(N_("Share")), format=".1%"),
        ],
    )
    words = base.mark_text(fontSize=12, fontWeight="bold").encode(
        x=alt.X("share:Q", stack="zero", bandPosition=0.5),
        text="text:N",
        detail="group:N",
        color=alt.value("#10161a"),
    )
    return dressed(bars.add_params(picked) + words, lang, height=165)


def _groups(result: ChainResult, by: str, outcome: str, lang: Language) -> pd.DataFrame:
    found = result.groups
    rows = found[(found["by"] == by) & (found["outcome"] == outcome)]
    return rows.assign(
        name=[lang(ROLES[by][group]) for group in rows["group"]],
        colour=rows["group"].map(COLOURS),
    ).reset_index(drop=True)
