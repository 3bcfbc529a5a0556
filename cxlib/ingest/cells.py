"""A column of a batch as text: work is done once for each distinct value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.repair import Repair


class Cells:
    """The cells of a column: `written` are its distinct values without the white space around them,
    `values` what they are read as after repairs."""

    def __init__(self, column: pa.Array) -> None:
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        self.raw = encoded.dictionary.cast(pa.string())
        self.written = self.values = trimmed(self.raw)
        self.indices = encoded.indices

    def spread(self, work: Callable[[pa.Array], pa.Array]) -> pa.Array:
        """What `work` makes of the distinct values, for every row."""
        return self.rows(work(self.values))

    def rows(self, values: pa.Array) -> pa.Array:
        """A value for each distinct one, as a value for every row."""
        return pc.take(values, self.indices)

    def missing(self) -> pa.Array:
        """The rows whose cell stands for nothing in a column of numbers, dates or flags."""
        return self.spread(is_missing)

    def words(self) -> pa.Array:
        """The text of every row; empty is null."""
        return self.spread(lambda values: pc.if_else(pc.equal(values, ""), None, values))

    def counts(self, where: pa.Array, most: int) -> Iterator[tuple[str, int]]:
        """The values as they are written of the rows `where`, with how many rows have them."""
        for pair in pc.value_counts(self.indices.filter(where))[:most].to_pylist():
            yield self.written[pair["values"]].as_py(), pair["counts"]

    def first(self, where: pa.Array) -> str:
        """The value as it is written of the first of the rows `where`."""
        text: str = self.written[self.indices.filter(where)[0].as_py()].as_py()
        return text

    def repair(self, repairs: Iterable[Repair], typed: bool) -> Iterator[tuple[Repair, pa.Array]]:
        """Read cells as `repairs` say and yield each of them with the rows that it is about.

        A cell is matched as it is written, and by the last repair that fits: a second thought counts.
        In a `typed` column the words for nothing are empty cells too. Rows are left out elsewhere.
        """
        open_values = pc.is_valid(self.written)
        for repair in reversed(list(repairs)):
            if repair.action == "fill":
                fits = is_missing(self.written) if typed else pc.equal(self.written, "")
            elif repair.value is not None:
                fits = pc.equal(self.written, repair.value.strip())
            else:
                continue
            fits = pc.and_(fits, open_values)
            if not pc.any(fits).as_py():
                continue
            open_values = pc.and_not(open_values, fits)
            if repair.action != "drop":
                self.values = pc.if_else(fits, (repair.to or "").strip(), self.values)
            yield repair, self.rows(fits)
