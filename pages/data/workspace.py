"""Workspace: what it holds, how to take it along, how to delete it."""

import streamlit as st

from pages import _parts, _state, _workspace

PAGE = {"title": "Workspace", "group": "data", "icon": ":material/folder_managed:", "order": 50}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("What is kept here, for how long, and how to take it along."))
opened = _workspace.opened()
_workspace.about(opened)
st.subheader(_("Data in use"), anchor=False)
_workspace.tables()
st.subheader(_("Take it along"), anchor=False)
_workspace.export(opened)
st.subheader(_("Delete"), anchor=False)
_workspace.erase()
