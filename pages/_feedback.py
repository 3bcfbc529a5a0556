"""The sections of the feedback overview: shares now, by month, by group, against the stars."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import emotions as feelings
from cxlib.charts import sentiment as charts
from cxlib.charts import sentiment_groups
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.voice import sentiment
from cxlib.voice.sentiment import Sentiment
from pages import _adapted, _charts, _notes, _parts, _state, _survey

_ = _state.say

SOURCES = {"feedback": N_("Reviews and comments"), "responses": N_("Comments of surveys")}
FILTERED = 4  # columns that the filter offers
ASKED = "comments_asked"  # filters of the explorer, on the way to it
EXPLORER = (
    "search", "sentiment", "month", "topic", "mood", "stars", "comment_language", "emotion",
    "contradicting",
)  # fmt: skip


def source() -> Snapshot:
    """The table whose comments are read: reviews, or answers to a survey with comments."""
    found = {kind: _state.snapshot(kind) for kind in SOURCES}
    offered = [
        kind
        for kind, data in found.items()
        if data is not None and (kind == "feedback" or "comment" in data.report["plan"]["mapping"])
    ]
    if not offered:
        return _parts.require("feedback")
    kind = offered[0]
    if len(offered) > 1:
        kind = _parts.choice(_("Which comments"), {k: SOURCES[k] for k in offered}, "comments_of")
    data = found[kind]
    assert data is not None
    return data


def columns(data: Snapshot) -> dict[str, str]:
    """What comments can be compared by, and what it is called."""
    channel = {"channel": label("channel").name}
    held = channel if "channel" in data.report["plan"]["mapping"] else {}
    return {**held, **_survey.attributes(data)}


def filters(data: Snapshot) -> dict[str, Any]:
    """The as-of day, and values of columns."""
    words = {a for a, b in enumerate(data.report.get("attributes", ())) if b["type"] == "text"}
    named = {c: n for c, n in columns(data).items() if c == "channel" or int(c[1:]) in words}
    return _parts.filters(data, dict(list(named.items())[:FILTERED]))


def analysed(data: Snapshot, part: dict[str, Any]) -> Sentiment:
    """The sentiment of the comments, compared by all columns that can be: one family of tests."""
    by, adaptation = tuple(columns(data)), _adapted.current()
    return _parts.analysed(sentiment.analyse, data, by=by, adaptation=adaptation, **part)


def stated(result: Sentiment) -> None:
    """How many comments there are, how many were not read, and how often the model is right."""
    lang = _state.session().lang
    n = sum(result.counts.values())
    many = lang.plural(N_("{n} comment"), N_("{n} comments"), n)
    if result.first_day and result.last_day:
        many += f", {lang.date(result.first_day)} – {lang.date(result.last_day)}"
    told = [
        _(
            "{many}: {labelled} labelled, {unsure} not sure, {unread} in other languages or without"
            " words.",
            many=many,
            labelled=lang.number(result.receipt.rows_used),
            unsure=lang.percent(result.unsure.value),
            unread=lang.percent(result.unlabelled.value),
        )
    ]
    known = sentiment.accuracy()
    # What training recorded is of the shipped model; of an adapted one the accuracy check says it.
    if known is not None and result.receipt.parameters["adaptation"] is None:
        told.append(
            _(
                "On {n} texts that it had not seen the model was right {share} of the time.",
                n=lang.number(known["n"]),
                share=lang.percent(known["accuracy"], 0),
            )
        )
    newest = [v.after for kpi in result.headline[:1] for v in kpi.family[-1:]]
    if newest and newest[0]:
        month = _parts.period(newest[0])
        told.append(_("Tiles show {month}, the newest complete month.", month=month))
    st.caption(" ".join(told))
    _adapted.told()


def opened(part: dict[str, Any], data: Snapshot, **which: str) -> None:
    """The comments behind a mark: the explorer, its filters as the mark and this page have them.

    `which` are filters as the URL has them. What a filter of this page is bound to cannot be set in
    the URL: that goes by the session. Filters that were left in the explorer are taken away.
    """
    names = columns(data)
    held: dict[str, Any] = dict.fromkeys((*EXPLORER, *names))
    held |= {key: _state.get(key) for key in ("as_of", "comments_of")}
    held |= {column: list(values) for column, values in part["where"]}
    held |= {column: [value] for column, value in which.items() if column in names}
    _state.put(ASKED, held)
    query = {key: value for key, value in which.items() if key not in names}
    st.switch_page("voice/comments.py", query_params=query)


def arrived() -> None:
    """Set the filters of the explorer as `opened` was asked to, before they are made."""
    for key, value in (_state.get(ASKED) or {}).items():
        _state.put(key, value)
    _state.put(ASKED, None)


def now(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> None:
    """The share of each label."""
    st.subheader(_("How do customers feel?"), anchor=False)
    bar = _charts.chart(
        charts.in_all,
        result,
        "sentiment_labels",
        _("The share of each label with its 95 % interval"),
        charts.in_all_table,
        charts.IN_ALL,
        select=True,
    )
    st.caption(_("Click a mark of any chart on this page to read its comments."))
    if bar.get("label"):
        opened(part, data, sentiment=_(charts.LABELS[bar["label"][0]["key"]]))


def monthly(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> None:
    """Blame and praise by month, and whether they changed."""
    _notes.subheader(_("Did it change?"))
    if result.monthly.empty:
        st.caption(_("The file has no dates, so there are no months to compare."))
        return
    if result.monthly["negative"].isna().all():
        st.caption(_("Every month has fewer than ten labelled comments: none is shown."))
        return
    mark = _charts.chart(
        charts.monthly,
        result,
        "sentiment_monthly",
        _("The share of negative and of positive comments by month with 95 % intervals"),
        charts.monthly_table(result, _state.session().lang),
        charts.MONTHLY,
        select=True,
        args=(_notes.here(),),
    )
    _parts.meaning(result.meaning)
    st.caption(
        _(
            "Bars are 95 % intervals. An arrow marks a change that the data show; without one it is chance."
        )
    )
    if mark.get("month"):
        one = mark["month"][0]
        mood = _(charts.LABELS[one["key"]])
        opened(part, data, sentiment=mood, month=_parts.period(one["name"]))


def groups(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> None:
    """Blame by channel, or by an attribute of the file."""
    names = columns(data)
    offered = {c: names[c] for c in result.by if (result.groups["by"] == c).any()}
    if not offered:
        return
    st.subheader(_("Where is the blame?"), anchor=False)
    by = next(iter(offered))
    if len(offered) > 1:
        by = st.selectbox(
            _("Compare by"),
            list(offered),
            format_func=lambda c: _(offered[c]),
            key="by",
            bind="query-params",
            width=320,
        )
    if not result.groups.loc[result.groups["by"] == by, "shown"].any():
        st.caption(_("Every group has fewer than ten comments: none is shown."))
        return
    mark = _charts.chart(
        sentiment_groups.groups,
        result,
        f"sentiment_{by}",
        _("The share of negative comments of each group with its 95 % interval"),
        sentiment_groups.groups_table,
        sentiment_groups.GROUPS,
        select=True,
        args=(by,),
    )
    st.caption(
        _("Dashed: all together. Grey groups do not differ from all others beyond chance.")
        + " "
        + _("All columns are judged together, so that looking at many finds nothing by chance.")
    )
    if mark.get("group"):
        negative = _(charts.LABELS["negative"])
        opened(part, data, **{"sentiment": negative, by: str(mark["group"][0]["group"])})


def stars(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> None:
    """Whether what customers write is what their stars say."""
    if not result.ratings["shown"].any():
        return
    st.subheader(_("Do words and scores agree?"), anchor=False)
    cell = _charts.chart(
        sentiment_groups.ratings,
        result,
        "sentiment_stars",
        _("The labels of the comments of each score"),
        sentiment_groups.ratings_table,
        sentiment_groups.RATINGS,
        select=True,
    )
    if result.contradiction is not None and result.contradiction.value:
        st.write(
            _(
                "{share} of the comments with a good or bad score say the opposite of it"
                " ({certainty}): the model errs there, or the customer took the wrong one.",
                share=_parts.figure(result.contradiction, None),
                certainty=_parts.certainty(result.contradiction, None) or "",
            )
        )
        if st.button(_("Read these comments"), icon=":material/compare_arrows:"):
            opened(part, data, contradicting="true")
    if cell.get("stars"):
        one = cell["stars"][0]
        mood = _(charts.LABELS[one["key"]])
        opened(part, data, sentiment=mood, stars=f"{one['rating']:g}")


def emotions(result: Sentiment, data: Snapshot, part: dict[str, Any]) -> None:
    """What Indonesian comments feel, behind a question; not asked where hardly any emotion is named."""
    if result.emotions.empty or result.felt is None:
        return
    box = _parts.details(_("Which emotions?"), "emotions", ":material/mood:")
    if box is None:
        return
    with box:
        bar = _charts.chart(
            feelings.emotions,
            result,
            "sentiment_emotions",
            _("The share of each emotion in Indonesian comments with its 95 % interval"),
            feelings.emotion_table,
            feelings.COLUMNS,
            select=True,
        )
        lang = _state.session().lang
        st.caption(
            _(
                "Of {n} Indonesian comments, {share} have an emotion that the model is sure enough of;"
                " the shares are of these. It learned from reviews of online shops, each with one"
                " emotion.",
                n=lang.number(result.felt.n),
                share=lang.percent(result.felt.value, 0),
            )
        )
    if bar.get("emotion"):
        opened(part, data, emotion=_(feelings.EMOTIONS[bar["emotion"][0]["key"]]))


def languages(result: Sentiment) -> None:
    """Which languages were read, and which were not."""
    st.subheader(_("What was read?"), anchor=False)
    table = charts.read_table(result, _state.session().lang)
    _charts.listed(table, "sentiment_languages", _("Comments by language"), charts.READ)
    st.caption(
        _("Comments in other languages are not labelled, and in none of the shares on this page.")
    )
