"""Curves that go down in steps, with their intervals, one of whose points can be clicked."""

from __future__ import annotations

from typing import Any

import altair as alt

from cxlib.charts.theme import SHARE


def stepped(base: Any, column: str, ends: tuple[str, str], title: str, picked: Any) -> Any:
    """Shares of `column` as steps in a band between `ends`; `picked` selects the nearest point."""
    low, high = ends
    y = alt.Y(
        f"{column}:Q",
        title=title,
        axis=alt.Axis(format=SHARE, tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    bands = base.mark_area(opacity=0.13, interpolate="step-after").encode(
        y=f"{low}:Q", y2=f"{high}:Q"
    )
    lines = base.mark_line(interpolate="step-after").encode(y=y)
    points = (
        base.mark_point(size=70, filled=True, cursor="pointer")
        .encode(y=y, opacity=alt.condition(picked, alt.value(1), alt.value(0)))
        .add_params(picked)
    )
    return bands + lines + points
