"""A store with a clock that the test moves and ids in a known order."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from cxlib.store.workspaces import Store


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 8, 17, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new_id() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"{next(numbers):032x}"


@pytest.fixture
def store(tmp_path, clock, new_id):
    opened = Store(tmp_path / "root", None, clock, new_id)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request) -> str | None:
    """Of the catalogue: none for SQLite; CXLIB_TEST_POSTGRESQL gives that of an empty PostgreSQL."""
    if request.param == "sqlite":
        return None
    return os.environ.get("CXLIB_TEST_POSTGRESQL") or pytest.skip(
        "CXLIB_TEST_POSTGRESQL is not set"
    )


@pytest.fixture
def workspace(url, tmp_path, clock, new_id):
    """A workspace on both catalogues."""
    store = Store(tmp_path / "root", url, clock, new_id)
    yield store.create("p", "n")
    for each in store.workspaces():
        each.erase()
    store.close()


@pytest.fixture
def table(tmp_path) -> Callable[..., Path]:
    """Writes a table to be committed and returns its path."""

    def write(name: str = "orders", value: int = 1, rows: int = 3) -> Path:
        path = tmp_path / "made" / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        parquet.write_table(pa.table({"value": [value] * rows}), path)
        return path

    return write


@pytest.fixture
def commit(table):
    """Commits a version whose only content, digest and report is a number."""

    def committing(workspace, value: int, kind: str = "transactions"):
        report = {"value": value}
        return workspace.commit(
            kind, [table(value=value)], digest=f"d{value}", source="a.csv", report=report
        )

    return committing
