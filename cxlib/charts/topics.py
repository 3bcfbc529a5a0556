"""Topics: praise and complaints as diverging bars, complaints by month, and what they weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import (
    CATEGORIES,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    legend_columns,
    with_room,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.topics import Topics

# Told apart with any colour vision, and by side: praise to the right, blame to the left.
PRAISE, BLAME = CATEGORIES[0], CATEGORIES[5]
MONTHS = 24
WORST = 4  # topics whose months are drawn
COLUMNS = (
    "topic", "comments", "positive_share", "neutral_share", "negative_share", "topic_impact",
    "topic_impact_low", "topic_impact_high",
)  # fmt: skip
TREND = ("topic", "name", "complaints")
MONEY = ("topic", "customers", "topic_value", "topic_value_low", "topic_value_high")
DISCOVERED = ("topic", "comments", "comment_share", "comment")
NEW = ("topic", "comments", "comment_share", "comments_before")
SIDES = {"negative": N_("Complaints"), "positive": N_("Praise")}
AXES = {"nps": N_("Points of NPS"), "stars": N_("Stars")}
SPOKEN = ("topic", "topic_detractors", "topic_detractors_low", "topic_detractors_high")


def _topics() -> alt.Y:
    """Topics down the side: names of the shipped list are whole, on a phone too."""
    axis = alt.Axis(labelLimit=150, ticks=False, domain=False)
    return alt.Y("topic:N", sort=None, title=None, axis=axis)


def topic_name(topic: str, lang: Language, labels: dict[str, str]) -> str:
    """What a topic is called: in the reader's language if it is one of the shipped lexicon."""
    return lang(labels[topic]) if topic in labels else topic


def topic_table(result: Topics, labels: dict[str, str], lang: Language) -> pd.DataFrame:
    """A row a topic, the most spoken of first: `COLUMNS`, with ``key`` (the topic's id)."""
    table = result.topics
    shares = {f"{mood}_share": table[mood] for mood in ("positive", "neutral", "negative")}
    weighs = {f"topic_{end}": table[end] for end in ("impact", "impact_low", "impact_high")}
    return table.assign(
        key=table["topic"],
        topic=[topic_name(t, lang, labels) for t in table["topic"]],
        comments=table["n"],
        **shares,
        **weighs,
    )


def moods(result: Topics, labels: dict[str, str], lang: Language, look: Theme) -> Any:
    """Comments by topic, complaints to the left and praise to the right; clicking selects ``topic``."""
    table = topic_table(result, labels, lang).dropna(subset="negative")
    rows = pd.DataFrame(
        [
            {
                "key": t.key, "topic": t.topic, "n": t.n, "side": side, "share": getattr(t, side),
                "signed": sign * round(getattr(t, side) * t.n), "mood": lang(SIDES[side]),
                "low": getattr(t, f"{side}_low"), "high": getattr(t, f"{side}_high"),
            }
            for t in table.itertuples()
            for side, sign in (("negative", -1), ("positive", 1))
        ],
        columns=["key", "topic", "n", "side", "share", "signed", "mood", "low", "high"],
    )  # fmt: skip
    picked = alt.selection_point(name="topic", fields=["key"])
    bars = (
        alt.Chart(rows)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X(
                "signed:Q",
                title=lang(N_("Comments")),
                axis=alt.Axis(labelExpr="format(abs(datum.value), ',')", tickCount=7),
            ),
            y=_topics(),
            color=alt.Color(
                "mood:N",
                title=None,
                scale=alt.Scale(domain=[lang(w) for w in SIDES.values()], range=[BLAME, PRAISE]),
                legend=alt.Legend(orient="top"),
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.4)),
            tooltip=[
                alt.Tooltip("topic:N", title=lang(N_("Topic"))),
                alt.Tooltip("mood:N", title=lang(N_("Mood"))),
                alt.Tooltip("share:Q", title=lang(N_("Share")), format=SHARE),
                alt.Tooltip("low:Q", title=lang(N_("From")), format=SHARE),
                alt.Tooltip("high:Q", title=lang(N_("To")), format=SHARE),
                alt.Tooltip("n:Q", title=lang(N_("Comments")), format=WHOLE),
            ],
        )
    )
    return dressed(bars.add_params(picked), lang, height=28 * max(len(table), 1) + 60)


