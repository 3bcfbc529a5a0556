"""Comments of a table: the same rows in the same order from every engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from cxlib import engine
from cxlib.frames.comments import comments

DAY = dt.date(2025, 3, 1)
NEXT = dt.date(2025, 3, 2)
# Days that are shared, out of order and missing; texts that are odd, empty and missing.
TABLE = pa.table(
    {
        "line": pa.array([2, 5, 4, 3, 6, 7], pa.int64()),
        "customer_id": pa.array(["0012", "Ani", None, "😀", "", "ani"]),
        "day": pa.array([NEXT, DAY, DAY, DAY, None, NEXT], pa.date32()),
        "text": pa.array(["mantap 👍🏽", "", None, "\u202eterbalik", "a\nb", " "]),
        "rating": pa.array([5.0, None, 1.0, 2.5, 4.0, 0.0]),
        "channel": pa.array(["web", None, "toko", "web", "", "web"]),
        "a0": pa.array([4.0, 4.5, None, -2.0, 1e300, float("inf")]),
        "a1": pa.array([True, None, False, True, False, True]),
    }
)
ORDER = [3, 4, 5, 2, 7, 6]


@pytest.fixture(params=["duckdb", "polars", "pandas", "pandas-arrow"])
def of(request: pytest.FixtureRequest, tmp_path) -> Iterator[Callable[[pa.Table], Any]]:
    """The table as an engine holds it."""
    if request.param != "duckdb":
        yield {
            "polars": pl.from_arrow,
            "pandas": lambda table: table.to_pandas().astype({"a1": "boolean"}),
            "pandas-arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
        }[request.param]
        return
    with engine.connect(tmp_path) as connection:

        def scanned(table: pa.Table) -> Any:
            parquet.write_table(table, tmp_path / "t.parquet")
            return engine.scan(connection, [tmp_path / "t.parquet"])

        yield scanned


def cells(column: pd.Series) -> list[Any]:
    """Values, what is missing as None however it is missing."""
    return [None if pd.isna(value) else value for value in column]


def test_rows_stand_by_day_and_line_with_what_was_written(of):
    found = comments(of(TABLE), also=("channel", "a0", "a1"))
    assert (found.rows, found.later, found.survey) == (6, 0, False)
    table = found.table
    assert list(table.columns) == [
        "line", "customer_id", "day", "text", "score", "channel", "a0", "a1",
    ]  # fmt: skip
    assert table["line"].tolist() == ORDER
    assert table["day"].dtype == "datetime64[s]"
    assert cells(table["day"]) == [*[pd.Timestamp(DAY)] * 3, *[pd.Timestamp(NEXT)] * 2, None]
    assert cells(table["customer_id"]) == ["😀", None, "Ani", "0012", "ani", ""]
    assert cells(table["text"]) == ["\u202eterbalik", None, "", "mantap 👍🏽", " ", "a\nb"]
    assert table["score"].dtype == "float64"
    assert cells(table["score"]) == [2.5, 1.0, None, 5.0, 0.0, 4.0]
    assert cells(table["channel"]) == ["web", "toko", None, "web", "web", ""]


def test_numbers_and_flags_to_compare_by_are_words(of):
    table = comments(of(TABLE), also=("a0", "a1")).table
    found = dict(zip(table["line"], cells(table["a0"]), strict=True))
    assert [found[line] for line in (2, 3, 4, 5)] == ["4", "-2", None, "4.5"]
    # Of numbers that no integer holds each engine has a word of its own; none of them fails.
    assert all(isinstance(found[line], str) for line in (6, 7))
    assert cells(table["a1"]) == ["true", "false", None, "true", "true", "false"]


def test_rows_after_the_end_are_counted_and_rows_without_a_day_stay(of):
    found = comments(of(TABLE), end=DAY)
    assert found.table["line"].tolist() == [3, 4, 5, 6]
    assert (found.rows, found.later) == (6, 2)


def test_survey_answers_have_comments_and_the_score_that_is_asked_for(of):
    table = TABLE.select(["line", "day", "text", "rating", "a0", "a1"])
    table = table.rename_columns(["line", "day", "comment", "s0", "a0", "a1"])
    found = comments(of(table))
    assert found.survey
    assert cells(found.table["score"]) == [2.5, 1.0, None, 5.0, 0.0, 4.0]
    assert cells(found.table["customer_id"]) == [None] * 6
    other = comments(of(table), score="a0").table
    assert cells(other["score"])[:4] == [-2.0, None, 4.5, 4.0]


def test_a_table_of_texts_alone_is_enough(of):
    table = comments(of(TABLE.select(["text", "a1"]))).table
    assert sorted(filter(None, cells(table["text"]))) == [
        " ",
        "a\nb",
        "mantap 👍🏽",
        "\u202eterbalik",
    ]
    assert cells(table["day"]) == cells(table["score"]) == [None] * 6
    assert table["line"].tolist() == [0] * 6


def test_nothing_gives_nothing(of):
    found = comments(of(TABLE.slice(0, 0)), end=DAY, also=("channel",))
    assert (len(found.table), found.rows, found.later) == (0, 0, 0)
    assert found.table["score"].dtype == "float64"
