"""The sections of the feedback overview: shares now, by month, by group, against the stars."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import sentiment as charts
from cxlib.charts import sentiment_groups
from cxlib.i18n import N_
from cxlib.labels import label
from cxlib.store.snapshots import Snapshot
from cxlib.voice import sentiment
from cxlib.voice.sentiment import Sentiment
from pages import _charts, _notes, _parts, _state, _survey

_ = _state.say

SOURCES = {"feedback": N_("Reviews and comments"), "responses": N_("Comments of surveys")}
FILTERED = 4  # columns that the filter offers


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
    return _parts.analysed(sentiment.analyse, data, by=tuple(columns(data)), **part)


def stated(result: Sentiment) -> None:
    """How many comments there are, how many were not read, and how often the model is right."""
    lang = _state.session().lang
    n = sum(result.counts.values())
    told = [
        _(
            "{n} comments, {first} – {last}: {labelled} labelled, {unsure} not sure, {unread} in other"
            " languages or without words.",
            n=lang.number(n),
            first=lang.date(result.first_day) if result.first_day else "–",
            last=lang.date(result.last_day) if result.last_day else "–",
            labelled=lang.number(result.receipt.rows_used),
            unsure=lang.percent(result.unsure.value),
            unread=lang.percent(result.unlabelled.value),
        )
    ]
    known = sentiment.accuracy()
    if known is not None:
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


def opened(part: dict[str, Any], data: Snapshot, **which: str) -> None:
    """The comments behind a mark: the explorer, its filters as the mark and this page have them."""
    query = [(key, value) for key, value in which.items()]
    query += [(column, value) for column, values in part["where"] for value in values]
    for key in ("as_of", "comments_of"):
        query += [(key, value) for value in st.query_params.get_all(key)]
    st.switch_page("voice/comments.py", query_params=query)


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
        label_of = _(charts.LABELS[one["key"]])
        opened(part, data, sentiment=label_of, month=_parts.period(one["name"]))


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


def languages(result: Sentiment) -> None:
    """Which languages were read, and which were not."""
    st.subheader(_("What was read?"), anchor=False)
    table = charts.read_table(result, _state.session().lang)
    _charts.listed(table, "sentiment_languages", _("Comments by language"), charts.READ)
    st.caption(
        _("Comments in other languages are not labelled, and in none of the shares on this page.")
    )
