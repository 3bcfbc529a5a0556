import datetime as dt
from decimal import Decimal

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pytest

from cxlib.frames.collected import collected

DAY = dt.date(2025, 3, 1)


def frame(table):
    return nw.from_native(table).lazy()


def test_days_and_whole_sums_are_numbers_of_pandas():
    table = pa.table(
        {
            "day": [DAY, None],
            "sum": pa.array([Decimal(2**40), Decimal(1)], pa.decimal128(38, 0)),
            "few": pa.array([1, 2], pa.int32()),
            "share": [0.5, 1.5],
        }
    )
    found = collected(frame(table))
    assert found.dtypes.astype(str).to_dict() == {
        "day": "datetime64[s]",
        "sum": "int64",
        "few": "int64",
        "share": "float64",
    }
    assert found["sum"].tolist() == [2**40, 1]
    assert found["day"][0] == pd.Timestamp(DAY)


def test_a_sum_beyond_64_bits_is_no_other_number():
    table = pa.table({"sum": pa.array([Decimal(2**64)], pa.decimal128(38, 0))})
    with pytest.raises(pa.ArrowInvalid):
        collected(frame(table))


def test_rows_are_numbered_from_0_whatever_their_index_was():
    table = pd.DataFrame({"x": [3, 1, 2]}, index=["c", "a", "b"])
    found = collected(frame(table).sort("x"))
    assert found["x"].tolist() == [1, 2, 3]
    assert found.index.tolist() == [0, 1, 2]
    assert found.columns.tolist() == ["x"]
