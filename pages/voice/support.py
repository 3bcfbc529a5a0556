"""Support: how many tickets, what about, how fast, who waits, and what comes back."""

import streamlit as st

from cxlib.voice import support
from pages import _parts, _report, _state, _support, _tickets, _waits

PAGE = {"title": "Support", "group": "voice", "icon": ":material/support_agent:", "order": 40}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("What customers need help with, how long they wait for it, and whether it helps."),
)
tickets = _parts.require("tickets")
with st.container(horizontal=True, vertical_alignment="bottom"):
    by = _support.compared(tickets)
    meant = _support.activities(tickets)
    part = _parts.filters(tickets, _support.FILTERS)
result = _parts.analysed(
    support.analyse, tickets, by=by, **meant, **_support.scale(tickets), **part
)
source = _tickets.Source(tickets, part, meant)
_parts.tiles(result.headline, None, result.receipt, most=6, columns=3)
_report.issues([note for note in result.notes if note.severity == "warning"])

_support.volume(result, source)
_parts.meaning(result.meaning)
_support.topics(result, source)
_waits.pace(result, source)
_waits.who_waits(result, source)
_support.recurring(result, source)
_support.churn(source)
_report.receipt(result.receipt)
with st.expander(_("How to read it")):
    for note in result.notes:
        if note.severity == "info":
            st.write(" ".join(_state.session().lang.issue(note)))
    for sentence in _support.READING:
        st.write(_(sentence))
