"""A file as text: what `read.stage` leaves behind, and how it writes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.faults import room, unknown_column
from cxlib.results import Issue

MAX_CELL = 1 << 20
MAX_COLUMNS = 2_000
CHUNK = 1 << 16
"""Rows that are held in memory at once."""
GROUP = 16 << 20
"""Bytes of text that make a row group."""
HEAD, LITTLE = 10_000, 2_500
"""Rows that tell which columns repeat, and a few of them."""
SAMPLES = 8
"""Distinct values of a column that are shown."""

Format = Literal["delimited", "excel", "parquet", "json"]
Source = Literal["text", "number", "timestamp", "flag"]
"""What a cell was in a file that has types; in a file of text everything is text."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user says about a file; None: find out.

    `header` is the number of lines that name the columns (False and True are 0 and 1), `skip` how
    many lines stand before them, `table` which of several tables of the file or sheet, from 1;
    `sheet` is the sheet of a workbook or the file of an archive, by name or number from 1.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    sheet: str | None = None
    quotechar: str | None = None
    skip: int | None = None
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """A file as text, in `path`: columns c0…cn of strings, and `line`.

    `columns` are the visible names of c0…cn, unique; `titles` the header as it is in the file, None
    where there is none; `sources` what their cells were in the file;
    `samples` a few distinct values of each; `tables` are the tables of the file or sheet where there
    are several (a few words of each) and `table` the one that was read, from 1. `rows` were read whole, `rejected` could not be: those
    are in the file `rejects`.
    """

    path: Path
    name: str
    format: Format
    columns: tuple[str, ...]
    titles: tuple[str, ...] | None
    rows: int
    sources: tuple[Source, ...]
    samples: tuple[tuple[str, ...], ...]
    encoding: str | None = None
    delimiter: str | None = None
    quotechar: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    table: int = 1
    tables: tuple[str, ...] = ()
    rejects: Path | None = None
    rejected: int = 0
    issues: tuple[Issue, ...] = ()

    def column(self, asked: str) -> str:
        """The visible name for a header or a 1-based number; raises CxError `unknown_column`."""
        if asked in self.columns:
            return asked
        if asked.isdecimal() and 1 <= int(asked) <= len(self.columns):
            return self.columns[int(asked) - 1]
        raise unknown_column(asked, self.columns)

    def cell(self, column: str) -> str:
        """The name in `path` of a visible column: c0…cn."""
        return f"c{self.columns.index(column)}"


def visible_names(header: Sequence[str] | None, width: int) -> tuple[tuple[str, ...], list[Issue]]:
    """Unique, non-empty names for `width` columns, and an issue where a name had to change.

    Names stay as they are where they can; an empty one becomes ``column 3``, the second of two
    equals ``a (2)``. Names that differ only in case or in spaces around them stay, with a warning.
    """
    if header is None:
        return tuple(f"column {i + 1}" for i in range(width)), []
    given = [*header, *[""] * (width - len(header))]
    taken = {name for name in given if name.strip()}
    names: list[str] = []
    issues = []
    for i, name in enumerate(given):
        new = name if name.strip() else f"column {i + 1}"
        base, n = new, 1
        while new in names or (new != name and new in taken):
            n += 1
            new = f"{base} ({n})"
        if new != name:
            issues.append(
                Issue(
                    "renamed_column",
                    "warning",
                    N_("Column {number} was called “{old}” and is now “{new}”."),
                    N_("Give each column a name of its own."),
                    {"number": i + 1, "old": name, "new": new},
                    column=new,
                    rows=(1,),
                    count=1,
                )
            )
        names.append(new)
    folded = [name.strip().casefold() for name in names]
    alike = tuple(n for n, f in zip(names, folded, strict=True) if folded.count(f) > 1)
    if alike:
        issues.append(
            Issue(
                "similar_columns",
                "warning",
                N_("These columns differ only in capitals or spaces: {columns}."),
                params={"columns": ", ".join(alike)},
                count=len(alike),
            )
        )
    return tuple(names), issues


