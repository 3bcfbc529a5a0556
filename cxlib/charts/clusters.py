"""Clusters: the evidence for k, the customers in the plane, and what sets each cluster apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import CATEGORIES, DECIMAL, QUIET, WHOLE, Theme, compact_axis, dressed, wide
from cxlib.i18n import N_, Language
from cxlib.labels import label, written

if TYPE_CHECKING:
    from cxlib.value.clusters import ClustersResult

MARKS = 3_000  # points that are drawn; beyond, an even draw from the list by customer
MEASURES = {
    "silhouette": N_("Silhouette"),
    "stability": N_("Stability"),
}


def k_table(result: ClustersResult) -> pd.DataFrame:
    """What was tried: k, silhouette, inertia, stability, smallest_share."""
    columns = ["k", "silhouette", "inertia", "stability", "smallest_share"]
    return pd.DataFrame([[getattr(t, c) for c in columns] for t in result.tried], columns=columns)


def k_comparison(result: ClustersResult, lang: Language, look: Theme) -> Any:
    """Silhouette and bootstrap stability of each k, the one shown marked; clicking selects a k."""
    long = k_table(result).melt("k", list(MEASURES), "measure", "value")
    long = long.assign(measure=[lang(MEASURES[m]) for m in long["measure"]])
    picked = alt.selection_point(name="k", fields=["k"])
    base = alt.Chart(long).encode(
        x=alt.X("k:O", title=lang(N_("Clusters")), axis=alt.Axis(labelAngle=0))
    )
    lines = base.mark_line(point={"size": 70, "filled": True}, cursor="pointer").encode(
        y=alt.Y("value:Q", title=None, scale=alt.Scale(domainMax=1)),
        color=alt.Color(
            "measure:N",
            title=None,
            scale=alt.Scale(domain=[lang(m) for m in MEASURES.values()], range=list(CATEGORIES)),
            legend=alt.Legend(orient="top", symbolType="stroke"),
        ),
        strokeDash=alt.StrokeDash("measure:N", legend=None),
        tooltip=[
            alt.Tooltip("k:O", title=lang(N_("Clusters"))),
            alt.Tooltip("measure:N", title=" "),
            alt.Tooltip("value:Q", title=lang(N_("Value")), format=DECIMAL),
        ],
    )
    chosen = alt.Chart(pd.DataFrame({"k": [result.k]})).mark_rule(color=QUIET, strokeDash=[4, 4])
    return dressed(chosen.encode(x="k:O") + lines.add_params(picked), lang, height=240)


def scatter_table(result: ClustersResult, x: str, y: str, lang: Language) -> pd.DataFrame:
    """The points that are drawn: an even draw where there are more than `MARKS`."""
    people = result.customers
    step = max(1, -(-len(people) // MARKS))
    drawn = people.iloc[::step]
    return pd.DataFrame(
        {
            "c0": drawn[x].to_numpy(),
            "c1": drawn[y].to_numpy(),
            "number": drawn["cluster"].to_numpy(),
            "cluster": [
                f"{n} · {lang(w)}"
                for n, w in zip(drawn["cluster"], drawn["cluster_name"], strict=True)
            ],
            "customer": drawn["customer_id"].to_numpy(),
        }
    )


def scatter(result: ClustersResult, x: str, y: str, lang: Language, look: Theme) -> Any:
    """Customers by two measures, with their cluster; a brush selects and counts them by cluster."""
    points = scatter_table(result, x, y, lang)
    names = [f"{c.number} · {lang(c.name)}" for c in result.clusters]
    brush = alt.selection_interval(name="brush", encodings=["x", "y"])
    colour = alt.Color(
        "cluster:N",
        title=None,
        scale=alt.Scale(domain=names, range=[CATEGORIES[i % 6] for i in range(len(names))]),
        legend=None,
    )
    shape = alt.Shape("cluster:N", scale=alt.Scale(domain=names), legend=None)

    def axis(column: str) -> tuple[Any, Any]:
        spread = points["c0" if column == x else "c1"]
        # A log axis cannot show what is not positive; a symmetric one can.
        wide = column == "monetary" or spread.max() > 50 * max(1.0, spread.median())
        bend = max(
            1.0, float(spread.abs().quantile(0.1))
        )  # where the scale turns from straight to log
        scale = (
            alt.Scale(type="symlog", constant=bend, nice=False) if wide else alt.Scale(nice=False)
        )
        return scale, compact_axis(lang, tickCount=5)

    (scale_x, axis_x), (scale_y, axis_y) = axis(x), axis(y)
    dots = (
        alt.Chart(points)
        .mark_point(filled=True, size=28)
        .encode(
            x=alt.X("c0:Q", title=f"{lang(label(x).name)} →", scale=scale_x, axis=axis_x),
            y=alt.Y("c1:Q", title=f"{lang(label(y).name)} →", scale=scale_y, axis=axis_y),
            color=colour,
            shape=shape,
            opacity=alt.condition(brush, alt.value(0.75), alt.value(0.08)),
            tooltip=[
                alt.Tooltip("customer:N", title=lang(N_("Customer"))),
                alt.Tooltip("cluster:N", title=lang(N_("Cluster"))),
                alt.Tooltip("c0:Q", title=lang(label(x).name), format=WHOLE),
                alt.Tooltip("c1:Q", title=lang(label(y).name), format=WHOLE),
            ],
        )
        .add_params(brush)
        .properties(height=320)
    )
    counts = (
        alt.Chart(points)
        .transform_filter(brush)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X(
                "count():Q",
                title=lang(N_("Customers in the selection")),
                axis=alt.Axis(tickCount=4, grid=False),
            ),
            y=alt.Y("number:O", title=lang(N_("Cluster"))),
            color=colour,
            tooltip=[alt.Tooltip("count():Q", title=lang(N_("Customers")), format=WHOLE)],
        )
        .properties(height=26 * len(names))
    )
    return dressed(alt.vconcat(dots, counts), lang)


def brushed(result: ClustersResult, x: str, y: str, brush: dict[str, list[float]]) -> pd.DataFrame:
    """The customers inside a brush of `scatter`, all of them, drawn or not."""
    people = result.customers
    for column, name in ((x, "c0"), (y, "c1")):
        if name in brush:
            people = people[people[column].between(min(brush[name]), max(brush[name]))]
    return people


def profile_table(result: ClustersResult) -> pd.DataFrame:
    """Each cluster's centre and difference from the rest, a row a cluster and feature."""
    rows = [
        (c.number, c.name, feature, c.centre[feature], c.difference[feature])
        for c in result.clusters
        for feature in c.centre
    ]
    return pd.DataFrame(
        rows, columns=["cluster", "cluster_name", "feature", "centre", "difference"]
    )


