"""Scorecard: each metric's value, target, trend and owner, and what changed, on one page."""

import streamlit as st

from cxlib.definitions import definitions
from pages import _parts, _scorecard, _state

PAGE = {"title": "Scorecard", "group": "act", "icon": ":material/scoreboard:", "order": 10}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("How every metric stands, whether it changed beyond chance, and whose it is."),
)
found = _scorecard.results()
if not found:
    _parts.teach(
        _("This page needs data"),
        _("Upload orders, survey answers, tickets or events: each brings its own lines."),
    )
card = _scorecard.made(found)
_scorecard.changes(card)
_scorecard.cards(card)
_scorecard.absent(found)
with st.expander(_("How to read it")):
    known = definitions()["act.scorecard"]
    for text in (known.formula, known.good_for, known.not_good_for, known.pitfalls):
        st.write(_(text))
