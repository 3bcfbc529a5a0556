"""One case: what the customer said, what to do about it, and who has done what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxlib.frames.recent import row_at
from cxlib.i18n import N_
from cxlib.privacy.masking import masked
from cxlib.store import case_rules, cases
from cxlib.store.cases import LONG, OUTCOMES, SHORT, SOURCES, STATUSES, Case
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kind as kind_of
from pages import _cache, _cases, _changing, _parts, _state

_ = _state.say

READ = "case_read"  # the case as the form was filled from it
ME = "case_me"
TEXTS = {"responses": "comment", "feedback": "text", "tickets": "text"}
FIELDS = {
    "owner": N_("Owner"),
    "status": N_("Status"),
    "due": N_("Due"),
    "cause": N_("Root cause"),
    "action": N_("Action"),
    "note": N_("Note"),
    "outcome": N_("Outcome"),
    "followup": N_("Score when asked again"),
    "contacted": N_("Contacted"),
    "closed": N_("Closed"),
}
WORDS: dict[str, str] = {**STATUSES, **OUTCOMES}


def shown(of: Workspace, case: Case, now: dt.datetime) -> None:
    """A case with its evidence, its form and its history."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("All cases"),
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=_state.put,
            args=(_cases.KEY, None),
        )
        st.badge(_(STATUSES[case.status]), color=_cases.COLOURS[case.status])
        if case.overdue(now):
            st.badge(_("Overdue"), icon=":material/alarm:", color="red")
        st.caption(f"{_('Due')} {_cases.moment(case.due)}", width="content")
    left, right = st.columns(2, gap="large")
    with left:
        _evidence(of, case)
        _history(of, case)
    with right:
        read = _read(case)
        _changing.told(READ)
        if read.version != case.version:
            _meanwhile(of, read, case)
        _form(of, read)


def _evidence(of: Workspace, case: Case) -> None:
    """What the customer said, personal data covered, and where that is in the data."""
    st.subheader(_("What happened"), anchor=False)
    who = _parts.plain(case.customer_id or _("Nobody’s id"))
    st.markdown(f"**{who}** · {_(SOURCES[case.source])}{_cases.scored(case)}")
    data = next((v for v in of.snapshots(case.kind) if v.digest == case.digest), None)
    row = _row(data, case.line) if data else {}
    said = row.get(TEXTS[case.kind])
    if said:
        st.markdown(f"> {_parts.plain(masked(str(said)), 2_000)}")
    if case.topic:
        st.markdown(f"{_('Topic')}: {_parts.plain(case.topic)}")
    day = "" if case.happened is None else _state.session().lang.date(case.happened.date())
    where = _("{table}, line {line}", table=_(kind_of(case.kind).label), line=case.line)
    st.caption(" · ".join(filter(None, (day, where))))
    if data is None:
        st.caption(_("The version of the data that it comes from is no longer here."))
    if case.customer_id and _state.snapshot("transactions"):
        st.page_link(
            "value/customer.py",
            label=_("Open customer"),
            icon=":material/person:",
            query_params={"customer": case.customer_id},
        )


def _row(data: Snapshot, line: int) -> dict[str, Any]:
    found: dict[str, Any] = _cache.rows(row_at, data, data.kind, line=line)
    return found


def _read(case: Case) -> Case:
    """The case as the form was filled from it; of a form that is not on screen, as it is now."""
    read: Case | None = _state.get(READ)
    if read is None or read.id != case.id or _state.get(_key(read, "status")) is None:
        _state.put(READ, case)
        return case
    return read


def _key(read: Case, field: str) -> str:
    return f"case_{field}_{read.version}"


def _form(of: Workspace, read: Case) -> None:
    """What may be changed. Its fields belong to the version that was read: they keep what was typed
    when somebody else was quicker."""
    st.subheader(_("What is done about it"), anchor=False)
    causes = list(case_rules.rules(of).causes)
    causes += [read.cause] if read.cause and read.cause not in causes else []
    with st.form("case_form", border=True):
        with st.grid(2, min_column_width=170):
            _choice(read, "status", STATUSES, read.status)
            st.text_input(_("Owner"), read.owner, max_chars=SHORT, key=_key(read, "owner"))
            st.date_input(
                _("Due"),
                read.due.astimezone(_cases.zone()).date(),
                format="DD/MM/YYYY",
                key=_key(read, "due"),
            )
            _choice(read, "cause", {cause: cause for cause in causes}, read.cause or None)
        st.text_input(_("Action"), read.action, max_chars=LONG, key=_key(read, "action"))
        st.text_area(_("Note"), read.note, max_chars=LONG, key=_key(read, "note"))
        with st.grid(2, min_column_width=170):
            _choice(read, "outcome", OUTCOMES, read.outcome)
            st.number_input(
                _("New score, 0 to 10"),
                0.0,
                10.0,
                read.followup,
                1.0,
                format="%g",
                key=_key(read, "followup"),
                help=_("What the customer says when asked again; empty where nobody asked."),
            )
        st.text_input(
            _("Your name, for the history"), _state.get(ME, ""), max_chars=SHORT, key=f"{ME}_typed"
        )
        st.form_submit_button(
            _("Save change"), type="primary", on_click=_save, args=(of, read, read)
        )
    st.caption(_("Contacted, in progress and solved all say that the customer was reached out to."))


