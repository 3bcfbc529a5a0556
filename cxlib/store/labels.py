"""Labels that people gave to comments of a workspace, and what was learned from them.

The text is not kept beside a label. The key of a comment is a digest of its normalised text under the
workspace's own id: the same text has the same key there, and nobody without the id can tell by trying
likely texts what a label was given to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.catalogue import EntryRow, Json
from cxlib.store.workspaces import Workspace

Answer = Literal["positive", "neutral", "negative", "skip"]
Drawn = Literal["sample", "disagreement"]

ANSWERS: dict[Answer, str] = {
    "positive": N_("Positive"),
    "neutral": N_("Neutral"),
    "negative": N_("Negative"),
    "skip": N_("Can't tell"),
}
LONGEST = 100  # characters of a name
_ENTRY, _SETTING = "label", "sentiment_adaptation"


@dataclass(frozen=True, slots=True)
class Given:
    """The label of a comment, from which list it was first given, by whom and when.

    `version` is another after every change: whoever changes or removes a label does it to the
    version that they read.
    """

    key: str
    version: str
    answer: Answer
    drawn: Drawn
    who: str
    moment: dt.datetime
    created: dt.datetime


def normalised(text: str) -> str:
    """The text by which comments are the same: compatible characters, case and spaces aside."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def keys(workspace: Workspace, texts: Iterable[str]) -> list[str]:
    """The key of each text: 32 hexadecimal digits of BLAKE2b under the workspace's id."""
    under = bytes.fromhex(workspace.id)
    return [
        hashlib.blake2b(
            normalised(text).encode("utf-8", "surrogatepass"), digest_size=16, key=under
        ).hexdigest()
        for text in texts
    ]


def listed(workspace: Workspace) -> dict[str, Given]:
    """The labels of a workspace by key, the oldest first; one query."""
    return {row.id: _given(row) for row in workspace.entries(_ENTRY)}


def put(
    workspace: Workspace,
    key: str,
    answer: Answer,
    drawn: Drawn,
    who: str = "",
    *,
    seen: Given | None,
) -> Given:
    """Keep the label of a comment.

    Parameters
    ----------
    key : str
        As `keys` makes it.
    answer : str
        One of `ANSWERS`; ``skip`` says that nobody could tell.
    drawn : str
        Of the first time: a corrected label stays what it was drawn as.
    who : str
        The name of whoever labels, where they gave one.
    seen : Given or None
        The label as it was read; None where there was none.

    Raises
    ------
    CxError
        ``changed_meanwhile`` where somebody labelled the comment since, and theirs stays;
        ``unknown_label``.
    NotFound
        After an erasure of the workspace.
    """
    for said, known in ((answer, get_args(Answer)), (drawn, get_args(Drawn))):
        if said not in known:
            raise CxError(
                "unknown_label",
                N_("There is no such label: {label}."),
                N_("Choose one of: {labels}."),
                label=repr(said)[:40],
                labels=", ".join(known),
            )
    value = {
        "answer": answer,
        "drawn": seen.drawn if seen else drawn,
        "who": " ".join(who.split())[:LONGEST],
        "moment": workspace.store.clock().isoformat(),
    }
    row = workspace.write(
        _ENTRY,
        key,
        value,
        seen=seen.version if seen else None,
        created=seen.created if seen else None,
    )
    return _given(row)


def remove(workspace: Workspace, seen: Given) -> None:
    """Remove a label as it was `seen`; one that is gone already is no error.

    Raises CxError ``changed_meanwhile`` where somebody changed it since, and it stays.
    """
    workspace.drop(_ENTRY, seen.key, seen.version)


def adaptation(workspace: Workspace) -> Mapping[str, Json] | None:
    """What the workspace's model has of its own (`cxlib.voice.adaptation`), None for the shipped."""
    found: Mapping[str, Json] | None = workspace.settings().get(_SETTING)
    return found


def adapt(workspace: Workspace, parameters: Mapping[str, Json] | None) -> None:
    """Keep what the workspace's model has of its own, as JSON values; None: the shipped model again.

    Raises NotFound after an erasure.
    """
    workspace.remember(_SETTING, None if parameters is None else dict(parameters))


def _given(row: EntryRow) -> Given:
    value = row.value
    return Given(
        key=row.id,
        version=row.version,
        answer=value["answer"],
        drawn=value["drawn"],
        who=value["who"],
        moment=dt.datetime.fromisoformat(value["moment"]),
        created=row.created,
    )
