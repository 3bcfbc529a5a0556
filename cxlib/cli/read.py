"""`read FILE… --outdir DIR`: what is in files, as plain CSV, nothing typed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from cxlib.cli import printing
from cxlib.cli.loading import place, staged_file
from cxlib.errors import CxError
from cxlib.i18n import N_, Language, language
from cxlib.ingest.faults import fault
from cxlib.ingest.text import write_text

NAME = "read"
HELP = N_("write the text of files as plain CSV, nothing changed")


def add_options(parser: argparse.ArgumentParser) -> None:
    """FILE… and the folder for the copies."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--outdir", type=Path, required=True, metavar="DIR")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Read each file; a bad one does not stop the others, and makes the exit code 2."""
    arguments.outdir.mkdir(parents=True, exist_ok=True)
    shown, taken = language(arguments.lang), set[Path]()
    files = []
    for path in arguments.files:
        target = _target(arguments.outdir, path.name, taken)
        taken.add(target)
        try:
            files.append(_read(arguments, path, target, shown))
        except (CxError, OSError) as problem:
            error = fault(problem) if isinstance(problem, OSError) else problem
            files.append(_unread(path, error, shown, "error"))
            print(f"cxlib: {' '.join(shown.error(error)).strip()}", file=sys.stderr)  # noqa: T201
    return {"files": files, "refused": sum(not file["ok"] for file in files)}


def describe(result: dict[str, Any], shown: Language) -> str:
    """A line a file, and what was noticed in it."""
    lines = []
    for file in result["files"]:
        size = shown(
            N_("{rows} rows, {columns} columns"),
            rows=shown.number(file["rows"] or 0),
            columns=shown.number(len(file["columns"])),
        )
        lines.append(f"{file['file']}: {size if file['ok'] else shown(N_('not read'))}")
        lines += [f"  - {i['message']} {i['hint']}".rstrip() for i in file["issues"]]
    return "\n".join(lines)


def _target(outdir: Path, name: str, taken: set[Path]) -> Path:
    """``<file name>.csv``; for a second one of the same name ``<file name>-2.csv``."""
    target, n = outdir / f"{name}.csv", 1
    while target in taken:
        n += 1
        target = outdir / f"{name}-{n}.csv"
    return target


def _read(
    arguments: argparse.Namespace, path: Path, target: Path, shown: Language
) -> dict[str, Any]:
    rejects = target.with_name(f"{target.name}.rejects.csv")
    for old in (target, rejects):  # of an earlier run: it must not stand for this one
        old.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        try:
            staged = staged_file(arguments, path, Path(folder))
        except CxError as error:
            if error.code != "empty_file":
                raise
            target.touch()
            return _empty(path, target, error, shown)
        write_text(staged, target)
        if staged.rejected and staged.rejects is not None:
            place(staged.rejects, rejects)
    return {
        "file": str(path),
        "ok": True,
        "out": str(target),
        "encoding": staged.encoding,
        "delimiter": staged.delimiter,
        "quotechar": staged.quotechar,
        "sheet": staged.sheet,
        "sheets": list(staged.sheets),
        "table": staged.table,
        "tables": list(staged.tables),
        "rows": staged.rows,
        "rejected": staged.rejected,
        "rejects": str(rejects) if staged.rejected else None,
        "columns": list(staged.titles or staged.columns),
        "issues": [printing.issue(i, shown) for i in staged.issues],
    }


def _empty(path: Path, target: Path, error: CxError, shown: Language) -> dict[str, Any]:
    """A file without text has no rows: its copy is empty too."""
    nothing = {"ok": True, "out": str(target), "rows": 0, "rejected": 0, "rejects": None}
    return _unread(path, error, shown, "warning") | nothing


def _unread(path: Path, error: CxError, shown: Language, severity: str) -> dict[str, Any]:
    message, hint = shown.error(error)
    issue: dict[str, Any] = {
        "code": error.code,
        "severity": severity,
        "column": None,
        "rows": [],
        "count": 1,
    }
    return {
        "file": str(path),
        "ok": False,
        "encoding": None,
        "delimiter": None,
        "quotechar": None,
        "sheet": None,
        "sheets": [],
        "table": 1,
        "tables": [],
        "rows": None,
        "columns": [],
        "issues": [issue | {"message": message, "hint": hint}],
    }
