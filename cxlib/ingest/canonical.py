"""Canonical files: the report of an import travels in its Parquet file, so it can be read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.plan import Attribute, Score
from cxlib.ingest.repair import Problem
from cxlib.results import Issue

KIND = "cxlib.kind"
REPORT = "cxlib.import"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    `rows_read = rows_accepted + rows_merged + rows_rejected`. `table` is the file of the records:
    orders of transactions, else the table of the kind; `lines` is None where there are neither
    products nor categories. `revenue` is the sum of all amounts as text (exact), None where
    the file has no money; `customers` and `order_count` count sales alone. `scores` and
    `attributes` say what the columns s0… and a0… of `table` hold, and `problems` what a repair
    would read of the rows and cells that were not.
    """

    kind: str
    table: Path
    lines: Path | None
    rejects: Path | None
    rows_read: int
    rows_accepted: int
    rows_merged: int
    rows_rejected: int
    issues: tuple[Issue, ...]
    digest: str
    revenue: str | None
    first_day: str | None
    last_day: str | None
    currency: str | None
    customers: int
    order_count: int
    scores: tuple[Score, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    problems: tuple[Problem, ...] = ()


def reopen(path: Path, kind: str) -> Imported | None:
    """The report in a file that `import --out` wrote; None if the file is another one.

    Raises CxError `wrong_kind` where it holds another kind of table.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return None
    held = metadata.get(KIND.encode(), b"").decode()
    if not held or REPORT.encode() not in metadata:
        return None
    if held != kind:
        raise CxError(
            "wrong_kind",
            N_("The file holds {held}, and {kind} are needed."),
            held=held,
            kind=kind,
        )
    report: Imported = from_plain(Imported, json.loads(metadata[REPORT.encode()]))
    lines = path.with_name(f"{path.stem}.lines.parquet")
    return replace(report, table=path, lines=lines if lines.is_file() else None, rejects=None)


def metadata(imported: Imported) -> dict[str, str]:
    """What `reopen` needs, as key-value metadata of Parquet; nothing of where files lie."""
    report = replace(imported, table=Path("orders.parquet"), lines=None, rejects=None)
    return {KIND: imported.kind, REPORT: json.dumps(to_plain(report))}


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the rows of tables as text, in their order: the same content, the same digest.

    It does not depend on how Parquet encodes or compresses them. Cells are parted by 0x1F, rows by
    0x1E; a null is 0x00.
    """
    state = hashlib.sha256()
    for path in paths:
        with pq.ParquetFile(path) as file:
            state.update("\x1f".join(file.schema_arrow.names).encode() + b"\x1d")
            for batch in file.iter_batches(1 << 16):
                cells = [pc.fill_null(column.cast(pa.string()), "\0") for column in batch.columns]
                rows = pc.binary_join_element_wise(*cells, "\x1f")
                joined = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), "\x1e")
                state.update(joined[0].as_buffer())
                state.update(b"\x1e")
    return state.hexdigest()
