"""A column of a batch as text: work is done once for each distinct value, where values repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.machine import machine_numbers
from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.places import places
from cxlib.ingest.repair import Repair


class Cells:
    """The cells of a column: `written` are its values without the white space around them, `values`
    what they are read as after repairs.

    Of a column that comes as a dictionary these are the distinct values; of another, in which few
    come again, they are those of all rows.
    """

    def __init__(self, column: pa.Array) -> None:
        encoded = pa.types.is_dictionary(column.type)
        self._raw = column.dictionary.cast(pa.string()) if encoded else column
        self._indices = column.indices if encoded else None
        self._machine: bool | None = None
        self.written = self.values = trimmed(self._raw)

    def spread(self, work: Callable[[pa.Array], pa.Array]) -> pa.Array:
        """What `work` makes of the values, for every row."""
        return self.rows(work(self.values))

    def rows(self, values: pa.Array) -> pa.Array:
        """Something of each value, as something of every row."""
        return values if self._indices is None else pc.take(values, self._indices)

    def missing(self) -> pa.Array:
        """The rows whose cell stands for nothing in a column of numbers, dates or flags."""
        return self.spread(is_missing)

    @property
    def machine(self) -> bool:
        """Whether all values are numbers as machines write them."""
        if self._machine is None:
            self._machine = machine_numbers(self.values) is not None
        return self._machine

    def words(self) -> pa.Array:
        """The text of every row; empty is null. A dictionary stays one, with each value once."""
        if self._indices is None:
            if not self.values.null_count and (np.diff(places(self.values)) > 0).all():
                return self.values  # as most are: nothing is empty
            return pc.if_else(pc.equal(self.values, ""), None, self.values)
        values, indices = self.values, self._indices
        if not values.equals(self._raw):  # without white space, or repaired, some may be alike
            once = values.dictionary_encode()
            values, indices = once.dictionary, pc.take(once.indices, indices)
        empty = pc.index(values, "").as_py()
        if empty >= 0:
            indices = pc.if_else(pc.equal(indices, empty), None, indices)
        return pa.DictionaryArray.from_arrays(indices.cast(pa.int32()), values)

    def raw(self, row: int) -> str:
        """The cell of a row as it is in the file."""
        at = row if self._indices is None else self._indices[row].as_py()
        text: str = self._raw[at].as_py()
        return text

    def counts(self, where: pa.Array, most: int) -> Iterator[tuple[str, int]]:
        """The values as they are written of the rows `where`, with how many rows have them."""
        if self._indices is None:
            for pair in pc.value_counts(self.written.filter(where))[:most].to_pylist():
                yield pair["values"], pair["counts"]
            return
        for pair in pc.value_counts(self._indices.filter(where))[:most].to_pylist():
            yield self.written[pair["values"]].as_py(), pair["counts"]

    def first(self, where: pa.Array) -> str:
        """The value as it is written of the first of the rows `where`."""
        at = pc.index(where, True).as_py()
        at = at if self._indices is None else self._indices[at].as_py()
        text: str = self.written[at].as_py()
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
                self._machine = None
            yield repair, self.rows(fits)
