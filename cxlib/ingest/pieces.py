"""Tables larger than memory, piece by piece: made side by side, written and digested in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from cxlib.engine import THREADS
from cxlib.ingest.digest import Digest
from cxlib.ingest.faults import room
from cxlib.ingest.staged import repetitive, settle

R = TypeVar("R")


def ahead(pool: Executor, work: Callable[[int], R], numbers: Iterable[int]) -> Iterator[R]:
    """The results of work, in order, with a few of the next ones under way."""
    waiting: deque[Future[R]] = deque()
    for number in numbers:
        waiting.append(pool.submit(work, number))
        if len(waiting) > THREADS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def groups(path: Path) -> list[int]:
    """The row groups of a file that have rows."""
    with pq.ParquetFile(path) as file:
        return [g for g in range(file.num_row_groups) if file.metadata.row_group(g).num_rows]


def dictionaries(path: Path) -> list[str]:
    """The columns of text of a file that were written with a dictionary."""
    with pq.ParquetFile(path) as file:
        if not file.num_row_groups:
            return []
        group, schema = file.metadata.row_group(0), file.schema_arrow
    chunks = (group.column(i) for i in range(group.num_columns))
    names = [chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page]
    return [name for name in names if pa.types.is_string(schema.field(name).type)]


def read_group(path: Path, group: int, names: Sequence[str], encoded: Sequence[str]) -> pa.Table:
    """Columns of a row group; those of `encoded` stay as their dictionaries."""
    with pq.ParquetFile(path, read_dictionary=[n for n in encoded if n in names]) as file:
        return file.read_row_group(group, list(names), use_threads=False)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of text without its dictionary, which some functions do not take."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def is_in(column: pa.ChunkedArray, known: pa.Array) -> pa.ChunkedArray:
    """Which texts are among those that are known; of a dictionary each value is looked up once."""
    if not pa.types.is_dictionary(column.type):
        return pc.is_in(column, known)
    chunks = [pc.take(pc.is_in(c.dictionary, known), c.indices) for c in column.chunks]
    return pc.fill_null(pa.chunked_array(chunks, pa.bool_()), False)


class TableFile:
    """Tables as one Parquet file that appears whole or not at all; a context.

    They are encoded in a thread of their own while the caller makes the next one. Text that comes
    as dictionaries is written as such and reads as text. Rows go into `digest` too; `told` gives
    the metadata of the file once all are written.
    """

    def __init__(
        self,
        path: Path,
        schema: pa.Schema,
        digest: Digest | None = None,
        told: Callable[[], Mapping[str, str]] | None = None,
    ) -> None:
        self._path, self._schema, self._digest, self._told = path, schema, digest, told
        self._part = path.with_name(path.name + ".part")
        self._writer: pq.ParquetWriter | None = None
        self._threads = ThreadPoolExecutor(2 if digest is not None else 1)
        self._waiting: list[Future[None]] = []

    def add(self, table: pa.Table) -> None:
        """Append rows; what went wrong with earlier ones is raised here."""
        self._wait()
        if not len(table):
            return
        with room():
            writer = self._writer = self._writer or self._open(table)
        self._waiting.append(self._threads.submit(writer.write_table, table))
        if self._digest is not None:
            self._waiting.append(self._threads.submit(self._digest.add, table))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with room(), self._threads:
                try:
                    if kind is None:
                        self._wait()
                        self._writer = self._writer or self._open(self._schema.empty_table())
                        if self._told is not None:
                            self._writer.add_key_value_metadata(dict(self._told()))
                finally:
                    wait(self._waiting)
                    if self._writer is not None:
                        self._writer.close()
                if kind is None:
                    settle(self._part, self._path)
        finally:
            self._part.unlink(missing_ok=True)

    def _wait(self) -> None:
        with room():
            while self._waiting:
                self._waiting.pop().result()

    def _open(self, table: pa.Table) -> pq.ParquetWriter:
        encoded = [f.name for f in table.schema if pa.types.is_dictionary(f.type)]
        plain = table.drop_columns([*encoded, *({"line"} & {*table.column_names})])
        return pq.ParquetWriter(
            self._part,
            table.schema,
            compression="lz4",
            use_dictionary=[*encoded, *repetitive(plain)],
            column_encoding={"line": "DELTA_BINARY_PACKED"}
            if "line" in table.column_names
            else None,
            write_statistics=[f.name for f in table.schema if pa.types.is_temporal(f.type)],
            store_schema=False,  # which would make readers of it see dictionaries
            store_decimal_as_integer=True,
        )


class Pieces:
    """Tables of a schema in a folder for a while, one a file, as they lie in memory; text may come
    as dictionaries, which stay such. Other columns without any value take no room."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        folder.mkdir()
        self._folder, self._schema, self._count = folder, schema, 0

    def __len__(self) -> int:
        return self._count

    def add(self, table: pa.Table) -> None:
        """Append a table, if it has rows."""
        if len(table):
            self._count += 1
            self.replace(self._count - 1, table)

    def replace(self, number: int, table: pa.Table) -> None:
        """Put a table in the place of another one."""
        if len(table):
            table = table.select([n for n in table.column_names if _has_any(table[n])])
        options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
        with room(), pa.ipc.new_file(self._path(number), table.schema, options=options) as file:
            file.write_table(table.combine_chunks())

    def read(self, number: int, names: Sequence[str]) -> pa.Table:
        """Some columns of a table, in this order."""
        with pa.OSFile(self._path(number)) as source:
            held = pa.ipc.open_file(source).schema.names
            at = sorted(held.index(name) for name in names if name in held)
            options = pa.ipc.IpcReadOptions(included_fields=at, use_threads=False)
            found = pa.ipc.open_file(source, options=options).read_all()
        nothing = (name for name in names if name not in held)
        columns = {name: pa.nulls(len(found), self._schema.field(name).type) for name in nothing}
        columns |= dict(zip(found.column_names, found.columns, strict=True))
        return pa.table({name: columns[name] for name in names})

    def _path(self, number: int) -> str:
        return str(self._folder / f"{number:06}.arrow")


def _has_any(column: pa.ChunkedArray) -> bool:
    """Whether there is a value in a column, or a dictionary, which others of it will have too."""
    return bool(pa.types.is_dictionary(column.type) or column.null_count < len(column))
