"""Comments explorer: every comment with its label, to filter, search and download."""

import streamlit as st

from pages import _adapted, _comments, _feedback, _parts, _report, _state

PAGE = {"title": "Comments", "group": "voice", "icon": ":material/comment:", "order": 65}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Read what is behind the figures: each comment with what the model read in it."),
)
_feedback.arrived()
with st.container(horizontal=True, vertical_alignment="bottom"):
    comments = _feedback.source()
    part = _parts.filters(comments, {})
result = _feedback.analysed(comments, part)
_adapted.told()
asked = _comments.conditions(result, comments, part)
_comments.listed(result, asked)
_report.receipt(result.receipt)
