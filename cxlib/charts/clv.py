"""Lifetime value: its distribution, P(alive) against value, what drives it, and the backtest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    DECIMAL,
    SHARE,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.clv.lifetime import ClvResult

NAMES = {"bgnbd": "BG/NBD", "mbgnbd": "MBG/NBD", "pareto": "Pareto/NBD"}
TOP = (
    "customer_id",
    "clv",
    "clv_low",
    "clv_high",
    "p_alive",
    "expected_purchases",
    "expected_spend",
)
STEPS = (1, 2, 5)
NOTHING = 1e-9  # what is less has no power of ten that a chart could show


def money_edges(values: pd.Series[Any]) -> list[float]:
    """Round edges (1, 2, 5 × powers of ten) that hold every value; the first class starts at 0."""
    known = values[values > NOTHING]
    if known.empty:
        return [0.0, 1.0]
    low = math.floor(math.log10(max(known.quantile(0.02), known.max() / 1e6)))
    high = math.ceil(math.log10(known.max())) + 1
    rounds = [step * 10.0**power for power in range(low, high) for step in STEPS]
    start = max((e for e in rounds if e <= known.quantile(0.02)), default=rounds[0])
    inner = [e for e in rounds if e >= start]
    last = next(i for i, e in enumerate(inner) if e > known.max())
    return [0.0, *inner[: last + 1]]


def worth(result: ClvResult) -> tuple[str, str]:
    """What customers are compared by: CLV, or expected purchases where money is withheld."""
    if result.customers["clv"].notna().any():
        return "clv", N_("CLV")
    return "expected_purchases", N_("Expected purchases")


def classes(result: ClvResult, lang: Language) -> pd.DataFrame:
    """Customers by class of value: ``low, high, name, customers, total``."""
    column, _ = worth(result)
    values = result.customers[column].dropna()
    edges = money_edges(values)
    number = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    grouped = values.groupby(number).agg(["size", "sum"])
    return pd.DataFrame(
        {
            "low": [edges[i] for i in grouped.index],
            "high": [edges[i + 1] for i in grouped.index],
            "name": [
                f"{lang.compact(edges[i])}–{lang.compact(edges[i + 1])}" for i in grouped.index
            ],
            "customers": grouped["size"].to_numpy(),
            "total": grouped["sum"].to_numpy(),
        }
    )


def distribution(result: ClvResult, lang: Language, look: Theme) -> Any:
    """How many customers are worth how much; clicking a bar selects it (``low, high``)."""
    picked = alt.selection_point(name="bar", fields=["low", "high"])
    drawing = (
        alt.Chart(classes(result, lang))
        .mark_bar(color=ACCENT, cornerRadiusEnd=3, cursor="pointer")
        .encode(
            x=alt.X(
                "name:O",
                sort=None,
                title=lang(worth(result)[1]),
                axis=alt.Axis(labelAngle=-40, grid=False),
            ),
            y=alt.Y(
                "customers:Q", title=lang(N_("Customers")), axis=compact_axis(lang, tickCount=5)
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("name:N", title=lang(worth(result)[1])),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
                alt.Tooltip("total:Q", title=lang(N_("In total")), format=WHOLE),
            ],
        )
        .add_params(picked)
    )
    return dressed(drawing, lang, height=300)


def value_map_table(result: ClvResult, lang: Language) -> pd.DataFrame:
    """Customers by P(alive) (tenths) and class of value: the marks of `value_map`."""
    column, _ = worth(result)
    known = result.customers[["p_alive", column]].dropna()
    edges = money_edges(known[column])
    alive = (known["p_alive"] * 10).astype(int).clip(upper=9)
    value = np.clip(np.searchsorted(edges, known[column], side="right") - 1, 0, len(edges) - 2)
    counts = known.groupby([alive.rename("a"), pd.Series(value, known.index, name="v")])[column]
    table = counts.agg(customers="size", total="sum").reset_index()
    low, high = (np.array(edges)[table["v"] + shift] for shift in (0, 1))
    return table.assign(
        low=low,
        high=high,
        alive_low=table["a"] / 10,
        alive_high=(table["a"] + 1) / 10,
        alive=[f"{lang.percent(a / 10, 0)}" for a in table["a"]],
        name=[f"{lang.compact(a)}–{lang.compact(b)}" for a, b in zip(low, high, strict=True)],
    ).drop(columns=["a", "v"])


def value_map(result: ClvResult, lang: Language, look: Theme) -> Any:
    """P(alive) × value, coloured by customers; clicking a cell selects its customers."""
    table = value_map_table(result, lang)
    fields = ["low", "high", "alive_low", "alive_high"]
    picked = alt.selection_point(name="cell", fields=fields)
    drawing = (
        alt.Chart(table)
        .mark_rect(cornerRadius=3, cursor="pointer")
        .encode(
            x=alt.X(
                "alive:O",
                sort=None,
                scale=alt.Scale(domain=[lang.percent(tenth / 10, 0) for tenth in range(10)]),
                title=f"{lang(N_('P(alive), from'))} →",
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y(
                "name:O",
                sort=alt.EncodingSortField("low", order="descending"),
                title=f"{lang(worth(result)[1])} →",
                axis=alt.Axis(labelLimit=110),
            ),
            color=alt.Color(
                "customers:Q", scale=look.scale(type="sqrt"), title=lang(N_("Customers"))
            ),
            opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
            tooltip=[
                alt.Tooltip("alive:N", title=lang(N_("P(alive), from"))),
                alt.Tooltip("name:N", title=lang(worth(result)[1])),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
                alt.Tooltip("total:Q", title=lang(N_("In total")), format=WHOLE),
            ],
        )
        .add_params(picked)
    )
    return dressed(drawing, lang, height=300)


def members(result: ClvResult, mark: dict[str, float]) -> pd.DataFrame:
    """The customers behind a mark of `distribution` or `value_map`, the most valuable first."""
    column, _ = worth(result)
    people = result.customers
    inside = (people[column] >= mark["low"]) & (people[column] < mark["high"])
    if "alive_low" in mark:
        tenth = np.minimum((people["p_alive"] * 10).fillna(-1).astype(int), 9)
        inside &= tenth == round(mark["alive_low"] * 10)
    return people[inside].sort_values([column, "customer_id"], ascending=[False, True])


def top(result: ClvResult, n: int = 100) -> pd.DataFrame:
    """The customers who are expected to bring most."""
    return result.customers.nlargest(n, worth(result)[0], keep="first")


def calibration(result: ClvResult, lang: Language, look: Theme) -> Any:
    """The backtest: purchases that came against those that were forecast, by earlier frequency."""
    assert result.backtest is not None
    names = {"actual": N_("Actual"), "predicted": N_("Model"), "own_rate": N_("Own past rate")}
    table = result.backtest.calibration
    long = table.melt(["frequency", "customers"], list(names), "series", "mean")
    last = int(table["frequency"].max())
    long = long.assign(
        series=[lang(names[s]) for s in long["series"]],
        label=[f"{f}+" if f == last else str(f) for f in long["frequency"]],
    )
    drawing = (
        alt.Chart(long)
        .mark_line(point={"size": 60, "filled": True})
        .encode(
            x=alt.X(
                "label:O",
                sort=None,
                title=lang(N_("Repeat purchases before the split")),
                axis=alt.Axis(labelAngle=0),
            ),
            y=alt.Y("mean:Q", title=lang(N_("Purchases after it, mean"))),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=[lang(n) for n in names.values()], range=list(CATEGORIES)),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash("series:N", legend=None),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("label:N", title=lang(N_("Repeat purchases before the split"))),
                alt.Tooltip("mean:Q", title=lang(N_("Purchases after it, mean")), format=DECIMAL),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            ],
        )
    )
    return dressed(drawing, lang, height=280)


def score_table(result: ClvResult, lang: Language) -> pd.DataFrame:
    """The backtest's errors: a row for the model and one for each baseline."""
    assert result.backtest is not None
    tested = result.backtest
    rows = [
        (lang(score.name), score.rmse, score.mae, score.bias, score.spearman, score.top_decile)
        for score in (tested.model, *tested.baselines)
    ]
    return pd.DataFrame(rows, columns=["forecast", "rmse", "mae", "bias", "spearman", "top_decile"])


