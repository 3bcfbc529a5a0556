"""A map of customers: a share in tenths across, classes of value upwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language


def tenths(
    table: pd.DataFrame,
    fields: Sequence[str],
    share: tuple[str, str],
    value: str,
    coloured: tuple[str, str],
    more: Sequence[alt.Tooltip],
    lang: Language,
    look: Theme,
) -> Any:
    """Cells of ``name`` (a class of value, by ``low``) and a share's tenth; clicking one selects
    ``cell`` with its `fields`.

    `share` and `coloured` are a column and its title in the reader's language, `value` the title of
    the classes; `more` stands in the tooltip besides.
    """
    picked = alt.selection_point(name="cell", fields=list(fields))
    drawing = (
        alt.Chart(table)
        .mark_rect(cornerRadius=3, cursor="pointer")
        .encode(
            x=alt.X(
                f"{share[0]}:O",
                sort=None,
                scale=alt.Scale(domain=[lang.percent(tenth / 10, 0) for tenth in range(10)]),
                title=f"{share[1]} →",
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y(
                "name:O",
                sort=alt.EncodingSortField("low", order="descending"),
                title=f"{value} →",
                axis=alt.Axis(labelLimit=110),
            ),
            color=alt.Color(
                f"{coloured[0]}:Q",
                scale=look.scale(type="sqrt"),
                title=coloured[1],
                legend=alt.Legend(labelExpr=compact_axis(lang)["labelExpr"]),
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip(f"{share[0]}:N", title=share[1]),
                alt.Tooltip("name:N", title=value),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
                *more,
            ],
        )
        .add_params(picked)
    )
    return dressed(drawing, lang, height=300)
