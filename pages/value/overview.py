"""Sales overview: how much, from whom, and whether it changed."""

import streamlit as st

from cxlib.charts import sales as charts
from cxlib.labels import label
from cxlib.value import sales
from pages import _charts, _notes, _parts, _report, _state, _value

PAGE = {"title": "Overview", "group": "value", "icon": ":material/monitoring:", "order": 10}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("How much you sell, to whom, and whether it really changed."))
orders = _parts.require("transactions")
currency = orders.report.get("currency")
part = _parts.filters(orders)
result = _parts.analysed(sales.analyse, orders, lines=True, currency=currency, **part)
st.caption(_value.compared(result))
_parts.tiles(result.headline, currency, result.receipt)

_notes.subheader(_("Revenue by month"))
month = _charts.chart(
    charts.monthly,
    result,
    "sales_monthly",
    _("Revenue of each month by new and returning customers"),
    result.monthly,
    charts.MONTHLY,
    select=True,
    args=(_notes.here(),),
)
_parts.calendar(result.effects_previous, result.effects_last_year)
_parts.meaning(result.meaning, currency)

bar = {}
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
    bar = _charts.chart(
        charts.breakdown,
        result,
        f"sales_{by}",
        _("Revenue by {attribute}", attribute=_(label(by).name)),
        charts.breakdown_table(result, by, _),
        ("value", "revenue", "orders", "buyers"),
        select=True,
        args=(by,),
    )
if bar.get("value"):
    _value.buyers_of(orders, by, bar["value"][0], part)
elif month.get("month"):
    _value.buyers_in(orders, month["month"][0], part)
else:
    st.caption(_("Click a bar to see its customers."))
_report.facts(result, currency)
_report.receipt(result.receipt)
