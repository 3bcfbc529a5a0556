"""Parquet: typed columns to text that reads as the values do."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.staged import CHUNK, Source, Staged, TextWriter, check_width, visible_names


def stage_parquet(
    path: Path, outdir: Path, name: str, progress: Callable[[int], None] | None
) -> Staged:
    """A Parquet file as `Staged`; see `read.stage`. Nulls become empty cells."""
    target = outdir / "text.parquet"
    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            check_width(len(schema))
            if not len(schema):
                raise CxError("empty_file", N_("The file is empty."))
            with TextWriter(target, len(schema), progress) as writer:
                for batch in file.iter_batches(CHUNK):
                    line = writer.rows + 1
                    lines = pa.array(range(line, line + batch.num_rows), pa.int64())
                    writer.write([as_text(column) for column in batch.columns], lines)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, OSError) as error:
        raise CxError(
            "unreadable",
            N_("The Parquet file is damaged, or uses a feature that cannot be read."),
            N_("Write it again with another program, or save it as CSV."),
            detail=str(error)[:300],
        ) from error
    names, renamed = visible_names(schema.names, len(schema))
    return Staged(
        path=target,
        name=name,
        format="parquet",
        columns=names,
        titles=tuple(schema.names),
        rows=writer.rows,
        sources=tuple(_source(field.type) for field in schema),
        samples=writer.samples(),
        issues=tuple(renamed),
    )


def as_text(column: pa.Array) -> pa.Array:
    """A column of any type as strings without nulls: 13085.0 is ``13085``, a null is empty."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        # NaN is how pandas writes a missing number; 1e20 and more have all their digits.
        column = pc.if_else(pc.is_nan(column), None, column)
        text = column.cast(pa.string())
        if pc.any(pc.match_substring(text, "e")).as_py():
            text = pa.array(
                [None if v is None else _digits(v) for v in text.to_pylist()], pa.string()
            )
    elif pa.types.is_timestamp(kind):
        text = _timestamps(column)
    elif pa.types.is_nested(kind):
        text = pa.array(
            [None if v is None else json.dumps(v, default=str) for v in column.to_pylist()],
            pa.string(),
        )
    elif (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    ):
        text = pa.array(
            [None if v is None else _decoded(v) for v in column.to_pylist()], pa.string()
        )
    else:
        text = column.cast(pa.string())
    return pc.fill_null(text, "")


def _timestamps(column: pa.Array) -> pa.Array:
    zone = column.type.tz
    plain = column.cast(pa.timestamp("us", zone), safe=False)
    if zone is not None:
        plain = plain.cast(pa.timestamp("us", "UTC"))
    text = pc.strftime(plain, format="%Y-%m-%dT%H:%M:%S")
    text = pc.replace_substring_regex(text, r"\.0+$", "")
    midnight = pc.replace_substring_regex(text, "T00:00:00$", "")
    return pc.binary_join_element_wise(text, "Z", "") if zone is not None else midnight


def _digits(text: str) -> str:
    plain = format(Decimal(text), "f")
    return plain if len(plain) <= 40 else text


def _decoded(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _source(kind: pa.DataType) -> Source:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "flag"
    if pa.types.is_temporal(kind):
        return "timestamp"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    return "text"
