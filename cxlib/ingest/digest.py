"""What a table holds, in one name: equal for equal content, however a file keeps it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Digest:
    """SHA-256 over the content of a table: its columns by name, each value or its absence in order.

    It depends neither on how a file encodes or compresses them nor on how they come in pieces. Of a
    column three streams are digested: which values are there (a byte each), those that are (of
    text: the length of each in bytes, int32; of a decimal that fits: its digits, int64), and the
    bytes of text.
    """

    def __init__(self) -> None:
        self._streams: dict[tuple[str, str], list[Any]] = {}

    def add(self, table: pa.Table) -> None:
        """Take in the next rows."""
        for field, column in zip(table.schema, table.columns, strict=True):
            encoded = pa.types.is_dictionary(field.type)
            key = (field.name, str(field.type.value_type if encoded else field.type))
            streams = self._streams.setdefault(key, [hashlib.sha256() for _ in range(3)])
            for chunk in column.chunks:
                if len(chunk):
                    _add(streams, chunk.dictionary_decode() if encoded else chunk)

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
    if chunk.null_count in (0, len(chunk)):  # as most are
        there.update(np.full(len(chunk), not chunk.null_count))
    else:
        there.update(chunk.is_valid().to_numpy(zero_copy_only=False))
    if chunk.null_count == len(chunk):
        return
    if chunk.null_count:  # what lies beneath a null is anything
        chunk = chunk.drop_null()
    if pa.types.is_string(chunk.type):
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
    if pa.types.is_decimal128(chunk.type) and chunk.type.precision <= 18:
        values.update(np.ascontiguousarray(cells.view(np.int64)[::2]))  # above it is the sign again
    else:
        values.update(cells)
