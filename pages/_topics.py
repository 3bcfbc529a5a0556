"""The sections of the topics page: what is written, what is new, what it is worth, what else is said."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import topics as charts
from cxlib.i18n import N_
from cxlib.store.snapshots import Snapshot
from cxlib.value.clv import lifetime
from cxlib.voice import topics
from cxlib.voice.aspects import LABELS
from cxlib.voice.topic_money import topic_money
from cxlib.voice.topics import Topics
from pages import _charts, _feedback, _parts, _state

_ = _state.say

COLOURS = {"negative": "orange", "positive": "blue"}
HEADS = {"negative": N_("Complaints"), "positive": N_("Praise")}


def quotes(result: Topics, topic: str, data: Snapshot, part: dict[str, Any]) -> None:
    """What was written of a topic, complaints first, the telling clause marked."""
    lang = _state.session().lang
    name = charts.topic_name(topic, lang, LABELS)
    st.subheader(_("What do they write of “{topic}”?", topic=name), anchor=False)
    rows = result.quotes[result.quotes["topic"] == topic]
    if rows.empty:
        st.caption(_("Fewer than ten comments speak of it: none is shown."))
        return
    for mood, head in HEADS.items():
        of_mood = rows[rows["mood"] == mood]
        if len(of_mood):
            st.caption(_(head))
        for row in of_mood.to_dict("records"):
            day = lang.date(row["day"].date()) if row["day"] == row["day"] else ""
            st.markdown(f"{marked(row['quote'], row['start'], row['end'], COLOURS[mood])}  {day}")
    if topic in LABELS and st.button(_("Read all these comments"), icon=":material/comment:"):
        _feedback.opened(part, data, topic=name)


def marked(quote: str, start: int, end: int, colour: str) -> str:
    """A customer's words as inert Markdown in a line, those that tell on a ground of a colour."""
    before, clause, after = (
        _parts.plain(" ".join(piece.split()), 2_000)
        for piece in (quote[:start], quote[start:end], quote[end:])
    )
    return f"{before} :{colour}-background[{clause}] {after}".strip()


def new(result: Topics) -> None:
    """Complaints and words that the newest complete month has more of than chance allows."""
    st.subheader(_("What is new?"), anchor=False)
    if result.new.empty:
        st.caption(_("No complaint and no word of the newest complete month is new beyond chance."))
        return
    lang = _state.session().lang
    st.caption(_("In {month}:", month=_parts.period(result.new["month"].iloc[0])))
    _charts.listed(
        charts.new_table(result, LABELS, lang), "topic_new", _("What is new?"), charts.NEW
    )


def money(result: Topics, part: dict[str, Any]) -> None:
    """What the customers who complain are expected to bring; needs orders."""
    st.subheader(_("What are those who complain worth?"), anchor=False)
    orders = _state.snapshot("transactions")
    if orders is None:
        st.caption(
            _("Upload your orders too, and this shows what their customers are expected to buy.")
        )
        return
    last = orders.report.get("last_day")
    day = part["as_of"]
    inside = None if day is None or last is None or day.isoformat() >= str(last) else day
    value = _parts.attempted(lifetime.analyse, orders, as_of=inside)
    if value is None:
        return

    def worth(of: Topics) -> Any:
        return topic_money(of.said, value)

    rows = _parts.tried(worth, result, repr(result.receipt), repr(value.receipt))
    if rows is None or rows.empty:
        st.caption(_("No topic has ten complaining customers who bought."))
        return
    _charts.chart(
        charts.money,
        rows,
        "topic_money",
        _("Expected value of the customers who complain, by topic, with intervals"),
        charts.money_table,
        charts.MONEY,
        args=(LABELS,),
    )
    st.caption(
        _(
            "Their expected value in the next 12 months. An association: it is not money lost, and topics"
            " overlap, so they do not add up."
        )
    )


def discovered(data: Snapshot, part: dict[str, Any]) -> None:
    """Topics that the words themselves form, without the lexicon."""
    opened = _parts.details(_("Topics beside the list"), "topics_found", ":material/search:")
    if opened is None:
        return
    with opened:
        found = _parts.attempted(topics.analyse, data, discover=True, **part)
        if found is not None:
            st.caption(
                _("Found by words that occur together, each called by its most telling ones.")
            )
            _charts.listed(
                charts.discovered_table(found),
                "topics_found_list",
                _("Topics beside the list"),
                charts.DISCOVERED,
            )