def trend_table(result: Topics, labels: dict[str, str], lang: Language) -> pd.DataFrame:
    """The newest months of the topics with most complaints: ``topic, month, negative, state``."""
    trends = result.trends
    worst = trends.groupby("topic")["negative"].sum().sort_values(ascending=False).head(WORST).index
    months = sorted(trends["month"].unique())[-MONTHS:]
    rows = trends[trends["topic"].isin(worst) & trends["month"].isin(months)]
    return rows.assign(
        topic=[topic_name(t, lang, labels) for t in rows["topic"]], complaints=rows["negative"]
    )


def trends(result: Topics, labels: dict[str, str], lang: Language, look: Theme) -> Any:
    """Complaints by month of the topics that have most of them; a larger point is a change that the
    counts show. Clicking one selects ``complaint``: topic and month."""
    rows = trend_table(result, labels, lang)
    picked = alt.selection_point(name="complaint", fields=["topic", "name"])
    legend = alt.Legend(orient="top", columns=legend_columns(), symbolOpacity=1)
    base = alt.Chart(rows.assign(called=rows["state"].isin(["up", "down"]))).encode(
        x=alt.X(
            "month:T", timeUnit="yearmonth", title=None, axis=alt.Axis(grid=False, tickCount=6)
        ),
        y=alt.Y(
            "negative:Q",
            title=lang(SIDES["negative"]),
            axis=alt.Axis(tickCount=5, tickMinStep=1, format=WHOLE),
        ),
        color=alt.Color(
            "topic:N",
            title=None,
            sort=None,
            scale=alt.Scale(range=list(CATEGORIES)),
            legend=legend,
        ),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip("negative:Q", title=lang(SIDES["negative"]), format=WHOLE),
        ],
    )
    points = base.mark_point(filled=True, cursor="pointer").encode(
        size=alt.condition("datum.called", alt.value(150), alt.value(35)),
        shape=alt.Shape("topic:N", title=None, sort=None, legend=legend),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.4)),
    )
    return dressed(base.mark_line() + points.add_params(picked), lang, height=260)


def impact(result: Topics, labels: dict[str, str], lang: Language, look: Theme) -> Any:
    """What each topic weighs in the score, with its interval. Clicking one selects ``weighed``: the
    topic."""
    picked = alt.selection_point(name="weighed", fields=["topic"])
    table = topic_table(result, labels, lang).dropna(subset="impact").sort_values("impact")
    base = alt.Chart(table[["topic", "n", "impact", "impact_low", "impact_high"]]).encode(
        y=_topics(),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("impact:Q", title=lang(N_("Impact")), format="+.2f"),
            alt.Tooltip("impact_low:Q", title=lang(N_("From")), format="+.2f"),
            alt.Tooltip("impact_high:Q", title=lang(N_("To")), format="+.2f"),
            alt.Tooltip("n:Q", title=lang(N_("Comments")), format=WHOLE),
        ],
    )
    title = lang(AXES.get(result.metric or "", N_("Impact")))
    ends = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("impact_low:Q", title=title, axis=alt.Axis(tickCount=5, format="~r")),
        x2="impact_high:Q",
        color=alt.value(QUIET),
    )
    color = alt.condition("datum.impact < 0", alt.value(BLAME), alt.value(PRAISE))
    points = base.mark_point(filled=True, size=80, cursor="pointer").encode(
        x="impact:Q", color=color, opacity=alt.condition(picked, alt.value(1), alt.value(0.4))
    )
    zero = (
        alt.Chart(pd.DataFrame({"x": [0.0]}))
        .mark_rule(strokeDash=[3, 3], color=QUIET)
        .encode(x="x:Q")
    )
    return dressed(
        zero + ends + points.add_params(picked), lang, height=28 * max(len(table), 1) + 40
    )


def detractors_table(result: Topics, labels: dict[str, str], lang: Language) -> pd.DataFrame:
    """What the detractors who wrote speak of, the most first: `SPOKEN`; empty without NPS."""
    table = result.topics
    if "detractors" not in table:
        return pd.DataFrame(columns=list(SPOKEN))
    ends = {f"topic_detractors{end}": table[f"detractors{end}"] for end in ("", "_low", "_high")}
    rows = table.assign(topic=[topic_name(t, lang, labels) for t in table["topic"]], **ends)
    rows = rows.dropna(subset="detractors").sort_values("detractors", ascending=False)
    return rows[list(SPOKEN)].reset_index(drop=True)


