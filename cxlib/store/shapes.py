"""Files of one shape: what was decided about the first need not be asked about the second.

A shape is the headers of a file. Its decisions are kept in the settings of the workspace, and go
with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cxlib.i18n import SOURCE
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.plan import Plan, Proposal, Question, Score, plan
from cxlib.ingest.repair import Repair
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.store.workspaces import Workspace
from cxlib.tables.headers import fingerprint, normal
from cxlib.tables.kind import kind as kind_of

_KEY = "shape:"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was decided about a shape, in the column names of the file at hand.

    `mapping` has every field of the kind, "" where the user gave it no column: it goes into
    `match.propose` as it is. `source` is the name of the file that was decided about.
    """

    fingerprint: str
    source: str
    options: ReadOptions
    kind: str
    mapping: Mapping[str, str]
    formats: Mapping[str, str]
    currency: str | None
    timezone: str
    scores: tuple[Score, ...]
    repairs: tuple[Repair, ...]
    remove_duplicates: bool


def remember(
    workspace: Workspace,
    headers: Iterable[Sequence[str]],
    source: str,
    options: ReadOptions,
    made: Plan,
) -> None:
    """Keep what was decided about a file under each of its `headers`: as it was first read, and as
    it was read in the end."""
    fields = [field.name for field in kind_of(made.kind).fields]
    for shape in {fingerprint(header) for header in headers}:
        decided = Remembered(
            fingerprint=shape,
            source=source,
            options=options,
            kind=made.kind,
            mapping={field: made.mapping.get(field, "") for field in fields},
            formats=made.formats,
            currency=made.currency,
            timezone=made.timezone,
            scores=made.scores,
            repairs=made.repairs,
            remove_duplicates=made.remove_duplicates,
        )
        workspace.remember(_KEY + shape, to_plain(decided))


def remembered(workspace: Workspace, staged: Staged) -> Remembered | None:
    """What was decided about files like this one, None where there was none.

    Where its `options` are not those that the file was read by, it is to be read again by them.
    A mapping or repair of a column that this file does not have is left out.
    """
    kept = workspace.settings().get(_KEY + fingerprint(staged.columns))
    if kept is None:
        return None
    found: Remembered = from_plain(Remembered, kept)
    here = _Columns(staged.columns)
    mapping = {field: here.find(column) for field, column in found.mapping.items()}
    scores = [(score, here.find(score.column)) for score in found.scores]
    repairs = [(repair, here.find(repair.column)) for repair in found.repairs]
    return replace(
        found,
        mapping={f: c for f, c in mapping.items() if c is not None},
        scores=tuple(replace(score, column=c) for score, c in scores if c),
        repairs=tuple(replace(repair, column=c) for repair, c in repairs if c),
    )


def forget(workspace: Workspace, shape: str) -> None:
    """Ask about files of this shape (`Remembered.fingerprint`) again."""
    workspace.remember(_KEY + shape, None)


def answers(known: Remembered, proposal: Proposal) -> dict[str, str]:
    """Questions of a proposal that were answered before: question id → the same answer, where it is
    still one of the choices."""
    told = {question.id: _answer(known, question) for question in proposal.questions}
    return {question: answer for question, answer in told.items() if answer is not None}


def planned(
    known: Remembered,
    proposal: Proposal,
    *,
    today: dt.date | None = None,
    lang: str = SOURCE,
) -> Plan:
    """The plan of a file of a known shape, from the proposal for `known.kind` and `known.mapping`.

    Raises CxError `needs_answer` where this file leaves open what the first one did not.
    """
    return plan(
        proposal,
        answers(known, proposal),
        timezone=known.timezone,
        today=today,
        remove_duplicates=known.remove_duplicates,
        lang=lang,
        repairs=known.repairs,
    )


def _answer(known: Remembered, question: Question) -> str | None:
    directions = {score.column: str(score.best) for score in known.scores}
    said = (
        known.formats.get(question.field),
        known.mapping.get(question.field),
        known.currency,
        directions.get(question.column or ""),
    )
    possible = {choice.value for choice in question.choices}
    return next((answer for answer in said if answer in possible), None)


class _Columns:
    """The columns of a file, found by name, else by what the name says where that is clear."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._normal = [normal(column) for column in columns]

    def find(self, column: str) -> str | None:
        """The column as this file calls it; None where it has none, "" for ""."""
        if not column or column in self._columns:
            return column
        wanted = normal(column)
        if self._normal.count(wanted) != 1:
            return None
        return self._columns[self._normal.index(wanted)]