def untyped(width: int) -> tuple[Source, ...]:
    """The sources of a file in which everything is text."""
    return tuple("text" for _ in range(width))


def check_width(width: int, line: int | None = None) -> None:
    """Raises CxError `too_many_columns` above the cap."""
    if width > MAX_COLUMNS:
        raise CxError(
            "too_many_columns",
            N_("The file has {columns} columns; at most {most} can be read."),
            N_("Leave out the columns that you do not need."),
            columns=width,
            most=MAX_COLUMNS,
            line=line,
        )


@dataclass
class TextWriter:
    """Text, chunk by chunk, to a Parquet file that appears whole or not at all.

    Row groups are encoded in a thread of their own while the caller parses the next rows.
    """

    path: Path
    width: int
    progress: Callable[[int], None] | None = None
    rows: int = 0
    _samples: list[dict[str, None]] = field(default_factory=list)
    _held: list[pa.RecordBatch] = field(default_factory=list)
    _size: int = 0
    _writer: pq.ParquetWriter | None = None
    _writing: Future[None] | None = None

    def __post_init__(self) -> None:
        names = [*(f"c{i}" for i in range(self.width)), "line"]
        types = [*[pa.string()] * self.width, pa.int64()]
        self.schema = pa.schema(list(zip(names, types, strict=True)))
        self._samples = [{} for _ in range(self.width)]
        self._part = self.path.with_name(self.path.name + ".part")
        self._thread = ThreadPoolExecutor(1)

    def write(self, columns: Sequence[pa.Array], lines: pa.Array) -> None:
        """Append rows; the columns are strings without nulls."""
        batch = pa.record_batch([*columns, lines], schema=self.schema)
        self._held.append(batch)
        self._size += batch.nbytes
        self.rows += batch.num_rows
        self._sample(columns)
        if self._size >= GROUP:
            self._flush()
        if self.progress is not None:
            self.progress(self.rows)

    def samples(self) -> tuple[tuple[str, ...], ...]:
        """The first few distinct values of each column, empty cells left out, long ones cut."""
        return tuple(tuple(found) for found in self._samples)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with room(), self._thread:
                if kind is None:
                    if self._held or self._writer is None:
                        self._flush()
                    if self._writing is not None:
                        self._writing.result()
                if self._writer is not None:
                    if self._writing is not None:
                        wait([self._writing])
                    self._writer.close()
                if kind is None:
                    settle(self._part, self.path)
        finally:
            self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        """Hand what is held to the thread, once it is done with what it was handed before."""
        if self._writing is not None:
            with room():
                self._writing.result()
        table = pa.Table.from_batches(self._held, self.schema)
        self._held, self._size = [], 0
        if self._writer is None:
            with room():
                self._writer = pq.ParquetWriter(
                    self._part,
                    self.schema,
                    compression="lz4",
                    use_dictionary=repetitive(table),
                    write_statistics=False,
                )
        self._writing = self._thread.submit(self._writer.write_table, table)

    def _sample(self, columns: Sequence[pa.Array]) -> None:
        for found, column in zip(self._samples, columns, strict=True):
            if len(found) >= SAMPLES:
                continue
            for value in pc.unique(column.slice(0, 4096)).to_pylist():
                if value and len(found) < SAMPLES:
                    found[value[:200]] = None


def repetitive(table: pa.Table) -> list[str]:
    """The columns whose values come again often enough for a dictionary, by their first rows.

    Where new ones keep coming at the pace of the first few (the numbers of orders, each on some rows
    one after the other), a dictionary costs more than it saves.
    """
    head, few = table.slice(0, HEAD), table.slice(0, LITTLE)
    found = []
    for name in table.column_names:
        most = pc.count_distinct(head.column(name)).as_py()
        again = most <= 0.5 * len(head)
        if again and most > 0.1 * len(head) > 0.1 * len(few):
            again = most < 0.75 * len(head) / len(few) * pc.count_distinct(few.column(name)).as_py()
        if again:
            found.append(name)
    return found


def settle(part: Path, path: Path) -> None:
    """Make a finished file appear under its name: flushed to disk first, then renamed."""
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())
    os.replace(part, path)
