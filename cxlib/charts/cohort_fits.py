"""Groups of customers by one fit for all and by their own: what each expects of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import CATEGORIES, DECIMAL, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.clv.cohort_fits import GroupFits

MOST = 30
"""Groups that are drawn; the table holds them all."""
FITS = {"pooled": N_("By the fit of all"), "own": N_("By its own fit")}
STATES = {
    "fitted": N_("fits alone"),
    "penalised": N_("fits alone with a tiny penalty"),
    "small": N_("too few customers"),
    "not_converged": N_("does not converge alone"),
}


def groups_table(result: GroupFits, lang: Language) -> pd.DataFrame:
    """What a customer of each group is expected to bring, by either fit, with 95 % intervals:
    ``group, customers, state, pooled, pooled_low, pooled_high, own, own_low, own_high`` (NaN where a
    group has no fit of its own)."""
    rows = []
    for one in result.groups:
        row: dict[str, Any] = {
            "group": N_("none") if one.group is None else str(one.group),
            "customers": one.customers,
            "state": lang(STATES[one.state]),
        }
        for name, total in (("pooled", one.pooled), ("own", one.own)):
            ends = (total.value, total.low, total.high) if total else (float("nan"),) * 3
            for end, value in zip(("", "_low", "_high"), ends, strict=True):
                row[name + end] = value / one.customers
        rows.append(row)
    return pd.DataFrame(rows)


def own_fits(result: GroupFits, lang: Language, look: Theme) -> Any:
    """The mean expectation of each group's customers by the fit of all and by its own."""
    table = groups_table(result, lang).nlargest(MOST, "customers", keep="all").head(MOST)
    table = table.sort_index()
    money = any(one.pooled.unit == "money" for one in result.groups)
    title = lang(N_("CLV of a customer")) if money else lang(N_("Expected purchases of a customer"))
    long = pd.concat(
        [
            table[["group", "customers"]].assign(
                fit=lang(label),
                expected=table[name],
                low=table[f"{name}_low"],
                high=table[f"{name}_high"],
            )
            for name, label in FITS.items()
        ]
    ).dropna(subset="expected")
    long["group"] = [lang(name) for name in long["group"]]
    names = [lang(label) for label in FITS.values()]
    base = alt.Chart(long).encode(
        y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)),
        yOffset=alt.YOffset("fit:N", sort=names),
        color=alt.Color(
            "fit:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(CATEGORIES)),
            legend=alt.Legend(orient="top"),
        ),
        tooltip=[
            alt.Tooltip("group:N", title=" "),
            alt.Tooltip("fit:N", title=" "),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("expected:Q", title=title, format=DECIMAL),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=DECIMAL),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=DECIMAL),
        ],
    )
    axis = compact_axis(lang, tickCount=4)
    ends = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=title, scale=alt.Scale(zero=False), axis=axis), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=60, opacity=1).encode(x="expected:Q")
    return dressed(ends + points, lang, height=max(160, 44 * len(table)))
