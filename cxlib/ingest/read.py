"""A file as it is to text in Parquet: nothing typed, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.staged import ReadOptions, Staged

PARQUET = b"PAR1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
OTHERS = {
    b"%PDF": "PDF",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"<!doctype html": "HTML",
    b"<html": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
}
"""How files begin that are known and not read."""
HEAD = 16


def stage(
    path: Path,
    outdir: Path,
    options: ReadOptions | None = None,
    name: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Staged:
    """Read a file as text into ``outdir/text.parquet``.

    What the file is, is found from its first bytes, not from its name. Heavy: run it through
    `sandbox.run`.

    Parameters
    ----------
    path : Path
        CSV, TSV, white space and JSON (also in gzip), XLSX, XLSM, XLS, XLSB, ODS, Parquet, and a
        ZIP with any of these.
    outdir : Path
        An existing folder; ``text.parquet`` and ``read_rejects.csv`` appear in it.
    options : ReadOptions, optional
        What the user says about the file.
    name : str, optional
        The file's name as shown to the user; it is never used as a path.
    progress : callable, optional
        Told the number of rows read so far.

    Raises
    ------
    CxError
        `empty_file`, `not_a_table`, `unreadable`, `too_large`, `too_many_columns`, `encrypted`,
        `unknown_encoding`, `unknown_sheet`, `unknown_table`, `unsupported_format`,
        `nested_archive`, `disk_full`.
    """
    options = options or ReadOptions()
    return _staged(path, outdir, options, name or path.name, progress, inside=False)


def _staged(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
    inside: bool,
) -> Staged:
    with path.open("rb") as handle:
        head = handle.read(HEAD)
    # Each reader brings its libraries; only the one that is needed is loaded.
    if head.startswith(PARQUET):
        from cxlib.ingest.parquet import stage_parquet

        return stage_parquet(path, outdir, name, progress)
    if head.startswith(ZIP):
        return _zipped(path, outdir, options, name, progress, inside)
    if head.startswith(OLD_OFFICE):
        from cxlib.ingest.calamine import stage_calamine

        return stage_calamine(path, outdir, options, name, progress)
    for mark, known in OTHERS.items():
        if head[: len(mark)].lower() == mark.lower():
            raise _unsupported(known)
    from cxlib.ingest.json import stage_json

    if (staged := stage_json(path, outdir, options, name, progress)) is not None:
        return staged
    from cxlib.ingest.delimited import stage_delimited

    return stage_delimited(path, outdir, options, name, progress)


def _zipped(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
    inside: bool,
) -> Staged:
    from cxlib.ingest import archive

    found = archive.kind(path)
    if found == "excel":
        from cxlib.ingest.excel import stage_excel

        return stage_excel(path, outdir, options, name, progress)
    if found in ("binary", "opendocument"):
        from cxlib.ingest.calamine import stage_calamine

        return stage_calamine(path, outdir, options, name, progress)
    if found == "document":
        raise _unsupported("Word, PowerPoint")
    if inside:
        raise CxError(
            "nested_archive",
            N_("There is an archive inside of the archive."),
            N_("Unpack it and use the files in it."),
        )

    def read(file: Path, inner: ReadOptions, shown: str) -> Staged:
        staged = _staged(file, outdir, inner, shown, progress, inside=True)
        return replace(staged, name=name)

    return archive.stage_member(path, options, read)


def _unsupported(known: str) -> CxError:
    return CxError(
        "unsupported_format",
        N_("The file is in a format that cannot be read ({format})."),
        N_("Export the table as XLSX or CSV."),
        format=known,
    )
