"""Notes: what happened, written beside a chart and drawn on every time chart of the workspace."""

from __future__ import annotations

import dataclasses
import datetime as dt

import streamlit as st

from cxlib.charts.annotations import Note
from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store import annotations as notes
from cxlib.store.annotations import KINDS, LONGEST, Annotation
from cxlib.store.workspaces import Workspace
from pages import _changing, _parts, _state

_ = _state.say

KEY = "note"
EARLIEST = dt.date(1970, 1, 1)  # that can be chosen; ten years ago unless said
ICONS = {
    "campaign": ":material/campaign:",
    "incident": ":material/warning:",
    "change": ":material/build:",
    "other": ":material/push_pin:",
}


def here() -> tuple[Note, ...]:
    """The workspace's annotations as charts take them, in the order that numbers them."""
    of = _state.session().workspace
    found = notes.listed(of) if of else ()
    return tuple((n.first_day, n.last_day, KINDS[n.kind], n.text) for n in found)


def subheader(title: str) -> None:
    """The heading of a time chart, with the notes beside it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        popover()


def popover() -> None:
    """The notes of the workspace behind a button: read, add, change, delete."""
    of = _state.session().workspace
    if of is None:
        return
    with st.popover(_("Notes"), icon=":material/edit_note:", type="tertiary"):
        found = notes.listed(of)
        _changing.told(KEY)
        for number, note in enumerate(found, start=1):
            _listed(of, number, note)
        editing: Annotation | None = _state.get(KEY)
        _form(of, editing if editing and editing.id in {note.id for note in found} else None)
        st.caption(
            _(
                "Notes are drawn on every time chart of this workspace. Ramadan, Lebaran and the"
                " sale days from 9.9 to 12.12 are known and need no note."
            )
        )


def _listed(of: Workspace, number: int, note: Annotation) -> None:
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{number}** {ICONS[note.kind]} {_days(note)} · {_parts.plain(note.text, LONGEST)}",
            width="stretch",
        )
        st.button(
            "",
            icon=":material/edit:",
            type="tertiary",
            help=_("Change note {number}", number=number),
            key=f"{KEY}_edit_{note.id}",
            on_click=_state.put,
            args=(KEY, note),
        )
        st.button(
            "",
            icon=":material/delete:",
            type="tertiary",
            help=_("Delete note {number}", number=number),
            key=f"{KEY}_delete_{note.id}",
            on_click=_delete,
            args=(of, note),
        )


def _days(note: Annotation) -> str:
    first, last = (_state.session().lang.date(day) for day in (note.first_day, note.last_day))
    return first if first == last else f"{first} – {last}"


def _form(of: Workspace, editing: Annotation | None) -> None:
    """Day or days, kind, text: of a new note, or of the one that is being changed."""
    keys, lang = _keys(editing), _state.session().lang
    with st.form(f"{KEY}_form", border=True):
        st.date_input(
            _("Day, or first and last day"),
            value=(editing.first_day, editing.last_day) if editing else (),
            min_value=EARLIEST,
            format="DD/MM/YYYY",
            key=keys[0],
        )
        st.selectbox(
            _("What was it?"),
            list(KINDS),
            index=list(KINDS).index(editing.kind) if editing else 0,
            format_func=lambda kind: lang(KINDS[kind]),
            key=keys[1],
        )
        st.text_input(
            _("In a few words"),
            editing.text if editing else "",
            max_chars=LONGEST,
            placeholder=_("such as: payment page down for 3 hours"),
            key=keys[2],
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                _("Save change") if editing else _("Add note"),
                type="primary",
                on_click=_save,
                args=(of, editing),
            )
            if editing:
                st.form_submit_button(_("Cancel"), on_click=_state.put, args=(KEY, None))


def _keys(editing: Annotation | None) -> tuple[str, str, str]:
    which = editing.version if editing else "new"
    return f"{KEY}_days_{which}", f"{KEY}_kind_{which}", f"{KEY}_text_{which}"


def _save(of: Workspace, editing: Annotation | None) -> None:
    days, kind, text = (_state.get(key) for key in _keys(editing))

    def change() -> None:
        if not days:
            raise CxError("no_day", N_("The note has no day."), N_("Choose the day, or two days."))
        first, last = days[0], days[-1]
        if editing is None:
            notes.add(of, kind, first, last, text)
        else:
            said = {"kind": kind, "first_day": first, "last_day": last, "text": text}
            notes.edit(of, dataclasses.replace(editing, **said))

    if _changing.tried(change, KEY):
        for key in (KEY, *_keys(editing)):
            _state.put(key, None)


def _delete(of: Workspace, note: Annotation) -> None:
    _changing.tried(lambda: notes.remove(of, note), KEY)
