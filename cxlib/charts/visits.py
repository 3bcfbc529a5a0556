"""Visits: how engaged the sessions of each month and group are, and clicks by channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.engagement import MONTHS, faint, month_axis, states
from cxlib.charts.theme import ACCENT, CATEGORIES, QUIET, WHOLE, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.growth.clicks import Clicks
    from cxlib.growth.engagement import EngagementResult

Measure = Literal[
    "engaged_share",
    "mean_minutes",
    "views_per_session",
    "sessions_per_customer",
    "minutes_per_customer",
]

MEASURES: dict[Measure, str] = {
    "engaged_share": N_("Engaged sessions"),
    "mean_minutes": N_("Mean session (min)"),
    "views_per_session": N_("Views a session"),
    "sessions_per_customer": N_("Sessions a customer"),
    "minutes_per_customer": N_("Minutes a customer"),
}
VERDICTS = {
    "up": N_("up against the month before"),
    "down": N_("down against the month before"),
    "none": N_("no detectable change"),
    "unknown": N_("not compared"),
}


def monthly_table(result: EngagementResult, measure: Measure, lang: Language) -> pd.DataFrame:
    """By month: ``month, customers, sessions``, the `measure` with its interval, ``verdict`` and ``month_is``."""
    table, (low, high) = result.monthly, _ends(measure)
    judged = {v.after: v.state for v in result.verdicts[measure]}
    return pd.DataFrame(
        {
            "month": table["month"],
            "customers": table["n"],
            "sessions": table["sessions"],
            measure: table[measure],
            low: table[f"{measure}_low"],
            high: table[f"{measure}_high"],
            "verdict": [lang(VERDICTS[judged.get(name, "unknown")]) for name in table["name"]],
            "month_is": states(table["complete"], lang),
        }
    )


def monthly(
    result: EngagementResult, measure: Measure, notes: Sequence[Note], lang: Language, look: Theme
) -> Any:
    """How engaged the sessions of each month were, with intervals; clicking selects ``month``.

    Green and red points are changes that the data show; all others are grey. `notes` are the
    annotations of the workspace.
    """
    table = monthly_table(result, measure, lang).tail(MONTHS)
    table = _drawn(table, measure).assign(
        name=[lang.month(day) for day in table["month"]],
        day=table["month"].dt.strftime("%Y-%m-%d"),
    )
    table = table.dropna(subset="shown")
    months = [day.date() for day in table["month"]]
    table = table.drop(columns="month")
    picked = alt.selection_point(name="month", fields=["day"])
    x = month_axis()
    base = alt.Chart(table).encode(
        x=x, tooltip=_told(measure, lang, "name", N_("Month"), "verdict", "month_is")
    )
    y = _scale("shown", measure, lang)
    band = base.mark_rule(color=QUIET, strokeWidth=2, opacity=0.6).encode(y=_scale("low", measure, lang), y2="high:Q")  # fmt: skip
    line = base.mark_line(color=QUIET, opacity=0.5).encode(y=y)
    points = base.mark_point(filled=True, size=110, cursor="pointer").encode(
        y=y,
        color=alt.Color(
            "verdict:N",
            legend=None,
            scale=alt.Scale(
                domain=[lang(VERDICTS[s]) for s in ("up", "down", "none", "unknown")],
                range=[ACCENT, CATEGORIES[5], QUIET, QUIET],
            ),
        ),
        shape=alt.Shape(
            "verdict:N",
            legend=None,
            scale=alt.Scale(
                domain=[lang(VERDICTS[s]) for s in ("up", "down", "none", "unknown")],
                range=["triangle-up", "triangle-down", "circle", "circle"],
            ),
        ),
        opacity=alt.condition(picked, faint(lang), alt.value(0.2)),
    )
    drawing = band + line + points.add_params(picked)
    return dressed(annotated(drawing, x, months, notes, lang), lang, height=240)


def group_table(groups: pd.DataFrame, measure: Measure, lang: Language) -> pd.DataFrame:
    """By value: ``value, customers, sessions``, the `measure` and its interval."""
    low, high = _ends(measure)
    names = {"without": lang(N_("(none)")), "rest": lang(N_("(all others)"))}
    return pd.DataFrame(
        {
            "value": [names.get(r, v) for r, v in zip(groups["role"], groups["value"], strict=True)],
            "customers": groups["customers"],
            "sessions": groups["sessions"],
            measure: groups[measure],
            low: groups[f"{measure}_low"],
            high: groups[f"{measure}_high"],
        }
    )  # fmt: skip


def grouped(groups: pd.DataFrame, measure: Measure, lang: Language, look: Theme) -> Any:
    """How engaged the sessions of each group are, with intervals, the most sessions first; clicking
    selects ``group``: its role and value."""
    table = _drawn(group_table(groups, measure, lang), measure).assign(
        role=groups["role"], raw=groups["value"].fillna("")
    )
    picked = alt.selection_point(name="group", fields=["role", "raw"])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "value:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=170, ticks=False, domain=False, labelOverlap=False),
        ),
        tooltip=_told(measure, lang, "value", " ", "customers"),
    )
    x = alt.X(
        "shown:Q",
        title=lang(MEASURES[measure]),
        scale=alt.Scale(zero=False),
        axis=alt.Axis(tickCount=5, format=_form(measure)),
    )
    rules = base.mark_rule(color=QUIET, strokeWidth=2).encode(
        x=alt.X("low:Q", scale=alt.Scale(zero=False)), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=120, color=ACCENT, cursor="pointer").encode(
        x=x, opacity=alt.condition(picked, alt.value(1), alt.value(0.25))
    )
    return dressed(rules + points.add_params(picked), lang, height=max(130, 34 * len(table) + 40))


def ctr_table(clicks: Clicks, lang: Language) -> pd.DataFrame:
    """By channel: ``channel, impressions, clicks, ctr, ctr_low, ctr_high, missing, impossible``."""
    table = clicks.channels
    return table.assign(channel=table["channel"].fillna(lang(N_("(none)")))).drop(columns="rows")


def ctr(clicks: Clicks, lang: Language, look: Theme) -> Any:
    """CTR of the channels that have impressions, with intervals."""
    table = ctr_table(clicks, lang).dropna(subset="ctr")
    base = alt.Chart(table).encode(
        y=alt.Y(
            "channel:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=170, ticks=False, domain=False, labelOverlap=False),
        ),
        tooltip=[
            alt.Tooltip("channel:N", title=" "),
            alt.Tooltip("impressions:Q", title=lang(N_("Impressions")), format=WHOLE),
            alt.Tooltip("clicks:Q", title=lang(N_("Clicks")), format=WHOLE),
            alt.Tooltip("ctr:Q", title=lang(N_("CTR")), format=".3~%"),
            alt.Tooltip("ctr_low:Q", title=lang(N_("From")), format=".3~%"),
            alt.Tooltip("ctr_high:Q", title=lang(N_("To")), format=".3~%"),
        ],
    )
    scale = alt.Scale(zero=False)
    rules = base.mark_rule(color=QUIET, strokeWidth=2).encode(
        x=alt.X("ctr_low:Q", scale=scale), x2="ctr_high:Q"
    )
    points = base.mark_point(filled=True, size=120, color=ACCENT).encode(
        x=alt.X("ctr:Q", title=lang(N_("CTR")), scale=scale, axis=alt.Axis(format=".3~%", tickCount=5))
    )  # fmt: skip
    return dressed(rules + points, lang, height=max(130, 34 * len(table) + 40))


def _ends(measure: Measure) -> tuple[str, str]:
    """What the ends of the interval are called in a table."""
    return ("share_low", "share_high") if measure == "engaged_share" else ("low", "high")


def _drawn(table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The table with names that do not depend on the measure."""
    low, high = _ends(measure)
    return table.rename(columns={measure: "shown", low: "low", high: "high"})


def _form(measure: Measure) -> str:
    return ".1%" if measure == "engaged_share" else ",.2~f"


def _scale(field: str, measure: Measure, lang: Language) -> alt.Y:
    axis = alt.Axis(tickCount=5, format=_form(measure))
    return alt.Y(
        f"{field}:Q", title=lang(MEASURES[measure]), axis=axis, scale=alt.Scale(zero=False)
    )


def _told(measure: Measure, lang: Language, name: str, title: str, *more: str) -> list[alt.Tooltip]:
    form = ".1%" if measure == "engaged_share" else ",.2f"
    said = {
        "verdict": N_("Change"),
        "month_is": N_("Month is"),
        "customers": N_("Customers"),
    }
    return [
        alt.Tooltip(f"{name}:N", title=lang(title) if title.strip() else title),
        alt.Tooltip("shown:Q", title=lang(MEASURES[measure]), format=form),
        alt.Tooltip("low:Q", title=lang(N_("From")), format=form),
        alt.Tooltip("high:Q", title=lang(N_("To")), format=form),
        alt.Tooltip("sessions:Q", title=lang(N_("Sessions")), format=WHOLE),
        *(alt.Tooltip(f"{column}:N", title=lang(said[column])) for column in more),
    ]
