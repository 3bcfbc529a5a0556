"""Retention: who comes back, and how long it takes."""

import streamlit as st

from cxlib.charts import retention as charts
from cxlib.value import bridge, retention
from pages import _bridge, _charts, _parts, _report, _retention, _state

PAGE = {"title": "Retention", "group": "value", "icon": ":material/event_repeat:", "order": 45}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Who comes back after the first purchase, when, and whether newer customers do so more."),
)
orders = _parts.require("transactions")
currency = orders.report.get("currency")
with st.container(horizontal=True, vertical_alignment="bottom"):
    period = _parts.choice(_("Cohorts by"), _retention.PERIODS, "period")
    mode = _parts.choice(_("Back means"), _retention.MODES, "mode")
    by = _retention.attribute(orders)
    part = _parts.filters(orders)
result = _parts.analysed(retention.analyse, orders, lines=True, period=period, by=by, **part)
_parts.tiles(result.headline, currency, result.receipt)

st.subheader(_("Who comes back?"), anchor=False)
measure = _parts.choice(_("Shown"), charts.MEASURES, "measure")
cell = _charts.chart(
    charts.triangle,
    result,
    "retention_triangle",
    _("Cohorts by periods after the first purchase"),
    charts.triangle_table,
    charts.TRIANGLE,
    select=True,
    args=(measure, mode),
)
_parts.meaning(result.meaning, currency)
if cell.get("cell"):
    _retention.cell(orders, result, cell["cell"][0], mode, part)
else:
    st.caption(
        _(
            "Grey: the size of a cohort, and periods that are not over. The newest cohorts are drawn,"
            " the table has them all. Click a cell to see its customers."
        )
    )

_retention.ages(orders, result, measure, mode, part)
_retention.waits(orders, result, part)
_retention.gaps(orders, result, part)
_bridge.orders(bridge.analyse, orders, part, ("returning",))
_report.receipt(result.receipt)
with st.expander(_("How to read it")):
    for note in result.notes:
        st.write(_(note))
