"""The sections of NPS, CSAT and CES: which question, how it stands, by month, by group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import streamlit as st

from cxlib.charts import survey as charts
from cxlib.frames.answers import answered
from cxlib.frames.filters import few
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain
from cxlib.ingest.plan import Attribute, Score
from cxlib.periods import months
from cxlib.store.snapshots import Snapshot
from cxlib.voice.questions import Question, questions
from cxlib.voice.survey import SEGMENT, SurveyResult
from pages import _cache, _charts, _notes, _parts, _report, _respondents, _state

_ = _state.say

ALONE = ""
FILTERED = 4  # attributes that the filter offers
BEST = {"high": N_("a high score is good"), "low": N_("a low score is good")}


def attributes(data: Snapshot) -> dict[str, str]:
    """Columns of the file that have few values, by where they are stored: what to compare by."""
    held = [from_plain(Attribute, a) for a in data.report.get("attributes", ())]
    names = {f"a{i}": a.column for i, a in enumerate(held) if a.type != "timestamp"}
    found = _cache.rows(few, data, data.kind, columns=tuple(names))
    return {column: names[column] for column in found}


def filters(data: Snapshot) -> dict[str, Any]:
    """The as-of day and attributes in words, of the answers."""
    texts = {a for a, b in enumerate(data.report.get("attributes", ())) if b["type"] == "text"}
    named = {c: n for c, n in attributes(data).items() if int(c[1:]) in texts}
    return _parts.filters(data, dict(list(named.items())[:FILTERED]))


def scores(data: Snapshot) -> tuple[Score, ...]:
    """What the columns of points hold, as the import recorded it."""
    return tuple(from_plain(Score, s) for s in data.report.get("scores") or ())


def questions_of(data: Snapshot) -> tuple[Question, ...]:
    """The questions of the answers, with their scales as recognised."""

    def asked(table: Any) -> tuple[Question, ...]:
        return questions(table, scores(data))

    return _cache.rows(asked, data, data.kind)


def options(one: Question) -> dict[str, Any]:
    """A question as analyses take it."""
    return {
        "score": one.column,
        "question": one.only,
        "low": one.low,
        "high": one.high,
        "best": one.best,
    }


def question(data: Snapshot, metric: str) -> dict[str, Any]:
    """Which question is looked at: the one that asks for the metric, unless the user says otherwise."""
    found = {q.key: q for q in questions_of(data)}
    if not found:
        _parts.teach(
            _("No column of this file holds scores"),
            _("Upload it once more and say which column holds the answers, and on which scale."),
        )
    first = next((key for key, q in found.items() if q.metric == metric), next(iter(found)))
    chosen = st.selectbox(
        _("Question"),
        list(found),
        list(found).index(first),
        format_func=lambda key: found[key].name,
        key="question",
        bind="query-params",
    )
    return options(found[chosen])


def compare(data: Snapshot) -> dict[str, Any]:
    """The attribute to compare by, where one is chosen; RFM segments where customers have orders."""
    offered = attributes(data)
    orders = _state.snapshot("transactions")
    if orders is not None and "customer_id" in data.report["plan"]["mapping"]:
        offered[SEGMENT] = _("RFM segment")
    if not offered:
        return {"by": None}
    chosen: str = st.selectbox(
        _("Compare by"),
        [ALONE, *offered],
        format_func=lambda c: _("(all together)") if c == ALONE else offered[c],
        key="by",
        bind="query-params",
    )
    beside = {"beside": {"orders": orders}} if chosen == SEGMENT else {}
    return {"by": chosen or None, **beside}


def sent() -> int | None:
    """How many were asked, where the user knows it."""
    number = st.number_input(
        _("Surveys sent"),
        0,
        value=0,
        key="sent",
        bind="query-params",
        width=140,
        help=_("For the response rate; leave 0 if you do not know."),
    )
    return int(number) or None


def sections(analyse: Callable[..., SurveyResult], metric: str) -> None:
    """All that NPS, CSAT and CES show alike: what is asked, how it stands, by month, point and group."""
    answers = _parts.require("responses")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = question(answers, metric)
        compared = compare(answers)
        known = sent()
        part = filters(answers)
    result = _parts.analysed(analyse, answers, sent=known, **compared, **asked, **part)
    stated(result)
    _parts.tiles(result.headline, None, result.receipt)
    monthly(result, answers, part)
    distribution(result, answers, part)
    groups(result, answers, part)
    _respondents.who(result, answers, part)
    _report.receipt(result.receipt)


def stated(result: SurveyResult) -> None:
    """What counts as good, and how many answers there are and are not."""
    scale, lang = result.asked.scale, _state.session().lang
    told = [
        _(
            "Scale {low} to {high}, {best}; {positive} and above counts as good.",
            low=f"{scale.low:g}",
            high=f"{scale.high:g}",
            best=_(BEST[scale.best]),
            positive=f"{scale.positive:g}",
        )
        if scale.best == "high"
        else _(
            "Scale {low} to {high}, {best}; {positive} and below counts as good.",
            low=f"{scale.low:g}",
            high=f"{scale.high:g}",
            best=_(BEST[scale.best]),
            positive=f"{scale.low + scale.high - scale.positive:g}",
        )
    ]
    left = [f"{_(reason)} {lang.number(n)}" for reason, n in result.excluded.items()]
    if result.outside:
        values = ", ".join(f"{v} ({lang.number(n)})" for v, n in result.outside.items())
        left.append(_("answered {values}", values=values))
    if left:
        told.append(_("Left out: {reason}", reason="; ".join(left)) + ".")
    if result.effective_n < result.value.n - 0.5:
        told.append(
            _(
                "{n} answers count as {effective}: several of one customer are not independent.",
                n=lang.number(result.value.n),
                effective=lang.number(result.effective_n),
            )
        )
    if result.month is not None:
        month = _parts.period(result.month.name)
        told.append(_("Tiles show {month}, the newest complete month.", month=month))
    st.caption(" ".join(told))


def distribution(result: SurveyResult, data: Snapshot, part: dict[str, Any]) -> None:
    """How often each score was given."""
    st.subheader(_("How did they answer?"), anchor=False)
    bar = _charts.chart(
        charts.points,
        result,
        f"{result.metric}_points",
        _("Answers by score"),
        charts.points_table,
        charts.POINTS,
        select=True,
    )
    if bar.get("point"):
        _answers(result, data, part, point=float(bar["point"][0]["point"]))
    else:
        st.caption(_("Click a bar to read its answers."))


def monthly(result: SurveyResult, data: Snapshot, part: dict[str, Any]) -> None:
    """The score by month, and whether it changed."""
    _notes.subheader(_("Did it change?"))
    if result.monthly.empty:
        st.caption(_("The file has no dates, so there are no months to compare."))
        return
    mark = _charts.chart(
        charts.monthly,
        result,
        f"{result.metric}_monthly",
        _("The score of each month with its 95 % interval"),
        charts.monthly_table(result, _state.session().lang),
        charts.MONTHLY,
        select=True,
        args=(_notes.here(),),
    )
    _parts.meaning(result.meaning)
    _parts.calendar(result.effects_previous, result.effects_last_year)
    if mark.get("month"):
        first = dt.date.fromisoformat(mark["month"][0]["day"])
        _answers(result, data, part, first=first, last=months(first, first)[0].last)
    else:
        st.caption(
            _(
                "Bars are 95 % intervals. An arrow marks a change that the data show; without one"
                " it is within chance. Click a month to read its answers."
            )
        )


def groups(result: SurveyResult, data: Snapshot, part: dict[str, Any]) -> None:
    """The values of an attribute, each against all others."""
    if result.by is None:
        return
    st.subheader(_("Who is happier?"), anchor=False)
    if not result.groups["shown"].any():
        st.caption(_("Every group has fewer than ten answers: none is shown."))
        return
    mark = _charts.chart(
        charts.groups,
        result,
        f"{result.metric}_{result.by}",
        _("The score of each group with its 95 % interval"),
        charts.groups_table,
        charts.GROUPS,
        select=True,
    )
    hidden = int((~result.groups["shown"]).sum())
    if hidden:
        st.caption(
            _(
                "{n} groups are not shown: fewer than ten answered, or their answers would follow"
                " from the others.",
                n=hidden,
            )
        )
    if result.by == SEGMENT:
        st.caption(
            _("Dashed: all together. Grey segments do not differ from all others beyond chance.")
        )
    elif mark.get("group"):
        _answers(result, data, part, by=result.by, value=str(mark["group"][0]["group"]))
    else:
        st.caption(
            _(
                "Dashed: all together. Grey groups do not differ from all others beyond chance."
                " Click one for its answers."
            )
        )


def _answers(result: SurveyResult, data: Snapshot, part: dict[str, Any], **of: Any) -> None:
    """The answers behind a mark; with customers in the file each can be opened."""
    found = _cache.rows(
        answered,
        data,
        data.kind,
        asked=result.asked,
        end=part["as_of"],
        conditions=part["where"],
        **of,
    )
    if found["customer_id"].notna().any():
        _charts.customers(found, f"{result.metric}_answers")
    else:
        _charts.listed(found, f"{result.metric}_answers", _("Answers"))
