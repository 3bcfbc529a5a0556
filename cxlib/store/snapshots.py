"""A snapshot: one version of one kind of data, in files that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from cxlib.errors import CxError, NotFound
from cxlib.i18n import N_
from cxlib.store.catalogue import Json


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of a kind of data.

    `name` is the name of the file that it came from, `rows` the number of rows of each of its files
    (None for those that are no table), `parent` the id of the version before.
    """

    workspace: str
    id: str
    kind: str
    digest: str
    name: str
    created: datetime
    folder: Path
    report: Mapping[str, Json] = field(compare=False)
    rows: Mapping[str, int | None] = field(compare=False)
    parent: str | None = None

    def has(self, name: str) -> bool:
        return any(Path(file).stem == name for file in self.rows)

    def file(self, name: str) -> Path:
        """The path of a file by its name without the ending. Raises NotFound."""
        for file in self.rows:
            if Path(file).stem == name:
                return self.folder / file
        raise NotFound(
            "not_found",
            N_("This version of the data has no table “{table}”."),
            N_("Import a file that has the columns for it."),
            table=name,
        )

    @property
    def table(self) -> Path:
        """The path of the records: the orders of transactions, else the table of the kind."""
        return self.file("orders" if self.kind == "transactions" else self.kind)

    @property
    def orders(self) -> Path:
        return self.file("orders")

    @property
    def lines(self) -> Path | None:
        """The path of the order lines, None where the file had no products."""
        return self.file("lines") if self.has("lines") else None


def rows_of(file: Path) -> int | None:
    """The rows of a Parquet file by its footer, which a half-written one lacks; None for another.

    Raises CxError ``unreadable_file``.
    """
    if file.suffix != ".parquet":
        return None
    try:
        return int(parquet.read_metadata(file).num_rows)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise CxError(
            "unreadable_file",
            N_("The table “{table}” was not written whole, so nothing was saved."),
            N_("Import the file again."),
            table=file.stem,
        ) from error
