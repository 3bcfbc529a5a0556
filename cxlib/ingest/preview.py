"""The first rows of a file as they were read, to be looked at."""

from __future__ import annotations

import pyarrow.parquet as pq

from cxlib.ingest.staged import Staged


def preview(staged: Staged, rows: int = 5, columns: int = 40) -> dict[str, list[str]]:
    """The first cells of the first columns: visible name → text."""
    shown = staged.columns[:columns]
    cells = [staged.cell(name) for name in shown]
    with pq.ParquetFile(staged.path) as file:
        batch = next(file.iter_batches(rows, columns=cells), None)
    found = batch.to_pydict() if batch is not None else {}
    return {name: found.get(cell, []) for name, cell in zip(shown, cells, strict=True)}
