"""A file as it is to text in Parquet: nothing typed, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.staged import ReadOptions, Staged

PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


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
        CSV, TSV, white space (also in gzip), XLSX or Parquet.
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
        `unknown_encoding`, `unknown_sheet`.
    """
    options = options or ReadOptions()
    name = name or path.name
    with path.open("rb") as handle:
        head = handle.read(8)
    # Each reader brings its libraries; only the one that is needed is loaded.
    if head.startswith(PARQUET):
        from cxlib.ingest.parquet import stage_parquet

        return stage_parquet(path, outdir, name, progress)
    if head.startswith(ZIP):
        from cxlib.ingest.excel import stage_excel

        return stage_excel(path, outdir, options, name, progress)
    if head.startswith(OLD_OFFICE):
        raise CxError(
            "unsupported_format",
            N_("The file is in an old Excel format, or has a password."),
            N_("Save it as XLSX without a password, or as CSV."),
        )
    from cxlib.ingest.delimited import stage_delimited

    return stage_delimited(path, outdir, options, name, progress)
