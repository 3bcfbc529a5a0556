"""The glossary: what each number means, and the words around them."""

import streamlit as st

from cxlib.i18n import N_
from pages import _catalogue, _glossary, _parts, _state

PAGE = {"title": "Glossary", "group": "learn", "icon": ":material/menu_book:", "order": 10}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("What each number means, what it is good for, and the words that a new team needs."),
)
asked = st.text_input(
    _("Search"),
    type="search",
    key="term",
    bind="query-params",
    placeholder=_("A word, such as churn"),
    label_visibility="collapsed",
)
groups = {"all": N_("All"), _glossary.WORDS: N_("Words"), **_catalogue.GROUPS}
offered = {key: groups[key] for key in groups if key == "all" or key in _glossary.groups()}
group = _parts.choice(_("Group"), offered, "group")
found = _glossary.search(asked or "", None if group == "all" else group)
one = len(found) == 1

if not found:
    st.info(_("Nothing here has “{text}” in it.", text=_parts.plain(asked)))
for name in offered:
    entries = [entry for entry in found if entry.group == name]
    if entries:
        st.subheader(_(offered[name]), anchor=False)
    for entry in entries:
        _glossary.shown(entry, opened=one)
if asked:
    st.button(
        _("Show all"),
        icon=":material/list:",
        type="tertiary",
        on_click=_state.put,
        args=("term", ""),
    )
