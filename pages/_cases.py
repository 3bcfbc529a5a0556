"""The list of cases: which need somebody now, all of them, and how groups of them compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from cxlib.act.cases import BY, FEW, CaseFigures, case_table, group_of, lasting
from cxlib.charts import cases as charts
from cxlib.definitions import Definition
from cxlib.i18n import N_
from cxlib.store.cases import SOURCES, STATUSES, Case
from pages import _charts, _parts, _report, _state

_ = _state.say

KEY = "case"
FIRST = 8  # cards
STATES = {"open": N_("Still open"), "overdue": N_("Overdue"), "all": N_("All")}
KINDS = ("responses", "feedback", "tickets")
COLOURS = {
    "new": "blue",
    "contacted": "orange",
    "in_progress": "orange",
    "solved": "green",
    "closed": "gray",
}
LISTED = (
    "case_due", "status", "case_owner", "customer_id", "case_source", "score_given", "topic",
    "case_cause", "case_action", "case_note", "case_outcome", "case_followup", "case_opened",
    "case_contacted", "case_closed", "case_row", "case_id",
)  # fmt: skip


def zone() -> ZoneInfo:
    """The business time zone, as the newest of the tables that cases come from was read in."""
    found = [data for kind in KINDS if (data := _state.snapshot(kind)) is not None]
    plans = [data.report.get("plan") or {} for data in found]
    return ZoneInfo(next((p["timezone"] for p in plans if p.get("timezone")), "Asia/Jakarta"))


def moment(at: dt.datetime) -> str:
    """A moment as people read it, in business time."""
    there = at.astimezone(zone())
    return f"{_state.session().lang.date(there.date())} {there:%H:%M}"


def named(case: Case) -> str:
    """A case as it is found, and as links have it: the same in every language and state."""
    return f"{case.customer_id or '–'} · {case.id[:8]}"


def chosen(ordered: Sequence[Case]) -> Case | None:
    """The case that is looked at: found by typing, or opened from the list; the URL says which."""
    if not ordered:
        return None
    by_id = {case.id: case for case in ordered}
    if _state.get(KEY) not in (None, *by_id):  # a link to a case that is not here
        _state.put(KEY, None)
    picked = st.selectbox(
        _("Find a case"),
        list(by_id),
        index=None,
        format_func=lambda key: named(by_id[key]),
        placeholder=_("Type a customer id, or open one below"),
        key=KEY,
        bind="query-params",
    )
    return by_id.get(picked)


def filtered(ordered: Sequence[Case], now: dt.datetime) -> tuple[Case, ...]:
    """The cases that the reader asks for, by state, owner and source."""
    lang = _state.session().lang
    owners = sorted({case.owner for case in ordered})
    sources = {case.source for case in ordered}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = _parts.choice(_("Cases"), STATES, "case_state")
        owner = st.selectbox(
            _("Owner"),
            owners,
            index=None,
            format_func=lambda o: o or lang("nobody yet"),
            placeholder=_("All"),
            key="case_by_owner",
            bind="query-params",
            width=200,
        )
        source = st.selectbox(
            _("Source"),
            [s for s in SOURCES if s in sources],
            index=None,
            format_func=lambda s: lang(SOURCES[s]),
            placeholder=_("All"),
            key="case_by_source",
            bind="query-params",
            width=200,
        )
    return tuple(
        case
        for case in ordered
        if (state == "all" or (case.overdue(now) if state == "overdue" else case.open))
        and owner in (None, case.owner)
        and source in (None, case.source)
    )


def to_do(found: Sequence[Case], now: dt.datetime) -> None:
    """The first cases as cards, overdue ones on top, and all of them as a list."""
    lang = _state.session().lang
    st.subheader(_("What to do now"), anchor=False)
    if not found:
        st.success(_("Nobody waits here."), icon=":material/check_circle:")
        return
    for case in found[:FIRST]:
        _card(case, now)
    count = lang.plural(N_("{n} case"), N_("{n} cases"), len(found))
    if opened := _parts.details(
        _("As a list: {count}", count=count), "case_list", ":material/list:"
    ):
        with opened:
            _charts.listed(case_table(found, zone()), "cases", count, LISTED)


def _card(case: Case, now: dt.datetime) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        who = _parts.plain(case.customer_id or _("Nobody’s id"))
        st.markdown(
            f"**{who}** · {_(SOURCES[case.source])}"
            + scored(case)
            + (f" · {_parts.plain(case.topic)}" if case.topic else ""),
            width="stretch",
        )
        if case.overdue(now):
            st.badge(_("Overdue"), icon=":material/alarm:", color="red")
        st.badge(_(STATUSES[case.status]), color=COLOURS[case.status])
        owner = _parts.plain(case.owner) or _("nobody yet")
        st.caption(f"{_('Due')} {moment(case.due)} · {owner}", width="content")
        st.button(
            _("Open"),
            icon=":material/arrow_forward:",
            help=_("Open the case of {who}", who=who),
            key=f"{KEY}_open_{case.id}",
            on_click=_state.put,
            args=(KEY, case.id),
        )


def scored(case: Case) -> str:
    """The score that was given, said after what opened the case."""
    if case.score is None:
        return ""
    return ", " + _("score {score}", score=_state.session().lang.number(case.score))


def compared(result: CaseFigures, ordered: Sequence[Case]) -> None:
    """How soon cases are closed, and how owners, causes and sources compare."""
    st.subheader(_("Does the loop close?"), anchor=False)
    told = []
    if result.contacted is None:
        told.append(_("No detractor’s case is 48 hours old yet: the share comes then."))
    if result.few:
        told.append(_("Fewer than {n} cases stand behind a share: read its interval.", n=FEW))
    if result.curve is not None and result.closing is None:
        told.append(_("More than half of the cases are still open, so there is no median yet."))
    if told:
        st.caption(" ".join(told))
    named = (
        (N_("Detractors contacted in 48 h"), result.contacted),
        (N_("Median hours to close"), result.closing),
        (N_("Hours until nine in ten are closed"), result.closing_p90),
        (N_("Save rate"), result.saved),
    )
    rows = [(_(name), value) for name, value in named if value is not None]
    if rows:
        _report.figures(rows)
    if result.curve is not None and result.curve.events.sum():
        point = _charts.chart(
            charts.closing,
            result,
            "cases_closing",
            _("Share of cases still open by hours since their opening"),
            charts.closing_table(result, _state.session().lang),
            select=True,
        )
        if point.get("wait"):
            hours = float(point["wait"][0]["hours"])
            _behind(lasting(ordered, hours, result.moment), "cases_lasting")
        else:
            st.caption(_("Click the line for the cases that took so long or longer."))
    if opened := _parts.details(
        _("By owner, root cause and source"), "case_groups", ":material/bar_chart:"
    ):
        with opened:
            _groups(result, ordered)


def _groups(result: CaseFigures, ordered: Sequence[Case]) -> None:
    lang = _state.session().lang
    with st.container(horizontal=True):
        by = _parts.choice(_("Compare by"), BY, "case_by")
        measure = _parts.choice(_("Figure"), charts.MEASURES, "case_figure")
    rows = charts.group_table(result, by, lang)
    point = _charts.chart(
        charts.groups,
        result,
        "cases_groups",
        _("{figure} by {group}", figure=_(charts.MEASURES[measure]), group=_(BY[by])),
        rows,
        select=True,
        args=(by, measure),
    )
    st.caption(
        _(
            "Lines are 95 % intervals. Groups differ in whom they got: this is no test of people."
            " Click a point for its cases."
        )
    )
    if point.get("group"):
        group = point["group"][0]["key"]
        _behind([case for case in ordered if group_of(case, by) == group], "cases_of_group")


def _behind(found: Sequence[Case], key: str) -> None:
    """The cases behind a mark."""
    count = _state.session().lang.plural(N_("{n} case"), N_("{n} cases"), len(found))
    st.subheader(count, anchor=False)
    _charts.listed(case_table(found, zone()), key, count, LISTED)


def reading(known: Sequence[Definition]) -> None:
    """What the figures mean."""
    for one in known:
        st.markdown(f"**{_(one.name)}**")
        for text in (one.formula, one.good_for, one.not_good_for, one.pitfalls):
            if text:
                st.write(_(text))
