"""The chain: from engagement to value, what goes with a point of NPS, and who holds the money."""

import streamlit as st

from cxlib.charts import chain as charts
from cxlib.growth import chain
from pages import _chain, _charts, _parts, _report, _state

PAGE = {"title": "Satisfaction to money", "group": "growth", "icon": ":material/link:", "order": 20}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Engagement, experience, satisfaction, loyalty, value: how each goes with the next."),
)
answers = _parts.require("responses")
with st.container(horizontal=True, vertical_alignment="bottom"):
    window = _chain.window()
    part = _chain.filters(answers)
beside = _chain.beside()
result = _parts.analysed(
    chain.analyse,
    answers,
    beside=beside,
    window_days=window,
    **_chain.questions(answers),
    **part,
)
currency = _chain.currency(beside)
_chain.basis(result)
_parts.tiles(result.headline, currency)

st.subheader(_("Where does the chain hold?"), anchor=False)
mark = _charts.chart(
    charts.links,
    result,
    "chain_links",
    _("The stages of the chain and the rank correlations between them, with intervals"),
    charts.link_table,
    charts.LINKS,
    select=True,
)
_parts.meaning(result.meaning, currency)
if mark.get("link"):
    _chain.linked(result, mark["link"][0])
else:
    st.caption(_("Grey: not detectable with so few customers. Click a point for its customers."))

_chain.point_of_nps(result, currency)
_chain.holders(result)
st.caption(_(chain.READING))
_report.issues(result.notes)
_chain.withheld(result)
_report.receipt(result.receipt)
