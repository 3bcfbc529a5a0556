"""RFM over time: the matrix of segments before and now, the same as flows, and the mix of cohorts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import pandas as pd

from cxlib.charts import sankey
from cxlib.charts.theme import CATEGORIES, QUIET, SHARE, WHOLE, Theme, dressed, wide
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.migration import MigrationResult

# Fixed, in the order of a result: a segment has the same colour in every chart and mode. Hues tell
# families apart (best, on the way, new, wavering, slipping, gone), lightness the segments within.
_GREEN, _BLUE, _SKY, _PINK = CATEGORIES[2], CATEGORIES[0], CATEGORIES[4], CATEGORIES[3]
COLOURS = (
    _GREEN, _BLUE, _SKY, _PINK, "#E0A9C8", CATEGORIES[1], "#F2C45A", CATEGORIES[5], "#EA9457",
    "#9A8F86", QUIET, "#8FBFA5", "#A9AEB3",
)  # fmt: skip
NUMBERS = 420  # pixels: below, the numbers of the matrix overlap
MEMBERS = (
    "customer_id",
    "segment_before",
    "segment_now",
    "revenue_between",
    "recency_days",
    "frequency",
    "monetary",
)


def matrix_table(result: MigrationResult) -> pd.DataFrame:
    """The pairs of segments: ``before, now, customers, share`` (of the segment before), ``revenue``."""
    table = pd.DataFrame(
        [(f.before, f.now, f.customers, f.revenue) for f in result.matrix],
        columns=["before", "now", "customers", "revenue"],
    ).astype({"revenue": "float64"})
    total = table.groupby("before")["customers"].transform("sum")
    table.insert(3, "share", table["customers"] / total)
    return table


def listed(result: MigrationResult) -> pd.DataFrame:
    """`matrix_table` under the names that lists have."""
    return matrix_table(result).rename(
        columns={
            "before": "segment_before",
            "now": "segment_now",
            "share": "row_share",
            "revenue": "revenue_between",
        }
    )


def matrix(result: MigrationResult, lang: Language, look: Theme) -> Any:
    """Segments before (down) and now (across), coloured by the share of the row; clicking a cell
    selects it (``flow``: before and now)."""
    cells = _named(matrix_table(result), lang)
    names = [lang(name) for name in result.order]
    across, down = (
        [name for name in names if name in set(cells[f"{side}_name"])] for side in ("now", "before")
    )
    x = alt.X(
        "now_name:O",
        sort=across,
        title=f"{lang(N_('Segment now'))} →",
        axis=alt.Axis(orient="top", labelAngle=-45, labelLimit=130, labelOverlap=False),
    )
    y = alt.Y(
        "before_name:O",
        sort=down,
        title=lang(N_("Segment before")),
        axis=alt.Axis(labelLimit=130),
    )
    picked = alt.selection_point(name="flow", fields=["before", "now"])
    base = alt.Chart(cells).encode(x=x, y=y)
    tiles = base.mark_rect(cornerRadius=4, cursor="pointer").encode(
        color=alt.Color("share:Q", scale=look.scale(domain=[0, 1]), legend=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        tooltip=_told(lang),
    )
    # Viridis is dark in its middle and at one end: white words there, black ones on the bright end.
    dark = "datum.share > 0.45" if look.range_reversed else "datum.share < 0.6"
    words = alt.condition(dark, alt.value("#ffffff"), alt.value("#111111"))
    numbers = base.mark_text(fontSize=11, opacity=wide(NUMBERS)).encode(text="text:N", color=words)
    return dressed(tiles.add_params(picked) + numbers, lang, height=400)


def flows(result: MigrationResult, lang: Language, look: Theme) -> Any:
    """The matrix as a Sankey diagram: bars of segments before and now, bands of customers between
    them; clicking a band selects it (``flow``: before and now)."""
    cells = _named(matrix_table(result), lang)
    bars = sankey.bars(cells, result.order)
    bars = bars.assign(
        name=[lang(name) for name in bars["segment"]],
        text=[lang.number(n) for n in bars["customers"]],
        middle=(bars["low"] + bars["high"]) / 2,
        edge=bars["at"].where(bars["side"] == "before", bars["end"]),
    )
    bars["label"] = bars["name"] + " " + bars["text"]
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=[lang(name) for name in result.order], range=list(COLOURS)),
        legend=None,
    )
    y = alt.Y("low:Q", scale=alt.Scale(domain=[0, 1], reverse=True), axis=None)
    # Names stand outside of the bars, so the drawing keeps to the middle.
    x = alt.X("at:Q", scale=alt.Scale(domain=[-0.4, 1.4], nice=False), axis=None)
    picked = alt.selection_point(name="flow", fields=["before", "now"])
    bands = (
        alt.Chart(sankey.bands(cells, bars).rename(columns={"before_name": "name"}))
        .mark_area(interpolate="monotone", cursor="pointer")
        .encode(
            x=x,
            y=y,
            y2="high:Q",
            color=colour,
            detail=["before:N", "now:N"],
            opacity=alt.condition(
                picked, alt.value(0.5 if look.range_reversed else 0.6), alt.value(0.12)
            ),
            tooltip=[alt.Tooltip("name:N", title=lang(N_("Segment before"))), *_told(lang)[1:]],
        )
        .add_params(picked)
    )
    told = [
        alt.Tooltip("name:N", title=lang(N_("Segment"))),
        alt.Tooltip("text:N", title=lang(N_("Customers"))),
    ]
    drawn = alt.Chart(bars).encode(y=y, tooltip=told)
    blocks = drawn.mark_rect(cornerRadius=2).encode(x=x, x2="end:Q", y2="high:Q", color=colour)
    names = _names(bars, "before", "right", told) + _names(bars, "now", "left", told)
    return dressed(bands + blocks + names, lang, height=400)


def cohort_table(result: MigrationResult, lang: Language) -> pd.DataFrame:
    """The segments of now in each cohort: ``cohort, cohort_name, segment, customers, share``."""
    style = "MMM y" if result.cohort_unit == "month" else "QQQ y"
    names = [lang.date(day, style) for day in result.cohorts["cohort"]]
    whole = result.cohorts["complete"]
    return pd.DataFrame(
        {
            "cohort": result.cohorts["cohort"].dt.strftime("%Y-%m-%d"),
            "cohort_name": [n if w else f"{n} *" for n, w in zip(names, whole, strict=True)],
            "segment": result.cohorts["segment"],
            "customers": result.cohorts["customers"],
            "share": result.cohorts["share"],
        }
    )


def cohorts(result: MigrationResult, lang: Language, look: Theme) -> Any:
    """The segments of now in each cohort, stacked; clicking a part selects it (``cohort``)."""
    table = cohort_table(result, lang)
    table = table.assign(
        name=[lang(segment) for segment in table["segment"]],
        place=[result.order.index(segment) for segment in table["segment"]],
    )
    present = [name for name in result.order if name in set(table["segment"])]
    picked = alt.selection_point(name="cohort", fields=["cohort", "segment"])
    drawing = (
        alt.Chart(table)
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X(
                "cohort_name:O",
                sort=None,
                title=lang(N_("First purchase")),
                axis=alt.Axis(labelAngle=-40, labelOverlap=True, grid=False),
            ),
            y=alt.Y(
                "share:Q",
                title=lang(N_("Share of the cohort")),
                axis=alt.Axis(format=SHARE, tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color(
                "name:N",
                title=None,
                scale=alt.Scale(
                    domain=[lang(name) for name in present],
                    range=[COLOURS[result.order.index(name)] for name in present],
                ),
                legend=alt.Legend(
                    orient="bottom", columns=alt.ExprRef("width < 520 ? 2 : 4"), labelLimit=150
                ),
            ),
            order=alt.Order("place:Q"),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("cohort_name:N", title=lang(N_("First purchase"))),
                alt.Tooltip("name:N", title=lang(N_("Segment now"))),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
                alt.Tooltip("share:Q", title=lang(N_("Share of the cohort")), format=SHARE),
            ],
        )
        .add_params(picked)
    )
    return dressed(drawing, lang, height=420)


def members(result: MigrationResult, mark: dict[str, str]) -> pd.DataFrame:
    """The customers behind a mark, those who brought most in between first."""
    found = (
        result.members(now=mark["segment"], cohort=dt.date.fromisoformat(mark["cohort"]))
        if "cohort" in mark
        else result.members(mark["before"], mark["now"])
    )
    return found.sort_values(["revenue_between", "customer_id"], ascending=[False, True])


def outcome_table(result: MigrationResult) -> pd.DataFrame:
    """Who stayed, slipped or was won back: ``segment_before, outcome, customers, row_share,
    share_low, share_high``."""
    rows = [
        (o.segment, o.outcome, o.customers, o.share.value, o.share.low, o.share.high)
        for o in result.outcomes
    ]
    columns = ["segment_before", "outcome", "customers", "row_share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=columns)


def _named(cells: pd.DataFrame, lang: Language) -> pd.DataFrame:
    return cells.assign(
        before_name=[lang(name) for name in cells["before"]],
        now_name=[lang(name) for name in cells["now"]],
        text=[lang.number(n) for n in cells["customers"]],
    )


def _told(lang: Language) -> list[Any]:
    return [
        alt.Tooltip("before_name:N", title=lang(N_("Segment before"))),
        alt.Tooltip("now_name:N", title=lang(N_("Segment now"))),
        alt.Tooltip("text:N", title=lang(N_("Customers"))),
        alt.Tooltip("share:Q", title=lang(N_("Share of the segment before")), format=".1%"),
        alt.Tooltip("revenue:Q", title=lang(N_("Revenue in between")), format=WHOLE),
    ]


def _names(
    bars: pd.DataFrame, side: str, align: Literal["right", "left"], told: list[alt.Tooltip]
) -> Any:
    """The words beside the bars of a side; on a narrow screen they are cut short."""
    return (
        alt.Chart(bars[bars["side"] == side])
        .mark_text(
            align=align,
            dx=6 if align == "left" else -6,
            fontSize=11,
            color=QUIET,
            limit=alt.ExprRef("width * 0.21"),
        )
        .encode(x="edge:Q", y="middle:Q", text="label:N", tooltip=told)
    )
