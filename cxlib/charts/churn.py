"""Churn: who is silent, whom a model would save first, and whether it deserves belief."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.tenths import tenths
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
)
from cxlib.i18n import N_, Language
from cxlib.statistics import round_edges

if TYPE_CHECKING:
    from cxlib.value.churn import ChurnResult
    from cxlib.value.churn_model import ChurnModelResult
    from cxlib.value.risk import RiskModel

SAVES = (
    "rank",
    "customer_id",
    "at_stake",
    "risk",
    "worth",
    "silent_days",
    "overdue_days",
    "purchases",
    "plan",
    "duration",
)
MAPPED = ("risk_low", "name", "customers", "at_stake")
SILENT = (
    "customer_id",
    "silent_days",
    "mean_gap",
    "overdue_days",
    "purchases",
    "year_value",
    "risk",
    "rank",
)
SHOWN = 12  # features


def calibration(model: RiskModel, lang: Language, look: Theme) -> Any:
    """What the model promised against what happened, in tenths of the customers by risk."""
    line = alt.Chart(pd.DataFrame({"predicted": [0.0, 1.0], "actual": [0.0, 1.0]}))
    names = {"predicted": lang(N_("Risk, mean of the tenth")), "actual": lang(N_("Left"))}
    x = alt.X("predicted:Q", title=names["predicted"], axis=alt.Axis(format=SHARE))
    y = alt.Y("actual:Q", title=names["actual"], axis=alt.Axis(format=SHARE))
    base = alt.Chart(model.calibration).encode(
        x=x,
        tooltip=[
            alt.Tooltip("predicted:Q", title=names["predicted"], format=".1%"),
            alt.Tooltip("actual:Q", title=names["actual"], format=".1%"),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
        ],
    )
    ideal = line.mark_line(color=QUIET, strokeDash=[4, 4]).encode(x=x, y=y)
    bars = base.mark_rule(color=ACCENT, strokeWidth=2).encode(y="low:Q", y2="high:Q")
    points = base.mark_point(color=ACCENT, filled=True, size=70).encode(y=y)
    return dressed(ideal + bars + points, lang, height=280)


def importance(model: RiskModel, lang: Language, look: Theme) -> Any:
    """What the model's ranking loses without each feature, the strongest `SHOWN`, with intervals."""
    table = model.importance.head(SHOWN)
    table = table.assign(name=[lang(name) for name in table["feature"]])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "name:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=200, ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Feature"))),
            alt.Tooltip("importance:Q", title=lang(N_("AUC lost without it")), format=".3f"),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=".3f"),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=".3f"),
        ],
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=3).encode(
        x=alt.X("importance:Q", title=lang(N_("AUC lost without it")), axis=alt.Axis(tickCount=4))
    )
    ends = base.mark_rule(color=QUIET, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    return dressed(bars + ends, lang, height=max(120, 26 * len(table) + 40))


def risk_map_table(result: ChurnResult | ChurnModelResult, lang: Language) -> pd.DataFrame:
    """Customers by risk (tenths) and class of value: the marks of `risk_map`."""
    known, edges = _mapped(result)
    table = (
        known.groupby(["tenth", "step"])["at_stake"]
        .agg(customers="size", at_stake="sum")
        .reset_index()
    )
    low, high = (np.array(edges)[table["step"] + shift] for shift in (0, 1))
    return table.assign(
        low=low,
        high=high,
        risk_low=table["tenth"] / 10,
        text=[lang.percent(tenth / 10, 0) for tenth in table["tenth"]],
        name=[f"{lang.compact(a)}–{lang.compact(b)}" for a, b in zip(low, high, strict=True)],
    ).drop(columns=["tenth", "step"])


def risk_map(result: ChurnResult | ChurnModelResult, lang: Language, look: Theme) -> Any:
    """Risk × value, coloured by what is at stake; clicking a cell selects its customers."""
    stake = lang(N_("At stake"))
    return tenths(
        risk_map_table(result, lang),
        ["low", "high", "risk_low"],
        ("text", lang(N_("Risk, from"))),
        lang(N_("Value")),
        ("at_stake", stake),
        [alt.Tooltip("at_stake:Q", title=stake, format=WHOLE)],
        lang,
        look,
    )


def members(result: ChurnResult | ChurnModelResult, mark: dict[str, float]) -> pd.DataFrame:
    """The customers behind a cell of `risk_map`, by rank."""
    known, edges = _mapped(result)
    inside = known["tenth"] == round(mark["risk_low"] * 10)
    inside &= np.array(edges)[known["step"]] == mark["low"]
    chosen: pd.DataFrame = known[inside].drop(columns=["tenth", "step"])
    return chosen.sort_values("rank")


def _mapped(result: ChurnResult | ChurnModelResult) -> tuple[pd.DataFrame, list[float]]:
    """Customers with a value, with their tenth of risk and class of value, and its edges."""
    known = result.saves().dropna(subset=["risk", "worth"])
    edges = round_edges(known["worth"])
    step = np.searchsorted(edges, known["worth"], side="right") - 1
    return (
        known.assign(
            tenth=(known["risk"] * 10).astype(int).clip(upper=9),
            step=np.clip(step, 0, len(edges) - 2),
        ),
        edges,
    )


def silence_table(result: ChurnResult, lang: Language) -> pd.DataFrame:
    """Customers by days since the last purchase: ``low, high, state, customers``."""
    longest = int(result.customers["silent_days"].max())
    width = max(1, result.rule_days // 8)
    # The rule is an edge, so that no bar is half of one state and half of the other.
    edges = np.arange(result.rule_days + 1 - width * 8, longest + 1 + width, width)
    edges = np.concatenate([[0], edges[edges > 0]])
    number = np.searchsorted(edges, result.customers["silent_days"], side="right") - 1
    counts = result.customers.groupby([number, "churned"]).size().reset_index(name="customers")
    return pd.DataFrame(
        {
            "low": edges[counts.iloc[:, 0]],
            "high": edges[counts.iloc[:, 0] + 1],
            "state": [_state(gone, lang) for gone in counts["churned"]],
            "customers": counts["customers"],
        }
    )


def silence(result: ChurnResult, lang: Language, look: Theme) -> Any:
    """How long customers have been silent, and where the rule parts them; a click selects a bar."""
    picked = alt.selection_point(name="bar", fields=["low", "high"])
    drawing = (
        alt.Chart(silence_table(result, lang))
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("low:Q", title=lang(N_("Days since last purchase")), bin="binned"),
            x2="high:Q",
            y=alt.Y(
                "customers:Q", title=lang(N_("Customers")), axis=compact_axis(lang, tickCount=5)
            ),
            color=alt.Color(
                "state:N",
                title=None,
                scale=alt.Scale(
                    domain=[_state(False, lang), _state(True, lang)], range=[ACCENT, CATEGORIES[5]]
                ),
                legend=alt.Legend(orient="top"),
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("low:Q", title=lang(N_("From")), format=WHOLE),
                alt.Tooltip("high:Q", title=lang(N_("Below")), format=WHOLE),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            ],
        )
        .add_params(picked)
    )
    return dressed(drawing, lang, height=280)


def silent(result: ChurnResult, mark: dict[str, float]) -> pd.DataFrame:
    """The customers behind a bar of `silence`, the longest silent first."""
    days = result.customers["silent_days"]
    inside = (days >= mark["low"]) & (days < mark["high"])
    order = ["silent_days", "customer_id"]
    return result.customers[inside].sort_values(order, ascending=[False, True])


def quality_table(model: RiskModel, lang: Language) -> pd.DataFrame:
    """Both models and the simple rules: ``forecast, auc, low, high, calibration_error, log_loss, lift``."""
    rows = [
        (lang(q.name), q.auc.value, q.auc.low, q.auc.high, q.calibration_error, q.log_loss, q.lift)
        for q in model.qualities
    ]
    columns = ["forecast", "auc", "low", "high", "calibration_error", "log_loss", "lift"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"calibration_error": "float64", "log_loss": "float64"}
    )


def _state(gone: bool, lang: Language) -> str:
    return lang(N_("silent too long") if gone else N_("not silent too long"))
