"""ZIP: what is in it, whether it may be unpacked, and the file in it that is a table."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Literal

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.faults import room
from cxlib.ingest.staged import ReadOptions, Staged
from cxlib.results import Issue

MAX_ENTRIES = 10_000
MAX_INFLATED = 2 << 30
MAX_RATIO = 200  # a repetitive sheet reaches 40; above 16 MB only, so that tiny ones do not matter
RATIO_FROM = 16 << 20
BLOCK = 1 << 20
TABLES = {
    ".csv", ".tsv", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet", ".jsonl", ".ndjson"
}  # fmt: skip
PERHAPS = {".txt", ".json", ".gz", ".dat", ".log"}
PASSED_OVER = {
    "not_a_table", "empty_file", "unreadable", "unsupported_format", "unknown_encoding",
    "nested_archive",
}  # fmt: skip
"""Refusals after which the next file of an archive is tried."""

Kind = Literal["excel", "binary", "opendocument", "document", "archive"]
Read = Callable[[Path, ReadOptions, str], Staged]
"""How a file that was unpacked is read: its path, the options, the name to show."""


def kind(path: Path) -> Kind:
    """What a ZIP holds: a workbook (XLSX, XLSB or ODS), another document, or files.

    Raises CxError `too_large` where it would inflate beyond reason, `encrypted`, `unreadable`.
    """
    with _opened(path) as archive:
        entries = archive.infolist()
        _check(entries, path.stat().st_size)
        names = {entry.filename.replace("\\", "/").lower() for entry in entries}
        if "[content_types].xml" in names:
            if "xl/workbook.bin" in names:
                return "binary"
            return "document" if {"word/document.xml", "ppt/presentation.xml"} & names else "excel"
        if "mimetype" in names:
            with archive.open(next(e for e in entries if e.filename == "mimetype")) as told:
                said = told.read(100).decode("ascii", "replace")
            return "opendocument" if said.endswith(".spreadsheet") else "document"
    return "archive"


def stage_member(path: Path, options: ReadOptions, read: Read) -> Staged:
    """The file of a ZIP that is a table, by `read`.

    The one that `options.sheet` names, or has its number from 1; else the first that can be read,
    those first whose names end as tables do. Names are shown and never used as paths.
    """
    with _opened(path) as archive:
        members = [entry for entry in archive.infolist() if _is_file(entry)]
        if not members:
            raise CxError("empty_file", N_("There is no file in the archive."))
        names = tuple(entry.filename for entry in members)
        asked, inner = options.sheet, None
        if len(members) == 1 and asked not in (None, names[0], "1"):
            asked, inner = None, options.sheet  # a sheet of the only workbook in the archive
        tried = [_named(members, asked)] if asked is not None else sorted(members, key=_rank)
        refused: CxError | None = None
        for entry in tried:
            with tempfile.TemporaryDirectory(prefix="cxlib-zip-") as folder:
                file = Path(folder) / "member"
                _unpack(archive, entry, file)
                try:
                    staged = read(file, replace(options, sheet=inner), entry.filename)
                except CxError as error:
                    if error.code not in PASSED_OVER:
                        raise
                    refused = refused or error
                    continue
            if len(members) == 1:
                return staged
            found = (*_other_files(names, entry.filename, options.sheet), *staged.issues)
            return replace(staged, sheet=entry.filename, sheets=names, issues=found)
    assert refused is not None
    raise refused


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError) as error:
        raise CxError(
            "unreadable",
            N_("The archive is damaged, or packed in a way that cannot be read."),
            N_("Unpack it and use the files in it."),
            detail=str(error)[:300],
        ) from error


def _check(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    inflated = sum(entry.file_size for entry in entries)
    greedy = any(
        entry.file_size > RATIO_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        for entry in entries
    )
    if len(entries) > MAX_ENTRIES or inflated > MAX_INFLATED or greedy:
        raise CxError(
            "too_large",
            N_(
                "The {entries} parts of the file would take {size} MB when unpacked, far more than "
                "its {packed} kB suggest."
            ),
            N_("Save the table as CSV."),
            entries=len(entries),
            size=inflated >> 20,
            packed=size >> 10,
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise CxError("encrypted", N_("The file has a password."), N_("Save a copy without one."))


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what macOS and hidden files leave in archives."""
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    return not (entry.is_dir() or name.parts[:1] == ("__MACOSX",) or name.name.startswith("."))


def _rank(entry: zipfile.ZipInfo) -> int:
    suffix = PurePosixPath(entry.filename).suffix.lower()
    return 0 if suffix in TABLES else 1 if suffix in PERHAPS else 2


def _named(members: Sequence[zipfile.ZipInfo], asked: str) -> zipfile.ZipInfo:
    for entry in members:
        if entry.filename == asked:
            return entry
    if asked.isdecimal() and 1 <= int(asked) <= len(members):
        return members[int(asked) - 1]
    raise CxError(
        "unknown_sheet",
        N_("The archive has no file “{file}”."),
        N_("Its files are: {choices}."),
        file=asked,
        choices=", ".join(entry.filename for entry in members[:50]),
    )


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write a member to a file of ours; `zipfile` hands out no more than its entry says."""
    with archive.open(entry) as source, room(), target.open("wb") as sink:
        shutil.copyfileobj(source, sink, BLOCK)


def _other_files(names: Sequence[str], chosen: str, asked: str | None) -> list[Issue]:
    if asked is not None:
        return []
    others = [name for name in names if name != chosen]
    return [
        Issue(
            "other_files",
            "info",
            N_("Only the file “{file}” of the archive was read; there are also: {others}."),
            N_("Choose another one to read that."),
            {"file": chosen, "others": ", ".join(others[:50])},
            count=len(others),
        )
    ]
