"""Targets: what a metric shall be, one a metric of a workspace."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import Literal, get_args

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Unit
from cxlib.store.catalogue import EntryRow
from cxlib.store.workspaces import Workspace

Direction = Literal["at_least", "at_most"]

DIRECTIONS: dict[Direction, str] = {"at_least": N_("At least"), "at_most": N_("At most")}
_ENTRY = "target"
_METRIC = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@dataclass(frozen=True, slots=True)
class Target:
    """A metric shall be `at_least` or `at_most` `value` (in `unit`), by `due` where a day is set.

    `version` is another after every change: whoever changes or removes a target does it to the
    version that they read.
    """

    metric: str
    version: str
    value: float
    direction: Direction
    unit: Unit
    due: dt.date | None
    created: dt.datetime


def listed(workspace: Workspace) -> dict[str, Target]:
    """The targets of a workspace by metric."""
    return {row.id: _target(row) for row in sorted(workspace.entries(_ENTRY), key=lambda r: r.id)}


def put(
    workspace: Workspace,
    metric: str,
    value: float,
    direction: Direction,
    unit: Unit,
    due: dt.date | None = None,
    *,
    seen: Target | None,
) -> Target:
    """Set the target of a metric.

    Parameters
    ----------
    metric : str
        The id of the metric, such as ``voice.nps``.
    value : float
        In `unit`: a share of 1, points from -100 to 100, days, …
    due : date, optional
        The day by which it shall be reached.
    seen : Target or None
        The metric's target as it was read; None where it had none.

    Raises
    ------
    CxError
        `changed_meanwhile` where somebody set or removed it since, and nothing is kept;
        `unknown_metric`, `not_a_number`, `unknown_direction`, `unknown_unit`.
    NotFound
        After an erasure of the workspace.
    """
    _check(metric, value, direction, unit)
    kept = {
        "value": float(value),
        "direction": direction,
        "unit": unit,
        "due": due.isoformat() if due else None,
    }
    row = workspace.write(
        _ENTRY,
        metric,
        kept,
        seen=seen.version if seen else None,
        created=seen.created if seen else None,
    )
    return _target(row)


def remove(workspace: Workspace, seen: Target) -> None:
    """Remove a target as it was `seen`; one that is gone already is no error.

    Raises CxError `changed_meanwhile` where somebody changed it since, and it stays.
    """
    workspace.drop(_ENTRY, seen.metric, seen.version)


def _check(metric: str, value: float, direction: str, unit: str) -> None:
    if not _METRIC.fullmatch(metric):
        raise CxError(
            "unknown_metric",
            N_("This is no name of a metric: {metric}."),
            N_("Names of metrics look like voice.nps."),
            metric=repr(metric)[:40],
        )
    if not math.isfinite(value):
        raise CxError(
            "not_a_number",
            N_("A target has to be a number."),
            N_("Type a number, such as 45."),
        )
    for code, said, known in (
        ("unknown_direction", direction, get_args(Direction)),
        ("unknown_unit", unit, get_args(Unit)),
    ):
        if said not in known:
            raise CxError(
                code,
                N_("A target cannot be “{said}”."),
                N_("Choose one of: {known}."),
                said=str(said)[:40],
                known=", ".join(known),
            )


def _target(row: EntryRow) -> Target:
    due = row.value["due"]
    return Target(
        metric=row.id,
        version=row.version,
        value=row.value["value"],
        direction=row.value["direction"],
        unit=row.value["unit"],
        due=dt.date.fromisoformat(due) if due else None,
        created=row.created,
    )
