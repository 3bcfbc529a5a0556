"""RFM over time: who stayed good, who slipped away, who came back."""

import datetime as dt

import streamlit as st

from cxlib.charts import migration as charts
from cxlib.value import migration
from pages import _charts, _parts, _report, _state

PAGE = {"title": "RFM over time", "group": "value", "icon": ":material/sync_alt:", "order": 25}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]), _("Where the customers of each segment are a while later, each scored twice.")
)
orders = _parts.require("transactions")
currency = orders.report.get("currency")
with st.container(horizontal=True, vertical_alignment="bottom"):
    back = st.number_input(
        _("Compared with, days earlier"),
        1,
        3650,
        migration.BACK.days,
        1,
        key="back",
        bind="query-params",
        width=220,
    )
    part = _parts.filters(orders)
first = part["as_of"] - dt.timedelta(days=back)
result = _parts.analysed(migration.analyse, orders, before=first, **part)
st.caption(
    _(
        "{customers} customers, scored at the end of {before} and of {day}.",
        customers=_.number(len(result.customers)),
        before=_.date(result.before),
        day=_.date(result.as_of),
    )
)
_parts.tiles(result.headline, currency, result.receipt)

st.subheader(_("From where to where"), anchor=False)
as_flows, as_table = st.tabs([_("As flows"), _("As a table")])
with as_flows:
    band = _charts.chart(
        charts.flows,
        result,
        "migration_flows",
        _("Customers by segment before and now, as flows"),
        charts.listed(result),
        select=True,
    )
with as_table:
    cell = _charts.chart(
        charts.matrix,
        result,
        "migration_matrix",
        _("Customers by segment before and now"),
        charts.listed(result),
        select=True,
    )
_parts.meaning(result.meaning, currency)

st.subheader(_("Segments of each cohort"), anchor=False)
st.caption(_("By first purchase; a star marks a cohort that the data do not cover whole."))
bar = _charts.chart(
    charts.cohorts,
    result,
    "migration_cohorts",
    _("Segments now, by when customers first bought"),
    charts.cohort_table,
    ("cohort_name", "segment", "customers", "share"),
    select=True,
)

if picked := (band.get("flow") or cell.get("flow") or bar.get("cohort")):
    _charts.customers(charts.members(result, picked[0]), "migration_customers", charts.MEMBERS)
else:
    st.caption(_("Click a band, a cell or a bar to see its customers."))
_report.receipt(result.receipt)
if opened := _parts.details(_("Who stayed, slipped or came back, by segment"), "migration_stayed"):
    with opened:
        _charts.listed(
            charts.outcome_table(result),
            "migration_outcomes",
            _("Shares of each segment with their intervals"),
        )
        for note in result.notes:
            st.caption(_(note))
