"""From a file of the user to canonical tables, for the commands that analyse."""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import read, sandbox
from cxlib.ingest.faults import room
from cxlib.ingest.staged import ReadOptions, Staged, settle

# What is slow to load is loaded by the functions that need it: `read` does without.
if TYPE_CHECKING:
    import narwhals as nw

    from cxlib import engine
    from cxlib.ingest.canonical import Imported
    from cxlib.ingest.plan import Plan, Proposal
    from cxlib.ingest.repair import Repair


@dataclass(frozen=True, slots=True)
class Loaded:
    """Canonical tables, to be read while the connection behind them is open.

    `lines` is None where the file has neither products nor categories.
    """

    orders: nw.LazyFrame[engine.Relation]
    lines: nw.LazyFrame[engine.Relation] | None
    imported: Imported
    digest: str


@contextmanager
def loaded(
    arguments: argparse.Namespace, kind: str = "transactions", *others: str
) -> Iterator[Loaded]:
    """The tables of `arguments.file`, imported by the shared options of the command line.

    The file holds `kind`, or one of `others` if it looks like one of them. A Parquet file that `import --out` wrote is used as it is. Raises CxError: `needs_answer` where
    a question is open, `unreadable`, `too_large`, … where the file cannot be used.
    """
    from cxlib import engine
    from cxlib.ingest import canonical

    path: Path = arguments.file
    with tempfile.TemporaryDirectory(prefix="cxlib-") as folder:
        imported = canonical.reopen(path, kind, *others) or imported_file(
            arguments, Path(folder), kind, *others
        )
        with engine.connect(imported.table.parent, Path(folder)) as connection:
            yield Loaded(
                orders=engine.scan(connection, [imported.table]),
                lines=engine.scan(connection, [imported.lines]) if imported.lines else None,
                imported=imported,
                digest=imported.digest,
            )


def beside(arguments: argparse.Namespace, path: Path, kind: str) -> AbstractContextManager[Loaded]:
    """The tables of a further file, read by itself: options of columns and answers are the first one's."""
    own = {"file": path, "map": [], "answer": [], "kind": None}
    return loaded(argparse.Namespace(**{**vars(arguments), **own}), kind)


def imported_file(arguments: argparse.Namespace, folder: Path, kind: str, *others: str) -> Imported:
    """Stage, propose and convert `arguments.file` into `folder`, the heavy steps in a child."""
    staged = staged_file(arguments, arguments.file, folder)
    proposal = proposed(arguments, staged, None if others else kind)
    if others and proposal.kind not in (kind, *others):
        proposal = proposed(arguments, staged, kind)
    return converted(staged, planned(arguments, proposal), folder)


def converted(staged: Staged, plan: Plan, folder: Path) -> Imported:
    """The tables of a plan, made by a child process in `folder`."""
    from cxlib.ingest import convert

    return sandbox.run(convert.convert, staged, plan, folder, progress=_say)


def staged_file(arguments: argparse.Namespace, path: Path, folder: Path) -> Staged:
    """The text of a file, read by the shared options."""
    chosen = ReadOptions(
        encoding=arguments.encoding,
        delimiter=arguments.delimiter,
        header=0 if arguments.no_header else arguments.header_rows,
        sheet=arguments.sheet,
        quotechar=arguments.quotechar,
        skip=arguments.skip,
        table=arguments.table,
    )
    if not path.is_file():
        raise CxError("no_such_file", N_("There is no file “{path}”."), path=str(path))
    return sandbox.run(read.stage, path, folder, chosen, name=path.name, progress=_say)


def proposed(arguments: argparse.Namespace, staged: Staged, kind: str | None = None) -> Proposal:
    """What the file seems to hold, `--map` taken as certain."""
    from cxlib.ingest import match

    mapping = {field: staged.column(column) for field, column in arguments.map}
    return sandbox.run(match.propose, staged, kind=arguments.kind or kind, mapping=mapping)


def planned(
    arguments: argparse.Namespace,
    proposal: Proposal,
    repairs: Sequence[Repair] = (),
    remove_duplicates: bool = False,
) -> Plan:
    """The plan of an import: the proposal, its questions answered by the options."""
    from cxlib.ingest.plan import plan

    return plan(
        proposal,
        dict(arguments.answer),
        date_format=arguments.date_format,
        decimal=arguments.decimal,
        currency=arguments.currency,
        timezone=arguments.tz,
        today=dt.datetime.now(dt.UTC).date(),
        remove_duplicates=remove_duplicates,
        lang=arguments.lang,
        repairs=repairs,
    )


def place(source: Path, target: Path) -> None:
    """Copy a file to where the user wants it: it appears whole or not at all."""
    part = target.with_name(target.name + ".part")
    try:
        with room():
            shutil.copyfile(source, part)
            settle(part, target)
    finally:
        part.unlink(missing_ok=True)


def _say(rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{rows:,}", end="", file=sys.stderr, flush=True)  # noqa: T201 - progress
