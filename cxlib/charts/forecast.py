"""Whether a forecast deserves belief, and what it says of groups: tracking, recency, models, totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated, every
from cxlib.charts.clv import NAMES, means
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    DECIMAL,
    QUIET,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.clv.backtest import Backtest
    from cxlib.value.clv.comparison import Comparison
    from cxlib.value.clv.totals import Total
    from cxlib.value.clv.tracking import Tracking

SERIES = {"actual": N_("Actual"), "expected": N_("Model")}


def tracking(
    tracked: Tracking, so_far: bool, notes: Sequence[Note], lang: Language, look: Theme
) -> Any:
    """Repeat purchases as they came and as the model expects them, added up or by period. `notes` are
    the annotations of the workspace."""
    columns = {f"{name}_so_far" if so_far else name: label for name, label in SERIES.items()}
    long = tracked.periods.melt(["last_day"], list(columns), "series", "purchases")
    long = long.assign(series=[lang(columns[name]) for name in long["series"]])
    x = alt.X("last_day:T", title=None)
    lines = (
        alt.Chart(long)
        .mark_line()
        .encode(
            x=x,
            y=alt.Y(
                "purchases:Q",
                title=lang(
                    N_("Repeat purchases so far") if so_far else N_("Repeat purchases a period")
                ),
                axis=compact_axis(lang, tickCount=5),
            ),
            color=_colours(lang, list(SERIES.values())),
            strokeDash=alt.StrokeDash("series:N", legend=None),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("last_day:T", title=lang(N_("Until"))),
                alt.Tooltip("purchases:Q", title=lang(N_("Repeat purchases")), format=WHOLE),
            ],
        )
    )
    cut = (
        alt.Chart(pd.DataFrame({"day": [pd.Timestamp(tracked.cut)]}))
        .mark_rule(color=QUIET, strokeDash=[4, 4])
        .encode(x="day:T", tooltip=[alt.Tooltip("day:T", title=lang(N_("Fitted up to")))])
    )
    days = every(tracked.periods["last_day"], "D")
    return dressed(annotated(lines + cut, x, days, notes, lang), lang, height=260)


def by_recency(tested: Backtest, lang: Language, look: Theme) -> Any:
    """The backtest by how long ago customers had bought: means of what came and of the forecasts."""
    table = tested.by_recency
    title = lang(N_("Days since the last purchase at the split, up to"))
    return means(table, [lang.number(days) for days in table["days_since"]], title, lang, 260)


def candidates(comparison: Comparison) -> pd.DataFrame:
    """The models side by side: a row each."""
    return pd.DataFrame(
        [
            {
                "model": NAMES[one.model],
                "log_likelihood": one.log_likelihood,
                "aic": one.aic,
                "error": one.error,
                "wins": one.wins,
                "cuts": len(one.tests),
            }
            for one in comparison.candidates
        ]
    )


def errors_by_cut(comparison: Comparison) -> pd.DataFrame:
    """The error of each forecast at each cut: ``cut, forecast, rmse``, the simple rules with them."""
    rows = [
        (pd.Timestamp(test.cut), NAMES[one.model], test.model.rmse)
        for one in comparison.candidates
        for test in one.tests
    ]
    rules = {
        (pd.Timestamp(test.cut), rule.name): rule.rmse
        for one in comparison.candidates
        for test in one.tests
        for rule in test.baselines
    }
    rows += [(cut, name, rmse) for (cut, name), rmse in rules.items()]
    return pd.DataFrame(rows, columns=["cut", "forecast", "rmse"])


def errors(comparison: Comparison, lang: Language, look: Theme) -> Any:
    """How far each forecast was from what came, for each day on which time was cut."""
    table = errors_by_cut(comparison)
    order = list(dict.fromkeys(table["forecast"]))
    title = lang(N_("Error of a forecast (RMSE), purchases"))
    drawing = (
        alt.Chart(table.assign(forecast=[lang(name) for name in table["forecast"]]))
        .mark_line(point={"size": 50, "filled": True})
        .encode(
            x=alt.X("cut:T", title=lang(N_("Fitted up to"))),
            y=alt.Y("rmse:Q", title=title, scale=alt.Scale(zero=True)),
            color=_colours(lang, order, "forecast"),
            strokeDash=alt.StrokeDash("forecast:N", legend=None),
            tooltip=[
                alt.Tooltip("forecast:N", title=" "),
                alt.Tooltip("cut:T", title=lang(N_("Fitted up to"))),
                alt.Tooltip("rmse:Q", title=title, format=DECIMAL),
            ],
        )
    )
    return dressed(drawing, lang, height=260)


def totals_table(groups: tuple[Total, ...]) -> pd.DataFrame:
    """Totals by group: what is expected and the limits of what may come (NaN: without limit)."""
    rows = [
        {
            "group": one.group,
            "customers": one.customers,
            "expected": one.expected.value,
            "expected_low": one.expected.low,
            "expected_high": one.expected.high,
            "actual_low": one.actual.low if one.actual else None,
            "actual_high": one.actual.high if one.actual else None,
        }
        for one in groups
    ]
    columns = {"actual_low": "float64", "actual_high": "float64"}
    return pd.DataFrame(rows).astype(columns).sort_values("expected", ascending=False)


def totals(groups: tuple[Total, ...], lang: Language, look: Theme) -> Any:
    """Expected totals of groups as bars, with the limits of what may come as thin lines."""
    table = totals_table(groups).head(30)
    unit = groups[0].expected.unit
    title = lang(N_("Expected in total")) if unit == "money" else lang(N_("Expected purchases"))
    names = [lang(N_("none")) if name is None else lang(str(name)) for name in table["group"]]
    base = alt.Chart(table.assign(name=names)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=150, labelOverlap=False))
    )
    tooltip = [
        alt.Tooltip("name:N", title=" "),
        alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
        alt.Tooltip("expected:Q", title=title, format=WHOLE),
        alt.Tooltip("actual_low:Q", title=lang(N_("May be as little as")), format=WHOLE),
        alt.Tooltip("actual_high:Q", title=lang(N_("May be as much as")), format=WHOLE),
    ]
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=3).encode(
        x=alt.X("expected:Q", title=title, axis=compact_axis(lang, tickCount=4)), tooltip=tooltip
    )
    limits = base.mark_rule(color=QUIET, strokeWidth=2).encode(
        x=alt.X("actual_low:Q"), x2="actual_high:Q", tooltip=tooltip
    )
    return dressed(bars + limits, lang, height=max(160, 26 * len(table)))


def _colours(lang: Language, names: list[str], field: str = "series") -> alt.Color:
    scale = alt.Scale(domain=[lang(name) for name in names], range=list(CATEGORIES))
    return alt.Color(
        f"{field}:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolType="stroke")
    )
