"""The newest rows of a table, and rows by their line."""

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from cxlib import engine
from cxlib.frames.recent import first_lines, recent, row_at

TABLE = pd.DataFrame(
    [
        (2, "t1", "2025-03-01", 1.0),
        (3, "t2", "2025-03-02", 9.0),
        (4, "t1", "2025-03-30", 2.0),
        (5, None, None, 3.0),
        (6, "t3", "2025-03-31", 4.0),
        (7, "t2", "2025-04-30", 9.0),
    ],
    columns=["line", "ticket_id", "day", "score"],
).assign(day=lambda t: pd.to_datetime(t["day"]), timestamp=lambda t: t["day"])


@pytest.fixture(params=["pandas", "polars", "duckdb"])
def table(request, tmp_path):
    if request.param == "pandas":
        yield TABLE
    elif request.param == "polars":
        yield pl.from_pandas(TABLE)
    else:
        TABLE.to_parquet(tmp_path / "t.parquet", index=False)
        with engine.connect(tmp_path) as connection:
            yield engine.scan(connection, [tmp_path / "t.parquet"])


@pytest.mark.parametrize(
    ("days", "lines", "older"), [(30, [], 3), (31, [6], 2), (60, [4, 6], 1), (61, [2, 4, 6], 0)]
)
def test_days_count_back_from_the_last_day_of_all_rows(table, days, lines, older):
    found = recent(table, days, ("score", "nowhere"), nw.col("score") <= 4)
    assert found.rows["line"].tolist() == lines
    assert list(found.rows.columns) == ["line", "timestamp", "score"]
    assert (found.older, found.undated) == (older, 1)
    assert len(found.rows) + found.older + found.undated == int((TABLE["score"] <= 4).sum())


def test_of_a_table_without_days_no_row_is_recent():
    found = recent(TABLE.drop(columns="day"), 30, ("score",), nw.col("score") <= 4)
    assert (len(found.rows), found.older, found.undated) == (0, 0, 4)


def test_a_row_is_found_by_its_line_without_what_is_missing(table):
    assert row_at(table, 7)["score"] == 9.0
    assert set(row_at(table, 5)) == {"line", "score"}
    assert row_at(table, 99) == {}


def test_the_first_line_of_each_value(table):
    assert first_lines(table, "ticket_id", ["t1", "t2", "t9"]) == {"t1": 2, "t2": 3}
    assert first_lines(table, "ticket_id", []) == {}
