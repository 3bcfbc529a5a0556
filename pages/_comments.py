"""The filters of the comments explorer, and the list of what they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from cxlib.charts import sentiment as charts
from cxlib.charts.emotions import EMOTIONS
from cxlib.charts.topics import SIDES
from cxlib.i18n import N_
from cxlib.store.snapshots import Snapshot
from cxlib.voice import topics
from cxlib.voice.comment_list import comment_list
from cxlib.voice.sentiment import Sentiment
from pages import _adapted, _charts, _feedback, _parts, _state, _topic_words

_ = _state.say

LISTED = (
    "day", "sentiment", "confidence", "comment", "rating_given", "channel", "comment_language",
    "customer_id", "line",
)  # fmt: skip


def conditions(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> dict[str, Any]:
    """What is asked for; each condition is in the URL, as it reads here."""
    months = result.monthly["name"].tolist()[::-1] if len(result.monthly) else []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            _("Search"), key="search", bind="query-params", icon=":material/search:", width=280
        )
        labels = _chosen(_("Sentiment"), charts.LABELS, "sentiment", charts.LABELS.get)
        month = _one(_("Month"), months, "month", _parts.period)
        called = _topic_words.names()
        topic = _one(_("Topic"), called, "topic", lambda t: _(called[t]))
        moods = {side: _(name) for side, name in SIDES.items()}
        mood = _one(_("Mood"), moods, "mood", moods.__getitem__) if topic else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stars = _chosen(
            _("Score"), [f"{r:g}" for r in result.ratings["rating"]], "stars", lambda s: s
        )
        languages = _chosen(
            _("Language"), charts.LANGUAGES, "comment_language", charts.LANGUAGES.get
        )
        emotions = _chosen(_("Emotion"), EMOTIONS, "emotion", EMOTIONS.get)
        groups = [
            (column, _chosen(_parts.plain(_(name)), _values(result, column), column, lambda v: v))
            for column, name in _feedback.columns(data).items()
        ]
        contradicting = st.toggle(
            _("Words against score"),
            key="contradicting",
            bind="query-params",
            help=_("A good score with blame, or a bad one with praise."),
        )
    return {
        "labels": labels,
        "languages": languages,
        "emotions": emotions,
        "month": month,
        "ratings": tuple(float(s) for s in stars),
        "groups": tuple((c, values) for c, values in groups if values),
        "contradicting": contradicting,
        "search": search or "",
        "lines": _of_topic(data, topic, mood, part),
    }


def listed(result: Sentiment, asked: dict[str, Any]) -> None:
    """The comments that are left, their personal data covered."""
    lang = _state.session().lang
    found = comment_list(result, **asked)
    count = lang.plural(N_("{n} comment"), N_("{n} comments"), len(found))
    st.subheader(count, anchor=False)
    if found.empty:
        st.caption(_("No comment meets all of these. Take a filter away."))
        return
    if len(found) > _charts.SHOWN:
        told = _("The first {n} are shown; downloads hold them all.", n=lang.number(_charts.SHOWN))
        st.caption(told)
    _charts.listed(charts.listed_table(found, lang), "comments_list", count, LISTED)
    st.caption(
        _(
            "Confidence is the probability that the model gives its label. Phone numbers, addresses and"
            " accounts in the texts are covered."
        )
    )


def _of_topic(
    data: Snapshot, topic: str | None, mood: str | None, part: dict[str, Any]
) -> tuple[int, ...] | None:
    """The lines of the comments that speak of a topic, and so of it; None where none is asked for."""
    if topic is None:
        return None
    own = {"lexicon": _topic_words.current(), "adaptation": _adapted.current()}
    found = _parts.attempted(topics.analyse, data, **own, **part)
    if found is None:
        return None
    said = found.said[found.said["topic"] == topic]
    return tuple((said if mood is None else said[said["mood"] == mood])["line"].tolist())


def _values(result: Sentiment, column: str) -> tuple[str, ...]:
    return tuple(result.groups.loc[result.groups["by"] == column, "group"].tolist())


def _chosen(
    name: str, offered: Iterable[str], key: str, words: Callable[[str], Any]
) -> tuple[str, ...]:
    return tuple(
        st.multiselect(
            name,
            list(offered),
            format_func=lambda value: _(str(words(value))),
            key=key,
            bind="query-params",
            placeholder=_("All"),
            width=200,
        )
    )


def _one(name: str, offered: Iterable[str], key: str, words: Callable[[str], str]) -> str | None:
    picked: str | None = st.selectbox(
        name,
        list(offered),
        index=None,
        format_func=words,
        key=key,
        bind="query-params",
        placeholder=_("All"),
        width=200,
    )
    return picked
