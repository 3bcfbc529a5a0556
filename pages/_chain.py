"""The sections of the chain page: what it rests on, a point of NPS, and who holds the money."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import holdings as charts
from cxlib.growth import chain_lists
from cxlib.growth.chain import ChainResult
from cxlib.growth.chain_questions import firsts, options
from cxlib.growth.links import Association
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain
from cxlib.ingest.plan import Score
from cxlib.store.snapshots import Snapshot
from cxlib.voice.questions import Question
from cxlib.voice.questions import questions as asked_in
from pages import _cache, _charts, _parts, _state

_ = _state.say

BESIDE = {"orders": "transactions", "events": "events", "tickets": "tickets"}
WINDOWS = {
    "": N_("Usual time to buy again"),
    "90": N_("90 days"),
    "180": N_("180 days"),
    "365": N_("A year"),
}
BY = {"nps": "NPS", "csat": "CSAT"}
GAINED = {
    "retained": N_("Bought again, a point of score"),
    "spend": N_("Spend since, a point of score"),
    "clv": N_("CLV, a point of score"),
}


def window() -> int | None:
    """How long after an answer purchases count."""
    chosen = st.selectbox(
        _("Counted after an answer"),
        list(WINDOWS),
        format_func=lambda days: _(WINDOWS[days]),
        key="window",
        bind="query-params",
        width=260,
        help=_("Nine in ten purchases that were followed by another had it within the usual time."),
    )
    return int(chosen) if chosen else None


def filters(data: Snapshot) -> dict[str, Any]:
    """The as-of day, if it is not the last: the other tables may go on after the answers do."""
    part = _parts.filters(data, {})
    day = part["as_of"]
    last = data.report.get("last_day")
    return {**part, "as_of": None if day is None or day.isoformat() == last else day}


def beside() -> dict[str, Snapshot]:
    """The tables that the workspace has besides the answers."""
    found = {name: _state.snapshot(kind) for name, kind in BESIDE.items()}
    return {name: data for name, data in found.items() if data is not None}


def questions(data: Snapshot) -> dict[str, Any]:
    """Where the answers for NPS, CSAT and CES are, and their scales."""
    scores = [from_plain(Score, s) for s in data.report.get("scores", ())]

    def asked(table: Any) -> tuple[Question, ...]:
        return asked_in(table, scores)

    return options(firsts(_cache.rows(asked, data, data.kind)))


def currency(tables: dict[str, Snapshot]) -> str | None:
    """That of the orders."""
    found = tables["orders"].report.get("currency") if "orders" in tables else None
    return str(found) if found else None


def basis(result: ChainResult) -> None:
    """How many of all customers answered, and what the tables share."""
    lang = _state.session().lang
    told = []
    if result.answered is not None:
        told.append(
            _(
                "{n} of {all} buyers answered ({share}).",
                n=lang.number(result.answered.value),
                all=lang.number(result.answered.n),
                share=lang.percent(result.answered.value / max(result.answered.n, 1), 0),
            )
        )
    if result.window_days is not None:
        told.append(
            _(
                "What came after is counted for {days} days from each customer's first answer.",
                days=lang.number(result.window_days),
            )
        )
    if missing := [name for name in BESIDE.values() if _state.snapshot(name) is None]:
        words = {"transactions": _("orders"), "events": _("events"), "tickets": _("tickets")}
        told.append(
            _("Not in this workspace: {tables}.", tables=", ".join(words[m] for m in missing))
        )
    st.caption(" ".join(told))


def linked(result: ChainResult, mark: dict[str, Any]) -> None:
    """The customers on whom a link rests."""
    _charts.customers(
        chain_lists.linked(result.customers, mark["of"], mark["to"]), "chain_link_people"
    )


def point_of_nps(result: ChainResult, money: str | None) -> None:
    """What goes with a point of NPS, and what came after each group of answers."""
    offered = {key: name for key, name in charts.OUTCOMES.items() if _has(result, key)}
    if not offered:
        return
    st.subheader(_("What goes with a point of the score, 0 to 10?"), anchor=False)
    with st.grid(3, min_column_width=200):
        for point in result.points:
            _gained(point, money)
    with st.container(horizontal=True):
        outcome = _parts.choice(_("Shown"), offered, "outcome")
        by = _parts.choice(_("Groups of"), BY, "groups")
    drawn = result.groups[(result.groups["by"] == by) & (result.groups["outcome"] == outcome)]
    if not drawn["shown"].any():
        st.caption(_("Every group has fewer than ten customers: none is shown."))
        return
    bar = _charts.chart(
        charts.groups,
        result,
        f"chain_groups_{by}_{outcome}",
        _("{measure} by group of answers, with intervals", measure=_(charts.OUTCOMES[outcome])),
        charts.group_table,
        args=(by, outcome),
        select=True,
    )
    if bar.get("group"):
        people = chain_lists.grouped(result.customers, by, bar["group"][0]["group"], outcome)
        _charts.customers(people, "chain_group_people")
    else:
        st.caption(_("Lines are 95 % intervals. Click a bar for its customers."))


def holders(result: ChainResult) -> None:
    """Promoters, passives and detractors by their revenue."""
    if not result.held["shown"].any():
        return
    st.subheader(_("Who holds the money: promoters, passives, detractors?"), anchor=False)
    bar = _charts.chart(
        charts.held,
        result,
        "chain_held",
        _("Promoters, passives and detractors by customers and by revenue"),
        charts.held_table,
        charts.HELD,
        select=True,
    )
    lang, share = _state.session().lang, result.detractor_share
    if share is not None:
        st.caption(
            _(
                "By the newest answer. If those who did not answer are like those who did, detractors"
                " hold {low} to {high} of the revenue of all.",
                low=lang.percent(share.low),
                high=lang.percent(share.high),
            )
        )
    if bar.get("holder"):
        people = chain_lists.holders(result.customers, bar["holder"][0]["group"])
        _charts.customers(people, "chain_holders")
    else:
        st.caption(_("Click a part of a bar for its customers."))


def withheld(result: ChainResult) -> None:
    """Why there is no CLV, where there is none."""
    for gate in result.clv_gates:
        text = _parts.plain(_state.session().lang.gate(gate), 400)
        st.caption(f":material/info: {_('No CLV: {reason}', reason=text)}")


def _has(result: ChainResult, outcome: str) -> bool:
    rows = result.groups[result.groups["outcome"] == outcome]
    return bool((rows["n"] > 0).any())


def _gained(point: Association, money: str | None) -> None:
    """What goes with a point, and whether the data show it."""
    value = point.value
    if value is None:
        with st.container(border=True, height="stretch"):
            st.caption(_(GAINED[point.to]))
            st.write(_(point.reason))
        return
    text = _parts.size(value.value, value.unit, money)
    if point.state == "linked" and value.value > 0:
        text = f"+{text}"
    least = _parts.size(point.smallest_detectable or 0, value.unit, money)
    st.metric(
        _(GAINED[point.to]),
        text if point.state == "linked" else "–",
        delta=_("association") if point.state == "linked" else _("not detectable"),
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=f"{_parts.certainty(value, money)}\n\n"
        + _("Smallest that these customers could show: {least}.", least=least),
    )
