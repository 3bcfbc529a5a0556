"""Cases: whom to call back now, what was done about them, and whether it helped."""

import streamlit as st

from cxlib.act import cases as figures
from cxlib.store import cases
from pages import _case, _case_rules, _cases, _parts, _state

PAGE = {"title": "Cases", "group": "act", "icon": ":material/support:", "order": 20}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Whom to call back now, what was done about it, and whether it helped."),
)
of = _state.session().workspace
known = cases.listed(of) if of else ()
if of is None or not (known or _case_rules.tables()):
    _parts.teach(
        _("This page needs unhappy customers"),
        _(
            "Upload survey answers, comments or support tickets. Rules that you can change then open a"
            " case for each detractor, angry comment and overdue ticket: somebody calls back, says what"
            " was wrong, and closes the case with its outcome."
        ),
    )
now = of.store.clock()
ordered = figures.urgent(known, now)
chosen = _cases.chosen(ordered)
if chosen is not None:
    _case.shown(of, chosen, now)
    st.stop()
_case_rules.opening(of, {case.id for case in known})
if known:
    result = figures.figures(known, now)
    _parts.tiles(result.headline, None, most=5, columns=5)
    _cases.to_do(_cases.filtered(ordered, now), now)
    _cases.compared(result, ordered)
_case_rules.editor(of)
with st.expander(_("How to read it")):
    _cases.reading(figures.DEFINITIONS)
