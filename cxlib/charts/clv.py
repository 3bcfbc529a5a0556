"""Lifetime value: its distribution, P(alive) against value, what drives it, and the backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.tenths import tenths
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


def worth(result: ClvResult) -> tuple[str, str]:
    """The column by which customers are compared, and what it is called."""
    return result.worth, N_("CLV") if result.worth == "clv" else N_("Expected purchases")


def classes(result: ClvResult, lang: Language) -> pd.DataFrame:
    """Customers by class of value: ``low, high, name, customers, total``."""
    table = result.classes
    return table.assign(name=_names(table, lang))


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
    table = result.cells
    alive = [lang.percent(share, 0) for share in table["alive_low"]]
    return table.assign(alive=alive, name=_names(table, lang))


def value_map(result: ClvResult, lang: Language, look: Theme) -> Any:
    """P(alive) × value, coloured by customers; clicking a cell selects its customers."""
    fields = ["low", "high", "alive_low", "alive_high"]
    total = alt.Tooltip("total:Q", title=lang(N_("In total")), format=WHOLE)
    return tenths(
        value_map_table(result, lang),
        fields,
        ("alive", lang(N_("P(alive), from"))),
        lang(worth(result)[1]),
        ("customers", lang(N_("Customers"))),
        [total],
        lang,
        look,
    )


def _names(table: pd.DataFrame, lang: Language) -> list[str]:
    edges = zip(table["low"], table["high"], strict=True)
    return [f"{lang.compact(low)}–{lang.compact(high)}" for low, high in edges]


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
    table = result.backtest.calibration
    last = int(table["frequency"].max())
    labels = [f"{f}+" if f == last else str(f) for f in table["frequency"]]
    return means(table, labels, lang(N_("Repeat purchases before the split")), lang)


def means(
    table: pd.DataFrame, labels: list[str], title: str, lang: Language, height: int = 280
) -> Any:
    """Mean purchases of classes of customers, as they came and as they were forecast.

    `table` has ``customers, actual, predicted, own_rate``, a row a class in order; `labels` name the
    classes and `title` what they are classes of.
    """
    names = {"actual": N_("Actual"), "predicted": N_("Model"), "own_rate": N_("Own past rate")}
    long = table.assign(label=labels).melt(["label", "customers"], list(names), "series", "mean")
    bought = lang(N_("Purchases after it, mean"))
    drawing = (
        alt.Chart(long.assign(series=[lang(names[s]) for s in long["series"]]))
        .mark_line(point={"size": 60, "filled": True})
        .encode(
            x=alt.X("label:O", sort=None, title=title, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("mean:Q", title=bought),
            color=alt.Color(
                "series:N",
                title=None,
                scale=alt.Scale(domain=[lang(n) for n in names.values()], range=list(CATEGORIES)),
                legend=alt.Legend(orient="top", symbolType="stroke"),
            ),
            strokeDash=alt.StrokeDash("series:N", legend=None),
            tooltip=[
                alt.Tooltip("series:N", title=" "),
                alt.Tooltip("label:N", title=title),
                alt.Tooltip("mean:Q", title=bought, format=DECIMAL),
                alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            ],
        )
    )
    return dressed(drawing, lang, height=height)


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