def detractors(result: Topics, labels: dict[str, str], lang: Language, look: Theme) -> Any:
    """The share of the detractors who wrote that speaks of each topic, with its interval."""
    table = detractors_table(result, labels, lang)
    table = table.assign(text=[lang.percent(share, 0) for share in table["topic_detractors"]])
    title = lang(N_("Share of detractors with a comment"))
    base = alt.Chart(table).encode(
        y=_topics(),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("topic_detractors:Q", title=title, format=SHARE),
            alt.Tooltip("topic_detractors_low:Q", title=lang(N_("From")), format=SHARE),
            alt.Tooltip("topic_detractors_high:Q", title=lang(N_("To")), format=SHARE),
        ],
    )
    bars = base.mark_bar(color=BLAME, cornerRadiusEnd=3, size=16).encode(
        x=alt.X(
            "topic_detractors:Q",
            title=title,
            axis=alt.Axis(format=SHARE, tickCount=4),
            scale=with_room(table["topic_detractors_high"]),
        )
    )
    ends = base.mark_rule(strokeWidth=2, color=QUIET).encode(
        x="topic_detractors_low:Q", x2="topic_detractors_high:Q"
    )
    words = base.mark_text(align="left", dx=6, color=QUIET).encode(
        x="topic_detractors_high:Q", text="text:N"
    )
    return dressed(bars + ends + words, lang, height=28 * max(len(table), 1) + 40)


def new_table(result: Topics, labels: dict[str, str], lang: Language) -> pd.DataFrame:
    """What is new in the newest complete month: `NEW`."""
    rows = result.new
    return pd.DataFrame(
        {
            "topic": [
                topic_name(str(name), lang, labels) if kind == "topic" else str(name)
                for kind, name in zip(rows["kind"], rows["name"], strict=True)
            ],
            "comments": rows["n"],
            "comment_share": rows["share"],
            "comments_before": rows["before"],
        }
    )


def discovered_table(result: Topics) -> pd.DataFrame:
    """Topics found without the lexicon: `DISCOVERED`."""
    if result.discovered is None:
        return pd.DataFrame(columns=list(DISCOVERED))
    return result.discovered.rename(
        columns={"label": "topic", "n": "comments", "share": "comment_share", "example": "comment"}
    )


def money_table(
    rows: pd.DataFrame, labels: dict[str, str], currency: str | None, lang: Language
) -> pd.DataFrame:
    """What complaining customers are expected to bring, by topic: `MONEY`."""
    names = {"expected": "topic_value", "expected_low": "topic_value_low"}
    return rows.rename(columns={**names, "expected_high": "topic_value_high"}).assign(
        topic=[topic_name(t, lang, labels) for t in rows["topic"]]
    )


def money(
    rows: pd.DataFrame, labels: dict[str, str], currency: str | None, lang: Language, look: Theme
) -> Any:
    """What complaining customers are expected to bring, by topic, with the interval of it; purchases
    where the orders have no money. Clicking a point selects ``topic``."""
    table = money_table(rows, labels, currency, lang)
    paid = bool((table["unit"] == "money").all())
    table = table[list(MONEY)].assign(
        key=rows["topic"],
        text=[
            lang.money(value, currency, compact=True) if paid else lang.number(value)
            for value in table["topic_value"]
        ],
    )
    title = lang(
        N_("Expected value of those who complain")
        if paid
        else N_("Expected purchases of those who complain")
    )
    base = alt.Chart(table).encode(
        y=_topics(),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("topic_value:Q", title=title, format=WHOLE),
            alt.Tooltip("topic_value_low:Q", title=lang(N_("From")), format=WHOLE),
            alt.Tooltip("topic_value_high:Q", title=lang(N_("To")), format=WHOLE),
        ],
    )
    ends = base.mark_rule(strokeWidth=2, color=QUIET).encode(
        x=alt.X(
            "topic_value_low:Q",
            title=title,
            axis=compact_axis(lang, tickCount=4),
            scale=with_room(1.1 * table["topic_value_high"]),
        ),
        x2="topic_value_high:Q",
    )
    picked = alt.selection_point(name="topic", fields=["key"])
    points = base.mark_point(filled=True, size=110, color=BLAME, cursor="pointer").encode(
        x="topic_value:Q", opacity=alt.condition(picked, alt.value(1), alt.value(0.4))
    )
    words = base.mark_text(align="left", dx=6, color=QUIET).encode(
        x="topic_value_high:Q", text="text:N"
    )
    return dressed(
        ends + points.add_params(picked) + words, lang, height=28 * max(len(table), 1) + 40
    )
