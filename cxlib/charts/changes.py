"""What a new file changes: revenue (or records) by month, before beside after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.theme import ACCENT, QUIET, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.store.changes import Changes

COLUMNS = ("month", "records_before", "records_after", "revenue_before", "revenue_after")


def months(result: Changes) -> pd.DataFrame:
    """A row a month with a day: records and revenue (float, NaN without money) of both versions."""
    rows = [month for month in result.months if month.month is not None]
    table = pd.DataFrame(
        {column: [getattr(month, column) for month in rows] for column in COLUMNS}, columns=COLUMNS
    )
    table["month"] = pd.to_datetime(table["month"])
    return table.astype({"revenue_before": "float64", "revenue_after": "float64"})


def by_month(result: Changes, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """Two bars a month; months in which nothing differs are faint. `notes` are the annotations of the
    workspace."""
    table = months(result)
    money = bool(table["revenue_before"].notna().any())
    what = "revenue" if money else "records"
    names = {
        f"{what}_before": lang(N_("what is there now")),
        f"{what}_after": lang(N_("this file")),
    }
    differs = {m.month.isoformat(): m.differs for m in result.months if m.month is not None}
    long = table.melt(["month"], list(names), "version", "amount")
    long = long.assign(
        name=[lang.month(day) for day in long["month"]],
        version=[names[v] for v in long["version"]],
        differs=[differs[day.date().isoformat()] for day in long["month"]],
    ).drop(columns="month")
    title = lang(N_("Revenue") if money else N_("Rows"))
    x = alt.X(
        "name:O",
        sort=None,
        title=None,
        axis=alt.Axis(grid=False, labelOverlap=True, labelAngle=0),
    )
    drawing = (
        alt.Chart(long)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=x,
            xOffset=alt.XOffset("version:N", sort=list(names.values())),
            y=alt.Y("amount:Q", title=title, axis=compact_axis(lang, tickCount=5)),
            color=alt.Color(
                "version:N",
                title=None,
                sort=list(names.values()),
                scale=alt.Scale(domain=list(names.values()), range=[QUIET, ACCENT]),
                legend=alt.Legend(orient="top"),
            ),
            opacity=alt.condition("datum.differs", alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("name:N", title=lang(N_("Month"))),
                alt.Tooltip("version:N", title=" "),
                alt.Tooltip("amount:Q", title=title, format=WHOLE),
            ],
        )
    )
    found = [day.date() for day in table["month"]]
    return dressed(annotated(drawing, x, found, notes, lang), lang, height=240)
