"""Annotations on a time chart: thin numbered marks in a strip above the data, at most one a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import altair as alt
import pandas as pd

from cxlib.charts.theme import QUIET
from cxlib.i18n import N_, Language

# First day, last day, kind (a message id), text: plain, so that a chart is kept by them.
Note = tuple[dt.date, dt.date, str, str]

STRIP = 26  # pixels above the data
_TEXT = 160  # characters of a text in a tooltip; the list has it all
_LETTER = 7  # pixels


def annotated(
    base: Any, x: alt.X, days: Sequence[dt.date], notes: Sequence[Note], lang: Language
) -> Any:
    """The chart with a mark in every month in which something that was noted began.

    It stands at the month or, where time is drawn by day, on the day on which the first of them
    began. Data are drawn below a strip that the marks have to themselves, and over the dotted lines
    that lead to them. A mark has the numbers of its notes, their places in `notes`; where marks come
    too close for numbers, on a phone, they are left to the tooltip. What lasts has a bar to its end.

    Parameters
    ----------
    base : chart
        With one vertical axis. Without a note in its time it comes back as it was.
    x : alt.X
        Its horizontal channel: ordinal months named by `Language.month`, temporal months with a time
        unit, or temporal days without one.
    days : sequence of date
        The first day of each month that the chart has, in order; by day all of its days.
    notes : sequence of tuples
        First day, last day, kind (a message id) and text of each.
    """
    place = alt.utils.parse_shorthand(x["shorthand"])
    column, ordinal = str(place["field"]), place["type"] == "ordinal"
    by_day = not ordinal and x["timeUnit"] is alt.Undefined
    marks = _marks(days, notes, by_day, lang)
    if not marks:
        return base

    def placed(day: dt.date) -> Any:
        return lang.month(day) if ordinal else pd.Timestamp(day)

    def ended(day: dt.date) -> Any:
        # Vega-Lite has no place within a month for where a bar ends, so it is in the table.
        if x["bandPosition"] is alt.Undefined:
            return placed(day)
        month = pd.Timestamp(day)
        return month + x["bandPosition"] * (month + pd.offsets.MonthBegin() - month)

    table = pd.DataFrame(
        {
            column: [placed(first) for first, *_ in marks],
            "until": [ended(last) for _, last, *_ in marks],
            "label": [label for _, _, label, _ in marks],
            "notes": [text for *_, text in marks],
        }
    )
    if ordinal:
        # The marks are drawn first: without all months in order theirs would come first.
        x = x.scale(alt.Scale(domain=[lang.month(month) for month in days]))
    over = alt.Chart(table).encode(x=x)
    level = alt.value(STRIP - 6)
    lead = over.mark_rule(color=QUIET, strokeDash=[2, 3], opacity=0.8).encode(
        y=alt.value(STRIP), y2=alt.value("height")
    )
    span = over.mark_rule(color=QUIET, strokeWidth=2).encode(x2=alt.X2("until"), y=level)
    pin = over.mark_point(
        shape="triangle-down", filled=True, color=QUIET, size=60, opacity=1
    ).encode(y=level)
    number = over.mark_text(color=QUIET, fontSize=11, opacity=_where_it_fits(days, marks)).encode(
        y=alt.value(8), text="label:N"
    )
    # A finger needs more than a thin mark.
    touch = over.mark_square(filled=True, size=700, opacity=0).encode(
        y=alt.value(STRIP / 2),
        tooltip=[
            alt.Tooltip("label:N", title=lang(N_("Notes"))),
            alt.Tooltip("notes:N", title=" "),
        ],
    )
    return alt.layer(lead, _lowered(base), span, pin, number, touch)


def _lowered(chart: Any) -> Any:
    """The chart with its vertical scales ending below the strip."""
    lower = chart.copy()
    if isinstance(lower, alt.LayerChart):
        lower.layer = [_lowered(part) for part in lower.layer]
        return lower
    y = lower.encoding.y
    if isinstance(y, alt.Y):
        scale = y["scale"].copy() if isinstance(y["scale"], alt.Scale) else alt.Scale()
        scale["rangeMax"] = STRIP
        lower.encoding.y = y.scale(scale)
    return lower


def every(days: pd.Series[Any], step: Literal["D", "MS"]) -> list[dt.date]:
    """All days (D), or first days of months (MS), from the first to the last of a column in order."""
    return list(pd.date_range(days.iloc[0], days.iloc[-1], freq=step).date) if len(days) else []


Mark = tuple[dt.date, dt.date, str, str]  # first and last month (or day), label, notes


def _marks(
    days: Sequence[dt.date], notes: Sequence[Note], by_day: bool, lang: Language
) -> list[Mark]:
    """The months in which notes begin, of those that the chart has; `by_day` where in them."""
    found: dict[dt.date, list[tuple[int, dt.date, dt.date, str]]] = {}
    for number, (first, last, kind, text) in enumerate(notes, start=1):
        since = first if by_day else first.replace(day=1)
        within = [day for day in days if since <= day <= last]
        if within:
            when = lang.date(first) if first == last else f"{lang.date(first)} – {lang.date(last)}"
            short = text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
            told = f"{number}. {when} · {lang(kind)}: {short}"
            here = found.setdefault(within[0].replace(day=1), [])
            here.append((number, within[0], within[-1], told))
    return [
        (
            min(first for _, first, _, _ in here),
            max(last for _, _, last, _ in here),
            _label([number for number, *_ in here]),
            "\n".join(told for *_, told in here),
        )
        for _, here in sorted(found.items())
    ]


def _label(numbers: list[int]) -> str:
    """Numbers in a row as a range."""
    if len(numbers) > 1 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]}–{numbers[-1]}"
    return ", ".join(map(str, numbers))


def _where_it_fits(days: Sequence[dt.date], marks: Sequence[Mark]) -> Any:
    """An expression that is 1 where the chart is wide enough for all labels side by side, else 0."""
    at = [list(days).index(first) for first, *_ in marks]
    apart = min((later - sooner for sooner, later in pairwise(at)), default=len(days))
    widest = _LETTER * (1 + max(len(label) for _, _, label, _ in marks))
    return alt.ExprRef(f"width * {apart} / {len(days)} < {widest} ? 0 : 1")
