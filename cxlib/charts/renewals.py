"""How long contracts last: seen, fitted and projected; and an earlier projection beside what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    dressed,
    legend_columns,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.renewals import RenewalsResult

PERIODS = {"month": N_("Months since the start"), "year": N_("Years since the start")}
AFTER = {"month": N_("Months after the cut"), "year": N_("Years after the cut")}
SERIES = {
    "actual": N_("Actual"),
    "expected": N_("Model"),
    "constant": N_("One rate for all"),
}
CURVE = (
    "renewals", "at_risk", "lost", "observed", "observed_low", "observed_high", "fitted",
    "fitted_low", "fitted_high", "renewed", "fitted_renewed",
)  # fmt: skip
TO_COME = (
    "renewals", "contracts", "expected_renewals", "renewals_low", "renewals_high", "mrr",
    "residual_value", "value_low", "value_high",
)  # fmt: skip


def survivor(result: RenewalsResult, lang: Language, look: Theme) -> Any:
    """The share of contracts that is there after each renewal: points as seen, the model as a line
    with its band, dashed where it is projected. Clicking a point selects its running contracts."""
    table = result.curve.assign(
        part=[lang(N_("Projected") if p else N_("Fitted")) for p in result.curve["projected"]]
    )
    title = lang(PERIODS[result.period])
    x = alt.X(
        "renewals:Q",
        title=title,
        axis=alt.Axis(tickMinStep=1, grid=False),
        scale=alt.Scale(nice=False),
    )
    y = alt.Y(
        "value:Q",
        title=lang(N_("Still there")),
        axis=alt.Axis(format=SHARE, tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    seen = _long(table[~table["projected"]], "observed", ["at_risk", "lost"])
    picked = alt.selection_point(name="age", fields=["renewals"])
    tooltip = [
        alt.Tooltip("renewals:Q", title=lang(N_("Renewals so far")), format=WHOLE),
        alt.Tooltip("value:Q", title=lang(N_("Still there")), format=".1%"),
        alt.Tooltip("low:Q", title=lang(N_("From")), format=".1%"),
        alt.Tooltip("high:Q", title=lang(N_("To")), format=".1%"),
    ]
    counts = [
        alt.Tooltip("at_risk:Q", title=lang(N_("Came to this renewal")), format=WHOLE),
        alt.Tooltip("lost:Q", title=lang(N_("Not renewed")), format=WHOLE),
    ]
    points = (
        alt.Chart(seen)
        .mark_point(filled=True, size=60, color=QUIET, cursor="pointer", opacity=1)
        .encode(
            x=x,
            y=y,
            tooltip=[*tooltip, *counts],
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
        )
    )
    bars = alt.Chart(seen).mark_rule(color=QUIET).encode(x=x, y="low:Q", y2="high:Q")
    fitted = _long(table[table["fitted"].notna()], "fitted", ["part", "projected"])
    if fitted.empty:
        return dressed(bars + points.add_params(picked), lang, height=300)
    # The projection begins where the fit ends, so that the two lines meet.
    joint = fitted[~fitted["projected"]].tail(1)
    ahead = pd.concat([joint, fitted[fitted["projected"]]]).assign(
        part=lang(N_("Projected")), projected=True
    )
    lines = pd.concat([fitted[~fitted["projected"]], ahead] if len(ahead) > 1 else [fitted])
    base = alt.Chart(lines).encode(x=x, detail="part:N", tooltip=[*tooltip])
    band = base.mark_area(color=ACCENT, opacity=0.15).encode(y="low:Q", y2="high:Q")
    names = [lang(N_("Fitted")), lang(N_("Projected"))]
    line = base.mark_line(color=ACCENT, strokeWidth=2).encode(
        y=y,
        strokeDash=alt.StrokeDash(
            "part:N",
            title=None,
            scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]]),
            legend=alt.Legend(orient="top", symbolStrokeColor=ACCENT),
        ),
    )
    return dressed(band + line + bars + points.add_params(picked), lang, height=300)


def proof(result: RenewalsResult, lang: Language, look: Theme) -> Any:
    """The contracts that ran at the cut: the share that was expected to run, with its range, and the
    share that did. Only of a result that has a proof."""
    table = result.proof.periods if result.proof else pd.DataFrame()
    long = table.melt(["periods"], list(SERIES), "series", "share")
    names = [lang(name) for name in SERIES.values()]
    long = long.assign(series=[lang(SERIES[name]) for name in long["series"]])
    x = alt.X(
        "periods:Q",
        title=lang(AFTER[result.period]),
        axis=alt.Axis(tickMinStep=1, grid=False),
        scale=alt.Scale(nice=False),
    )
    lines = (
        alt.Chart(long)
        .mark_line(point={"size": 40, "filled": True})
        .encode(
            x=x,
            y=alt.Y(
                "share:Q",
                title=lang(N_("Of the contracts that ran then")),
                axis=alt.Axis(format=SHARE, tickCount=5),
                scale=alt.Scale(zero=False),
            ),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(CATEGORIES)),
                legend=alt.Legend(orient="top", symbolType="stroke", columns=legend_columns()),
            ),
            strokeDash=alt.StrokeDash("series:N", scale=alt.Scale(domain=names), legend=None),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("periods:Q", title=lang(AFTER[result.period]), format=WHOLE),
                alt.Tooltip("share:Q", title=lang(N_("Still there")), format=".1%"),
            ],
        )
    )
    band = (
        alt.Chart(table[["periods", "low", "high"]])
        .mark_area(color=CATEGORIES[1], opacity=0.15)
        .encode(x=x, y="low:Q", y2="high:Q")
    )
    return dressed(band + lines, lang, height=260)


def _long(table: pd.DataFrame, name: str, more: list[str]) -> pd.DataFrame:
    """One of the curves as ``renewals, value, low, high`` and what its tooltip tells."""
    columns = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
    return table[["renewals", *columns, *more]].rename(columns=columns)
