"""Lifetime value: who is expected to bring how much, and whether the model deserves belief."""

import streamlit as st

from cxlib.charts import clv as charts
from cxlib.i18n import N_
from cxlib.value.clv import backtest, lifetime
from cxlib.value.clv.explain import frequency_recency_grid
from cxlib.value.clv.value import Terms
from pages import _parts, _state

PAGE = {"title": "Lifetime value", "group": "value", "icon": ":material/paid:", "order": 40}

_ = _state.session().lang
look = _state.session().look
orders = _parts.require("transactions")
currency = orders.report.get("currency")

_parts.header(
    _(PAGE["title"]),
    _(N_("What each customer is expected to bring, tested on your own past before it is shown.")),
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    days = st.number_input(
        _(N_("Horizon in days")), 1, 3650, 365, 30, key="horizon", bind="query-params", width=150
    )
    rate = st.number_input(
        _(N_("Discount a year, %")),
        0.0,
        100.0,
        10.0,
        1.0,
        key="discount",
        bind="query-params",
        width=150,
    )
    margin = st.number_input(
        _(N_("Margin, %")), 1.0, 100.0, 100.0, 5.0, key="margin", bind="query-params", width=150
    )
    part = _parts.filters(orders)
fitted = _parts.analysed(lifetime.fit, orders, **part)
terms = Terms(days, rate / 100, margin / 100)
result = _parts.computed(
    lifetime.valued, fitted, orders.workspace, orders.digest, tuple(part.items()), terms=terms
)
st.caption(
    _(N_("{model}, as of {day}."), model=charts.NAMES[result.model], day=_.date(part["as_of"]))
)
_parts.tiles(result.headline, currency)
_parts.gates(result.gates, result.notes)

left, right = st.columns(2)
with left:
    st.subheader(_(N_("Customers by value")), anchor=False)
    bar = _parts.chart(
        charts.distribution(result, _, look),
        "clv_distribution",
        _(N_("Customers by class of lifetime value")),
        charts.classes(result, _),
        select=True,
    )
with right:
    st.subheader(_(N_("P(alive) × value")), anchor=False)
    cell = _parts.chart(
        charts.value_map(result, _, look),
        "clv_map",
        _(N_("Customers by P(alive) and lifetime value")),
        charts.value_map_table(result, _),
        select=True,
    )
_parts.meaning(result.meaning, currency)

picked = cell.get("cell") or bar.get("bar")
if not picked:
    st.caption(_(N_("The most valuable customers. Click a bar or a cell to see others.")))
_parts.customers(
    charts.members(result, picked[0]) if picked else charts.top(result), "clv_customers", charts.TOP
)
_parts.receipt(result.receipt)

if result.backtest:
    with st.expander(_(N_("Did it work on your own past?")), icon=":material/history:"):
        st.write(_parts.worded(backtest.proof(result.backtest)))
        _parts.chart(
            charts.calibration(result, _, look),
            "clv_backtest",
            _(N_("Purchases that came and that were forecast, by earlier frequency")),
            result.backtest.calibration,
        )
        _parts.listed(charts.score_table(result, _), "clv_scores", _(N_("Errors of the forecasts")))
with st.expander(_(N_("How frequency and recency drive it")), icon=":material/grid_on:"):
    cells = frequency_recency_grid(fitted, days)
    for measure, name in (
        ("p_alive", N_("P(alive)")),
        ("expected_purchases", N_("Expected purchases")),
    ):
        _parts.chart(
            charts.surface(cells, measure, _, look),
            f"clv_{measure}",
            _(N_("{measure} by frequency and recency"), measure=_(name)),
            cells,
        )
    st.caption(
        _(
            N_(
                "Customers with few purchases are pulled towards the average: one large order is weak evidence."
            )
        )
    )
