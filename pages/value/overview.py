"""Sales overview: how much, from whom, and whether it changed."""

import streamlit as st

from cxlib.charts import sales as charts
from cxlib.labels import label
from cxlib.value import sales
from pages import _charts, _parts, _report, _state

PAGE = {"title": "Overview", "group": "value", "icon": ":material/monitoring:", "order": 10}

_ = _state.session().lang
look = _state.session().look
orders = _parts.require("transactions")
currency = orders.report.get("currency")

_parts.header(_(PAGE["title"]), _("How much you sell, to whom, and whether it really changed."))
part = _parts.filters(orders)
result = _parts.analysed(sales.analyse, orders, lines=True, currency=currency, **part)
st.caption(
    _(
        "{first} to {last}. Tiles compare the newest complete month with the one before.",
        first=_.date(result.first_day),
        last=_.date(result.last_day),
    )
)
_parts.tiles(result.headline, currency)

st.subheader(_("Revenue by month"), anchor=False)
_charts.chart(
    charts.monthly(result, _, look),
    "sales_monthly",
    _("Revenue of each month by new and returning customers"),
    result.monthly,
    charts.MONTHLY,
)
_parts.calendar(result.effects_previous, result.effects_last_year)
_parts.meaning(result.meaning, currency)

if result.breakdowns:
    st.subheader(_("Where it comes from"), anchor=False)
    by = st.segmented_control(
        _("By"),
        list(result.breakdowns),
        default=next(iter(result.breakdowns)),
        required=True,
        format_func=lambda c: _(label(c).name),
        key="by",
        bind="query-params",
        label_visibility="collapsed",
    )
    _charts.chart(
        charts.breakdown(result, by, _, look),
        f"sales_{by}",
        _("Revenue by {attribute}", attribute=_(label(by).name)),
        charts.breakdown_table(result, by, _),
        ("value", "revenue", "orders", "buyers"),
    )
_report.facts(result, currency)
_report.receipt(result.receipt)
