"""The rules of cases: what they would open now, and their editor."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import streamlit as st

from cxlib.act.case_candidates import (
    Candidates,
    Read,
    from_feedback,
    from_responses,
    from_tickets,
    new_ones,
)
from cxlib.i18n import N_
from cxlib.results import Issue
from cxlib.store import case_rules, cases
from cxlib.store.case_rules import BOUNDS, Rules
from cxlib.store.cases import SOURCES, Trigger
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds
from cxlib.voice.adapted import adapted
from cxlib.voice.questions import Question
from pages import _adapted, _cache, _case, _cases, _changing, _report, _state, _survey

_ = _state.say

KEY = "case_rules"
LIMITS = 4_000  # characters of the list of root causes
NUMBERS = {
    "score": N_("Score of a detractor, at most"),
    "days": N_("Answers and comments of the last days"),
    "confidence": N_("Confidence that a comment is negative, at least"),
    "stars": N_("Stars of a comment, at most"),
    "response_hours": N_("Hours without a first response"),
    "resolution_hours": N_("Hours without a solution"),
    "due_hours": N_("Hours until a case is due"),
}
SWITCHES = {
    "detractors": N_("Open a case for each detractor"),
    "comments": N_("Open a case for each angry comment"),
    "tickets": N_("Open a case for each overdue ticket"),
}


def tables() -> dict[str, Snapshot]:
    """The tables that cases can come from, of those that are here."""
    found = {kind: _state.snapshot(kind) for kind in _cases.KINDS}
    return {kind: data for kind, data in found.items() if data is not None}


def reader(adaptation: str | None) -> Read:
    """What reads comments: the model of the workspace."""
    return adapted(adaptation).read


def candidates(of: Workspace) -> tuple[Candidates, ...]:
    """What the rules say of each table, read again when a table or a rule changes."""
    known = dataclasses.replace(case_rules.rules(of), version=None)
    by = _adapted.current()
    found = []
    for kind, data in tables().items():
        if kind == "responses":
            asked = next((q for q in _survey.questions_of(data) if q.metric == "nps"), None)
            found.append(
                _cache.rows(_responses, data, kind, rules=known, asked=asked, of=data.digest, by=by)
            )
        elif kind == "feedback":
            found.append(_cache.rows(_feedback, data, kind, rules=known, of=data.digest, by=by))
        else:
            found.append(_cache.rows(_tickets, data, kind, rules=known, of=data.digest))
    return tuple(found)


def _responses(
    table: Any, rules: Rules, asked: Question | None, of: str, by: str | None
) -> Candidates:
    return from_responses(table, rules, asked, reader(by) if rules.comments else None, digest=of)


def _feedback(table: Any, rules: Rules, of: str, by: str | None) -> Candidates:
    return from_feedback(table, rules, reader(by) if rules.comments else None, digest=of)


def _tickets(table: Any, rules: Rules, of: str) -> Candidates:
    return from_tickets(table, rules, digest=of)


def opening(of: Workspace, known: Collection[str]) -> None:
    """How many cases the rules would open, and the button that does."""
    _changing.told(KEY)
    if case_rules.rules(of).comments and tables().keys() - {"tickets"}:
        _adapted.told()
    with st.spinner(_("Computing…"), show_time=True):
        new = new_ones(candidates(of), known)
    if not new:
        if not known:
            st.info(_("By the rules below, no customer needs a call now."))
            _report.issues(notes(of))
        return
    lang = _state.session().lang
    by = {source: sum(t.source == source for t in new) for source in SOURCES}
    told = " · ".join(f"{_(SOURCES[s])}: {lang.number(n)}" for s, n in by.items() if n)
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        count = lang.plural(
            N_("{n} new case would be opened"), N_("{n} new cases would be opened"), len(new)
        )
        st.markdown(f"**{count}**  \n{told}", width="stretch")
        st.button(
            _("Open them"),
            icon=":material/add:",
            type="primary",
            on_click=_open,
            args=(of, new),
        )


def _open(of: Workspace, new: tuple[Trigger, ...]) -> None:
    hours, me = case_rules.rules(of).due_hours, _state.get(_case.ME, "")
    _changing.tried(lambda: cases.open_new(of, new, hours=hours, who=me), KEY)


def editor(of: Workspace) -> None:
    """The rules, behind a click."""
    with st.expander(_("Rules: what opens a case"), icon=":material/rule:"):
        seen = case_rules.rules(of)
        with st.form(f"{KEY}_form", border=False):
            for name, text in SWITCHES.items():
                st.checkbox(_(text), getattr(seen, name), key=_key(seen, name))
            with st.grid(2, min_column_width=240):
                for name, text in NUMBERS.items():
                    _number(seen, name, text)
            st.text_area(
                _("Root causes, one a line"),
                "\n".join(_(cause) for cause in seen.causes),
                max_chars=LIMITS,
                key=_key(seen, "causes"),
            )
            st.form_submit_button(_("Save rules"), type="primary", on_click=_save, args=(of, seen))
        st.caption(
            _(
                "Days count back from the last day of the table. An answer opens one case and never a"
                " second, also when its file is uploaded again."
            )
        )
        _report.issues(notes(of))


def _number(seen: Rules, name: str, text: str) -> None:
    low, high = BOUNDS[name]
    kind = float if name == "confidence" else int
    st.number_input(
        _(text),
        kind(low),
        kind(high),
        kind(getattr(seen, name)),
        kind(1) if kind is int else 0.05,
        key=_key(seen, name),
    )


def _key(seen: Rules, name: str) -> str:
    return f"{KEY}_{name}_{seen.version}"


def _save(of: Workspace, seen: Rules) -> None:
    said = {name: _state.get(_key(seen, name)) for name in (*SWITCHES, *NUMBERS)}
    # Causes of ours are kept as the ids of their words, so that each reader has their own language.
    ours = {_(cause): cause for cause in (*case_rules.CAUSES, *seen.causes)}
    lines = (_state.get(_key(seen, "causes")) or "").splitlines()
    causes = tuple(ours.get(line.strip(), line) for line in lines)
    changed = dataclasses.replace(seen, **said, causes=causes)
    _changing.tried(lambda: case_rules.keep(of, changed), KEY)


def notes(of: Workspace) -> list[Issue]:
    """What the rules cannot judge in these tables, and which rows they leave out."""
    found = dict(zip(tables(), candidates(of), strict=True))
    unjudged = [Issue("unjudged", "info", text) for one in found.values() for text in one.unjudged]
    left = [
        Issue(
            "left_out",
            "info",
            N_("{table}: rows that open no case: {n} ({reason})."),
            params={"table": _(kinds()[kind].label), "n": n, "reason": _(reason)},
        )
        for kind, one in found.items()
        for reason, n in one.left_out.items()
    ]
    return unjudged + left