def surface(cells: pd.DataFrame, measure: str, lang: Language, look: Theme) -> Any:
    """P(alive) or expected purchases over frequency and recency, at the median age."""
    titles = {"p_alive": N_("P(alive)"), "expected_purchases": N_("Expected purchases")}
    drawing = (
        alt.Chart(cells)
        .mark_rect()
        .encode(
            x=alt.X(
                "frequency:O",
                title=f"{lang(N_('Repeat purchases'))} →",
                axis=alt.Axis(labelAngle=0, labelOverlap=True, format=".0f"),
            ),
            y=alt.Y(
                "recency:O",
                sort="descending",
                title=f"{lang(N_('Days from first to last purchase'))} →",
                axis=alt.Axis(labelOverlap=True, format=".0f"),
            ),
            color=alt.Color(f"{measure}:Q", scale=look.scale(), title=lang(titles[measure])),
            tooltip=[
                alt.Tooltip("frequency:Q", title=lang(N_("Repeat purchases")), format=WHOLE),
                alt.Tooltip(
                    "recency:Q", title=lang(N_("Days from first to last purchase")), format=WHOLE
                ),
                alt.Tooltip("p_alive:Q", title=lang(titles["p_alive"]), format=SHARE),
                alt.Tooltip(
                    "expected_purchases:Q", title=lang(titles["expected_purchases"]), format=DECIMAL
                ),
            ],
        )
    )
    return dressed(drawing, lang, height=300)
