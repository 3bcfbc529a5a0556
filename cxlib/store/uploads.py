"""An upload: the bytes of a user's file, kept for its import so that a reload loses nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.disk import whole_folder

_PIECE = 2**20
_ABOUT = "upload.json"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: its bytes at `file`, under a name of ours; `name` is the user's, only text.

    `folder` is where the import may put what it makes of it.
    """

    id: str
    name: str
    size: int
    created: datetime
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "upload"


def write_upload(
    folder: Path, stream: BinaryIO, name: str, created: datetime, room: int, quota: int
) -> Upload:
    """Write a stream into a new folder, read once and in pieces.

    Raises CxError ``quota_exceeded`` when it is longer than `room` bytes (of `quota`) and
    ``disk_full``; then nothing is kept.
    """
    name, size = as_text(name), 0
    with whole_folder(folder) as unfinished:
        with (unfinished / "upload").open("xb") as out:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > room:
                    raise over_quota(room, quota)
                out.write(piece)
        about = {"name": name, "size": size, "created": created.isoformat()}
        (unfinished / _ABOUT).write_text(json.dumps(about), encoding="ascii")
    return Upload(folder.name, name, size, created, folder)


def find_upload(folder: Path) -> Upload | None:
    """The upload in a folder, None where there is none."""
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    created = datetime.fromisoformat(about["created"])
    return Upload(folder.name, about["name"], about["size"], created, folder)


def as_text(name: str) -> str:
    """A user's text as any database takes it: no NUL, no half of a surrogate pair."""
    whole = name.encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def over_quota(room: int, quota: int) -> CxError:
    return CxError(
        "quota_exceeded",
        N_("This file does not fit: of {quota} MB for a workspace, {room} MB are free."),
        N_("Start another workspace, or ask whoever runs this server for more room."),
        quota=quota // 10**6,
        room=max(room, 0) // 10**6,
    )
