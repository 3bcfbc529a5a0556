"""One customer: what they did, how they score, and why they are valued so."""

import streamlit as st

from cxlib.charts import customer as charts
from cxlib.frames import history
from cxlib.value import rfm
from cxlib.value.clv import explain
from cxlib.value.clv.alive_path import alive_path
from cxlib.value.clv.coming import coming
from cxlib.value.clv.value import Terms
from pages import _cache, _charts, _parts, _report, _state, _value

PAGE = {"title": "Customer", "group": "value", "icon": ":material/person:", "order": 50}

_ = _state.session().lang

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
valued = _value.valued(orders, part, Terms())
data = (orders.workspace, orders.digest, tuple(part.items()))
reasons = _parts.computed(explain.reasons, valued.fitted, *data, customer_id=customer)
steps = _parts.computed(explain.breakdown, valued, *data, customer_id=customer)
next_up = _parts.computed(coming, valued, *data, customer_id=customer)
_value.person(customer, scored.customers, valued.customers, currency)

st.subheader(_("Timeline"), anchor=False)
rows = _cache.rows(history.history, orders, customer_id=customer, end=part["as_of"])
_charts.chart(
    charts.timeline,
    rows,
    "customer_timeline",
    _("Purchases and refunds by day"),
    rows,
    args=(currency,),
)
st.subheader(_("Why"), anchor=False)
left, right = st.columns(2)
with left:
    for sentence in charts.why(reasons):
        st.markdown(f"- {_parts.worded(sentence, currency)}")
    if next_up is not None:
        st.markdown(f"**{_('What next?')}**")
        for sentence in charts.ahead(next_up):
            st.markdown(f"- {_parts.worded(sentence, currency)}")
with right:
    if steps is not None:
        _charts.chart(
            charts.steps,
            steps,
            "customer_steps",
            _("From the average customer's value to this customer's, step by step"),
            charts.step_table(steps, _),
            ("name", "change", "level"),
            args=(currency,),
        )
if opened := _parts.details(
    _("P(alive) since the first purchase, and how averages come in"), "customer_path"
):
    with opened:
        days = _cache.rows(
            history.purchase_days,
            orders,
            customer_id=customer,
            end=part["as_of"],
            conditions=part["where"],
        )
        path = alive_path(valued.fitted, days, part["as_of"])
        if not path.empty:
            _charts.chart(
                charts.alive,
                path,
                "customer_alive",
                _("P(alive) of this customer through time"),
                path,
                ("day", "p_alive", "alive_low", "alive_high", "purchases"),
            )
            st.caption(
                _("By the model of today; a tick marks a purchase, the band its uncertainty.")
            )
        for sentence in charts.shrinkage(reasons):
            st.markdown(f"- {_parts.worded(sentence, currency)}")
        st.caption(
            _(
                "The steps take the customer's own figures one after the other: how often they buy while"
                " alive, whether they still are, and what they spend."
            )
        )
with st.container(horizontal=True):
    _report.receipt(scored.receipt)
    _report.receipt(valued.receipt)
