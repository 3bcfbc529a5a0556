"""The workspace as a whole: name, size, tables, export, deletion."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from cxlib.store.export import export as exported
from cxlib.store.janitor import UNUSED, UPLOADS
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds
from pages import _parts, _state, _steps

_ = _state.say

MB, GB = 10**6, 10**9


def opened() -> Workspace:
    """The workspace; without one, where to begin, and the page ends."""
    found = _state.session().workspace
    if found is not None:
        return found
    _parts.teach(
        _("There is no workspace yet"),
        _("It is made with your first file or sample, and opens by the link alone."),
    )


def about(of: Workspace) -> None:
    """Its name, how much room it takes, and what the link means."""
    lang = _state.session().lang
    name = st.text_input(_("Name"), of.name, max_chars=80, placeholder=_("such as: Shop, 2026"))
    if name != of.name:
        of.describe(name=name)
        st.rerun()
    st.caption(
        _(
            "{used} MB of {quota} GB used · made on {day}",
            used=lang.number(of.used() / MB),
            quota=lang.number(of.store.quota / GB),
            day=lang.date(of.created.date()),
        )
    )
    st.info(
        _(
            "Whoever has this page's link sees this data. Raw uploads are deleted after {uploads}"
            " days; a workspace that nobody opens for {unused} days is deleted after a warning.",
            uploads=UPLOADS.days,
            unused=UNUSED.days,
        ),
        icon=":material/key:",
    )


def tables() -> None:
    """Each kind of data in use: file, rows, day, version."""
    lang = _state.session().lang
    held = [(kind, data) for name, kind in kinds().items() if (data := _state.snapshot(name))]
    if not held:
        st.caption(_("No data yet"))
        return
    st.table(
        {
            _("Data"): [_(kind.label) for kind, data in held],
            _("File"): [_parts.plain(data.name) for kind, data in held],
            _("Rows"): [lang.number(data.rows[data.table.name] or 0) for kind, data in held],
            _("Imported"): [lang.date(data.created.date()) for kind, data in held],
            _("Version"): [data.digest[:12] for kind, data in held],
        }
    )


def export(of: Workspace) -> None:
    """Everything in use as one ZIP: tables as Parquet and CSV, reports, settings."""
    st.download_button(
        _("Everything as ZIP"),
        lambda: _zip(of),
        file_name="cxlib-workspace.zip",
        mime="application/zip",
        icon=":material/archive:",
        on_click="ignore",
        help=_("Tables as Parquet and as CSV with cells as they are, reports and settings."),
    )


def erase() -> None:
    """Delete the workspace with all its data, after a second look."""
    with st.popover(_("Delete all data"), icon=":material/delete:"):
        st.write(_("Every file, version and setting of this workspace is deleted now, for good."))
        if st.button(_("Yes, delete everything"), type="primary"):
            _state.erase()
            st.switch_page("data/start.py")


def _zip(of: Workspace) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "workspace.zip"
        _steps.attempt(lambda: exported(of, target))
        return target.read_bytes()
