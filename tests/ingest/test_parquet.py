import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlib.ingest.parquet import as_text


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([13085.0, 2.55, None, float("nan")]), ["13085", "2.55", "", ""]),
        (pa.array([1e20, 1.5e-7]), ["100000000000000000000", "0.00000015"]),
        (pa.array([12345678901234567, None]), ["12345678901234567", ""]),
        (pa.array([Decimal("1.50")]), ["1.50"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array(["a", None]).dictionary_encode(), ["a", ""]),
        (pa.array([dt.datetime(2025, 8, 31, 14, 5)]), ["2025-08-31T14:05:00"]),
        (pa.array([dt.datetime(2025, 8, 31, 14, 5, 6, 500_000)]), ["2025-08-31T14:05:06.500000"]),
        (pa.array([dt.datetime(2025, 8, 31)]), ["2025-08-31"]),
        (pa.array([dt.date(2025, 8, 31)]), ["2025-08-31"]),
        (
            pa.array([dt.datetime(2025, 8, 31, 7)], pa.timestamp("ns", "Asia/Jakarta")),
            ["2025-08-31T07:00:00Z"],
        ),
        (pa.array([b"abc", b"\xff"]), ["abc", "\\xff"]),
        (pa.array([[1, 2], None]), ["[1, 2]", ""]),
    ],
)
def test_values_read_as_they_are(column, text):
    assert as_text(column).to_pylist() == text


def test_a_file_larger_than_a_chunk_keeps_its_lines(stage, tmp_path, rows):
    path = tmp_path / "big.parquet"
    pq.write_table(pa.table({"id": pa.array(range(150_000)), "x": pa.array(["a"] * 150_000)}), path)
    staged = stage(path)
    assert staged.rows == 150_000
    assert staged.sources == ("number", "text")
    got = rows(staged.path)
    assert [got[i]["line"] for i in (0, 149_999)] == [1, 150_000]
    assert got[149_999]["c0"] == "149999"
