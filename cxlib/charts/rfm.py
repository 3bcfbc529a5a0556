"""RFM: the grid of recency and frequency, and the segments as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, QUIET, WHOLE, Theme, dressed, wide, with_room
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.rfm import RfmResult


def grid(result: RfmResult, lang: Language, look: Theme) -> Any:
    """The 25 cells, coloured by customers; clicking one selects it (``cell``: r and f)."""
    cells = cell_table(result).assign(
        name=[lang(cell.segment) for cell in result.cells],
        text=[lang.number(cell.customers) for cell in result.cells],
    )
    across = N_("Frequency score") if result.scoring == "rf" else N_("Frequency and money score")
    x = alt.X("f:O", title=f"{lang(across)} →", axis=alt.Axis(labelAngle=0))
    y = alt.Y("r:O", sort="descending", title=f"{lang(N_('Recency score'))} →")
    picked = alt.selection_point(name="cell", fields=["r", "f"])
    base = alt.Chart(cells).encode(x=x, y=y)
    tiles = base.mark_rect(cornerRadius=5, cursor="pointer").encode(
        color=alt.Color(
            "customers:Q", scale=look.scale(domainMin=0), title=lang(N_("Customers")), legend=None
        ),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Segment"))),
            alt.Tooltip("text:N", title=lang(N_("Customers"))),
            alt.Tooltip("revenue:Q", title=lang(N_("Revenue")), format=WHOLE),
        ],
    )
    # Viridis is dark in its middle and at one end: white words there, black ones on the bright end.
    half = max((cell.customers for cell in result.cells), default=0) * (
        0.45 if look.range_reversed else 0.6
    )
    dark = f"datum.customers > {half}" if look.range_reversed else f"datum.customers < {half}"
    words = alt.condition(dark, alt.value("#ffffff"), alt.value("#111111"))
    numbers = base.mark_text(
        fontWeight="bold", fontSize=13, dy=alt.ExprRef("width < 520 ? 0 : -7")
    ).encode(text="text:N", color=words)
    names = base.mark_text(fontSize=11, dy=9, opacity=wide()).encode(text="name:N", color=words)
    drawing = tiles.add_params(picked) + numbers + names
    return dressed(drawing, lang, height=340)


def segments(result: RfmResult, lang: Language, look: Theme) -> Any:
    """Customers of each segment, the largest first; clicking one selects it (``segment``)."""
    bars = segment_table(result)
    bars = bars.assign(
        name=[lang(segment) for segment in bars["segment"]],
        text=[lang.percent(share, 0) for share in bars["share"]],
    )
    picked = alt.selection_point(name="segment", fields=["segment"])
    base = alt.Chart(bars).encode(
        y=alt.Y(
            "name:N",
            sort="-x",
            title=None,
            axis=alt.Axis(labelLimit=160, ticks=False, domain=False),
        ),
        x=alt.X(
            "customers:Q",
            title=lang(N_("Customers")),
            axis=alt.Axis(tickCount=4, grid=False),
            scale=with_room(bars["customers"]),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Segment"))),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("revenue:Q", title=lang(N_("Revenue")), format=WHOLE),
        ],
    )
    drawn = base.mark_bar(color=ACCENT, cornerRadiusEnd=4, cursor="pointer").encode(
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35))
    )
    ends = base.mark_text(align="left", dx=5, color=QUIET).encode(text="text:N")
    drawing = drawn.add_params(picked) + ends
    return dressed(drawing, lang, height=340)


def cell_table(result: RfmResult) -> pd.DataFrame:
    """The cells as a table: r, f, segment, customers, revenue."""
    return pd.DataFrame(
        [(c.r, c.f, c.segment, c.customers, c.revenue) for c in result.cells],
        columns=["r", "f", "segment", "customers", "revenue"],
    )


def segment_table(result: RfmResult) -> pd.DataFrame:
    """The segments as a table, those without a customer left out."""
    columns = [
        "segment",
        "customers",
        "share",
        "revenue",
        "revenue_share",
        "median_recency_days",
        "median_frequency",
        "median_monetary",
    ]
    rows = [tuple(getattr(s, c) for c in columns) for s in result.segments if s.customers]
    return pd.DataFrame(rows, columns=columns)
