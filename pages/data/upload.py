"""Upload: from a file to data that you trust, in three steps."""

import streamlit as st

from pages import _changes, _columns, _intake, _parts, _reading, _repairs, _state

PAGE = {"title": "Upload", "group": "data", "icon": ":material/upload_file:", "order": 20}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Your file as it is: we say what we understood, and ask what we cannot know."),
)
upload = _intake.current()
if upload is None:
    _intake.dropzone()
    st.stop()

st.subheader(_("1 · What we read"), anchor=False)
staged = _reading.read(upload)

st.subheader(_("2 · What the columns mean"), anchor=False)
known = _columns.remembered(staged)
proposal = _columns.columns(staged, _columns.kind(staged, known), known)
plan = _columns.answers(proposal, known)
_repairs.repaired()
imported = _intake.check(upload, staged, plan)

st.subheader(_("3 · Does this match your books?"), anchor=False)
_intake.report(imported, plan.currency)
_repairs.offer(imported, plan)
mode = _changes.against(upload, imported)
_intake.confirm(upload, plan, imported, mode)
