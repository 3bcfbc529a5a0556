"""NPS: how many of your customers would recommend you, less those who would not."""

import streamlit as st

from cxlib.voice import nps
from pages import _parts, _report, _respondents, _state, _survey

PAGE = {"title": "NPS", "group": "voice", "icon": ":material/recommend:", "order": 10}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]), _("How many of your customers would recommend you, less those who would not.")
)
answers = _parts.require("responses")
with st.container(horizontal=True, vertical_alignment="bottom"):
    asked = _survey.question(answers, "nps")
    compared = _survey.compare(answers)
    sent = _survey.sent()
    part = _survey.filters(answers)
result = _parts.analysed(nps.analyse, answers, sent=sent, **compared, **asked, **part)
_survey.stated(result)
_parts.tiles(result.headline, None, result.receipt)
_survey.monthly(result, answers, part)
_survey.distribution(result, answers, part)
_survey.groups(result, answers, part)
_respondents.who(result, answers, part)
_report.receipt(result.receipt)
