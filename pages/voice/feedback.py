"""Feedback: how customers feel in what they write, since when, where, and beside their stars."""

import streamlit as st

from pages import _feedback, _parts, _report, _state

PAGE = {"title": "Feedback", "group": "voice", "icon": ":material/reviews:", "order": 60}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("What customers write, read in Indonesian and English on this machine."),
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    comments = _feedback.source()
    part = _feedback.filters(comments)
result = _feedback.analysed(comments, part)
_feedback.stated(result)
_parts.tiles(result.headline, None, result.receipt)
_feedback.now(result, comments, part)
_feedback.monthly(result, comments, part)
_feedback.groups(result, comments, part)
_feedback.stars(result, comments, part)
_feedback.emotions(result, comments, part)
_feedback.languages(result)
_report.receipt(result.receipt)
