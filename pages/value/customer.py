"""One customer: what they did, how they score, and why they are valued so."""

import streamlit as st

from cxlib.charts import customer as charts
from cxlib.frames.history import history
from cxlib.value import rfm
from cxlib.value.clv import explain, lifetime
from cxlib.value.clv.value import Terms
from pages import _cache, _charts, _parts, _report, _state, _value

PAGE = {"title": "Customer", "group": "value", "icon": ":material/person:", "order": 50}

_ = _state.session().lang
look = _state.session().look

_parts.header(_(PAGE["title"]), _("What one customer did, how they score, and why."))
orders = _parts.require("transactions")
currency = orders.report.get("currency")
customer = st.text_input(
    _("Customer"),
    key="customer",
    bind="query-params",
    placeholder=_("Paste or type a customer id"),
)
if not customer:
    st.info(_("Open a customer from any list, or type an id above."))
    st.stop()
part = _parts.filters(orders)
scored = _parts.analysed(rfm.analyse, orders, **part)
fitted = _parts.analysed(lifetime.fit, orders, **part)
valued = _parts.computed(
    lifetime.valued, fitted, orders.workspace, orders.digest, tuple(part.items()), terms=Terms()
)
reasons = _parts.computed(
    explain.reasons,
    fitted,
    orders.workspace,
    orders.digest,
    tuple(part.items()),
    customer_id=customer,
)
_value.person(customer, scored.customers, valued.customers, currency)

st.subheader(_("Timeline"), anchor=False)
rows = _cache.rows(history, orders, customer_id=customer, end=part["as_of"])
_charts.chart(
    charts.timeline(rows, _, look, currency),
    "customer_timeline",
    _("Purchases and refunds by day"),
    rows,
)
st.subheader(_("Why"), anchor=False)
for sentence in charts.why(reasons):
    st.markdown(f"- {_parts.worded(sentence, currency)}")
with st.container(horizontal=True):
    _report.receipt(scored.receipt)
    _report.receipt(valued.receipt)
