from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cxlib.ingest import convert, match, plan, read
from cxlib.ingest.canonical import Imported
from cxlib.ingest.staged import ReadOptions, Staged
from tests import shared as data


@pytest.fixture
def shared():
    """A file of the shared data, or a reason to skip."""
    return data.shared


@pytest.fixture
def stage(tmp_path):
    """Stage text, bytes or a path."""

    def run(content: str | bytes | Path, name: str = "file.csv", **options: object) -> Staged:
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        return read.stage(path, tmp_path, ReadOptions(**options))

    return run


@pytest.fixture
def do_import(stage, tmp_path):
    """Stage, propose, plan and convert in one go."""

    def run(
        content: str | bytes | Path,
        mapping: dict[str, str] | None = None,
        header: bool | None = None,
        **answers: object,
    ) -> Imported:
        proposal = match.propose(staged := stage(content, header=header), "transactions", mapping)
        return convert.convert(staged, plan.plan(proposal, **answers), tmp_path)

    return run


@pytest.fixture
def cells():
    """The staged rows as lists of text."""

    def run(staged: Staged) -> list[list[str]]:
        table = pq.read_table(staged.path)
        names = [f"c{i}" for i in range(len(staged.columns))]
        return [[row[name] for name in names] for row in table.to_pylist()]

    return run


@pytest.fixture
def rows():
    """The rows of a Parquet file."""
    return lambda path: pq.read_table(path).to_pylist()
