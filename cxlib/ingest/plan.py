"""What an import will do: what was proposed, with the user's answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cxlib.errors import CxError
from cxlib.i18n import N_, SOURCE
from cxlib.ingest.dates import order_of
from cxlib.ingest.repair import Repair
from cxlib.results import Issue, Param

TIMEZONE = "Asia/Jakarta"

Metric = Literal["nps", "csat", "ces", "rating"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its value for programs, its label (a message id; empty where the value itself is
    what people know) and what some values of the file would then be."""

    value: str
    label: str = ""
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What only the user can answer. `option` answers it on the command line."""

    id: str
    code: str
    field: str
    column: str | None
    message: str
    params: Mapping[str, Param]
    choices: tuple[Choice, ...]
    option: str

    def issue(self) -> Issue:
        """The question as an issue, for an error that lists what is open."""
        shown = [f"{e[0]} → {e[1]}" for choice in self.choices for e in choice.examples[:1]]
        return Issue(
            self.code,
            "error",
            self.message,
            N_("Answer with {option}."),
            {**self.params, "option": self.option, "examples": "; ".join(shown)},
            column=self.column,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """How the answers of a column become points on a scale.

    `words` is answer (trimmed, casefolded) → points where answers are words, else empty. Points
    beyond `low`…`high` are kept as they are: analyses leave them out and count them.
    """

    column: str
    metric: Metric
    low: float
    high: float
    best: Literal["high", "low"] = "high"
    words: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A column that no field claims, and what all of its cells can be read as.

    `format` is the order of days or the decimal mark, empty for text and flags.
    """

    column: str
    type: Literal["text", "number", "timestamp", "flag"]
    format: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file seems to hold.

    `mapping` is field → column, each with a `confidence` in 0–1 (1: the user said so; below
    `match.CERTAIN`: a suggestion). `formats` is the order of days or the decimal mark by field;
    `samples` a few values by column. `shape` says which of its kind's shapes the file has (rows,
    wide, long, log, snapshot, aggregated), `source` the export that its header is known from
    (shopee, shopify, …). `scores` are the columns with points on a scale, the mapped `score` first;
    `attributes` the columns that no field and no score claims.
    """

    kind: str
    mapping: Mapping[str, str]
    confidence: Mapping[str, float]
    formats: Mapping[str, str]
    currency: str | None
    questions: tuple[Question, ...]
    issues: tuple[Issue, ...]
    samples: Mapping[str, tuple[str, ...]]
    shape: str = "rows"
    source: str | None = None
    scores: tuple[Score, ...] = ()
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `convert.convert` needs to know.

    `formats` holds the order of days (``dmy``) or the decimal mark (``,``) of each typed field;
    `currency` the one whose amounts count; `today` the day after which a date is in the future;
    `lang` the language of the words in the rejects file.
    """

    kind: str
    mapping: Mapping[str, str]
    formats: Mapping[str, str]
    timezone: str = TIMEZONE
    currency: str | None = None
    today: dt.date | None = None
    remove_duplicates: bool = False
    lang: str = SOURCE
    shape: str = "rows"
    source: str | None = None
    scores: tuple[Score, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    repairs: tuple[Repair, ...] = ()


def plan(
    proposal: Proposal,
    answers: Mapping[str, str] | None = None,
    *,
    date_format: str | None = None,
    decimal: str | None = None,
    currency: str | None = None,
    timezone: str = TIMEZONE,
    today: dt.date | None = None,
    remove_duplicates: bool = False,
    lang: str = SOURCE,
    repairs: Sequence[Repair] = (),
) -> Plan:
    """The plan of an import.

    Parameters
    ----------
    proposal : Proposal
    answers : mapping, optional
        Question id → value of the chosen `Choice`. Of a question `which_column` only the column
        that was proposed is an answer; another goes into the mapping of `match.propose`.
    date_format, decimal, currency : str, optional
        Said once for all columns: ``dmy`` or ``DD/MM/YYYY``, ``,`` or ``.``, ``IDR``.
    timezone : str
        Of the business; times without a zone are in it.
    repairs : sequence of Repair
        What the user decided about cells that could not be read, in this order.

    Raises
    ------
    CxError
        `needs_answer` with the open questions as issues; `unknown_answer`, `unknown_date_format`,
        `unknown_timezone`.
    """
    answers = answers or {}
    order = _order(date_format)
    formats, scores = dict(proposal.formats), proposal.scores
    open_questions = list[Question]()
    for name in formats:
        said = decimal if formats[name] in (".", ",") else order
        formats[name] = said or formats[name]
    for question in proposal.questions:
        said = {"date_order": order, "decimal_mark": decimal, "mixed_currencies": currency}.get(
            question.code
        )
        answer = answers.get(question.id)
        if answer is not None and answer not in [choice.value for choice in question.choices]:
            raise _unknown_answer(question, answer)
        answer = answer or said
        if question.code == "which_column":
            # Another column than the guess has formats of its own: propose again with it.
            answer = answer if answer == proposal.mapping.get(question.field) else None
        if answer is None:
            open_questions.append(question)
        elif question.code == "which_column":
            continue
        elif question.code == "mixed_currencies":
            currency = answer
        elif question.code == "scale_direction":
            scores = tuple(
                replace(s, best="low" if answer == "low" else "high")
                if s.column == question.column
                else s
                for s in scores
            )
        else:
            formats[question.field] = answer
    if open_questions:
        raise CxError(
            "needs_answer",
            N_("Open questions about the file: {count}. The first is about the column “{column}”."),
            N_("Answer with {option}."),
            tuple(question.issue() for question in open_questions),
            count=len(open_questions),
            column=open_questions[0].column or open_questions[0].field,
            option=open_questions[0].option,
        )
    return Plan(
        kind=proposal.kind,
        mapping=proposal.mapping,
        formats=formats,
        timezone=_zone(timezone),
        currency=currency or proposal.currency,
        today=today,
        remove_duplicates=remove_duplicates,
        lang=lang,
        shape=proposal.shape,
        source=proposal.source,
        scores=scores,
        attributes=proposal.attributes,
        repairs=tuple(repairs),
    )


def _unknown_answer(question: Question, answer: str) -> CxError:
    return CxError(
        "unknown_answer",
        N_("“{answer}” is no answer to the question “{question}”."),
        N_("Choose one of: {choices}."),
        answer=answer,
        question=question.id,
        choices=", ".join(choice.value for choice in question.choices[:50]),
    )


def _order(date_format: str | None) -> str | None:
    order = None if date_format is None else order_of(date_format)
    if date_format is not None and order is None:
        raise CxError(
            "unknown_date_format",
            N_("“{format}” is not a date format."),
            N_("Write it like DD/MM/YYYY, MM/DD/YYYY or YYYY-MM-DD."),
            format=date_format,
        )
    return order


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CxError(
            "unknown_timezone",
            N_("There is no time zone “{name}”."),
            N_("Write it like Asia/Jakarta."),
            name=name,
        ) from error
    return name