def _choice(read: Case, field: str, words: Mapping[Any, str], value: str | None) -> None:
    lang = _state.session().lang
    st.selectbox(
        _(FIELDS[field]),
        list(words),
        list(words).index(value) if value else None,
        format_func=lambda key: lang(words[key]),
        placeholder=_("Not known yet"),
        key=_key(read, field),
    )


def _typed(read: Case) -> dict[str, Any]:
    """The fields whose value in the form is another than the one that was read."""
    said = {field: _state.get(_key(read, field)) for field in cases.EDITABLE}
    day, zone = said["due"], _cases.zone()
    moved = day and day != read.due.astimezone(zone).date()
    # A day without a time ends with the day.
    said["due"] = dt.datetime.combine(day, dt.time(23, 59), zone) if moved else read.due
    said["cause"] = said["cause"] or ""
    return {name: value for name, value in said.items() if value != getattr(read, name)}


def _save(of: Workspace, read: Case, onto: Case) -> None:
    """Keep what was typed: the fields that differ from what was read, on the version `onto`."""
    me = (_state.get(f"{ME}_typed") or "").strip()
    _state.put(ME, me)
    changed = dataclasses.replace(onto, **_typed(read))
    if _changing.tried(lambda: cases.edit(of, changed, who=me), READ):
        _forget(read)


def _forget(read: Case) -> None:
    """Fill the form anew from what is there."""
    for key in (READ, *(_key(read, field) for field in cases.EDITABLE)):
        _state.put(key, None)


def _meanwhile(of: Workspace, read: Case, now: Case) -> None:
    """What somebody else changed while this form was open, beside what is typed here."""
    mine = _typed(read)
    theirs = [name for name in FIELDS if getattr(now, name) != getattr(read, name)]
    with st.container(border=True):
        st.markdown(f"**{_('Changed meanwhile by someone else')}**")
        st.table(
            {
                _("Field"): [_(FIELDS[name]) for name in theirs],
                _("There now"): [_written(name, getattr(now, name)) for name in theirs],
                _("Typed by you"): [
                    _written(name, mine[name]) if name in mine else "–" for name in theirs
                ],
            }
        )
        st.caption(
            _("What you typed is still in the form. Only the fields that you changed count.")
        )
        with st.container(horizontal=True):
            st.button(
                _("Save mine on top"),
                icon=":material/merge:",
                disabled=not mine,
                on_click=_save,
                args=(of, read, now),
            )
            st.button(_("Take what is there"), on_click=_forget, args=(read,))


def _history(of: Workspace, case: Case) -> None:
    """Every change, the newest first."""
    changes = cases.history(of, case.id)
    title = _("History: {n}", n=_state.session().lang.number(len(changes)))
    with st.expander(title, icon=":material/history:"):
        for change in reversed(changes):
            who = _parts.plain(change.who) or _("someone")
            st.markdown(f"**{_cases.moment(change.moment)}** · {who}")
            told = [
                _(
                    "{field}: {before} → {after}",
                    field=_(FIELDS.get(name, name)),
                    before=_written(name, before),
                    after=_written(name, after),
                )
                for name, (before, after) in change.changed.items()
            ]
            st.caption("  \n".join(told) or _("Case opened"))


def _written(name: str, value: Any) -> str:
    """A field as people read it; moments come as such, or as text from the history."""
    if value in (None, ""):
        return "–"
    if name in ("due", "contacted", "closed"):
        at = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        return _cases.moment(at)
    if name in ("status", "outcome"):
        return _(WORDS[value])
    if name == "followup":
        return f"{value:g}"
    return _parts.plain(masked(_(value) if name == "cause" else str(value)), 300)
