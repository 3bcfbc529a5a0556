"""The parts of the scorecard: what there is data for, a card a metric, and what changed."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cxlib.act.findings import Finding, by_month
from cxlib.act.scorecard import STANDINGS, TEAMS, Line, Scorecard, scorecard
from cxlib.errors import NotEnoughData
from cxlib.growth import engagement
from cxlib.i18n import N_
from cxlib.store import annotations as notes
from cxlib.value import recurring, sales
from cxlib.voice import ces, csat, nps, support
from pages import _cache, _changing, _parts, _state, _support, _survey, _targets

_ = _state.say

SURVEYS = {"nps": nps.analyse, "csat": csat.analyse, "ces": ces.analyse}
OTHERS = {
    "support": (support.analyse, "tickets"),
    "engagement": (engagement.analyse, "events"),
    "sales": (sales.analyse, "transactions"),
    "recurring": (recurring.analyse, "subscriptions"),
}
KEY = "findings"
COLOURS = {"met": "green", "missed": "red", "open": "gray", "none": "gray"}
ICONS = {"up": ":material/trending_up:", "down": ":material/trending_down:"}


def results() -> dict[str, Any]:
    """The analyses that the workspace has data for; what has too little is left out."""
    found: dict[str, Any] = {}
    with st.spinner(_("Computing…"), show_time=True):
        for name, analyse, kind, options in _asked():
            data = _state.snapshot(kind)
            if data is None:
                continue
            try:
                found[name] = _cache.analysed(analyse, data, **options)
            except NotEnoughData:
                continue
    return found


def _asked() -> list[tuple[str, Any, str, dict[str, Any]]]:
    """Each analysis with its kind of data and options."""
    tickets = _state.snapshot("tickets")
    asked: list[tuple[str, Any, str, dict[str, Any]]] = [
        (name, SURVEYS[name], "responses", options) for name, options in _surveys().items()
    ]
    for name, (analyse, kind) in OTHERS.items():
        options = _support.scale(tickets) if name == "support" and tickets else {}
        asked.append((name, analyse, kind, options))
    return asked


def _surveys() -> dict[str, dict[str, Any]]:
    """The question of each survey metric that the answers have."""
    data = _state.snapshot("responses")
    found: dict[str, dict[str, Any]] = {}
    for one in _survey.questions_of(data) if data else ():
        if one.metric in SURVEYS:
            found.setdefault(one.metric, _survey.options(one))
    return found


def made(found: Mapping[str, Any]) -> Scorecard:
    """The scorecard of these results and of the targets that are kept."""
    return scorecard(found, _targets.here())


def changes(card: Scorecard) -> None:
    """What changed, month by month, and a button that writes it on every chart."""
    st.subheader(_("What changed in the last twelve months?"), anchor=False)
    if not card.findings:
        st.caption(_("Nothing that is more than chance or the usual ups and downs."))
        return
    for month, found in by_month(card.findings).items():
        with st.container(border=True):
            st.markdown(f"**{_parts.period(month)}**")
            for finding in found:
                told = _parts.worded(finding.sentence, _currency())
                st.markdown(f"{ICONS[finding.state]} {_subject(finding)}{_parts.plain(told, 300)}")
    _changing.told(KEY)
    missing = [f for f in card.findings if _text(f) not in _noted()]
    st.button(
        _("Note these on all charts"),
        icon=":material/push_pin:",
        disabled=not missing,
        help=None if missing else _("They are noted already."),
        on_click=_note,
        args=(missing,),
    )


def _subject(finding: Finding) -> str:
    return f"{_('Topic of tickets')} · " if finding.measure == "support.topic" else ""


def _text(finding: Finding) -> str:
    return _subject(finding) + _parts.worded(finding.sentence, _currency())


def _noted() -> set[str]:
    of = _state.session().workspace
    return {n.text for n in notes.listed(of)} if of else set()


def _note(found: list[Finding]) -> None:
    of = _state.workspace()

    def written() -> None:
        for finding in found:
            first = dt.date.fromisoformat(f"{finding.month}-01")
            until = dt.date.fromisoformat(f"{finding.until or finding.month}-01")
            last = until.replace(day=calendar.monthrange(until.year, until.month)[1])
            notes.add(of, "change", first, last, _text(finding))

    _changing.tried(written, KEY)


def cards(card: Scorecard) -> None:
    """A card a metric, team by team."""
    lang = _state.session().lang
    for team, name in TEAMS.items():
        mine = [line for line in card.lines if line.measure.team == team]
        if not mine:
            continue
        st.subheader(lang(name), anchor=False)
        with st.grid(3, min_column_width=230):
            for line in mine:
                with st.container(border=True, height="stretch"):
                    _card(line)


def _card(line: Line) -> None:
    value, currency = line.value, _currency()
    _parts.tile(line.kpi, currency)
    told = " · ".join(filter(None, (_parts.period(line.month), _parts.certainty(value, currency))))
    st.caption(f"{told}  \n{_parts.worded(line.sentence, currency)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if line.target is not None:
            st.badge(_(STANDINGS[line.standing]), color=COLOURS[line.standing])
        _targets.editor(line.measure.id, value.unit, line.measure.better, currency)
        st.page_link(line.measure.page, label=_("Open"), icon=":material/arrow_forward:")


def absent(found: Mapping[str, Any]) -> None:
    """What would fill the lines that are missing."""
    kinds = {
        "nps": N_("survey answers"),
        "support": N_("support tickets"),
        "engagement": N_("events"),
        "sales": N_("orders"),
        "recurring": N_("subscriptions"),
    }
    missing = [_(kind) for name, kind in kinds.items() if name not in found]
    if missing:
        st.caption(_("More lines come with: {kinds}.", kinds=", ".join(missing)))


def _currency() -> str | None:
    orders = _state.snapshot("transactions") or _state.snapshot("subscriptions")
    found: str | None = orders.report.get("currency") if orders else None
    return found
