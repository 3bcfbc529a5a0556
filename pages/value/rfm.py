"""RFM segments: who buys recently, often and much."""

import streamlit as st

from cxlib.charts import rfm as charts
from cxlib.i18n import N_
from cxlib.value import rfm
from pages import _charts, _parts, _report, _state

PAGE = {"title": "RFM segments", "group": "value", "icon": ":material/grid_view:", "order": 20}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Who buys recently, often and much, compared with your other customers."),
)
orders = _parts.require("transactions")
currency = orders.report.get("currency")
choices = {"rf": N_("Recency × frequency"), "fm": N_("Recency × frequency and money")}
scoring = _parts.choice(_("Scoring"), choices, "scoring")
where = _parts.filters(orders)
result = _parts.analysed(rfm.analyse, orders, scoring=scoring, **where)
st.caption(
    _(
        "{customers} customers, scored at {day}.",
        customers=_.number(len(result.customers)),
        day=_.date(result.snapshot),
    )
)
_parts.tiles(result.headline, currency, result.receipt)

left, right = st.columns([3, 2])
with left:
    st.subheader(_(choices[scoring]), anchor=False)
    cell = _charts.chart(
        charts.grid,
        result,
        "rfm_grid",
        _("Customers by recency and frequency score"),
        charts.cell_table(result),
        select=True,
    )
with right:
    st.subheader(_("Segments"), anchor=False)
    bar = _charts.chart(
        charts.segments,
        result,
        "rfm_segments",
        _("Customers by segment"),
        charts.segment_table(result),
        select=True,
    )
_parts.meaning(result.meaning, currency)

if picked := (cell.get("cell") or bar.get("segment")):
    _charts.customers(result.members(**picked[0]), "rfm_customers")
else:
    st.caption(_("Click a cell or a bar to see its customers."))
_report.receipt(result.receipt)
with st.expander(_("How the scores are made")):
    for note in result.notes:
        st.write(_(note))
