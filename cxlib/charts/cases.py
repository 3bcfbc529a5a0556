"""Cases: how soon they are closed, and how groups of them compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.steps import stepped
from cxlib.charts.theme import ACCENT, SHARE, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.act.cases import CaseFigures

Measure = Literal["contacted", "hours", "saved"]

MEASURES: dict[Measure, str] = {
    "contacted": N_("Contacted within 48 h"),
    "hours": N_("Median hours to close"),
    "saved": N_("Save rate"),
}
POINTS = 400  # of a curve
GROUPS = 12  # that a chart shows; the table has them all


def closing_table(result: CaseFigures, lang: Language) -> pd.DataFrame:
    """The curve of closing: ``hours, waiting, waiting_low, waiting_high, at_risk``."""
    curve = result.curve
    if curve is None:
        return pd.DataFrame(columns=["hours", "waiting", "waiting_low", "waiting_high", "at_risk"])
    last = len(curve.durations) - 1
    chosen = np.unique(np.linspace(0, last, min(POINTS, last + 1)).round().astype(int))
    return pd.DataFrame(
        {
            "hours": curve.durations[chosen],
            "waiting": curve.survival[chosen],
            "waiting_low": curve.low[chosen],
            "waiting_high": curve.high[chosen],
            "at_risk": curve.at_risk[chosen],
        }
    )


def closing(result: CaseFigures, lang: Language, look: Theme) -> Any:
    """How many cases are still open so many hours after they were opened; the steps start at 1."""
    table = closing_table(result, lang)
    start = pd.DataFrame({"hours": [0.0], "waiting": 1.0, "waiting_low": 1.0, "waiting_high": 1.0})
    table = pd.concat([start.assign(at_risk=table["at_risk"].max()), table], ignore_index=True)
    picked = alt.selection_point(name="wait", fields=["hours"], nearest=True, empty=False)
    base = alt.Chart(table).encode(
        x=alt.X(
            "hours:Q",
            title=lang(N_("Hours since the case was opened")),
            axis=compact_axis(lang, grid=False, tickCount=6),
        ),
        color=alt.value(ACCENT),
        tooltip=[
            alt.Tooltip("hours:Q", title=lang(N_("Hours")), format=",.1f"),
            alt.Tooltip("waiting:Q", title=lang(N_("Still open")), format=".1%"),
            alt.Tooltip("waiting_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("waiting_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("at_risk:Q", title=lang(N_("Watched until then")), format=WHOLE),
        ],
    )
    ends = ("waiting_low", "waiting_high")
    return dressed(stepped(base, "waiting", ends, lang(N_("Still open")), picked), lang, height=240)


def group_table(result: CaseFigures, by: str, lang: Language) -> pd.DataFrame:
    """The groups of `by`, the most cases first: ``case_group, cases, still_open, overdue`` and the
    figures with the ends of their intervals and what they rest on; ``key`` is what the data call it."""
    groups = result.groups
    mine = groups[groups["by"] == by] if len(groups) else groups
    if mine.empty:
        return pd.DataFrame(columns=["key", "case_group", "cases"])
    table = mine.drop(columns="by").rename(columns={"group": "case_group", "open": "still_open"})
    renamed = {"contacted": "case_contacted_share", "saved": "case_saved_share"} | {
        f"{name}{end}": f"case_{name}{end}"
        for name in MEASURES
        for end in ("", "_low", "_high", "_n")
        if end or name == "hours"
    }
    table = table.rename(columns=renamed).drop(columns="case_hours_n")
    table["key"] = table["case_group"]
    nobody = lang(N_("nobody yet") if by == "owner" else N_("(not said)"))
    # Sources and the first root causes are words of ours; names of people are not.
    words = str if by == "owner" else lang
    table["case_group"] = [words(str(name)) if name else nobody for name in table["key"]]
    return table.reset_index(drop=True)


def groups(result: CaseFigures, by: str, measure: Measure, lang: Language, look: Theme) -> Any:
    """A figure by group with its interval; a group without one has no mark. Clicking one selects its
    ``key``."""
    table = group_table(result, by, lang).head(GROUPS)
    share = measure != "hours"
    column = f"case_{measure}_share" if share else "case_hours"
    low, high, form = f"case_{measure}_low", f"case_{measure}_high", ".1%" if share else ",.1f"
    table = table.assign(high_end=table[high].replace(np.inf, np.nan).fillna(table[column]))
    axis = alt.Axis(format=SHARE, tickCount=5) if share else compact_axis(lang, tickCount=5)
    scale = alt.Scale(domain=[0, 1]) if share else alt.Scale(zero=True)
    base = alt.Chart(table[table[column].notna()]).encode(
        y=alt.Y(
            "case_group:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelFlush=False),
        ),
        tooltip=[
            alt.Tooltip("case_group:N", title=" "),
            alt.Tooltip("cases:Q", title=lang(N_("Cases")), format=WHOLE),
            alt.Tooltip(f"{column}:Q", title=lang(MEASURES[measure]), format=form),
            alt.Tooltip(f"{low}:Q", title=lang(N_("From")), format=form),
            alt.Tooltip("high_end:Q", title=lang(N_("To")), format=form),
        ],
    )
    x = alt.X(f"{column}:Q", title=lang(MEASURES[measure]), axis=axis, scale=scale)
    ranges = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x=f"{low}:Q", x2="high_end:Q")
    picked = alt.selection_point(name="group", fields=["key"])
    shade = alt.condition(picked, alt.value(1), alt.value(0.3))
    points = base.mark_point(filled=True, size=110, color=ACCENT, cursor="pointer").encode(
        x=x, opacity=shade
    )
    return dressed(ranges + points.add_params(picked), lang, height=34 * max(len(table), 1) + 40)
