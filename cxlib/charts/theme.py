"""Colours of charts, per mode: Altair's text and strokes do not follow the app's theme by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from cxlib.i18n import Language

# Okabe & Ito (2008), Color Universal Design: told apart with any colour vision.
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")


# One green and one grey that are seen on both papers (at least 3 : 1, WCAG 1.4.11).
ACCENT, QUIET = "#15946c", "#727c76"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one mode. `range_reversed`: viridis runs from the background's side.

    On screen, axes, legends and text are left to the app, which repaints them at once when the mode
    changes; `paper`, `ink`, `muted` and `line` are for pictures that leave the app.
    """

    paper: str
    ink: str
    muted: str
    line: str
    range_reversed: bool

    def scale(self, **options: Any) -> alt.Scale:
        """Viridis, its faint end towards the background."""
        return alt.Scale(scheme="viridis", reverse=self.range_reversed, **options)


LIGHT = Theme("#fbfbf8", "#1d2421", "#5d665f", "#dfe2d8", True)
DARK = Theme("#121715", "#e8ece7", "#a3ada6", "#2d3733", False)


def theme(mode: Literal["light", "dark"] | str) -> Theme:
    """The theme of a mode; anything but ``dark`` is light."""
    return DARK if mode == "dark" else LIGHT


# Below this width in pixels words in a grid overlap, so only numbers are drawn.
NARROW = 520

# d3 formats of tooltips; separators come from the language.
WHOLE, DECIMAL, SHARE = ",.0f", ",.2f", ".0%"

# Vega writes numbers and months itself; it is told how, per language.
_NUMBERS = {
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""], "minus": "-"},
    "id": {
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["Rp ", ""],
        "minus": "-",
    },
}
_STEPS = {
    "en": (("1e12", "T"), ("1e9", "B"), ("1e6", "M"), ("1e3", "K")),
    "id": (("1e12", " T"), ("1e9", " M"), ("1e6", " jt"), ("1e3", " rb")),
}


def dressed(chart: Any, lang: Language, height: int | None = None) -> Any:
    """The chart with quiet edges, its numbers and months in the language."""
    if height is not None:
        chart = chart.properties(height=height)
    plain = {"titleFontWeight": "normal"}
    return chart.configure(
        background="transparent",
        axis={**plain, "labelFontSize": 12, "titleFontSize": 12},
        axisY={"labelFlush": False},  # the app moves the ends inwards, away from their marks
        legend=plain,
        title={"anchor": "start"},
        view={"strokeWidth": 0},
        scale={"bandPaddingInner": 0.05},
        locale={"number": _NUMBERS.get(lang.code, _NUMBERS["en"]), "time": _months(lang)},
    )


def painted(config: dict[str, Any], look: Theme) -> dict[str, Any]:
    """A chart's configuration with the colours of a mode, for pictures outside the app."""
    axis = {
        "labelColor": look.muted,
        "titleColor": look.muted,
        "gridColor": look.line,
        "domainColor": look.line,
        "tickColor": look.line,
    }
    legend = {"labelColor": look.muted, "titleColor": look.muted}
    return {
        **config,
        "background": look.paper,
        "axis": {**config.get("axis", {}), **axis},
        "legend": {**config.get("legend", {}), **legend},
        "title": {**config.get("title", {}), "color": look.ink},
        "text": {"color": look.ink},
    }


def compact_axis(lang: Language, **options: Any) -> alt.Axis:
    """An axis whose large numbers are short as the language has them: 1.5M in English, 1,5 jt."""
    steps = _STEPS.get(lang.code, _STEPS["en"])
    cases = [
        f"abs(datum.value) >= {size} ? format(datum.value / {size}, ',.3~r') + '{word}'"
        for size, word in steps
    ]
    return alt.Axis(labelExpr=" : ".join([*cases, "format(datum.value, ',.3~r')"]), **options)


def wide(pixels: int = NARROW) -> Any:
    """An expression that is 1 where the chart is at least so wide, else 0: for opacity."""
    return alt.ExprRef(f"width < {pixels} ? 0 : 1")


def with_room(values: Iterable[float]) -> alt.Scale:
    """A scale from 0, or the least value, with room for words at the end of the longest bar."""
    ends = [0.0, *map(float, values)]
    return alt.Scale(domain=[min(ends), 1.15 * max(ends) or 1.0], nice=False)


def legend_columns(narrow: int = 2) -> Any:
    """An expression: on a phone so many columns of a legend, else as many as it has names."""
    return alt.ExprRef(f"width < {NARROW} ? {narrow} : 0")


def _months(lang: Language) -> dict[str, Any]:
    months = [dt.date(2024, month, 1) for month in range(1, 13)]
    days = [dt.date(2024, 9, day) for day in range(1, 8)]  # 1 September 2024 was a Sunday
    return {
        "dateTime": "%A, %e %B %Y %X",
        "date": "%d/%m/%Y",
        "time": "%H:%M:%S",
        "periods": ["AM", "PM"],
        "days": [lang.date(day, "EEEE") for day in days],
        "shortDays": [lang.date(day, "EEE") for day in days],
        "months": [lang.date(month, "LLLL") for month in months],
        "shortMonths": [lang.date(month, "LLL") for month in months],
    }
