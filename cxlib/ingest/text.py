"""Staged text as a plain CSV file: RFC 4180, UTF-8, every cell as it was read."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq

from cxlib.ingest.faults import room
from cxlib.ingest.staged import CHUNK, Staged, settle


def write_text(staged: Staged, path: Path) -> Path:
    """Write what was staged: the header as it is in the file, and none where the file has none."""
    part = path.with_name(path.name + ".part")
    cells = [f"c{i}" for i in range(len(staged.columns))]
    try:
        with (
            room(),
            part.open("w", encoding="utf-8", newline="") as handle,
            pq.ParquetFile(staged.path) as file,
        ):
            writer = csv.writer(handle, lineterminator="\r\n")
            if staged.titles is not None:
                writer.writerow(staged.titles)
            for batch in file.iter_batches(CHUNK, columns=cells):
                writer.writerows(
                    zip(*(column.to_pylist() for column in batch.columns), strict=True)
                )
            settle(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
