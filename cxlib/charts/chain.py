"""The chain: its stages, and the links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, QUIET, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.growth.chain import ChainResult

STAGES = {
    "engagement": N_("Engagement"),
    "experience": N_("Experience"),
    "satisfaction": N_("Satisfaction"),
    "loyalty": N_("Loyalty"),
    "value": N_("Value"),
}
MEASURES = {
    "sessions": N_("sessions a month"),
    "tickets": N_("tickets a purchase"),
    "resolution": N_("hours to a solution"),
    "ces": "CES",
    "csat": "CSAT",
    "nps": "NPS",
    "retained": N_("bought again"),
    "spend": N_("spend since"),
    "clv": "CLV",
}
STATES = {
    "linked": N_("linked"),
    "none": N_("not detectable"),
    "unknown": N_("not measured"),
}
LINKS = (
    "link_from", "link_to", "rho", "rho_low", "rho_high", "customers", "link_state", "why",
    "rho_least",
)  # fmt: skip
ROW = 24  # pixels of a line of the picture
BOX = 0.34  # of the picture's width that the boxes take


def link_table(result: ChainResult, lang: Language) -> pd.DataFrame:
    """A row a link, in the order of the chain: `LINKS`."""
    rows = [
        {
            "link_from": f"{lang(STAGES[one.before])}: {lang(MEASURES[one.of])}",
            "link_to": f"{lang(STAGES[one.after])}: {lang(MEASURES[one.to])}",
            "rho": one.value.value if one.value else None,
            "rho_low": one.value.low if one.value else None,
            "rho_high": one.value.high if one.value else None,
            "customers": one.n,
            "link_state": STATES[one.state],
            "why": one.reason,
            "rho_least": one.smallest_detectable,
        }
        for one in result.links
    ]
    return pd.DataFrame(rows, columns=list(LINKS)).astype({"rho": float})


def links(result: ChainResult, lang: Language, look: Theme) -> Any:
    """The stages as boxes down the left, between them the links with their intervals; grey where
    nothing is detectable. Clicking one selects ``link``: its two measures."""
    lines, boxes = _laid_out(result, lang)
    known = lines.dropna(subset="value")
    low = min([*known["low"], -0.1])
    high = max([*known["high"], 0.5])
    # The boxes stand left of the least ρ, in units of the axis, so that both shrink together.
    left = low - (high - low) * BOX / (1 - BOX)
    gap = (low - left) * 0.12
    x_of = alt.Scale(domain=[left, high], nice=False, zero=False)
    height = ROW * (int(max(lines["y"].max(), boxes["y"].max())) + 1)
    ticks = [tick for tick in (-0.5, 0, 0.5, 1) if low <= tick <= high]
    axis = alt.Axis(values=ticks, grid=False, domain=False, format=".1f")
    title = lang(N_("Rank correlation ρ, with its 95 % interval"))
    y_of = alt.Scale(domain=[-0.8, height / ROW - 0.2], reverse=True, nice=False, zero=False)
    y = alt.Y("y:Q", scale=y_of, axis=None)
    boxes = boxes.assign(
        left=left, right=low - gap, middle=(left + low - gap) / 2, top=boxes["y"] - 0.72,
        foot=boxes["y"] + 0.72, next=boxes["next"] - 0.78,
    )  # fmt: skip
    lines = lines.assign(start=low)
    picked = alt.selection_point(name="link", fields=["of", "to"], empty=False)

    def x(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=x_of, axis=axis, title=title)

    colour = alt.Color("colour:N", scale=None)
    stage = alt.Chart(boxes).encode(y=y)
    arrows = alt.Chart(boxes.dropna(subset="next")).encode(x=x("middle"), color=colour)
    drawn = alt.Chart(lines.dropna(subset="value")).encode(y=y, color=colour)
    tooltip = [
        alt.Tooltip("said:N", title=lang(N_("Link"))),
        alt.Tooltip("value:Q", title="ρ", format=".2f"),
        alt.Tooltip("low:Q", title=lang(N_("From")), format=".2f"),
        alt.Tooltip("high:Q", title=lang(N_("To")), format=".2f"),
        alt.Tooltip("n:Q", title=lang(N_("Customers")), format=",.0f"),
        alt.Tooltip("state:N", title=lang(N_("Verdict"))),
        alt.Tooltip("least:Q", title=lang(N_("Smallest that would show")), format=".2f"),
    ]
    figures = alt.Chart(known).encode(y=y, text="figures:N", color=alt.value(look.ink))
    right = alt.datum.value < (low + high) / 2
    zero = pd.DataFrame({"zero": [0.0]})
    drawing = (
        alt.Chart(zero).mark_rule(color=QUIET, strokeDash=[3, 4], opacity=0.6).encode(x=x("zero"))
        + arrows.mark_rule(strokeWidth=2).encode(
            y=alt.Y("foot:Q", scale=y_of, axis=None), y2="next:Q"
        )
        + arrows.mark_point(shape="triangle-down", filled=True, size=110, opacity=1).encode(
            y=alt.Y("next:Q", scale=y_of, axis=None)
        )
        + stage.mark_rect(cornerRadius=6, filled=True, fillOpacity=0.14, strokeWidth=1.5).encode(
            x=x("left"), x2="right:Q", y=alt.Y("top:Q", scale=y_of, axis=None), y2="foot:Q",
            fill=alt.value(ACCENT), stroke=alt.value(ACCENT),
        )
        + stage.mark_text(fontSize=12, fontWeight="bold", color=look.ink).encode(
            x=x("middle"), text="name:N"
        )
        + drawn.mark_rule(strokeWidth=3, opacity=0.55).encode(x=x("low"), x2="high:Q")
        + drawn.mark_point(filled=True, size=110, opacity=1, cursor="pointer")
        .encode(
            x=x("value"),
            tooltip=tooltip,
            stroke=alt.condition(picked, alt.value(look.ink), alt.value("transparent")),
        )
        .add_params(picked)
        + alt.Chart(lines).mark_text(
            align="left", fontSize=11, dy=-ROW * 0.58, color=look.ink
        ).encode(x=x("start"), y=y, text="text:N")
        # Figures stand where there is room: right of a low ρ, left of a high one.
        + figures.transform_filter(~right).mark_text(align="right", dx=-9).encode(x=x("low"))
        + figures.transform_filter(right).mark_text(align="left", dx=9).encode(x=x("high"))
    )  # fmt: skip
    return dressed(drawing, lang, height=height)


def _laid_out(result: ChainResult, lang: Language) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The links and boxes, each with the line ``y`` of the picture on which it stands.

    Between two boxes stand the links of their stages; what links others comes after the last box.
    """
    order = list(STAGES)
    boxes, lines, y = [], [], 0.0
    for i, stage in enumerate(order):
        after = order[i + 1] if i + 1 < len(order) else None
        own = [one for one in result.links if (one.before, one.after) == (stage, after)]
        if after is None:
            own = [
                one for one in result.links if order.index(one.after) - order.index(one.before) > 1
            ]
        measured = [(one, one.value) for one in own if one.value is not None]
        linked = any(one.state == "linked" for one in own)
        boxes.append(
            {
                "name": lang(STAGES[stage]),
                "y": y,
                "colour": ACCENT if linked else QUIET,
                "next": None if after is None else y + 2 + 2 * max(len(measured), 1),
            }
        )
        y += 2
        for one, value in measured:
            words = f"{lang(MEASURES[one.of])} → {lang(MEASURES[one.to])}"
            said = (
                f"{lang(STAGES[one.before])} → {lang(STAGES[one.after])}: {words}"
                if after is None
                else words
            )
            # Adding 0 makes a zero of -0.
            rho, low, high = (
                lang.number(round(end, 2) + 0.0, 2) for end in (value.value, value.low, value.high)
            )
            figures = f"{rho} ({low} – {high})"
            lines.append(
                {
                    "y": y + 0.3, "of": one.of, "to": one.to, "text": words,
                    "said": said, "figures": figures, "value": value.value, "low": value.low,
                    "high": value.high, "n": one.n, "state": lang(STATES[one.state]),
                    "least": one.smallest_detectable,
                    "colour": ACCENT if one.state == "linked" else QUIET,
                }
            )  # fmt: skip
            y += 2
        if not measured and own:
            # The one that comes nearest to a number says why there is none.
            nearest = max(own, key=lambda one: one.n)
            lines.append({"y": y + 0.3, "text": lang(nearest.reason), "colour": QUIET})
            y += 2
    columns = (
        "y", "of", "to", "text", "figures", "said", "value", "low", "high", "n", "state", "least",
        "colour",
    )  # fmt: skip
    table = pd.DataFrame(lines, columns=list(columns))
    numbers = ("value", "low", "high", "n", "least")
    return table.astype(dict.fromkeys(numbers, "float64")), pd.DataFrame(boxes).astype(
        {"next": "float64"}
    )
