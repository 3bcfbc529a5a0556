"""Annotations: what happened on a day or over some, for the time charts of a workspace."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.catalogue import EntryRow, Json
from cxlib.store.control_characters import TURNING, refuse, unseen
from cxlib.store.workspaces import Workspace

Kind = Literal["campaign", "incident", "change", "other"]

KINDS: dict[Kind, str] = {
    "campaign": N_("Campaign"),
    "incident": N_("Incident"),
    "change": N_("Change"),
    "other": N_("Other"),
}
LONGEST = 500  # characters of a text
_ENTRY = "annotation"
_BREAKING = {"Zl", "Zp"}  # separators that would break a line


@dataclass(frozen=True, slots=True)
class Annotation:
    """What happened from `first_day` to `last_day` (the same for one day), and a text of the user's.

    `version` is another after every change: whoever changes or removes an annotation does it to the
    version that they read.
    """

    id: str
    version: str
    kind: Kind
    first_day: dt.date
    last_day: dt.date
    text: str
    created: dt.datetime


def listed(workspace: Workspace) -> tuple[Annotation, ...]:
    """The annotations of a workspace by their days, of the same days the oldest first."""
    found = [_annotation(row) for row in workspace.entries(_ENTRY)]
    return tuple(sorted(found, key=lambda a: (a.first_day, a.last_day)))


def add(
    workspace: Workspace, kind: Kind, first_day: dt.date, last_day: dt.date, text: str
) -> Annotation:
    """A new annotation.

    Raises
    ------
    CxError
        `unknown_kind`, `days_reversed`, `no_text`, `text_too_long`, `control_character`.
    NotFound
        After an erasure of the workspace.
    """
    value = _checked(kind, first_day, last_day, text)
    return _annotation(workspace.write(_ENTRY, workspace.store.new_id(), value, seen=None))


def edit(workspace: Workspace, changed: Annotation) -> Annotation:
    """Keep an annotation as `changed` has it; `changed.version` is the version that was read.

    Raises
    ------
    CxError
        `changed_meanwhile` where somebody changed or removed it since, and nothing is kept; what
        `add` raises.
    NotFound
        After an erasure of the workspace.
    """
    value = _checked(changed.kind, changed.first_day, changed.last_day, changed.text)
    row = workspace.write(_ENTRY, changed.id, value, seen=changed.version, created=changed.created)
    return _annotation(row)


def remove(workspace: Workspace, seen: Annotation) -> None:
    """Remove an annotation as it was `seen`; one that is gone already is no error.

    Raises CxError `changed_meanwhile` where somebody changed it since, and it stays.
    """
    workspace.drop(_ENTRY, seen.id, seen.version)


def _checked(kind: str, first_day: dt.date, last_day: dt.date, text: str) -> dict[str, Json]:
    if kind not in get_args(Kind):
        raise CxError(
            "unknown_kind",
            N_("There is no such kind of note: {kind}."),
            N_("Choose one of: {kinds}."),
            kind=repr(kind)[:40],
            kinds=", ".join(KINDS),
        )
    if last_day < first_day:
        raise CxError(
            "days_reversed",
            N_("The last day, {last}, is before the first, {first}."),
            N_("Choose the days again."),
            first=first_day.isoformat(),
            last=last_day.isoformat(),
        )
    return {
        "kind": kind,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "text": _text(text),
    }


def _text(text: str) -> str:
    refuse(
        text,
        lambda sign: unseen(sign) or unicodedata.category(sign) in _BREAKING or sign in TURNING,
        N_("Delete it, or type the text in one line instead of pasting it."),
    )
    said = text.strip()
    if not said:
        raise CxError(
            "no_text", N_("The note has no text."), N_("Say in a few words what happened.")
        )
    if len(said) > LONGEST:
        raise CxError(
            "text_too_long",
            N_("The text has {n} characters; {most} are the most."),
            N_("Make it shorter."),
            n=len(said),
            most=LONGEST,
        )
    return said


def _annotation(row: EntryRow) -> Annotation:
    value = row.value
    return Annotation(
        id=row.id,
        version=row.version,
        kind=value["kind"],
        first_day=dt.date.fromisoformat(value["first_day"]),
        last_day=dt.date.fromisoformat(value["last_day"]),
        text=value["text"],
        created=row.created,
    )
