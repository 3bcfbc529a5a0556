"""The sections of the topics page: what is written, what is new, what it is worth, what else is said."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import topics as charts
from cxlib.i18n import N_
from cxlib.store.snapshots import Snapshot
from cxlib.value.clv import lifetime
from cxlib.voice import topics
from cxlib.voice.topic_money import complaining, topic_money
from cxlib.voice.topics import Topics
from pages import _charts, _feedback, _parts, _state

_ = _state.say

WORTH = ("customer_id", "clv", "clv_low", "clv_high", "p_alive", "expected_purchases")
COLOURS = {"negative": "orange", "positive": "blue"}
HEADS = {"negative": N_("Complaints"), "positive": N_("Praise")}


def quotes(result: Topics, topic: str, data: Snapshot, part: dict[str, Any]) -> None:
    """What was written of a topic, complaints first, the telling clause marked."""
    lang = _state.session().lang
    name = charts.topic_name(topic, lang, result.labels)
    st.subheader(_("What do they write of “{topic}”?", topic=_parts.plain(name)), anchor=False)
    rows = result.quotes[result.quotes["topic"] == topic]
    if rows.empty:
        st.caption(_("Fewer than ten comments speak of it: none is shown."))
        return
    for mood, head in HEADS.items():
        of_mood = rows[rows["mood"] == mood]
        if len(of_mood):
            st.caption(_(head))
        for row in of_mood.to_dict("records"):
            day = f":gray[{lang.date(row['day'].date())}]" if row["day"] == row["day"] else ""
            st.markdown(f"{marked(row['quote'], row['start'], row['end'], COLOURS[mood])}  {day}")
    if st.button(_("Read all these comments"), icon=":material/comment:"):
        _feedback.opened(part, data, topic=name)


def marked(quote: str, start: int, end: int, colour: str) -> str:
    """A customer's words as inert Markdown in a line, those that tell on a ground of a colour."""
    before, clause, after = (
        _parts.plain(" ".join(piece.split()), 2_000)
        for piece in (quote[:start], quote[start:end], quote[end:])
    )
    gap = " " if quote[end : end + 1].isspace() else ""
    return f"{before} :{colour}-background[{clause}]{gap}{after}".strip()


def grown(result: Topics, data: Snapshot, part: dict[str, Any]) -> None:
    """Complaints by month; a click reads them."""
    mark = _charts.chart(
        charts.trends,
        result,
        "topic_trends",
        _("Complaints by month of the topics that have most"),
        charts.trend_table,
        charts.TREND,
        args=(result.labels,),
        select=True,
    )
    st.caption(
        _(
            "A large point is a change beyond the usual and beyond chance, all topics and months judged"
            " together. Click a point to read its complaints."
        )
    )
    if mark.get("complaint"):
        one = mark["complaint"][0]
        month, mood = _parts.period(one["name"]), _(charts.SIDES["negative"])
        _feedback.opened(part, data, topic=str(one["topic"]), month=month, mood=mood)


def weight(result: Topics, data: Snapshot, part: dict[str, Any]) -> None:
    """What each topic does to the score, and what detractors speak of."""
    st.subheader(_("What does it weigh in the score?"), anchor=False)
    mark = _charts.chart(
        charts.impact,
        result,
        "topic_impact",
        _("Impact of each topic on the score with intervals"),
        charts.topic_table,
        charts.COLUMNS,
        args=(result.labels,),
        select=True,
    )
    st.caption(
        _(
            "The score as it is, less the score without those who speak of the topic: to the left it"
            " pulls the score down. An association, with its 95 % interval. Click a point to read its"
            " comments."
        )
    )
    if mark.get("weighed"):
        _feedback.opened(part, data, topic=str(mark["weighed"][0]["topic"]))
    if result.metric == "nps":
        st.subheader(_("What do detractors speak of?"), anchor=False)
        _charts.chart(
            charts.detractors,
            result,
            "topic_detractors",
            _("The share of detractors with a comment that speaks of each topic, with intervals"),
            charts.detractors_table,
            charts.SPOKEN,
            args=(result.labels,),
        )


def new(result: Topics) -> None:
    """Complaints and words that the newest complete month has more of than chance allows."""
    st.subheader(_("What is new?"), anchor=False)
    if result.new.empty:
        st.caption(_("No complaint and no word of the newest complete month is new beyond chance."))
        return
    lang = _state.session().lang
    st.caption(_("In {month}:", month=_parts.period(result.new["month"].iloc[0])))
    _charts.listed(
        charts.new_table(result, result.labels, lang), "topic_new", _("What is new?"), charts.NEW
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

    months = sorted(result.monthly["name"].unique(), reverse=True)
    month = st.selectbox(
        _("Complaints of"),
        months,
        index=None,
        format_func=_parts.period,
        key="money_month",
        bind="query-params",
        placeholder=_("All months"),
        width=240,
    )

    def worth(of: Topics, month: str | None) -> Any:
        return topic_money(of.said, value, month)

    proof = (repr(result.receipt), repr(value.receipt))
    rows = _parts.tried(worth, result, *proof, month=month)
    if rows is None or rows.empty:
        st.caption(_("No topic has ten complaining customers who bought."))
        return
    mark = _charts.chart(
        charts.money,
        rows,
        "topic_money",
        _("Expected value of the customers who complain, by topic, with intervals"),
        charts.money_table,
        charts.MONEY,
        args=(result.labels, orders.report.get("currency")),
        select=True,
    )
    st.caption(
        _(
            "Their expected value in the next 12 months. An association: it is not money lost, and topics"
            " overlap, so they do not add up."
        )
        + " "
        + _("Click a point for the customers.")
    )
    if mark.get("topic"):
        people = complaining(result.said, value, mark["topic"][0]["key"], month)
        _charts.customers(people, "topic_money_customers", WORTH)


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
