"""From a lazy frame of any engine to pandas, without an object a cell."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa


def collected(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """The rows of a frame: days as datetime64[s], whole numbers as int64, rows numbered from 0.

    DuckDB sums integers into 128 bits; pandas would hold these, and days, as Python objects, which
    for a million customers takes seconds. A sum that does not fit into 64 bits is an error.
    """
    schema = frame.collect_schema()
    wide = [name for name, held in schema.items() if held == nw.Int128]
    narrow = frame.with_columns(nw.col(name).cast(nw.Int64) for name in wide) if wide else frame
    table: pa.Table = narrow.collect("pyarrow").to_native()
    # pandas input brings its index along as a column, and its types in the metadata.
    table = table.select(schema.names())
    fields = [pa.field(field.name, _plain(field.type)) for field in table.schema]
    found: pd.DataFrame = table.cast(pa.schema(fields)).to_pandas(ignore_metadata=True)
    return found


def _plain(held: pa.DataType) -> pa.DataType:
    if pa.types.is_date(held):
        return pa.timestamp("s")
    whole = pa.types.is_integer(held) or (pa.types.is_decimal(held) and held.scale == 0)
    return pa.int64() if whole else held
