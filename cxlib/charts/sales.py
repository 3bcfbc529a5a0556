"""Sales: revenue by month, new against returning, and an attribute's values as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    QUIET,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    with_room,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.sales import SalesResult

MONTHLY = ("month", "revenue", "new_revenue", "returning_revenue", "orders", "buyers", "new_buyers")


def monthly(result: SalesResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """Revenue (or orders) of each month, stacked by new and returning; incomplete months faint.

    `notes` are the annotations of the workspace.
    """
    table = result.monthly
    money = bool(table["revenue"].notna().any())
    parts = (
        {
            "new_revenue": N_("New customers"),
            "returning_revenue": N_("Returning customers"),
            "anonymous_revenue": N_("Without a customer"),
        }
        if money
        else {"orders": N_("Orders")}
    )
    parts = {c: name for c, name in parts.items() if (table[c] != 0).any()} or {
        "orders": N_("Orders")
    }
    long = table.melt(["month", "complete"], list(parts), "part", "amount")
    long = long.assign(
        name=[lang.month(day) for day in long["month"]],
        day=long["month"].dt.strftime("%Y-%m-%d"),
        part=[lang(parts[c]) for c in long["part"]],
        state=[lang(N_("complete") if c else N_("incomplete")) for c in long["complete"]],
    )
    faint = alt.Scale(domain=[lang(N_("complete")), lang(N_("incomplete"))], range=[1, 0.45])
    picked = alt.selection_point(name="month", fields=["day"])
    x = alt.X(
        "name:O",
        sort=None,
        title=None,
        axis=alt.Axis(grid=False, labelOverlap=True, labelAngle=0),
    )
    drawing = (
        alt.Chart(long.drop(columns="month"))
        .mark_bar(cornerRadiusEnd=2, cursor="pointer")
        .encode(
            x=x,
            y=alt.Y(
                "amount:Q",
                title=lang(N_("Revenue") if money else N_("Orders")),
                axis=compact_axis(lang, tickCount=5),
            ),
            color=alt.Color(
                "part:N",
                title=None,
                scale=alt.Scale(domain=[lang(n) for n in parts.values()], range=list(CATEGORIES)),
                legend=alt.Legend(orient="top", symbolOpacity=1) if len(parts) > 1 else None,
            ),
            opacity=alt.condition(
                picked, alt.Opacity("state:N", scale=faint, legend=None), alt.value(0.2)
            ),
            tooltip=[
                alt.Tooltip("name:N", title=lang(N_("Month"))),
                alt.Tooltip("part:N", title=" "),
                alt.Tooltip("amount:Q", title=lang(N_("Amount")), format=WHOLE),
                alt.Tooltip("state:N", title=lang(N_("Month is"))),
            ],
        )
    )
    months = [day.date() for day in table["month"]]
    drawn = annotated(drawing.add_params(picked), x, months, notes, lang)
    return dressed(drawn, lang, height=300)


def breakdown(result: SalesResult, by: str, lang: Language, look: Theme) -> Any:
    """Revenue (or orders) of each value of an attribute, the largest first."""
    table = breakdown_table(result, by, lang)
    money = bool(table["revenue"].notna().any())
    amount = "revenue" if money else "orders"
    base = alt.Chart(table).encode(
        y=alt.Y(
            "value:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=170, ticks=False, domain=False),
        ),
        x=alt.X(
            f"{amount}:Q",
            title=lang(N_("Revenue") if money else N_("Orders")),
            axis=compact_axis(lang, tickCount=4, grid=False),
            scale=with_room(table[amount].dropna()),
        ),
        tooltip=[
            alt.Tooltip("value:N", title=" "),
            alt.Tooltip(
                f"{amount}:Q",
                title=lang(N_("Revenue") if money else N_("Orders")),
                format=WHOLE,
            ),
            alt.Tooltip("buyers:Q", title=lang(N_("Buyers")), format=WHOLE),
        ],
    )
    picked = alt.selection_point(name="value", fields=["raw", "role"])
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=4, cursor="pointer").encode(
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35))
    )
    ends = base.mark_text(align="left", dx=5, color=QUIET).encode(text="text:N")
    drawing = bars.add_params(picked) + ends
    return dressed(drawing, lang, height=max(120, 24 * len(table) + 40))


def breakdown_table(result: SalesResult, by: str, lang: Language) -> pd.DataFrame:
    """The breakdown with its special rows named: those without a value, and the rest."""
    table = result.breakdowns[by]
    names = {"without": lang(N_("(none)")), "rest": lang(N_("(all others)"))}
    return table.assign(
        raw=[
            str(v) if r == "value" else ""
            for r, v in zip(table["role"], table["value"], strict=True)
        ],
        value=[names.get(r, str(v)) for r, v in zip(table["role"], table["value"], strict=True)],
        text=[lang.percent(share, 0) for share in table["share"]],
    )
