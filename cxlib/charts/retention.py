"""Retention: the triangle as a heat map, its sums by age, the wait for the next order, and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.steps import stepped
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    NARROW,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    legend_columns,
    wide,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.frames.triangle import Mode
    from cxlib.value.retention import RetentionResult

Measure = Literal["share", "previous", "customers", "revenue", "value"]

MEASURES: dict[Measure, str] = {
    "share": N_("% of the cohort"),
    "previous": N_("% of the period before"),
    "customers": N_("Customers"),
    "revenue": N_("Revenue"),
    "value": N_("Value per customer so far"),
}
SHARES = ("share", "previous")
MONEY = ("revenue", "value")
AGE = {
    "month": N_("Months after the first purchase"),
    "week": N_("Weeks after the first purchase"),
}
AFTER = {
    1: N_("After the first"),
    2: N_("After the second"),
    3: N_("After the third"),
}
TRIANGLE = (
    "cohort", "age", "customers", "count", "share", "share_low", "share_high", "revenue",
    "cumulative_value", "state",
)  # fmt: skip
COHORTS, AGES = 18, 12  # of the heat map: what a phone can show; the table has them all
BANDS = 2  # lines of the curve that are drawn with their intervals
STEPS = 104  # ages of the curve
POINTS = 400  # of the wait for an order
BARS = 60  # of the gaps
WIDTHS = (1, 2, 7, 14, 28, 56, 112, 364)  # days of a bar


def triangle_table(
    result: RetentionResult, measure: Measure, mode: Mode, lang: Language
) -> pd.DataFrame:
    """All cells: `TRIANGLE`, with ``name``, ``shown`` (the measure) and ``complete`` to draw."""
    shares = result.shares(mode, "previous" if measure == "previous" else "cohort")
    cells = result.triangle
    amounts = {
        "share": shares["share"],
        "previous": shares["share"],
        "customers": shares["count"],
        "revenue": cells["revenue"],
        "value": cells["cumulative_value"],
    }
    states = {True: lang(N_("complete")), False: lang(N_("incomplete"))}
    months = result.period == "month"
    names = {day: lang.month(day) if months else lang.date(day) for day in cells["cohort"].unique()}
    return pd.DataFrame(
        {
            "cohort": cells["cohort"],
            "name": cells["cohort"].map(names),
            "age": cells["age"],
            "customers": cells["customers"],
            "count": shares["count"],
            "share": shares["share"],
            "share_low": shares["low"],
            "share_high": shares["high"],
            "revenue": cells["revenue"],
            "cumulative_value": cells["cumulative_value"],
            "state": cells["complete"].map(states),
            "complete": cells["complete"],
            "shown": amounts[measure].astype("float64"),
        }
    )


def triangle(
    result: RetentionResult, measure: Measure, mode: Mode, lang: Language, look: Theme
) -> Any:
    """The newest cohorts at their first ages; clicking a cell selects it (``cell``: cohort and age).

    The first column is the size of the cohort (of money: what it began with). It and periods that are
    not over have no colour, so that colours compare like with like.
    """
    table = triangle_table(result, measure, mode, lang)
    newest = table["cohort"].drop_duplicates().tail(COHORTS)
    cells = table[table["cohort"].isin(newest) & (table["age"] <= AGES)]
    cells = cells.assign(
        text=_texts(cells, measure, lang),
        cohort=cells["cohort"].dt.strftime("%Y-%m-%d"),
        interval=[
            "–" if pd.isna(low) else f"{lang.percent(low)} – {lang.percent(high)}"
            for low, high in zip(cells["share_low"], cells["share_high"], strict=True)
        ],
        coloured=cells["complete"] & (cells["age"] > 0) & cells["shown"].notna(),
        shown=cells["shown"].fillna(0),  # a mark without a number would not be drawn
    )
    top = cells.loc[cells["coloured"], "shown"].max() if cells["coloured"].any() else 1.0
    picked = alt.selection_point(name="cell", fields=["cohort", "age"])
    base = alt.Chart(cells).encode(
        x=alt.X(
            "age:O",
            title=f"{lang(AGE[result.period])} →",
            axis=alt.Axis(labelAngle=0, orient="top"),
        ),
        y=alt.Y(
            "name:O",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelOverlap=False),
        ),
    )
    tiles = base.mark_rect(cornerRadius=3, cursor="pointer").encode(
        color=alt.when("datum.coloured")
        .then(
            alt.Color(
                "shown:Q", scale=look.scale(domain=[0, max(top, 1e-9)], clamp=True), legend=None
            )
        )
        .otherwise(alt.value(look.line)),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Cohort"))),
            alt.Tooltip("age:Q", title=lang(AGE[result.period])),
            alt.Tooltip("customers:Q", title=lang(N_("Customers of the cohort")), format=WHOLE),
            alt.Tooltip("count:Q", title=lang(N_("Customers who came back")), format=WHOLE),
            alt.Tooltip("share:Q", title=lang(N_("Share")), format=".1%"),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("revenue:Q", title=lang(N_("Revenue")), format=WHOLE),
            alt.Tooltip(
                "cumulative_value:Q", title=lang(N_("Value per customer so far")), format=WHOLE
            ),
            alt.Tooltip("state:N", title=lang(N_("Period is"))),
        ],
    )
    # Viridis is dark in its middle and at one end: white words there, black ones on the bright end.
    half = top * (0.45 if look.range_reversed else 0.6)
    dark = f"datum.shown {'>' if look.range_reversed else '<'} {half}"
    numbers = base.mark_text(
        fontSize=alt.ExprRef(f"width < {NARROW} ? 9 : 11"),
        # Amounts of money are too long for the cells of a phone; its tooltip has them.
        **({"opacity": wide()} if measure in MONEY else {}),
    ).encode(
        text="text:N",
        color=alt.when("!datum.coloured")
        .then(alt.value(look.ink))
        .when(dark)
        .then(alt.value("#ffffff"))
        .otherwise(alt.value("#111111")),
    )
    return dressed(tiles.add_params(picked) + numbers, lang, height=21 * len(newest) + 20)


def _texts(cells: pd.DataFrame, measure: Measure, lang: Language) -> list[str]:
    """What stands in the cells: whole per cent or short numbers; at age 0 the size of the cohort."""
    if measure in MONEY:
        return ["" if pd.isna(a) else lang.compact(a) for a in cells["shown"]]
    percent = measure in SHARES
    return [
        lang.compact(size)
        if age == 0
        else "–"
        if pd.isna(amount)
        else lang.number(100 * amount)
        if percent
        else lang.compact(amount)
        for age, size, amount in zip(cells["age"], cells["customers"], cells["shown"], strict=True)
    ]


def curve_table(
    result: RetentionResult, measure: Measure, mode: Mode, lang: Language
) -> pd.DataFrame:
    """By group and age: ``group, age, cohorts, customers, count, share, share_low, share_high`` and
    ``cumulative_value``; where nothing tells customers apart, all of them."""
    count = {"exact": "active", "on_or_after": "returned"}[mode]
    parts = [(g.value, g.curve) for g in result.groups] or [(lang(N_("All")), result.curve)]
    # At age 0 everybody is there; money begins with the first purchase.
    first = 0 if measure in MONEY else 1
    shown = [
        (name, curve[(curve["age"] >= first) & (curve["age"] <= STEPS)]) for name, curve in parts
    ]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "group": name,
                    "age": curve["age"],
                    "cohorts": curve["cohorts"],
                    "customers": curve["customers"],
                    "count": curve[count],
                    "share": curve[mode],
                    "share_low": curve[f"{mode}_low"],
                    "share_high": curve[f"{mode}_high"],
                    "cumulative_value": curve["cumulative_value"],
                }
            )
            for name, curve in shown
        ],
        ignore_index=True,
    )


def curve(
    result: RetentionResult, measure: Measure, mode: Mode, lang: Language, look: Theme
) -> Any:
    """Who came back by age (or the value so far), all cohorts together, each group a line; clicking a
    point selects its ``age``."""
    table = curve_table(result, measure, mode, lang)
    money = measure in MONEY
    picked = alt.selection_point(name="age", fields=["age"])
    base = alt.Chart(table).encode(
        x=alt.X(
            "age:Q",
            title=lang(AGE[result.period]),
            axis=alt.Axis(tickMinStep=1, grid=False),
            scale=alt.Scale(zero=False),
        ),
        color=_lines("group", len(result.groups) > 1),
        tooltip=[
            alt.Tooltip("group:N", title=" "),
            alt.Tooltip("age:Q", title=lang(AGE[result.period])),
            alt.Tooltip("count:Q", title=lang(N_("Customers who came back")), format=WHOLE),
            alt.Tooltip("customers:Q", title=lang(N_("Customers of the cohorts")), format=WHOLE),
            alt.Tooltip("share:Q", title=lang(N_("Share")), format=".1%"),
            alt.Tooltip("share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("share_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip(
                "cumulative_value:Q", title=lang(N_("Value per customer so far")), format=WHOLE
            ),
        ],
    )
    y = (
        alt.Y(
            "cumulative_value:Q",
            title=lang(N_("Value per customer so far")),
            axis=compact_axis(lang, tickCount=5),
        )
        if money
        else alt.Y(
            "share:Q", title=lang(N_("Of the cohort")), axis=alt.Axis(format=SHARE, tickCount=5)
        )
    )
    lines = base.mark_line(point={"size": 50, "filled": True}, cursor="pointer").encode(
        y=y, opacity=alt.condition(picked, alt.value(1), alt.value(0.4))
    )
    drawing = lines.add_params(picked)
    # Bands of many lines hide each other; the tooltips and the table have the intervals.
    if not money and len(result.groups) <= BANDS:
        drawing = base.mark_area(opacity=0.13).encode(y="share_low:Q", y2="share_high:Q") + drawing
    return dressed(drawing, lang, height=280)


def next_order_table(result: RetentionResult, lang: Language) -> pd.DataFrame:
    """The wait after each purchase: ``purchase, name, days, again, share_low, share_high, at_risk``.

    ``again`` is the share that has ordered again within so many days: 1 less the survival.
    """
    frames = []
    for purchase, waiting in result.next_order.items():
        last = len(waiting.durations) - 1
        chosen = np.unique(np.linspace(0, last, min(POINTS, last + 1)).round().astype(int))
        frames.append(
            pd.DataFrame(
                {
                    "purchase": purchase,
                    "name": lang(AFTER[purchase]),
                    "days": waiting.durations[chosen],
                    "again": 1 - waiting.survival[chosen],
                    "share_low": 1 - waiting.high[chosen],
                    "share_high": 1 - waiting.low[chosen],
                    "at_risk": waiting.at_risk[chosen],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def next_order(result: RetentionResult, lang: Language, look: Theme) -> Any:
    """How many have ordered again after a time; clicking selects ``wait``: purchase and days."""
    table = next_order_table(result, lang)
    picked = alt.selection_point(
        name="wait", fields=["purchase", "days"], nearest=True, on="click", empty=False
    )
    base = alt.Chart(table).encode(
        x=alt.X(
            "days:Q",
            title=lang(N_("Days since that purchase")),
            axis=alt.Axis(grid=False),
            scale=alt.Scale(nice=False),
        ),
        color=_lines("name", len(result.next_order) > 1),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("days:Q", title=lang(N_("Days")), format=WHOLE),
            alt.Tooltip("again:Q", title=lang(N_("Ordered again")), format=".1%"),
            alt.Tooltip("share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("share_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("at_risk:Q", title=lang(N_("Watched until then")), format=WHOLE),
        ],
    )
    drawing = stepped(base, "again", ("share_low", "share_high"), lang(N_("Ordered again")), picked)
    return dressed(drawing, lang, height=280)


def gap_table(result: RetentionResult, lang: Language) -> pd.DataFrame:
    """Gaps by class of length: ``low, high`` (days, both included), ``name, ended, open``."""
    gaps = result.gaps.table
    ended = gaps.loc[gaps["ended"] > 0, "days"]
    longest = int(ended.max()) if len(ended) else int(gaps["days"].max())
    width = next((w for w in WIDTHS if longest // w < BARS), WIDTHS[-1])
    low = gaps["days"] // width * width
    table = gaps.groupby(low)[["ended", "open"]].sum().rename_axis("low").reset_index()
    table = table[table["low"] <= longest]
    high = table["low"] + width - 1
    names = [
        lang.number(a) if a == b else f"{lang.number(a)}–{lang.number(b)}"
        for a, b in zip(table["low"], high, strict=True)
    ]
    table.insert(1, "high", high)
    table.insert(2, "name", names)
    return table.reset_index(drop=True)


def gap_histogram(result: RetentionResult, lang: Language, look: Theme) -> Any:
    """Ended gaps by length with the rule of silence; clicking a bar selects it (``bar``)."""
    table = gap_table(result, lang)
    picked = alt.selection_point(name="bar", fields=["low", "high"])
    bars = (
        alt.Chart(table.assign(end=table["high"] + 1))
        .mark_bar(color=ACCENT, cursor="pointer")
        .encode(
            x=alt.X("low:Q", title=lang(N_("Days between two orders")), axis=alt.Axis(grid=False)),
            x2="end:Q",
            y=alt.Y("ended:Q", title=lang(N_("Gaps")), axis=compact_axis(lang, tickCount=5)),
            y2=alt.datum(0),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("name:N", title=lang(N_("Days"))),
                alt.Tooltip(
                    "ended:Q", title=lang(N_("Gaps that ended with an order")), format=WHOLE
                ),
                alt.Tooltip("open:Q", title=lang(N_("Customers silent so long")), format=WHOLE),
            ],
        )
        .add_params(picked)
    )
    marks = [
        (fact.value, lang(name, days=lang.number(fact.value)))
        for fact, name in (
            (result.gaps.median, N_("half within {days}")),
            (result.gaps.p90, N_("nine in ten within {days}")),
        )
        if fact is not None
    ]
    rules = alt.Chart(pd.DataFrame(marks, columns=["days", "name"])).encode(x="days:Q")
    drawing = (
        bars
        + rules.mark_rule(color=QUIET, strokeDash=[4, 3])
        + rules.mark_text(align="left", dx=5, color=QUIET, opacity=wide()).encode(
            y=alt.value(8), text="name:N"
        )
    )
    return dressed(drawing, lang, height=240)


def _lines(field: str, several: bool) -> alt.Color:
    """A colour a line; one alone needs no legend."""
    return alt.Color(
        f"{field}:N",
        title=None,
        sort=None,
        scale=alt.Scale(range=list(CATEGORIES) if several else [ACCENT]),
        legend=alt.Legend(orient="top", symbolOpacity=1, columns=legend_columns())
        if several
        else None,
    )
