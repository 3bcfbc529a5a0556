"""Churn: who left or has fallen silent, what it costs, and whom to save first."""

import streamlit as st

from cxlib.frames.movements import last_event
from cxlib.value import bridge, churn, churn_model, recurring, renewals
from pages import _bridge, _cache, _churn, _parts, _renewals, _state

PAGE = {"title": "Churn", "group": "value", "icon": ":material/logout:", "order": 60}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Who left or has fallen silent, what it costs, and whom to save first."),
)
data = _churn.data()
currency = data.report.get("currency")

if data.kind == "transactions":
    part = _parts.filters(data)
    result = _parts.analysed(churn.analyse, data, **part)
    st.caption(
        _(
            "{customers} customers at {day}. Too long is more than {days} days: nine in ten gaps"
            " between purchases are shorter.",
            customers=_.number(len(result.customers)),
            day=_.date(result.end),
            days=_.number(result.rule_days),
        )
    )
    _parts.tiles(result.headline, currency, result.receipt)
    _churn.silent(result)
    _parts.meaning(result.meaning, currency)
    _churn.saves(result)
    _churn.told(result)
    _churn.proof(result.model, churn_model.READING["time"], result.receipt)
    _bridge.orders(bridge.analyse, data, part, ("silence",))
    st.stop()

dated = _cache.rows(last_event, data, "subscriptions")
if dated:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = st.date_input(
            _("As of"), value=dated, max_value=dated, format="DD/MM/YYYY", key="until",
            bind="query-params", help=_("Subscriptions that end later still run on this day."),
        )  # fmt: skip
        back = st.toggle(_("Count who came back into NRR"), key="reactivation", bind="query-params")
        mean = st.toggle(
            _("Divide by the average of customers"), key="average", bind="query-params"
        )
    chosen = until if until and until != dated else None
    found = _parts.analysed(
        recurring.analyse, data, as_of=chosen, reactivation=bool(back), average=bool(mean)
    )
    st.caption(
        _(
            "Subscriptions from {first} to {last}.",
            first=_.date(found.first_day),
            last=_.date(found.last_day),
        )
    )
    _parts.tiles(found.headline, currency, found.receipt)
    _churn.revenue(found, currency)
    _churn.lives(found.plans, found.receipt)
    _churn.told(found)
    _renewals.lasting(renewals.analyse, data, chosen, currency)
    _bridge.subscriptions(bridge.analyse_subscriptions, data, chosen)
    if not st.toggle(_("Who is likely to leave next?"), key="model", bind="query-params"):
        st.stop()

without = _churn.left_out(data)
model = _parts.analysed(
    churn_model.analyse,
    data,
    as_of=chosen if dated else None,
    names=_churn.names(data),
    without=without,
)
st.caption(_(model.reading))
_parts.tiles(model.headline, currency, model.receipt)
_parts.meaning(model.meaning, currency)
_churn.saves(model)
_churn.told(model)
_churn.lives(model.plans, model.receipt)
_churn.proof(model.model, model.reading, model.receipt)
