"""Data quality: what became of every row of each file."""

import streamlit as st

from cxlib.tables.kind import kinds
from pages import _intake, _parts, _report, _state

PAGE = {"title": "Data quality", "group": "data", "icon": ":material/fact_check:", "order": 30}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("What became of every row of your files, and what to know before you trust them."),
)
here = {name: kind for name, kind in kinds().items() if _state.snapshot(name)}
if not here:
    _parts.require("transactions")
chosen = st.segmented_control(
    _("Data"),
    list(here),
    default=next(iter(here)),
    format_func=lambda name: _(here[name].label),
    key="kind",
    bind="query-params",
    label_visibility="collapsed",
)
data = _parts.require(chosen or next(iter(here)))
report = data.report
_intake.counts(
    *(int(report[f"rows_{part}"]) for part in ("read", "accepted", "merged", "rejected"))
)
_report.reported(report["issues"])
if report["rows_rejected"]:
    st.download_button(
        _("Rejected rows, with the reason and the cure"),
        data.file("rejects").read_bytes,
        file_name="rejects.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
st.subheader(_("How the file was read"), anchor=False)
_report.mapping(report["plan"])
st.subheader(_("Versions"), anchor=False)
_report.versions(data)
