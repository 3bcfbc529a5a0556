"""The rules by which cases are opened, as a workspace keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.catalogue import EntryRow, Json
from cxlib.store.workspaces import Workspace

CAUSES = (
    N_("Delivery"),
    N_("Product quality"),
    N_("Wrong or missing item"),
    N_("Price"),
    N_("Service"),
    N_("App or website"),
    N_("Payment or refund"),
    N_("Other"),
)
MOST = 50  # root causes
LONGEST = 60  # characters of one
# From what to what a number of a rule may be set.
BOUNDS: dict[str, tuple[float, float]] = {
    "score": (0, 10),
    "days": (1, 365),
    "confidence": (0.5, 1),
    "stars": (1, 5),
    "response_hours": (1, 8_760),
    "resolution_hours": (1, 8_760),
    "due_hours": (1, 8_760),
}
_ENTRY, _ID = "case_rules", "rules"


@dataclass(frozen=True, slots=True)
class Rules:
    """What opens a case, when it is due, and which root causes are offered.

    With `detractors`, an answer of `score` or less within the last `days` of the answers. With
    `comments`, a comment of these days that is read as negative with `confidence` or more, or has
    `stars` or fewer. With `tickets`, an open ticket without a first response after `response_hours`
    or without a solution after `resolution_hours`. A case is due `due_hours` after it is opened.
    `version` is None where nobody has changed the rules yet.
    """

    version: str | None = None
    detractors: bool = True
    score: int = 6
    days: int = 30
    comments: bool = True
    confidence: float = 0.8
    stars: int = 2
    tickets: bool = True
    response_hours: int = 24
    resolution_hours: int = 72
    due_hours: int = 48
    causes: tuple[str, ...] = CAUSES


def rules(workspace: Workspace) -> Rules:
    """The rules of a workspace; where none were kept, the first ones."""
    row = workspace.entry(_ENTRY, _ID)
    return Rules() if row is None else _rules(row)


def keep(workspace: Workspace, changed: Rules) -> Rules:
    """Keep rules in place of the version that was read, `changed.version`.

    Raises
    ------
    CxError
        ``changed_meanwhile`` where somebody changed them since, and nothing is kept;
        ``out_of_bounds``, ``no_causes``, ``too_many_causes``.
    NotFound
        After an erasure of the workspace.
    """
    causes = tuple(dict.fromkeys(" ".join(c.split()) for c in changed.causes if c.strip()))
    _check(changed, causes)
    value = {f.name: getattr(changed, f.name) for f in fields(Rules) if f.name != "version"}
    value["causes"] = list(causes)
    return _rules(workspace.write(_ENTRY, _ID, value, seen=changed.version))


def _check(changed: Rules, causes: tuple[str, ...]) -> None:
    for name, (low, high) in BOUNDS.items():
        if not low <= getattr(changed, name) <= high:
            raise CxError(
                "out_of_bounds",
                N_("A number of the rules is out of bounds: {number}."),
                N_("Choose one from {low} to {high}."),
                number=str(getattr(changed, name))[:20],
                low=low,
                high=high,
            )
    if not causes:
        raise CxError(
            "no_causes", N_("There is no root cause to choose from."), N_("Type at least one.")
        )
    if len(causes) > MOST or max(map(len, causes)) > LONGEST:
        raise CxError(
            "too_many_causes",
            N_("{most} root causes of {longest} characters are the most."),
            N_("Join some, or make them shorter."),
            most=MOST,
            longest=LONGEST,
        )


def _rules(row: EntryRow) -> Rules:
    value: Mapping[str, Json] = row.value
    return Rules(**{"version": row.version, **value, "causes": tuple(value["causes"])})
