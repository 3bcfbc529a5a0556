"""Engagement: active customers by day, and who came and went by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated, every
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    QUIET,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    legend_columns,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.growth.engagement import EngagementResult

ACTIVE = {"mau": N_("Month (MAU)"), "wau": N_("Week (WAU)"), "dau": N_("Day (DAU)")}
STATES = {
    "returning": N_("Returning"),
    "resurrecting": N_("Back after a pause"),
    "new": N_("New"),
    "dormant": N_("Gone quiet"),
}
DAYS = 1_500  # of the chart by day, three marks each; the table has them all
MONTHS = 60
DAILY = ("day", "dau", "wau", "mau", "stickiness", "window")
LIFECYCLE = ("month", "active_customers", *(f"{state}_customers" for state in STATES), "month_is")


def daily_table(result: EngagementResult, lang: Language) -> pd.DataFrame:
    """All days: `DAILY`; ``window`` says whether the data hold all of the 30 days."""
    return result.daily.assign(window=states(result.daily["complete"], lang))[list(DAILY)]


def active(result: EngagementResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """DAU, WAU and MAU of each day; clicking selects ``active``: the series and its day.

    The first days, of which the data do not hold the whole window, are dashed. `notes` are the
    annotations of the workspace.
    """
    daily = result.daily.assign(age=range(len(result.daily))).tail(DAYS)
    long = daily.melt(["day", "age"], list(ACTIVE), "series", "customers")
    whole = long["age"] >= long["series"].map({"dau": 0, "wau": 6, "mau": 29})
    long = long.assign(
        name=long["series"].map({key: lang(name) for key, name in ACTIVE.items()}),
        state=states(whole, lang),
        date=long["day"].dt.strftime("%Y-%m-%d"),
        said=[lang.date(day) for day in long["day"]],
    ).drop(columns=["day", "age"])
    names = [lang(name) for name in ACTIVE.values()]
    picked = alt.selection_point(
        name="active", fields=["series", "date"], nearest=True, on="click", empty=False
    )
    x = _day_axis()
    base = alt.Chart(long).encode(
        x=x,
        y=alt.Y(
            "customers:Q",
            title=lang(N_("Active customers")),
            axis=compact_axis(lang, tickCount=5),
        ),
        color=alt.Color(
            "name:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(CATEGORIES)),
            legend=alt.Legend(orient="top", columns=legend_columns()),
        ),
        tooltip=[
            alt.Tooltip("said:N", title=lang(N_("Day"))),
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("customers:Q", title=lang(N_("Active customers")), format=WHOLE),
            alt.Tooltip("state:N", title=lang(N_("Window is"))),
        ],
    )
    lines = base.mark_line(strokeWidth=1.6).encode(strokeDash=_dashed(lang))
    points = base.mark_point(filled=True, size=90, cursor="pointer").encode(
        opacity=alt.condition(picked, alt.value(1), alt.value(0))
    )
    drawing = lines + points.add_params(picked)
    days = every(daily["day"], "D")
    return dressed(annotated(drawing, x, days, notes, lang), lang, height=300)


def stickiness(result: EngagementResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """Stickiness of each day whose 30 days are in the data; clicking selects ``stickiness``: a day.
    `notes` are the annotations of the workspace."""
    daily = result.daily.dropna(subset="stickiness").tail(DAYS)
    table = pd.DataFrame(
        {
            "date": daily["day"].dt.strftime("%Y-%m-%d"),
            "said": [lang.date(day) for day in daily["day"]],
            "stickiness": daily["stickiness"],
            "mau": daily["mau"],
        }
    )
    picked = alt.selection_point(
        name="stickiness", fields=["date"], nearest=True, on="click", empty=False
    )
    x = _day_axis()
    base = alt.Chart(table).encode(
        x=x,
        y=alt.Y(
            "stickiness:Q",
            title=lang(N_("Stickiness (DAU/MAU)")),
            axis=alt.Axis(format=".1%", tickCount=4),
            scale=alt.Scale(zero=False),
        ),
        tooltip=[
            alt.Tooltip("said:N", title=lang(N_("Day"))),
            alt.Tooltip("stickiness:Q", title=lang(N_("Stickiness (DAU/MAU)")), format=".1%"),
            alt.Tooltip("mau:Q", title=lang(N_("Month (MAU)")), format=WHOLE),
        ],
    )
    points = base.mark_point(filled=True, size=90, color=ACCENT, cursor="pointer").encode(
        opacity=alt.condition(picked, alt.value(1), alt.value(0))
    )
    drawing = base.mark_line(color=ACCENT) + points.add_params(picked)
    days = every(daily["day"], "D")
    return dressed(annotated(drawing, x, days, notes, lang), lang, height=170)


def lifecycle_table(result: EngagementResult, lang: Language) -> pd.DataFrame:
    """All months: `LIFECYCLE`."""
    table = result.monthly.rename(columns={s: f"{s}_customers" for s in ("active", *STATES)})
    return table.assign(month_is=states(table["complete"], lang))[list(LIFECYCLE)]


def lifecycle(result: EngagementResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """Active customers of each month by where they come from, and below the line those who were
    active in the month before and are not; clicking selects ``state``: the month and the state.
    `notes` are the annotations of the workspace."""
    months = result.monthly.tail(MONTHS)
    long = months.melt(["month", "complete", "active"], list(STATES), "state", "customers")
    long = long.assign(
        shown=long["customers"].where(long["state"] != "dormant", -long["customers"]),
        order=long["state"].map({key: i for i, key in enumerate(STATES)}),
        name=[lang.month(day) for day in long["month"]],
        said=long["state"].map({key: lang(name) for key, name in STATES.items()}),
        month_is=states(long["complete"], lang),
        day=long["month"].dt.strftime("%Y-%m-%d"),
    ).drop(columns=["month", "complete"])
    picked = alt.selection_point(name="state", fields=["day", "state"])
    colours = [CATEGORIES[2], CATEGORIES[1], CATEGORIES[0], QUIET]
    x = month_axis()
    drawing = (
        alt.Chart(long)
        .mark_bar(cursor="pointer")
        .encode(
            x=x,
            y=alt.Y(
                "shown:Q",
                title=lang(N_("Customers")),
                axis=compact_axis(lang, tickCount=5),
            ),
            color=alt.Color(
                "said:N",
                title=None,
                sort=None,
                scale=alt.Scale(domain=[lang(name) for name in STATES.values()], range=colours),
                legend=alt.Legend(orient="top", symbolOpacity=1, columns=legend_columns()),
            ),
            order=alt.Order("order:Q"),
            opacity=alt.condition(picked, faint(lang), alt.value(0.2)),
            tooltip=[
                alt.Tooltip("name:N", title=lang(N_("Month"))),
                alt.Tooltip("said:N", title=" "),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
                alt.Tooltip("active:Q", title=lang(N_("Active customers")), format=WHOLE),
                alt.Tooltip("month_is:N", title=lang(N_("Month is"))),
            ],
        )
    )
    found = [day.date() for day in months["month"]]
    drawn = annotated(drawing.add_params(picked), x, found, notes, lang)
    return dressed(drawn, lang, height=300)


def states(whole: pd.Series[Any], lang: Language) -> pd.Series[Any]:
    """Whether periods are complete, in words."""
    return whole.map({True: lang(N_("complete")), False: lang(N_("incomplete"))})


def faint(lang: Language) -> alt.Opacity:
    """Marks of a month that is not over are faint: ``month_is``, as `states` has it."""
    domain = [lang(N_("complete")), lang(N_("incomplete"))]
    return alt.Opacity("month_is:N", scale=alt.Scale(domain=domain, range=[1, 0.45]), legend=None)


def _dashed(lang: Language) -> alt.StrokeDash:
    domain = [lang(N_("complete")), lang(N_("incomplete"))]
    return alt.StrokeDash(
        "state:N", scale=alt.Scale(domain=domain, range=[[1, 0], [3, 3]]), legend=None
    )


def _day_axis() -> alt.X:
    """Days by their ``date``."""
    return alt.X("date:T", title=None, axis=alt.Axis(grid=False, labelOverlap=True))


def month_axis() -> alt.X:
    """Months in the order of the table, by their ``name``."""
    axis = alt.Axis(grid=False, labelOverlap=True, labelAngle=0)
    return alt.X("name:O", sort=None, title=None, axis=axis)
