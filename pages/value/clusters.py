"""Clusters: groups that behave alike, and why this many."""

import streamlit as st

from cxlib.charts import clusters as charts
from cxlib.labels import label
from cxlib.value import clusters
from pages import _charts, _parts, _report, _state

PAGE = {"title": "Clusters", "group": "value", "icon": ":material/bubble_chart:", "order": 30}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]), _("Groups of customers who behave alike, found in your data by k-means.")
)
orders = _parts.require("transactions")
currency = orders.report.get("currency")
with st.container(horizontal=True, vertical_alignment="bottom"):
    k = st.selectbox(
        _("Number of clusters"),
        [None, *range(2, 11)],
        key="k",
        bind="query-params",
        width=220,
        format_func=lambda n: _("Suggested") if n is None else str(n),
    )
    part = _parts.filters(orders)
result = _parts.analysed(clusters.analyse, orders, k=k, **part)
_parts.tiles(result.headline, currency, result.receipt)

st.subheader(_("What sets them apart"), anchor=False)
cell = _charts.chart(
    charts.profile,
    result,
    "clusters_profile",
    _("Mean of each measure by cluster, and how far it lies from the rest"),
    charts.profile_table(result),
    select=True,
    args=(currency,),
)
_charts.listed(charts.cluster_table(result), "clusters_list", _("The clusters and their sizes"))
_parts.meaning(result.meaning, currency)

measures = [
    c
    for c in ("frequency", "monetary", "recency_days", "tenure", "average_order_value")
    if c in result.customers
]
st.subheader(_("Customers in the plane"), anchor=False)
with st.container(horizontal=True):
    x = st.selectbox(
        _("Across"),
        measures,
        0,
        format_func=lambda c: _(label(c).name),
        key="x",
        bind="query-params",
        width=240,
    )
    y = st.selectbox(
        _("Up"),
        measures,
        min(1, len(measures) - 1),
        format_func=lambda c: _(label(c).name),
        key="y",
        bind="query-params",
        width=240,
    )
st.caption(_("Drag across the points: the bars count the customers inside by cluster."))
area = _charts.chart(
    charts.scatter,
    result,
    "clusters_scatter",
    _("Customers by two measures and cluster"),
    charts.scatter_table,
    select=True,
    args=(x, y),
)

if brush := area.get("brush"):
    _charts.customers(charts.brushed(result, x, y, brush), "clusters_brushed")
elif picked := cell.get("cluster"):
    _charts.customers(result.members(picked[0]["cluster"]), "clusters_members")
else:
    st.caption(_("Click a cluster or drag over points to see its customers."))
_report.receipt(result.receipt)
if opened := _parts.details(_("Why {k} clusters?", k=result.k), "clusters_why"):
    with opened:
        _charts.chart(
            charts.k_comparison,
            result,
            "clusters_k",
            _("Silhouette and stability for each number of clusters"),
            charts.k_table(result),
        )
        for note in result.notes:
            st.caption(_parts.worded(note, currency))
