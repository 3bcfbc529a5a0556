"""Cases: customers to be called back, each with what was done about them and by whom.

A case belongs to one row of a table. Its id is made of the content of that row, so the same answer
opens one case and no second, however often its table is appended to or restated; a closed one stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.catalogue import ChangeRow, EntryRow, Json, changed_meanwhile
from cxlib.store.control_characters import refuse, unseen
from cxlib.store.workspaces import Workspace

Source = Literal["detractor", "comment", "ticket"]
Status = Literal["new", "contacted", "in_progress", "solved", "closed"]
Outcome = Literal["saved", "lost", "no_answer", "no_case"]

SOURCES: dict[Source, str] = {
    "detractor": N_("Detractor"),
    "comment": N_("Angry comment"),
    "ticket": N_("Overdue ticket"),
}
STATUSES: dict[Status, str] = {
    "new": N_("New"),
    "contacted": N_("Contacted"),
    "in_progress": N_("In progress"),
    "solved": N_("Solved"),
    "closed": N_("Closed"),
}
OUTCOMES: dict[Outcome, str] = {
    "saved": N_("Saved"),
    "lost": N_("Not saved"),
    "no_answer": N_("No answer"),
    "no_case": N_("No case (double or mistaken)"),
}
DUE = 48.0
"""Hours from the opening of a case to its due time, unless the rules say otherwise."""
SHORT, LONG = 200, 4_000  # characters of a name, and of a note
BEST = 10.0  # the scale of the score that is asked for again: 0 to 10
REACHED = ("contacted", "in_progress", "solved")
EDITABLE = ("owner", "status", "due", "cause", "action", "note", "outcome", "followup")
_ENTRY = "case"
_MOMENTS = ("opened", "due", "contacted", "closed", "happened")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A row that a rule says to open a case for, and where it is.

    `kind`, `digest` and `line` name the row: the table, its version and the line of its file.
    `happened` is in business time, as tables are; `score` is the score or the stars that were given.
    """

    id: str
    source: Source
    kind: str
    digest: str
    line: int
    customer_id: str | None
    happened: dt.datetime | None
    topic: str | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands: what it is about, as in `Trigger`, and what was done.

    `version` is another after every change: whoever changes a case does it to the version that they
    read. `contacted` is when it was first said that the customer has been contacted, `closed` when it
    was closed (None while it is not); both are set by the clock, never by hand. `followup` is the
    score from 0 to 10 that the customer gave when asked again.
    """

    id: str
    version: str
    source: Source
    kind: str
    digest: str
    line: int
    customer_id: str | None
    happened: dt.datetime | None
    topic: str | None
    score: float | None
    opened: dt.datetime
    due: dt.datetime
    owner: str = ""
    status: Status = "new"
    cause: str = ""
    action: str = ""
    note: str = ""
    outcome: Outcome | None = None
    followup: float | None = None
    contacted: dt.datetime | None = None
    closed: dt.datetime | None = None

    @property
    def open(self) -> bool:
        return self.status != "closed"

    def overdue(self, now: dt.datetime) -> bool:
        """Whether it is open after its due time."""
        return self.open and now > self.due


def case_id(kind: str, *content: str | float | None) -> str:
    """The id of the case of a row of a table: equal for equal content, wherever the row stands."""
    whole = json.dumps([kind, *content], ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def listed(workspace: Workspace) -> tuple[Case, ...]:
    """The cases of a workspace, the oldest first."""
    return tuple(_case(row) for row in workspace.entries(_ENTRY))


def found(workspace: Workspace, case: str) -> Case | None:
    """A case by its id, None where there is none."""
    row = workspace.entry(_ENTRY, case)
    return None if row is None else _case(row)


def open_new(
    workspace: Workspace, triggers: Sequence[Trigger], *, hours: float = DUE, who: str = ""
) -> tuple[Case, ...]:
    """Open a case for each trigger that has none, all in one transaction.

    Parameters
    ----------
    triggers : sequence of Trigger
        Those that have a case, open or closed, are passed over: also when two people do this at once.
    hours : float
        From now to when the cases are due.
    who : str
        Whoever does it, for the history.

    Returns
    -------
    tuple of Case
        Those that were opened.

    Raises
    ------
    NotFound
        After an erasure of the workspace.
    CxError
        ``disk_full``; then none is opened.
    """
    _check(who, SHORT)
    now = workspace.store.clock()
    values = {t.id: _new(t, now, now + dt.timedelta(hours=hours)) for t in triggers}
    return tuple(_case(row) for row in workspace.write_new(_ENTRY, values, who.strip()))


def edit(workspace: Workspace, changed: Case, *, who: str = "") -> Case:
    """Keep a case as `changed` has it; `changed.version` is the version that was read.

    Of `changed` the `EDITABLE` fields count. A case that comes to be contacted, in progress or solved
    has been contacted by then; one that is closed from ``new`` has not. What was changed, by whom and
    when goes into the history in the same transaction. Where nothing differs nothing is written.

    Raises
    ------
    CxError
        ``changed_meanwhile`` where somebody changed it since, and nothing is kept;
        ``no_outcome`` where a case would be closed without one; ``unknown_choice``,
        ``text_too_long``, ``control_character``, ``out_of_scale``, ``due_before_opening``.
    NotFound
        After an erasure of the workspace.
    """
    _check_case(changed, who)
    row = workspace.entry(_ENTRY, changed.id)
    if row is None or row.version != changed.version:
        raise changed_meanwhile()
    before = dict(row.value)
    after = before | _edited(_case(row), changed, workspace.store.clock())
    differing = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if not differing:
        return _case(row)
    kept = workspace.write(
        _ENTRY,
        row.id,
        after,
        seen=changed.version,
        created=row.created,
        said=(who.strip(), differing),
    )
    return _case(kept)


def history(workspace: Workspace, case: str | None = None) -> list[ChangeRow]:
    """Every change of a case, or of all cases, the oldest first: who, when, each field from what to
    what. The first one, which opened it, has no fields."""
    return workspace.changes(_ENTRY, case)


def _new(trigger: Trigger, now: dt.datetime, due: dt.datetime) -> dict[str, Json]:
    said = {f.name: getattr(trigger, f.name) for f in fields(Trigger)}
    return _plain(Case(version="", opened=now, due=due, **said))


def _edited(case: Case, changed: Case, now: dt.datetime) -> dict[str, Json]:
    """The fields that may change as they are kept, with the moments that follow from them."""
    whole = _plain(changed)
    contacted, closed = case.contacted, case.closed
    if contacted is None and changed.status in REACHED:
        contacted = now
    if changed.status != case.status:
        closed = now if changed.status == "closed" else None
    return {name: whole[name] for name in EDITABLE} | {
        "contacted": contacted and contacted.isoformat(),
        "closed": closed and closed.isoformat(),
    }


def _check_case(case: Case, who: str) -> None:
    _check(who, SHORT)
    for text, most in (
        (case.owner, SHORT),
        (case.cause, SHORT),
        (case.action, LONG),
        (case.note, LONG),
    ):
        _check(text, most)
    for said, known in ((case.status, get_args(Status)), (case.outcome, (None, *OUTCOMES))):
        if said not in known:
            raise CxError(
                "unknown_choice",
                N_("A case cannot be “{said}”."),
                N_("Choose one of: {known}."),
                said=str(said)[:40],
                known=", ".join(filter(None, known)),
            )
    if case.status == "closed" and case.outcome is None:
        raise CxError(
            "no_outcome",
            N_("A case is closed with its outcome."),
            N_("Say what came of it: saved, not saved, no answer, or no case."),
        )
    if case.followup is not None and not (
        math.isfinite(case.followup) and 0 <= case.followup <= BEST
    ):
        raise CxError(
            "out_of_scale",
            N_("The new score has to be from 0 to 10."),
            N_("Leave it empty where the customer was not asked again."),
        )
    if case.due < case.opened:
        raise CxError(
            "due_before_opening",
            N_("The case would be due before it was opened."),
            N_("Choose a later day."),
        )


def _check(text: str, most: int) -> None:
    """Whether a text can be kept: lines may break, other control characters may not be there."""
    refuse(text, lambda sign: sign != "\n" and unseen(sign))
    if len(text) > most:
        raise CxError(
            "text_too_long",
            N_("The text has {n} characters; {most} are the most."),
            N_("Make it shorter."),
            n=len(text),
            most=most,
        )


def _plain(case: Case) -> dict[str, Json]:
    """A case as JSON values, texts without blanks at their ends."""
    value: dict[str, Any] = {f.name: getattr(case, f.name) for f in fields(Case)}
    for name in ("owner", "cause", "action", "note"):
        value[name] = value[name].strip()
    for name in _MOMENTS:
        value[name] = value[name] and value[name].isoformat()
    return {name: held for name, held in value.items() if name not in ("id", "version")}


def _case(row: EntryRow) -> Case:
    value: Mapping[str, Json] = row.value
    moments = {n: value[n] and dt.datetime.fromisoformat(value[n]) for n in _MOMENTS}
    return Case(**{"id": row.id, "version": row.version, **value, **moments})
