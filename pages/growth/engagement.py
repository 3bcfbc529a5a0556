"""Engagement: how many are active, whether they come back, and how engaged their visits are."""

import streamlit as st

from cxlib.charts import engagement as charts
from cxlib.growth import engagement
from pages import _charts, _engagement, _notes, _parts, _report, _state

PAGE = {"title": "Engagement", "group": "growth", "icon": ":material/touch_app:", "order": 10}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("How many customers are active, whether they come back, and how engaged their visits are."),
)
events = _parts.require("events")
with st.container(horizontal=True, vertical_alignment="bottom"):
    keys = _engagement.key_events(events)
    by = _engagement.attribute(events)
    part = _parts.filters(events, _engagement.FILTERS)
result = _parts.analysed(
    engagement.analyse,
    events,
    beside=_engagement.beside(),
    by=None if by == _engagement.SEGMENT else by,
    key_events=keys,
    **part,
)
st.caption(_engagement.compared(result))
_parts.tiles(result.headline, None)

_notes.subheader(_("How many are active?"))
point = _charts.chart(
    charts.active,
    result,
    "engagement_active",
    _("Customers active in the last day, week and month, by day"),
    charts.daily_table(result, _),
    select=True,
    args=(_notes.here(),),
)
_parts.calendar(result.effects_previous, result.effects_last_year)
_parts.meaning(result.meaning)
if point.get("active"):
    _engagement.active(events, point["active"][0], part)
else:
    st.caption(
        _("Dashed: the data do not hold the whole week or month yet. Click a line for customers.")
    )

st.subheader(_("Do they come back?"), anchor=False)
bar = _charts.chart(
    charts.lifecycle,
    result,
    "engagement_lifecycle",
    _("Customers of each month: new, returning, back after a pause, and gone quiet"),
    charts.lifecycle_table(result, _),
    select=True,
    args=(_notes.here(),),
)
if bar.get("state"):
    _engagement.lifecycle(events, bar["state"][0], part)
else:
    st.caption(
        _("Below the line: active in the month before, not in this one. Click a bar for customers.")
    )
_engagement.stickiness(events, result, part)

_engagement.visits(events, result, part)
_engagement.breakdown(events, result, by, part)
_engagement.ctr(result)
_report.receipt(result.receipt)
with st.expander(_("How to read it")):
    for note in result.notes:
        st.write(_(note))
