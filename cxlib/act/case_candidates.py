"""What the rules say to open a case for: detractors, angry comments, overdue tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxlib.frames.recent import first_lines, recent
from cxlib.frames.summary import lazy
from cxlib.frames.tickets import seen, ticket_rows
from cxlib.i18n import N_
from cxlib.store.case_rules import Rules
from cxlib.store.cases import Source, Trigger, case_id
from cxlib.voice.questions import Question
from cxlib.voice.ticket_waits import timed

NOBODY = N_("no customer to contact")
UNDATED = N_("no day")
OLDER = N_("older than the days of the rule")


class Readings(Protocol):
    """What a reader of comments says of each: its label, and how sure it is."""

    @property
    def label(self) -> ArrayLike: ...
    @property
    def confidence(self) -> ArrayLike: ...


Read = Callable[[Sequence[str]], Readings]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The rows of a table that the rules say to open a case for, the oldest first.

    `left_out` counts rows that are not judged or open none, by why; `unjudged` are messages that say
    which rule the table does not allow to judge.
    """

    triggers: tuple[Trigger, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    unjudged: tuple[str, ...] = ()


def from_responses(
    table: Any, rules: Rules, question: Question | None, read: Read | None, *, digest: str
) -> Candidates:
    """Cases of survey answers: detractors, and angry comments of those who are none.

    An answer is a detractor's where its score is `rules.score` or less on the scale of the question
    that asks for recommending; one that both rules name opens one case.

    Parameters
    ----------
    table : survey answers of any engine, as stored
    question : Question or None
        The one that asks for recommending (NPS); None where there is none.
    read : callable or None
        Reads comments, as `cxlib.voice.classifier.Classifier.read`; None where comments are not read.
    digest : str
        Of the table.
    """
    names = lazy(table).collect_schema().names()
    unjudged = []
    scored = rules.detractors and question is not None
    if rules.detractors and question is None:
        unjudged.append(N_("No question asks how likely customers are to recommend (NPS)."))
    commented = rules.comments and read is not None and "comment" in names
    asked = None if question is None else question.only
    point = nw.lit(None)
    low = nw.lit(False)
    if scored and question is not None:
        given = nw.col(question.column).cast(nw.Float64)
        point = question.low + question.high - given if question.best == "low" else given
        low = (point <= rules.score).fill_null(False)
        low = low & (given >= question.low) & (given <= question.high)
        low = low if asked is None else low & (nw.col("question") == asked).fill_null(False)
    said = ~nw.col("comment").is_null() if commented else nw.lit(False)
    if not (scored or commented):
        return Candidates(unjudged=tuple(unjudged))
    frame = lazy(table).with_columns(
        case_point=point.cast(nw.Float64), case_low=low.fill_null(False)
    )
    columns = ("customer_id", "question", "comment", "case_point", "case_low")
    found = recent(frame, rules.days, columns, nw.col("case_low") | said)
    rows = _whole(found.rows, columns)
    detractor = rows["case_low"].astype(bool)
    angry = _angry(rows["comment"].where(~detractor), read, rules) if commented else ~detractor
    if not commented:
        angry &= False
    nobody = detractor & rows["customer_id"].isna()
    source = detractor.map({True: "detractor", False: "comment"})
    chosen = rows.assign(source=source)[(detractor | angry) & ~nobody]
    triggers = _triggers(chosen, "responses", digest, "case_point", ("question", "comment"))
    left = {NOBODY: int(nobody.sum()), **_outside(found.older, found.undated)}
    return Candidates(triggers, _counted(left), tuple(unjudged))


def from_feedback(table: Any, rules: Rules, read: Read | None, *, digest: str) -> Candidates:
    """Cases of angry comments: with `rules.stars` or fewer, or read as negative.

    Parameters
    ----------
    table : comments of any engine, as stored
    read : callable or None
        As for `from_responses`; without it the stars alone count.
    digest : str
        Of the table.
    """
    if not rules.comments:
        return Candidates()
    names = lazy(table).collect_schema().names()
    few = nw.lit(False)
    if "rating" in names:
        few = (nw.col("rating").cast(nw.Float64) <= rules.stars).fill_null(False)
    said = ~nw.col("text").is_null() if read is not None else nw.lit(False)
    columns = ("customer_id", "text", "rating", "case_few")
    found = recent(lazy(table).with_columns(case_few=few), rules.days, columns, few | said)
    rows = _whole(found.rows, columns)
    starred = rows["case_few"].astype(bool)
    angry = starred if read is None else starred | _angry(rows["text"].where(~starred), read, rules)
    chosen = rows.assign(source="comment")[angry]
    triggers = _triggers(chosen, "feedback", digest, "rating", ("text",))
    return Candidates(triggers, _counted(_outside(found.older, found.undated)))


def from_tickets(
    table: Any,
    rules: Rules,
    *,
    digest: str,
    closing: Collection[str] = (),
    responding: Collection[str] = (),
) -> Candidates:
    """Cases of open tickets that wait too long, for an answer or for a solution.

    The wait ends at the end of observation, as on the support page. A file that says of no ticket
    when it was answered, or which are closed, cannot say who waits.

    Parameters
    ----------
    table : tickets of any engine, as stored
    digest : str
        Of the table.
    closing, responding : collections of str
        As for `cxlib.frames.tickets.ticket_rows`.
    """
    observed = seen(table) if rules.tickets else None
    if observed is None:
        return Candidates()
    tickets = timed(ticket_rows(table, observed, closing, responding), observed.moment)
    answers = observed.log or tickets["response_came"].any()
    endings = observed.log or bool({"resolved_at", "status"} & observed.held)
    unjudged = [
        message
        for known, message in (
            (answers, N_("No ticket has the time of a first response.")),
            (endings, N_("Nothing says which tickets are solved.")),
        )
        if not known
    ]
    if not endings:
        return Candidates(unjudged=tuple(unjudged))
    mute = ~tickets["response_came"] & (tickets["response_hours"] > rules.response_hours)
    slow = tickets["resolution_hours"] > rules.resolution_hours
    late = tickets[tickets["open"] & (slow | (mute & bool(answers)))]
    lines = first_lines(table, "ticket_id", late["ticket_id"].tolist())
    triggers = tuple(
        Trigger(
            id=case_id("tickets", str(row.ticket_id)),
            source="ticket",
            kind="tickets",
            digest=digest,
            line=lines[str(row.ticket_id)],
            customer_id=_text(row.customer_id),
            happened=_moment(row.opened),
            topic=_text(row.topic),
            score=None,
        )
        for row in late.itertuples(index=False)
    )
    return Candidates(triggers, {}, tuple(unjudged))


def new_ones(candidates: Sequence[Candidates], known: Collection[str]) -> tuple[Trigger, ...]:
    """The triggers of several tables that have no case yet, each once."""
    found = {t.id: t for one in candidates for t in one.triggers if t.id not in known}
    return tuple(found.values())


def _angry(texts: pd.Series[Any], read: Read | None, rules: Rules) -> pd.Series[Any]:
    """Which texts are read as negative with enough confidence."""
    angry = pd.Series(False, index=texts.index)
    said = texts.dropna()
    if read is None or said.empty:
        return angry
    readings = read([str(text) for text in said])
    sure = np.asarray(readings.confidence, dtype=np.float64) >= rules.confidence
    angry.loc[said.index] = (np.asarray(readings.label) == "negative") & sure
    return angry


def _triggers(
    rows: pd.DataFrame, kind: str, digest: str, score: str, texts: tuple[str, ...]
) -> tuple[Trigger, ...]:
    found: dict[str, Trigger] = {}
    for row in rows.to_dict("records"):
        who, at, given = _text(row["customer_id"]), _moment(row["timestamp"]), _number(row[score])
        content = (
            who,
            None if at is None else at.isoformat(),
            given,
            *(_said(row[name]) for name in texts),
        )
        trigger = Trigger(
            id=case_id(kind, *content),
            source=_source(row["source"]),
            kind=kind,
            digest=digest,
            line=int(row["line"]),
            customer_id=who,
            happened=at,
            topic=None,
            score=given,
        )
        found.setdefault(trigger.id, trigger)
    return tuple(found.values())


def _source(value: str) -> Source:
    return "detractor" if value == "detractor" else "comment"


def _whole(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The rows with all of the columns, those that the table has not as missing."""
    return rows.reindex(columns=[*dict.fromkeys(("line", "timestamp", *columns))])


def _outside(older: int, undated: int) -> dict[str, int]:
    return {OLDER: older, UNDATED: undated}


def _counted(left: Mapping[str, int]) -> dict[str, int]:
    return {reason: n for reason, n in left.items() if n}


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def _said(value: Any) -> str | None:
    """A text by its words: exports differ in how they break lines."""
    return None if pd.isna(value) else " ".join(str(value).split())


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _moment(value: Any) -> dt.datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
