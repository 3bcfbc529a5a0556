"""Drivers: the quadrant of importance and performance, and importance by rank with its intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, CATEGORIES, QUIET, SHARE, Theme, dressed, wide, with_room
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.drivers import DriversResult

NAMES = {
    "fix_first": N_("Fix first"),
    "keep": N_("Keep it up"),
    "watch": N_("Watch"),
    "possible_overkill": N_("Possible overkill"),
    "unclear": N_("Unclear"),
}
COLOURS = {
    "fix_first": CATEGORIES[5],
    "keep": CATEGORIES[2],
    "watch": CATEGORIES[0],
    "possible_overkill": CATEGORIES[3],
    "unclear": QUIET,
}
CHANCE = {True: N_("yes"), False: N_("no")}
COLUMNS = (
    "rank", "driver", "quadrant", "driver_share", "driver_share_low", "driver_share_high",
    "performance", "performance_low", "performance_high", "rated_well",
)  # fmt: skip
LISTED = ("rank", "driver", "quadrant", "driver_share", "performance", "rated_well")
REGRESSION = (
    "driver", "coefficient", "coefficient_low", "coefficient_high", "relative_weight",
    "relative_weight_low", "relative_weight_high", "beyond_chance",
)  # fmt: skip
WIDTH, HEIGHT = 760, 380  # pixels for which names are set beside points
LETTER, LINE, DOT = 7, 15, 12  # pixels of a letter, a line of text and half a point
LONGEST = 28  # letters of a name in the chart


def driver_table(result: DriversResult, lang: Language) -> pd.DataFrame:
    """A row a driver, the most important first: `COLUMNS`, with what drawing needs besides."""
    rows = [
        {
            "rank": rank,
            "driver": d.name,
            "quadrant": NAMES[d.quadrant],
            "driver_share": d.share.value,
            "driver_share_low": d.share.low,
            "driver_share_high": d.share.high,
            "performance": d.performance.value,
            "performance_low": d.performance.low,
            "performance_high": d.performance.high,
            "rated_well": d.positive.value,
            "column": d.rating.column,
            "colour": COLOURS[d.quadrant],
            "place": lang(NAMES[d.quadrant]),
            "level": d.level.value,
            "level_low": d.level.low,
            "level_high": d.level.high,
        }
        for rank, d in enumerate(result.drivers, 1)
    ]
    return pd.DataFrame(rows)


def regression_table(result: DriversResult, lang: Language) -> pd.DataFrame:
    """The regression beside the weights: `REGRESSION`."""
    rows = [
        (
            d.name,
            *(d.coefficient.value, d.coefficient.low, d.coefficient.high),
            *(d.importance.value, d.importance.low, d.importance.high),
            CHANCE[d.beyond_chance],
        )
        for d in result.drivers
    ]
    return pd.DataFrame(rows, columns=list(REGRESSION))


def quadrant(result: DriversResult, lang: Language, look: Theme) -> Any:
    """Importance by performance, with the intervals of both; clicking a point selects ``driver``.

    Points carry their rank, which the table explains; where there is room also their names.
    """
    table = driver_table(result, lang)
    scale = result.scale
    shown = "level" if scale is None else "performance"
    middle = result.borders[1]
    if scale is not None:
        up = scale.low + middle * (scale.high - scale.low)
        middle = up if scale.best == "high" else scale.low + scale.high - up
    across = [*table[f"{shown}_low"], *table[f"{shown}_high"], middle]
    room = (max(across) - min(across)) * 0.12 or 0.1
    ends = [min(across) - room, max(across) + room]
    top = float(table["driver_share_high"].max()) * 1.12
    table["label"] = _labels(table, shown, ends, top)
    backwards = scale is not None and scale.best == "low"
    x = alt.X(
        f"{shown}:Q",
        title=lang(N_("Performance: share of the scale") if scale is None else N_("Mean rating")),
        scale=alt.Scale(domain=ends, nice=False, reverse=backwards),
        axis=alt.Axis(grid=False, tickCount=5, format=SHARE if scale is None else "~f"),
    )
    y = alt.Y(
        "driver_share:Q",
        title=lang(N_("Importance: share of what is explained")),
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(grid=False, tickCount=5, format=SHARE),
    )
    picked = alt.selection_point(name="driver", fields=["column"])
    base = alt.Chart(table).encode(x=x, y=y)
    faded = alt.condition(picked, alt.value(1), alt.value(0.35))
    colour = alt.Color("colour:N", scale=None)
    borders = pd.DataFrame({shown: [middle], "driver_share": [result.borders[0]]})
    lines = alt.Chart(borders).mark_rule(color=QUIET, strokeDash=[4, 4])
    whiskers = base.mark_rule(strokeWidth=1.5).encode(color=colour, opacity=faded)
    points = base.mark_circle(size=420, opacity=1, cursor="pointer").encode(
        color=colour,
        opacity=faded,
        tooltip=[
            alt.Tooltip("driver:N", title=lang(N_("Driver"))),
            alt.Tooltip("place:N", title=lang(N_("Quadrant"))),
            alt.Tooltip("driver_share:Q", title=lang(N_("Importance")), format=".1%"),
            alt.Tooltip("driver_share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("driver_share_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("performance:Q", title=lang(N_("Mean rating")), format=".2f"),
            alt.Tooltip("performance_low:Q", title=lang(N_("Mean, from")), format=".2f"),
            alt.Tooltip("performance_high:Q", title=lang(N_("Mean, to")), format=".2f"),
            alt.Tooltip("rated_well:Q", title=lang(N_("Rated well")), format=".1%"),
        ],
    )
    ranks = base.mark_text(fontWeight="bold", fontSize=12, cursor="pointer").encode(
        text="rank:Q", color=alt.value("#ffffff")
    )
    names = base.mark_text(dy=-LINE - 4, fontSize=12, opacity=wide()).encode(text="label:N")
    drawing = (
        lines.encode(x=x)
        + lines.encode(y=y)
        + _corners(lang, shown, ends, top, backwards, x, y)
        + whiskers.encode(x=alt.X(f"{shown}_low:Q"), x2=f"{shown}_high:Q")
        + whiskers.encode(y=alt.Y("driver_share_low:Q"), y2="driver_share_high:Q")
        + points.add_params(picked)
        + ranks
        + names
    )
    return dressed(drawing, lang, height=HEIGHT)


def ranking(result: DriversResult, lang: Language, look: Theme) -> Any:
    """Importance by rank, with intervals; clicking a bar selects ``driver``."""
    table = driver_table(result, lang)
    table["text"] = [lang.percent(share, 0) for share in table["driver_share"]]
    picked = alt.selection_point(name="driver", fields=["column"])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "driver:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=160, ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("driver:N", title=lang(N_("Driver"))),
            alt.Tooltip("driver_share:Q", title=lang(N_("Importance")), format=".1%"),
            alt.Tooltip("driver_share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("driver_share_high:Q", title=lang(N_("To")), format=".1%"),
        ],
    )
    x = alt.X(
        "driver_share:Q",
        title=lang(N_("Importance: share of what is explained")),
        axis=alt.Axis(tickCount=4, grid=False, format=SHARE),
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=4, cursor="pointer").encode(
        x=x.scale(with_room(table["driver_share_high"])),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    whiskers = base.mark_rule(strokeWidth=2, color=look.ink, opacity=0.7).encode(
        x=alt.X("driver_share_low:Q"), x2="driver_share_high:Q"
    )
    ends = base.mark_text(align="left", dx=6, color=QUIET).encode(
        x=alt.X("driver_share_high:Q"), text="text:N"
    )
    even = pd.DataFrame({"driver_share": [result.borders[0]]})
    line = alt.Chart(even).mark_rule(color=QUIET, strokeDash=[4, 4]).encode(x=x)
    drawing = bars.add_params(picked) + whiskers + ends + line
    return dressed(drawing, lang, height=28 * len(table) + 40)


def _labels(table: pd.DataFrame, shown: str, ends: list[float], top: float) -> list[str]:
    """The names that find room above their points; of two in one place the more important one's."""
    taken: list[tuple[float, float, float, float]] = []
    places = [
        (
            (level - ends[0]) / (ends[1] - ends[0]) * WIDTH,
            HEIGHT - share / top * HEIGHT,
        )
        for level, share in zip(table[shown], table["driver_share"], strict=True)
    ]
    taken += [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    labels = []
    for (x, y), name in zip(places, table["driver"], strict=True):
        text = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        half = len(text) * LETTER / 2
        box = (x - half, y - DOT - LINE, x + half, y - DOT)
        free = box[0] >= 0 and box[2] <= WIDTH and not any(_meet(box, other) for other in taken)
        labels.append(text if free else "")
        if free:
            taken.append(box)
    return labels


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _corners(
    lang: Language,
    shown: str,
    ends: list[float],
    top: float,
    backwards: bool,
    x: alt.X,
    y: alt.Y,
) -> Any:
    """What the four fields are called, in their corners."""
    left, right = (ends[1], ends[0]) if backwards else (ends[0], ends[1])
    layers = [
        alt.Chart(pd.DataFrame({shown: [across], "driver_share": [up], "text": [lang(NAMES[key])]}))
        .mark_text(
            align="left" if across == left else "right",
            baseline="top" if up else "bottom",
            dx=6 if across == left else -6,
            dy=6 if up else -6,
            color=QUIET,
            fontSize=12,
            fontStyle="italic",
        )
        .encode(x=x, y=y, text="text:N")
        for key, across, up in (
            ("fix_first", left, top),
            ("keep", right, top),
            ("watch", left, 0.0),
            ("possible_overkill", right, 0.0),
        )
    ]
    return alt.layer(*layers)
