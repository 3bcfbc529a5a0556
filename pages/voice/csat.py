"""CSAT: how many answers say that they are satisfied."""

import streamlit as st

from cxlib.voice import csat
from pages import _parts, _report, _respondents, _state, _survey

PAGE = {"title": "CSAT", "group": "voice", "icon": ":material/sentiment_satisfied:", "order": 20}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("How many answers say that they are satisfied."))
answers = _parts.require("responses")
with st.container(horizontal=True, vertical_alignment="bottom"):
    asked = _survey.question(answers, "csat")
    compared = _survey.compare(answers)
    sent = _survey.sent()
    part = _survey.filters(answers)
result = _parts.analysed(csat.analyse, answers, sent=sent, **compared, **asked, **part)
_survey.stated(result)
_parts.tiles(result.headline, None, result.receipt)
_survey.monthly(result, answers, part)
_survey.distribution(result, answers, part)
_survey.groups(result, answers, part)
_respondents.who(result, answers, part)
_report.receipt(result.receipt)
