"""Support: tickets by month and topic, how long they wait, who waits, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.annotations import Note, annotated, every
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
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.support import SupportResult

Measure = Literal["response", "resolution", "csat"]

MEASURES: dict[Measure, str] = {
    "response": N_("First response"),
    "resolution": N_("Resolution"),
    "csat": N_("CSAT"),
}
AXES: dict[Measure, str] = {
    "response": N_("Median hours to the first response"),
    "resolution": N_("Median hours to the resolution"),
    "csat": N_("Satisfied customers"),
}
STATES = {
    "up": N_("more than usual"),
    "down": N_("less than usual"),
    "none": N_("no detectable change"),
    "unknown": N_("not compared"),
}
MARKS = {"up": "▲", "down": "▼", "none": "", "unknown": ""}
# As in the charts of surveys: blue is good news, red bad, whichever way the number went.
BETTER, WORSE = CATEGORIES[0], CATEGORIES[5]
MONTHS = 60  # of the bars and lines: five years
SQUARES = 13  # months of the topics, a year and the one before: what a phone can show
HOURS = ",.1f"
PACE, SATISFIED = ("pace", "pace_low", "pace_high"), ("csat", "csat_low", "csat_high")


def volume_table(result: SupportResult, lang: Language) -> pd.DataFrame:
    """Months: ``month, name, tickets, backlog, verdict``, with ``state`` to draw."""
    months = result.monthly.tail(MONTHS)
    words = {state: lang(word) for state, word in STATES.items()}
    words["incomplete"] = lang(N_("month is not over"))
    state = months["tickets_state"].where(months["complete"], "incomplete")
    return pd.DataFrame(
        {
            "month": months["month"],
            "name": months["month"].map(lang.month),
            "tickets": months["tickets"],
            "backlog": months["backlog"],
            "verdict": state.map(words),
            "state": state,
        }
    )


def volume(result: SupportResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """Tickets opened by month, those beyond the usual ups and downs in colour; clicking a bar selects
    its ``month``. `notes` are the annotations of the workspace."""
    table = volume_table(result, lang).assign(
        day=lambda t: t["month"].dt.strftime("%Y-%m-%d"),
        mark=lambda t: t["state"].map(MARKS).fillna(""),
    )
    picked = alt.selection_point(name="month", fields=["day"])
    base = alt.Chart(table).encode(
        x=alt.X("month:T", timeUnit="yearmonth", title=None, axis=alt.Axis(grid=False)),
        y=alt.Y(
            "tickets:Q",
            title=lang(N_("Tickets")),
            axis=compact_axis(lang, tickCount=5),
            # Room for the arrow on the highest bar.
            scale=alt.Scale(domain=[0, 1.1 * float(table["tickets"].max())]),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip("tickets:Q", title=lang(N_("Tickets")), format=WHOLE),
            alt.Tooltip("backlog:Q", title=lang(N_("Open at the end of the month")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Against the month before"))),
        ],
    )
    colour = _judged("up", QUIET)
    bars = base.mark_bar(cursor="pointer").encode(
        color=colour,
        opacity=alt.condition(picked, alt.value(0.85), alt.value(0.3)),
    )
    middle = alt.X("month:T", timeUnit="yearmonth", bandPosition=0.5)
    marks = base.mark_text(dy=-8).encode(x=middle, text="mark:N", color=colour)
    drawing = bars.add_params(picked) + marks
    months = every(table["month"], "MS")
    return dressed(annotated(drawing, middle, months, notes, lang), lang, height=260)


def topic_table(result: SupportResult, lang: Language) -> pd.DataFrame:
    """Topics by month, the largest topic first: ``topic, month, name, tickets, change, verdict``,
    with ``state`` to draw."""
    topics = result.topics
    words = {state: lang(word) for state, word in STATES.items()}
    names = {month: lang.month(month) for month in topics["month"].unique()}
    return pd.DataFrame(
        {
            "topic": topics["topic"],
            "month": topics["month"],
            "name": topics["month"].map(names),
            "tickets": topics["tickets"],
            "change": topics["change"],
            "verdict": topics["state"].map(words),
            "state": topics["state"],
        }
    )


def topics(result: SupportResult, lang: Language, look: Theme) -> Any:
    """Tickets of the largest topics in the newest months; clicking a cell selects ``cell``: topic and
    the first day of its month."""
    table = topic_table(result, lang)
    newest = table["month"].drop_duplicates().sort_values().tail(SQUARES)
    cells = table[table["month"].isin(newest)]
    cells = cells.assign(
        day=cells["month"].dt.strftime("%Y-%m-%d"),
        short=cells["month"].map(lambda month: lang.date(month, "LLL yy")),
        text=[
            f"{MARKS[state]}{lang.compact(n)}"
            for state, n in zip(cells["state"], cells["tickets"], strict=True)
        ],
    )
    top = max(float(cells["tickets"].max()), 1.0)
    picked = alt.selection_point(name="cell", fields=["topic", "day"])
    base = alt.Chart(cells).encode(
        x=alt.X("short:O", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=-45)),
        y=alt.Y(
            "topic:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False),
        ),
    )
    tiles = base.mark_rect(cornerRadius=3, cursor="pointer").encode(
        color=alt.Color("tickets:Q", scale=look.scale(domain=[0, top], type="sqrt"), legend=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip("tickets:Q", title=lang(N_("Tickets")), format=WHOLE),
            alt.Tooltip("change:Q", title=lang(N_("Against the month before")), format="+,.0f"),
            alt.Tooltip("verdict:N", title=lang(N_("Change is"))),
        ],
    )
    # Viridis is dark at one end: white words there, black ones on the bright end.
    half = top * (0.2 if look.range_reversed else 0.36)
    dark = f"datum.tickets {'>' if look.range_reversed else '<'} {half}"
    numbers = base.mark_text(fontSize=alt.ExprRef(f"width < {NARROW} ? 8 : 12")).encode(
        text="text:N",
        color=alt.when(dark).then(alt.value("#ffffff")).otherwise(alt.value("#111111")),
    )
    rows = cells["topic"].nunique()
    return dressed(tiles.add_params(picked) + numbers, lang, height=30 * rows + 20)


def pace_table(result: SupportResult, measure: Measure, lang: Language) -> pd.DataFrame:
    """A measure by month: ``month, name, pace, pace_low, pace_high`` (hours, or a share for CSAT),
    ``p90`` (hours), ``answers`` (what it rests on) and ``verdict``."""
    months = result.monthly.tail(MONTHS)
    words = {state: lang(word) for state, word in STATES.items()}
    return pd.DataFrame(
        {
            "month": months["month"],
            "name": months["month"].map(lang.month),
            **measured(months, measure),
            "answers": months[f"{measure}_n"].astype("int64"),
            "verdict": months[f"{measure}_state"].map(words),
            "state": months[f"{measure}_state"],
        }
    )


def pace(
    result: SupportResult, measure: Measure, notes: Sequence[Note], lang: Language, look: Theme
) -> Any:
    """A measure by month of opening, with its interval; clicking a point selects its ``month``.
    `notes` are the annotations of the workspace."""
    table = pace_table(result, measure, lang)
    value, low, high = SATISFIED if measure == "csat" else PACE
    form = ".1%" if measure == "csat" else HOURS
    table = table[table[value].notna()].assign(day=lambda t: t["month"].dt.strftime("%Y-%m-%d"))
    picked = alt.selection_point(name="month", fields=["day"])
    x = alt.X("month:T", timeUnit="yearmonth", title=None, axis=alt.Axis(grid=False))
    base = alt.Chart(table).encode(
        x=x,
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip(f"{value}:Q", title=lang(AXES[measure]), format=form),
            alt.Tooltip(f"{low}:Q", title=lang(N_("From")), format=form),
            alt.Tooltip(f"{high}:Q", title=lang(N_("To")), format=form),
            *(
                []
                if measure == "csat"
                else [alt.Tooltip("pace_p90:Q", title=lang(N_("Nine in ten within")), format=form)]
            ),
            alt.Tooltip("answers:Q", title=lang(N_("Tickets that it rests on")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Against the month before"))),
        ],
    )
    axis = (
        alt.Axis(format=SHARE, tickCount=5)
        if measure == "csat"
        else compact_axis(lang, tickCount=5)
    )
    y = alt.Y(f"{value}:Q", title=lang(AXES[measure]), axis=axis)
    band = base.mark_area(color=ACCENT, opacity=0.13).encode(y=f"{low}:Q", y2=f"{high}:Q")
    line = base.mark_line(color=ACCENT).encode(y=y)
    points = base.mark_point(filled=True, size=90, cursor="pointer").encode(
        y=y,
        color=_judged("down" if measure == "csat" else "up", ACCENT),
        shape=alt.when("datum.state === 'up'")
        .then(alt.value("triangle-up"))
        .when("datum.state === 'down'")
        .then(alt.value("triangle-down"))
        .otherwise(alt.value("circle")),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.4)),
    )
    drawing = band + line + points.add_params(picked)
    months = every(table["month"], "MS")
    return dressed(annotated(drawing, x, months, notes, lang), lang, height=260)


def _judged(worse: str, usual: str) -> Any:
    """The colour of a month by its ``state``; `worse` is the direction that is bad news."""
    return (
        alt.when(f"datum.state === '{worse}'")
        .then(alt.value(WORSE))
        .when("datum.state === 'up' || datum.state === 'down'")
        .then(alt.value(BETTER))
        .otherwise(alt.value(usual))
    )


def measured(table: pd.DataFrame, measure: Measure) -> dict[str, pd.Series[Any]]:
    """A measure with its interval, and of a wait its 90th percentile, by what they are called."""
    named = dict(zip(SATISFIED if measure == "csat" else PACE, ("", "_low", "_high"), strict=True))
    named |= {} if measure == "csat" else {"pace_p90": "_p90"}
    return {
        name: table[f"{measure}{end}"].replace(np.inf, np.nan)
        if f"{measure}{end}" in table
        else pd.Series(np.nan, index=table.index)
        for name, end in named.items()
    }
