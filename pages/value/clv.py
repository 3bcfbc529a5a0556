"""Lifetime value: who is expected to bring how much, and whether the model deserves belief."""

import streamlit as st

from cxlib.charts import clv as charts
from pages import _charts, _cohort_fits, _covariates, _forecast, _parts, _report, _state, _value

PAGE = {"title": "Lifetime value", "group": "value", "icon": ":material/paid:", "order": 40}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("What each customer is expected to bring, tested on your own past before it is shown."),
)
orders = _parts.require("transactions")
currency = orders.report.get("currency")
with st.container(horizontal=True, vertical_alignment="bottom"):
    terms = _value.what_if()
    part = _parts.filters(orders)
result = _value.valued(orders, part, terms)
st.caption(_("{model}, as of {day}.", model=charts.NAMES[result.model], day=_.date(part["as_of"])))
_parts.tiles(result.headline, currency, result.receipt)
_report.gates(result.gates, result.notes)

left, right = st.columns(2)
with left:
    st.subheader(_("Customers by value"), anchor=False)
    bar = _charts.chart(
        charts.distribution,
        result,
        "clv_distribution",
        _("Customers by class of lifetime value"),
        charts.classes,
        select=True,
    )
with right:
    st.subheader(_("P(alive) × value"), anchor=False)
    cell = _charts.chart(
        charts.value_map,
        result,
        "clv_map",
        _("Customers by P(alive) and lifetime value"),
        charts.value_map_table,
        select=True,
    )
_parts.meaning(result.meaning, currency)
_forecast.newcomer(result, currency)

picked = cell.get("cell") or bar.get("bar")
if not picked:
    st.caption(_("The most valuable customers. Click a bar or a cell to see others."))
_charts.customers(
    charts.members(result, picked[0]) if picked else charts.top(result), "clv_customers", charts.TOP
)
_report.receipt(result.receipt)

_forecast.groups(result, orders, part)
_cohort_fits.forever(result, orders, part, currency)
_value.proof(result)
_forecast.models(orders, part)
_value.drivers(result)
_cohort_fits.rhythms(result, orders, part)
_covariates.attributes(result, orders, part)
