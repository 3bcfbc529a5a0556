"""All that a workspace holds, as one ZIP that other programs can read.

    workspace.json                  name, purpose, days, settings (what a model was adapted by too),
                                    annotations, targets, cases, words of topics, labels
    <kind>/report.json              what the import did, and the digest
    <kind>/<table>.parquet          the current version, as it is kept
    <kind>/<table>.csv              the same as CSV (RFC 4180, UTF-8, cells verbatim)
    <kind>/rejects.csv              the rows that could not be used

The id of the workspace is the key to it, and is not in there.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
from pyarrow import csv, parquet

from cxlib.ingest.plain import to_plain
from cxlib.ingest.staged import visible_names
from cxlib.store import annotations as notes
from cxlib.store import cases, disk, labels, targets, topic_words
from cxlib.store.catalogue import ChangeRow, Json
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds

_OPTIONS = csv.WriteOptions(quoting_style="needed")


def export(workspace: Workspace, target: Path) -> dict[str, int]:
    """Write the current version of each kind, the reports and what people set to a ZIP.

    The file appears whole or not at all. Returns the rows by kind.

    Raises
    ------
    CxError
        `disk_full`.
    """
    current = [found for name in kinds() if (found := workspace.current(name)) is not None]
    about = {
        "name": workspace.name,
        "purpose": workspace.purpose,
        "created": workspace.created.isoformat(),
        "settings": workspace.settings(),
        "annotations": [to_plain(kept) for kept in notes.listed(workspace)],
        "targets": [to_plain(kept) for kept in targets.listed(workspace).values()],
        "cases": [to_plain(kept) for kept in cases.listed(workspace)],
        "case_history": [_told(change) for change in cases.history(workspace)],
        "topic_words": topic_words.kept(workspace).plain(),
        "labels": _labels(workspace),
    }
    with _whole(target) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("workspace.json", _json(about))
        for version in current:
            _add(archive, version)
    return {version.kind: version.rows[version.table.name] or 0 for version in current}


def _told(change: ChangeRow) -> dict[str, Json]:
    """A change without the id of the workspace."""
    return {name: value for name, value in to_plain(change).items() if name != "workspace"}


def _labels(workspace: Workspace) -> list[dict[str, Json]]:
    """The labels of comments, each with the first line of the comments that has its text.

    Their keys say nothing without the id of the workspace.
    """
    given, comments = labels.listed(workspace), workspace.current("feedback")
    lines: dict[str, int] = {}
    if given and comments is not None:
        with parquet.ParquetFile(comments.table) as file:
            for batch in file.iter_batches(1 << 14, columns=["text", "line"]):
                texts = [text or "" for text in batch["text"].to_pylist()]
                for key, line in zip(
                    labels.keys(workspace, texts), batch["line"].to_pylist(), strict=True
                ):
                    if key in given:
                        lines.setdefault(key, line)
    return [
        {"line": lines.get(key), **{n: v for n, v in to_plain(one).items() if n != "key"}}
        for key, one in given.items()
    ]


def _add(archive: zipfile.ZipFile, version: Snapshot) -> None:
    told = {
        "source": version.name,
        "created": version.created.isoformat(),
        "digest": version.digest,
        "report": dict(version.report),
    }
    archive.writestr(f"{version.kind}/report.json", _json(told))
    for name in version.rows:
        path = version.folder / name
        archive.write(path, f"{version.kind}/{name}")
        if path.suffix == ".parquet":
            with archive.open(f"{version.kind}/{path.stem}.csv", "w", force_zip64=True) as out:
                _write_csv(path, out, _titles(version))


def _write_csv(path: Path, out: IO[bytes], titles: dict[str, str]) -> None:
    with parquet.ParquetFile(path) as file:
        fields = list(file.schema_arrow)
        header, _ = visible_names([titles.get(f.name, f.name) for f in fields], len(fields))
        named = [field.with_name(name) for field, name in zip(fields, header, strict=True)]
        with csv.CSVWriter(out, pa.schema(named), write_options=_OPTIONS) as writer:
            for batch in file.iter_batches(1 << 16):
                writer.write_batch(batch.rename_columns(list(header)))


def _titles(version: Snapshot) -> dict[str, str]:
    """What the file called the columns s0… and a0…."""
    return {
        f"{letter}{i}": str(held["column"])
        for letter, part in (("s", "scores"), ("a", "attributes"))
        for i, held in enumerate(version.report.get(part, ()))
    }


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file to write, which becomes `target` when the block ends well and vanishes when not."""
    part = target.with_name(f"{target.name}.part")
    try:
        with disk.room(), part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
