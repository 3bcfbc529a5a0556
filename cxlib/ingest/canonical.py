"""Canonical files: the report of an import travels in its Parquet file, so it can be read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.digest import Digest, joined
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


def reopen(path: Path, *kinds: str) -> Imported | None:
    """The report in a file that `import --out` wrote; None if the file is another one.

    Raises CxError `wrong_kind` where it holds none of the kinds of table.
    """
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        return None
    held = metadata.get(KIND.encode(), b"").decode()
    if not held or REPORT.encode() not in metadata:
        return None
    if held not in kinds:
        raise CxError(
            "wrong_kind",
            N_("The file holds {held}, and {kind} are needed."),
            held=held,
            kind=", ".join(kinds),
        )
    report: Imported = from_plain(Imported, json.loads(metadata[REPORT.encode()]))
    lines = path.with_name(f"{path.stem}.lines.parquet")
    return replace(report, table=path, lines=lines if lines.is_file() else None, rejects=None)


def metadata(imported: Imported) -> dict[str, str]:
    """What `reopen` needs, as key-value metadata of Parquet; nothing of where files lie."""
    report = replace(imported, table=Path("orders.parquet"), lines=None, rejects=None)
    return {KIND: imported.kind, REPORT: json.dumps(to_plain(report))}


def digest(paths: Sequence[Path]) -> str:
    """The digest of tables as they are kept (`digest.Digest`), in their order."""
    digests = []
    for path in paths:
        digests.append(Digest())
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(1 << 16):
                digests[-1].add(pa.Table.from_batches([batch]))
    return joined(digests)
