"""JSON and JSON lines to text Parquet."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest import documents
from cxlib.ingest.documents import Cell, Found
from cxlib.ingest.encoding import GZIP, Encoded, examine, open_text
from cxlib.ingest.header import column_names, header_rows
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.remarks import encoding_issues
from cxlib.ingest.staged import (
    CHUNK,
    MAX_CELL,
    ReadOptions,
    Source,
    Staged,
    TextWriter,
    check_width,
    visible_names,
)
from cxlib.results import Issue

MAX_SIZE = 1 << 29  # characters of a document that is read at once; JSON lines have no limit
MAX_LINE = 16 << 20
HEAD = 512
LOOK = 20
"""Lines by which a file of lines is told from a document."""
HEADER_LOOK = 300
START = re.compile(r"\s*[\[{]")
OBJECT = re.compile(r"\s*(?:\[\s*)?\{\s*(?:\"(?:[^\"\\]|\\.)*\"\s*:|\}\s*[,\]])")
"""An object with a quoted key: a file that begins so is JSON, if broken."""

Record = tuple[int, dict[str, Cell] | None, str]
"""The line (or the number) of a record, its cells by name (None: it is none), how it begins."""


@dataclass(frozen=True, slots=True)
class _Source:
    """Records that can be gone through again, and the tables among which they were chosen."""

    records: Callable[[], Iterator[Record]]
    tables: tuple[str, ...] = ()
    number: int = 1
    beside: tuple[str, ...] = ()


def stage_json(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged | None:
    """JSON or JSON lines as `Staged`; see `read.stage`. None for a file that is no JSON.

    An array of objects; an object that holds some of these; objects of columns; an array of arrays;
    an object a line. Objects within objects become columns ``a.b``, arrays stay JSON text, null is an
    empty cell, numbers are as they are written. `line` is the line in a file of lines, else the
    number of the record.
    """
    if not START.match(_head(path)):
        return None
    encoded = examine(path, options.encoding)
    if _is_lines(encoded):
        source = _Source(lambda: _by_lines(encoded))
    else:
        found = _document(encoded)
        if found is None:
            return None
        source = _chosen(found, options.table or 1)
    keys, header, lists = _survey(source.records, options.header)
    check_width(len(keys))
    if not keys:
        raise _no_records()
    titles = None if lists and not header else tuple(keys)
    if lists and header:
        head = [
            [cells.get(key, ("",))[0] for key in keys]
            for _, cells, _ in itertools.islice(source.records(), header)
            if cells is not None
        ]
        titles = column_names(head, len(keys))
    target = outdir / "text.parquet"
    sources: list[set[Source]] = [set() for _ in keys]
    with (
        Rejects(outdir / "read_rejects.csv") as rejects,
        TextWriter(target, len(keys), progress) as writer,
    ):
        body = _accepted(itertools.islice(source.records(), header, None), rejects)
        while chunk := list(itertools.islice(body, CHUNK)):
            columns = []
            for key, known in zip(keys, sources, strict=True):
                column = [cells.get(key, ("", "text")) for _, cells in chunk]
                known.update(kind for text, kind in column if text)
                columns.append(pa.array([text for text, _ in column], pa.string()))
            writer.write(columns, pa.array([line for line, _ in chunk], pa.int64()))
    names, renamed = visible_names(titles, len(keys))
    return Staged(
        path=target,
        name=name,
        format="json",
        columns=names,
        titles=titles,
        rows=writer.rows,
        sources=tuple(next(iter(known)) if len(known) == 1 else "text" for known in sources),
        samples=writer.samples(),
        encoding=encoded.encoding,
        table=source.number,
        tables=source.tables,
        rejects=rejects.path,
        rejected=rejects.count,
        issues=(*_issues(encoded, source), *renamed, *rejects.issues()),
    )


def _head(path: Path) -> str:
    """The beginning of a file as text, enough of it to see a bracket."""
    with path.open("rb") as handle:
        raw = handle.read(HEAD)
    if raw.startswith(GZIP):
        try:
            with gzip.open(path, "rb") as packed:
                raw = packed.read(HEAD)
        except (OSError, EOFError, zlib.error):
            return ""
    return raw.decode("utf-8", "replace").replace("\0", "").lstrip("\ufeff\ufffd")


def _is_lines(encoded: Encoded) -> bool:
    """Whether most of the first lines are values of their own; a document on one line is none."""
    whole = seen = 0
    with open_text(encoded) as text:
        while seen < LOOK and (line := text.readline(MAX_LINE)):
            if line.strip():
                seen += 1
                whole += _value(line) is not None
    return seen > 1 and whole > 1 and 2 * whole > seen


def _value(line: str) -> object:
    """The object or array on a line; None if there is none."""
    try:
        value = documents.parsed(line)
    except (json.JSONDecodeError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _by_lines(encoded: Encoded) -> Iterator[Record]:
    with open_text(encoded) as text:
        for number, line in enumerate(text, start=1):
            if line.strip():
                yield _record(number, _value(line) if len(line) <= MAX_LINE else None, line)


def _record(number: int, value: object, shown: str) -> Record:
    try:
        if isinstance(value, dict):
            return number, documents.cells(value), shown
        if isinstance(value, list):
            return number, {str(i): documents.cell(v) for i, v in enumerate(value)}, shown
    except RecursionError:
        return number, None, shown
    return number, None, shown


def _document(encoded: Encoded) -> list[Found] | None:
    """The tables of a document; None if it is no JSON."""
    with open_text(encoded) as text:
        document = text.read(MAX_SIZE + 1)
    if len(document) > MAX_SIZE:
        raise CxError(
            "too_large",
            N_("The JSON document is larger than {most} MB, and has to be read at once."),
            N_("Export it as JSON lines (an object a line) or CSV."),
            most=MAX_SIZE >> 20,
        )
    try:
        return list(documents.tables(documents.parsed(document)))
    except json.JSONDecodeError as error:
        if not OBJECT.match(document[:HEAD]):
            return None
        raise CxError(
            "unreadable",
            N_("The JSON is broken in line {line}, at character {column}: {problem}."),
            N_("Export it again, or correct this place."),
            line=error.lineno,
            column=error.colno,
            problem=error.msg,
        ) from error
    except RecursionError as error:
        raise CxError(
            "unreadable",
            N_("The JSON is nested too deeply to be a table."),
            N_("Export it as CSV."),
        ) from error


def _chosen(found: Sequence[Found], number: int) -> _Source:
    if not found:
        raise _no_records()
    if not 1 <= number <= len(found):
        raise CxError(
            "unknown_table",
            N_("There is no table {number}: {count} were found."),
            N_("Choose a number from 1 to {count}."),
            number=number,
            count=len(found),
        )
    records = found[number - 1].records
    bare = not any(isinstance(record, (dict, list)) for record in records)
    shown = tuple(f"{table.name} ({len(table.records)})" for table in found)
    return _Source(
        lambda: (
            _record(i, [value] if bare else value, str(value))
            for i, value in enumerate(records, start=1)
        ),
        shown if len(shown) > 1 else (),
        number,
        found[0].beside,
    )


def _survey(
    records: Callable[[], Iterator[Record]], header: int | None
) -> tuple[list[str], int, bool]:
    """The names of the cells by first appearance, the rows of the header, whether arrays have one."""
    keys: dict[str, None] = {}
    lists, first = True, list[list[str]]()
    for _, cells, _ in records():
        if cells is None:
            continue
        keys.update(dict.fromkeys(cells))
        lists = lists and all(key == str(i) for i, key in enumerate(cells))
        if lists and len(first) < HEADER_LOOK:
            first.append([text for text, _ in cells.values()])
    if not lists:
        return list(keys), 0, False
    found = header_rows(first) if len(first) > 1 and len(keys) > 1 else 0
    return list(keys), found if header is None else int(header), True


def _accepted(records: Iterator[Record], rejects: Rejects) -> Iterator[tuple[int, dict[str, Cell]]]:
    for number, cells, shown in records:
        if cells is None:
            rejects.add(number, "", shown.strip(), "broken_record")
        elif any(len(text) > MAX_CELL for text, _ in cells.values()):
            rejects.add(number, "", shown, "cell_too_large")
        else:
            yield number, cells


def _no_records() -> CxError:
    return CxError(
        "not_a_table",
        N_("There is no list of records in the JSON."),
        N_("Export a list of objects, JSON lines or CSV."),
    )


def _issues(encoded: Encoded, source: _Source) -> Iterator[Issue]:
    yield from encoding_issues(encoded)
    if source.tables:
        yield Issue(
            "other_tables",
            "warning",
            N_("The JSON has {count} lists of records; only “{name}” was read."),
            N_("Choose another one by its number: {choices}."),
            {
                "count": len(source.tables),
                "name": source.tables[source.number - 1],
                "choices": ", ".join(source.tables[:50]),
            },
            count=len(source.tables) - 1,
        )
    if source.beside:
        yield Issue(
            "left_out_keys",
            "info",
            N_("What the JSON holds beside its records was left out: {keys}."),
            params={"keys": ", ".join(source.beside[:50])},
            count=len(source.beside),
        )
