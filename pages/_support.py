"""The sections of the support page, each with the tickets behind its marks."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import support as charts
from cxlib.charts import ticket_ranges
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.voice.support import BY, SupportResult
from cxlib.voice.ticket_churn import tickets_before_churn
from pages import _cache, _charts, _notes, _parts, _state, _tickets

_ = _state.say

FILTERS = {column: label(column).name for column in BY}
READING = (
    N_(
        "A month's tickets are those opened in it; what became of them later counts for that month."
    ),
    N_(
        "Tickets that still wait are in the medians with the time they have waited so far: leaving"
        " them out would make a slow desk look fast."
    ),
    N_("A ticket that is closed without an answer stops waiting for one when it is closed."),
)


def compared(data: Snapshot) -> str | None:
    """What tickets are told apart by, of the columns that the file has."""
    offered = {c: FILTERS[c] for c in BY if c in data.report["plan"]["mapping"]}
    if len(offered) < 2:
        return next(iter(offered), None)
    chosen: str = _parts.choice(_("Compare by"), offered, "by")
    return chosen


def activities(data: Snapshot) -> dict[str, tuple[str, ...]]:
    """Of a log: which activities close a ticket, and which answer the customer."""
    if data.report["plan"].get("shape") != "log":
        return {}
    offered = _cache.choices(data.workspace, data.digest, "activity", data)
    names = {"closing": _("Activities that close"), "responding": _("Activities that answer")}
    return {
        key: tuple(st.multiselect(name, offered, key=key, bind="query-params"))
        for key, name in names.items()
    }


def scale(data: Snapshot) -> dict[str, Any]:
    """The scale of the satisfaction, as the import recognised it."""
    scores = data.report.get("scores") or ()
    return {end: scores[0][end] for end in ("low", "high", "best")} if scores else {}


def volume(result: SupportResult, source: _tickets.Source) -> None:
    """How many, and whether there are more."""
    _notes.subheader(_("How many tickets, and are there more?"))
    bar = _charts.chart(
        charts.volume,
        result,
        "support_volume",
        _("Tickets by the month of their opening"),
        charts.volume_table(result, _state.session().lang),
        ("month", "tickets", "backlog", "verdict"),
        select=True,
        args=(_notes.here(),),
    )
    if bar.get("month"):
        source.listed("support_month", **_tickets.month_of(bar["month"][0]["day"]))
    else:
        st.caption(
            _(
                "In colour: beyond the usual ups and downs. Click a bar for the tickets of its month."
            )
        )


def topics(result: SupportResult, source: _tickets.Source) -> None:
    """What tickets are about, and which topics grow."""
    st.subheader(_("What are they about?"), anchor=False)
    if result.topics.empty:
        st.caption(_("The file has no topics."))
        return
    cell = _charts.chart(
        charts.topics,
        result,
        "support_topics",
        _("Tickets of the largest topics by month"),
        charts.topic_table,
        ("topic", "month", "tickets", "change", "verdict"),
        select=True,
    )
    if cell.get("cell"):
        mark = cell["cell"][0]
        source.listed(
            "support_topic",
            also=(("topic", (str(mark["topic"]),)),),
            **_tickets.month_of(mark["day"]),
        )
    else:
        st.caption(
            _(
                "▲ and ▼: more and less than usual, all topics judged together. Click for the tickets."
            )
        )


def recurring(result: SupportResult, source: _tickets.Source) -> None:
    """Whether the same customers write again about the same."""
    st.subheader(_("Does it come back?"), anchor=False)
    found = result.recurring
    if found.share is None:
        st.caption(
            _("Recurring topics need customers and topics, and more than 30 days of tickets.")
        )
        return
    st.write(
        _(
            "{share} of tickets come within 30 days of the same customer's last one about the same"
            " ({certainty}).",
            share=_parts.figure(found.share, None),
            certainty=_parts.certainty(found.share, None) or "",
        )
    )
    point = _charts.chart(
        ticket_ranges.recurring,
        result,
        "support_recurring",
        _("Share of recurring tickets by topic, with intervals"),
        found.topics,
        select=True,
    )
    if point.get("topic"):
        also = (("topic", (str(point["topic"][0]["topic"]),)),)
        source.listed("support_again", also=also, recurring=True)
    else:
        st.caption(_("Click a point for the tickets that came again."))


def churn(source: _tickets.Source) -> None:
    """Where there are orders: silence by number of tickets."""
    orders = _state.snapshot("transactions")
    if orders is None:
        return
    opened = _parts.details(
        _("Do customers with tickets fall silent?"), "ticket_churn", ":material/logout:"
    )
    if opened is None:
        return
    with opened:
        beside = {"orders": orders}
        found = _parts.attempted(tickets_before_churn, source.data, beside=beside, **source.part)
        if found is None:
            return
        point = _charts.chart(
            ticket_ranges.churn,
            found,
            "support_churn",
            _("Share of customers silent too long by their number of tickets"),
            found.classes,
            select=True,
        )
        st.caption(
            _(
                "Silent: no purchase for more than {days} days. This is an association: who buys more"
                " writes more and is silent less often, so compare the mean purchases too.",
                days=_state.session().lang.number(found.rule_days),
            )
        )
        if point.get("class"):
            of = found.of(int(point["class"][0]["tickets"]))
            columns = ("customer_id", "tickets", "purchases", "last_day", "silent_days")
            _charts.customers(of, "support_silent", columns)
