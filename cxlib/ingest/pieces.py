"""Tables larger than memory, piece by piece: made side by side, written and digested in order."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.engine import THREADS
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


def dictionaries(metadata: pq.FileMetaData) -> list[str]:
    """The columns of a file that were written with a dictionary."""
    if not metadata.num_row_groups:
        return []
    group = metadata.row_group(0)
    chunks = (group.column(i) for i in range(group.num_columns))
    return [chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page]


def write_tables(
    schema: pa.Schema,
    tables: Iterable[pa.Table],
    path: Path,
    digest: Digest | None = None,
    told: Callable[[], Mapping[str, str]] | None = None,
) -> None:
    """Tables as one Parquet file that appears whole or not at all.

    Their rows go into `digest` too; `told` gives the metadata of the file once all are written.
    """
    part = path.with_name(path.name + ".part")
    writer, counted = None, list[Future[None]]()
    try:
        with room(), ThreadPoolExecutor(1) as other:
            for table in tables:
                if digest is not None:
                    while counted:
                        counted.pop().result()
                    counted.append(other.submit(digest.add, table))
                writer = writer or _writer(part, schema, repetitive(table))
                writer.write_table(table)
            while counted:
                counted.pop().result()
            writer = writer or _writer(part, schema, [])
            if told is not None:
                writer.add_key_value_metadata(dict(told()))
            writer.close()
            settle(part, path)
    finally:
        part.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema, repeating: list[str]) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=repeating)


class Digest:
    """SHA-256 over the content of a table: its columns by name, each value or its absence in order.

    It depends neither on how a file encodes or compresses them nor on how they come in pieces. Of a
    column three streams are digested: which values are there (a byte each), the values themselves,
    0 where there is none (of text: the length of each in bytes, int32), and the bytes of text.
    """

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], list[Any]] = {}

    def add(self, table: pa.Table) -> None:
        """Take in the next rows."""
        for field, column in zip(table.schema, table.columns, strict=True):
            key = (field.name, str(field.type))
            streams = self._streams.setdefault(key, [hashlib.sha256() for _ in range(3)])
            for chunk in column.chunks:
                if len(chunk):
                    _add(streams, chunk)

    def hexdigest(self) -> str:
        """The digest of what was taken in so far."""
        whole = hashlib.sha256()
        for key, streams in self._streams.items():
            whole.update(("\x1f".join(key) + "\x1e").encode())
            for stream in streams:
                whole.update(stream.digest())
        return whole.hexdigest()


def joined(digests: Iterable[Digest]) -> str:
    """The digest of several tables, in their order."""
    return hashlib.sha256("".join(d.hexdigest() for d in digests).encode()).hexdigest()


def _add(streams: list[Any], chunk: pa.Array) -> None:
    there, values, text = streams
    valid = chunk.is_valid().to_numpy(zero_copy_only=False)
    there.update(valid)
    if pa.types.is_string(chunk.type):
        chunk = pc.fill_null(chunk, "") if chunk.null_count else chunk
        values.update(pc.binary_length(chunk).to_numpy(zero_copy_only=False))
        _, offsets, data = chunk.buffers()
        ends = np.frombuffer(offsets, np.int32)[[chunk.offset, chunk.offset + len(chunk)]]
        if data is not None:
            text.update(memoryview(data)[ends[0] : ends[1]])
        return
    if pa.types.is_boolean(chunk.type):
        chunk = chunk.cast(pa.uint8())
    width = chunk.type.bit_width // 8
    cells = np.frombuffer(chunk.buffers()[1], np.uint8)
    cells = cells[chunk.offset * width : (chunk.offset + len(chunk)) * width]
    if chunk.null_count:  # what lies beneath a null is anything
        cells = np.where(valid[:, None], cells.reshape(-1, width), np.uint8(0))
    values.update(np.ascontiguousarray(cells))
