"""What could not be read, grouped by what repairs it, and the repairs that were chosen."""

from __future__ import annotations

import streamlit as st

from cxlib.i18n import N_
from cxlib.ingest.canonical import Imported
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import REASONS
from cxlib.ingest.repair import Problem, Repair
from cxlib.tables.kind import kind as kind_of
from pages import _parts, _state, _steps

_ = _state.say

SHOWN = 5  # values of a problem, and a page is no spreadsheet
FORMATS = {
    "timestamp": {
        "dmy": N_("day, month, year"),
        "mdy": N_("month, day, year"),
        "ymd": N_("year, month, day"),
        "ydm": N_("year, day, month"),
        "serial": N_("Excel's day numbers"),
    },
    "number": {",": N_("decimal comma"), ".": N_("decimal point")},
}


def chosen(before: tuple[Repair, ...] = ()) -> tuple[Repair, ...]:
    """The repairs so far, in the order in which they were made; at first those made `before`."""
    if _steps.recall("repairs") is None:
        _steps.keep("repairs", before)
    found: tuple[Repair, ...] = _steps.recall("repairs")
    return found


def formats() -> dict[str, str]:
    """The formats that were chosen in place of those found, by field."""
    found: dict[str, str] = _steps.recall("formats", {})
    return found


def repaired() -> None:
    """The repairs so far; each can be taken back."""
    for i, repair in enumerate(chosen()):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/build: {_worded(repair)}")
            if st.button(_("Undo"), key=_steps.key(f"undo_{i}"), type="tertiary"):
                _set(tuple(r for n, r in enumerate(chosen()) if n != i), formats())


def offer(imported: Imported, made: Plan) -> None:
    """One form for all problems, those that cost rows first."""
    if not imported.problems:
        return
    problems = sorted(imported.problems, key=lambda p: (not p.blocking, -p.count))
    st.subheader(_("What could not be read"), anchor=False)
    st.caption(
        _("Say how to read it, or leave it: left-out rows stay in the list of rejected rows.")
    )
    with st.form(_steps.key("repairs_form")):
        said = [_values(problem) for problem in problems]
        changed: dict[str, str] = {}
        for field, column in {
            p.field: p.column for p in problems if p.field in made.formats
        }.items():
            changed |= _format(field, column, made)
        if st.form_submit_button(_("Repair and check again"), icon=":material/build:"):
            more = tuple(repair for some in said for repair in some)
            _set((*chosen(), *more), formats() | changed)


def _values(problem: Problem) -> list[Repair]:
    """The commonest values of a problem, each with a box for what it is to be read as."""
    lang = _state.session().lang
    message, cure = REASONS.get(problem.code, ("", ""))
    rows = lang.plural(N_("{n} row"), N_("{n} rows"), problem.count)
    what = _("left out") if problem.blocking else _("read as empty")
    icon = ":material/block:" if problem.blocking else ":material/warning:"
    more = problem.distinct - SHOWN
    rest = " " + _("{n} other values", n=lang.number(more)) if more > 0 else ""
    name = _parts.plain(problem.column)
    st.markdown(f"{icon} **{name}** · {rows} {what}. {lang(message)} {lang(cure)}{rest}")
    repairs = []
    with st.grid(3, min_column_width=200):
        for value, n in problem.values[:SHOWN]:
            to = st.text_input(
                f"“{_parts.plain(value)}” · {lang.number(n)}" if value else _("(empty)"),
                placeholder=_("read as…"),
                key=_steps.key(f"to_{problem.field}_{problem.code}_{value}"),
            )
            if to and value:
                repairs.append(Repair("map", problem.column, value, to))
            elif to:
                repairs.append(Repair("fill", problem.column, None, to))
    return repairs


def _format(field: str, column: str, made: Plan) -> dict[str, str]:
    """Another format for the whole column, where it has one."""
    lang, now = _state.session().lang, made.formats[field]
    type_ = kind_of(made.kind).field(field).type
    offered = FORMATS.get("number" if type_ in ("number", "money") else type_, {})
    order = st.selectbox(
        _("“{column}” is written as", column=_parts.plain(column)),
        list(dict.fromkeys([now, *offered])),
        format_func=lambda way: lang(offered.get(way, way)),
        key=_steps.key(f"format_{field}"),
        width=300,
    )
    return {field: order} if order != now else {}


def _set(repairs: tuple[Repair, ...], changed: dict[str, str]) -> None:
    _steps.keep("repairs", repairs)
    _steps.keep("formats", changed)
    _steps.keep("check", True)
    st.rerun()


def _worded(repair: Repair) -> str:
    column, value, to = (_parts.plain(t or "") for t in (repair.column, repair.value, repair.to))
    if repair.action == "fill":
        return _("Empty cells of “{column}” are read as “{to}”.", column=column, to=to)
    if repair.action == "drop":
        return _("Rows with “{value}” in “{column}” are left out.", column=column, value=value)
    return _("“{value}” in “{column}” is read as “{to}”.", column=column, value=value, to=to)
