"""What a reader of ticket figures has to know of the file that they are from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from cxlib.frames.tickets import Seen
from cxlib.i18n import N_
from cxlib.results import Issue
from cxlib.voice.ticket_status import unknown
from cxlib.voice.ticket_waits import Event, Wait

SHOWN = 5  # values in a sentence


def notes(
    tickets: pd.DataFrame, found: Seen, waits: Mapping[Event, Wait], closing: Collection[str]
) -> Iterator[Issue]:
    """Warnings first; `tickets` are those of `cxlib.voice.ticket_waits.timed`."""
    strange = unknown(tickets["status"])
    if strange:
        yield _counted(
            "unknown_status",
            N_("{count} tickets have a status that is not known: {values}."),
            N_("They are read by their times alone."),
            sum(strange.values()),
            values=", ".join(f"{word} ({n})" for word, n in list(strange.items())[:SHOWN]),
        )
    backwards = max((w.backwards for w in waits.values()), default=0)
    if backwards:
        yield _counted(
            "negative_wait",
            N_("{count} tickets end before they were opened, so their wait has no length."),
            N_("Check the order of day and month, and the time zones of the columns."),
            backwards,
        )
    ended = waits["resolution"].unknown if "resolution" in waits else 0
    if ended:
        yield _counted(
            "closed_without_time",
            N_("{count} tickets are closed, but the file does not say when."),
            N_("They count as tickets, not in the time to resolution nor in the backlog."),
            ended,
        )
    doubtful = tickets["state"].isin(["open", "pending"]) & tickets["closed"].notna()
    if doubtful.any() and not found.log:
        yield _counted(
            "open_but_resolved",
            N_("{count} tickets are open by their status, but have a time of resolution."),
            N_("They count as resolved at that time."),
            int(doubtful.sum()),
        )
    if found.log and not closing:
        yield Issue(
            "nothing_closes",
            "info",
            N_("The file does not say which activity closes a ticket."),
            N_(
                "A ticket lasts from its first activity to its last, and none counts as open. Name the"
                " activities that close one to know more."
            ),
        )
    if "resolution" in waits:
        yield Issue(
            "first_backlog",
            "info",
            N_(
                "Tickets opened before the file begins are not in it: the first backlogs are too low."
            ),
        )


def _counted(code: str, message: str, hint: str, count: int, **params: str) -> Issue:
    return Issue(code, "warning", message, hint, {"count": count, **params}, count=count)