def profile(result: ClustersResult, currency: str | None, lang: Language, look: Theme) -> Any:
    """What sets each cluster apart: standardised difference from the rest, centres written in it."""
    table = profile_table(result)
    table = table.assign(
        name=[
            f"{n} · {lang(w)}" for n, w in zip(table["cluster"], table["cluster_name"], strict=True)
        ],
        feature_name=[lang(label(f).name) for f in table["feature"]],
        text=[
            _short(value, label(f).reading, lang, currency)
            for f, value in zip(table["feature"], table["centre"], strict=True)
        ],
    )
    most = max(2.0, float(table["difference"].abs().max()))
    base = alt.Chart(table).encode(
        x=alt.X("cluster:O", title=f"{lang(N_('Cluster'))} →", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("feature_name:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
    )
    picked = alt.selection_point(name="cluster", fields=["cluster"])
    # Blue to orange over grey: told apart with any colour vision and on both papers; grey = usual.
    tiles = base.mark_rect(cornerRadius=3, cursor="pointer").encode(
        color=alt.Color(
            "difference:Q",
            scale=alt.Scale(domain=[-most, 0, most], range=["#0072B2", "#dfe3de", "#E69F00"]),
            title=lang(N_("Standard deviations from the rest")),
            legend=alt.Legend(orient="bottom", gradientLength=180, titleLimit=260),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Cluster"))),
            alt.Tooltip("feature_name:N", title=lang(N_("Feature"))),
            alt.Tooltip("text:N", title=lang(N_("Mean"))),
            alt.Tooltip(
                "difference:Q", title=lang(N_("Standard deviations from the rest")), format=DECIMAL
            ),
        ],
    )
    blue = f"datum.difference < {-0.6 * most}"
    words = base.mark_text(fontSize=12, opacity=wide(70 * len(result.clusters))).encode(
        text="text:N",
        color=alt.condition(blue, alt.value("#ffffff"), alt.value("#111111")),
    )
    features = table["feature"].nunique()
    return dressed(tiles.add_params(picked) + words, lang, height=44 * features + 110)


def cluster_table(result: ClustersResult) -> pd.DataFrame:
    """The clusters with their names and sizes: ``cluster, cluster_name, customers, share, …``."""
    columns = ["number", "name", "customers", "share", "revenue", "revenue_share"]
    rows = [[getattr(c, column) for column in columns] for c in result.clusters]
    table = pd.DataFrame(rows, columns=columns)
    return table.rename(columns={"number": "cluster", "name": "cluster_name"})


def _short(value: float, reading: Any, lang: Language, currency: str | None) -> str:
    if reading == "money" and value == value:
        return lang.money(value, currency, compact=True)
    return written(value, "count" if reading == "days" else "number", lang)
