"""Drivers: which ratings go with the score, and how well each is rated."""

import streamlit as st

from cxlib.charts import drivers as charts
from cxlib.voice import drivers
from pages import _charts, _drivers, _parts, _report, _state, _survey

PAGE = {"title": "Drivers", "group": "voice", "icon": ":material/tune:", "order": 50}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Which ratings go with the score (importance), and how well each is rated (performance)."),
)
answers = _parts.require("responses")
scales, names = _survey.scores(answers), _drivers.names(answers)
with st.container(horizontal=True, vertical_alignment="bottom"):
    outcome = _drivers.outcome(scales)
    chosen = _drivers.chosen(answers, outcome, scales, names)
    part = _parts.filters(answers, _drivers.groups(answers))
result = _parts.analysed(
    drivers.analyse, answers, outcome=outcome, drivers=chosen, names=names, scales=scales, **part
)
_drivers.basis(result)
_parts.tiles(result.headline, None)

st.subheader(_("What to fix first?"), anchor=False)
point = _charts.chart(
    charts.quadrant,
    result,
    "drivers_quadrant",
    _("Drivers by importance and mean rating, with intervals"),
    charts.driver_table,
    charts.COLUMNS,
    select=True,
)
_parts.meaning(result.meaning)
_charts.listed(
    charts.driver_table(result, _),
    "drivers_list",
    _("Drivers by importance"),
    charts.LISTED,
)

st.subheader(_("How important is each?"), anchor=False)
bar = _charts.chart(
    charts.ranking,
    result,
    "drivers_ranking",
    _("Importance of the drivers with intervals"),
    charts.driver_table,
    charts.COLUMNS,
    select=True,
)
if picked := (point.get("driver") or bar.get("driver")):
    _drivers.low(answers, result, picked[0]["column"], part)
else:
    st.caption(_("Click a point or a bar to see who rated it low."))
st.caption(_(drivers.READING))
_report.issues(result.notes)
_report.receipt(result.receipt)
with st.expander(_("The regression beside it")):
    _drivers.regression(result)
