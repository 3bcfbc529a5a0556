"""From text to typed rows, chunk by chunk; what cannot be read goes to the rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.engine import THREADS
from cxlib.i18n import N_
from cxlib.ingest.cells import Cells
from cxlib.ingest.dates import NOTATIONS, Dates, Order, read_dates, swapped_dates
from cxlib.ingest.findings import NOTATION, Effect, Finding, Ledger
from cxlib.ingest.flags import parse_flags
from cxlib.ingest.numbers import currencies_of, has_percent, parse_floats, parse_money
from cxlib.ingest.pieces import ahead, dictionaries, groups, read_group
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.repair import Repair
from cxlib.ingest.staged import Staged
from cxlib.results import Issue, Param

R = TypeVar("R")


@dataclass
class Rows:
    """A batch on its way from text to types: its cells by column, and what was found in them."""

    plan: Plan
    lines: pa.Array
    cells: Mapping[str, Cells]
    findings: list[Finding] = field(default_factory=list)
    repaired: Counter[int] = field(default_factory=Counter)

    def find(
        self,
        code: str,
        name: str,
        column: str,
        where: pa.Array,
        effect: Effect = "none",
        tells: str = "",
        by_value: bool = True,
    ) -> None:
        """Note something about the rows `where`; see `Finding`."""
        self.findings.append(Finding(code, name, column, where, effect, tells, by_value))

    def times(self, name: str, column: str, order: Order, required: bool) -> pa.Array:
        """The moments of a column, in business time."""
        cells = self.cells[column]
        dates = read_dates(cells.values, order, self.plan.timezone)
        times, missing = cells.rows(dates.moments), cells.missing()
        unread = pc.and_not(pc.is_null(times), missing)
        effect: Effect = "rejects" if required else "empties"
        if required:
            self.find("missing_timestamp", name, column, missing, "rejects")
        else:
            self.find("empty_cells", name, column, missing, by_value=False)
        if pc.any(unread).as_py():
            other = cells.rows(swapped_dates(dates, cells.values, order, self.plan.timezone))
            swapped = pc.and_(unread, other)
            self.find("swapped_date", name, column, swapped, effect, "unread_date")
            unread = pc.and_not(unread, swapped)
        self.find("unreadable_date", name, column, unread, effect, "unread_date")
        self._notations(name, column, dates)
        return times

    def numbers(self, column: str, mark: str) -> tuple[pa.Array, pa.Array]:
        """The values of a column as they are stored, and where a cell is filled but no number.

        A percentage is no such value: 10 % of something is not 10.
        """
        cells = self.cells[column]
        values = cells.spread(lambda v: parse_money(v, mark, cells.machine))
        return values, pc.and_not(pc.is_null(values), cells.missing())

    def currencies(self, column: str) -> pa.Array:
        """The currency code that each cell names; null where it names none."""
        cells = self.cells[column]
        return (
            pa.nulls(len(self.lines), pa.string()) if cells.machine else cells.spread(currencies_of)
        )

    def floats(
        self, name: str, column: str, mark: str, required: bool, answers: bool = False
    ) -> pa.Array:
        """The numbers of a column; ``12,5 %`` is 12.5, and of `answers` yes is 1 and no 0."""
        cells = self.cells[column]
        values = cells.spread(lambda v: parse_floats(v, mark))
        if answers:
            flags = cells.spread(parse_flags)
            self.find(
                "answers_counted", name, column, pc.and_(pc.is_null(values), pc.is_valid(flags))
            )
            values = pc.coalesce(values, flags.cast(pa.float64()))
        percent = pc.and_(cells.spread(has_percent), pc.is_valid(values))
        self.find("percent_sign", name, column, percent, by_value=False)
        self.unread(name, column, values, required)
        return values

    def unread(
        self,
        name: str,
        column: str,
        values: pa.Array,
        required: bool,
        code: str = "unreadable_number",
        tells: str = "unread_number",
    ) -> None:
        """Find what is missing and what is filled but has no value."""
        missing = self.cells[column].missing()
        wrong = pc.and_not(pc.is_null(values), missing)
        if required:
            self.find(code, name, column, wrong, "rejects")
            self.find("missing_number", name, column, pc.is_null(values), "rejects")
        else:
            self.find(code, name, column, wrong, "empties", tells)
            self.find("empty_cells", name, column, missing, by_value=False)

    def _notations(self, name: str, column: str, dates: Dates) -> None:
        """In which ways the dates of a column are written."""
        cells = self.cells[column]
        dated = dates.moments.is_valid().to_numpy(zero_copy_only=False)
        for way in np.unique(dates.notations[dated]).tolist():
            where = cells.rows(pa.array((dates.notations == way) & dated))
            self.find(NOTATION + NOTATIONS[way], name, column, where, by_value=False)
            if NOTATIONS[way] == "period":
                self.find("months_as_days", name, column, where)
        if (dates.short & dated).any():
            where = cells.rows(pa.array(dates.short & dated))
            self.find("two_digit_years", name, column, where, by_value=False)


Reader = Callable[[Rows], Mapping[str, pa.Array | None]]


@dataclass
class Typist:
    """Converts the rows of a file by a plan: `reader` makes the columns of `schema` of a batch, text
    as it is or as dictionaries.

    `typed` are the columns in which the words for nothing stand for empty cells.
    """

    staged: Staged
    plan: Plan
    rejects: Rejects
    schema: pa.Schema
    columns: Iterable[str]
    typed: frozenset[str]
    reader: Reader
    ledger: Ledger = field(default_factory=Ledger)
    repaired: Counter[int] = field(default_factory=Counter)
    rows: int = 0

    def write(
        self, into: Callable[[pa.Table], None], progress: Callable[[int], None] | None = None
    ) -> None:
        """Hand the readable rows on, a table a row group.

        Row groups are typed side by side, and handed on in their order.
        """
        wanted = {self.staged.cell(c): c for c in dict.fromkeys([*self.columns, *self._mended()])}
        read = partial(self._read, wanted, dictionaries(self.staged.path))
        with ThreadPoolExecutor(THREADS) as pool:
            done = 0
            for batches in ahead(pool, read, groups(self.staged.path)):
                table = pa.Table.from_batches([self._kept(*batch) for batch in batches])
                self.rows += len(table)
                done += sum(len(rows.lines) for _, rows in batches)
                into(table)
                if progress is not None:
                    progress(done)

    def issues(self) -> Iterator[Issue]:
        """What was found in the rows that were accepted, and what the repairs did."""
        yield from self.ledger.issues(self.rows)
        for i, repair in enumerate(self.plan.repairs):
            count = self.repaired[i]
            said: dict[str, Param] = {
                "column": repair.column,
                "value": repair.value or "",
                "to": repair.to or "",
                "count": count,
            }
            if not count:
                yield Issue(
                    "unused_repair",
                    "info",
                    N_("A repair of the column “{column}” found nothing to repair."),
                    "",
                    said,
                    column=repair.column,
                )
            elif repair.action == "map":
                yield Issue(
                    "repaired",
                    "info",
                    N_("{count} cells “{value}” of the column “{column}” are read as “{to}”."),
                    N_("This was chosen."),
                    said,
                    column=repair.column,
                    count=count,
                )
            elif repair.action == "fill":
                yield Issue(
                    "repaired",
                    "info",
                    N_("{count} empty cells of the column “{column}” are read as “{to}”."),
                    N_("This was chosen."),
                    said,
                    column=repair.column,
                    count=count,
                )

    def _mended(self) -> list[str]:
        """The columns that repairs are about, those that the file has."""
        return [r.column for r in self.plan.repairs if r.column in self.staged.columns]

    def _read(
        self, wanted: Mapping[str, str], encoded: list[str], group: int
    ) -> list[tuple[pa.RecordBatch, Rows]]:
        """The batches of a row group, typed, with what was found in them; changes nothing here."""
        table = read_group(self.staged.path, group, [*wanted, "line"], encoded)
        return [self._typed(batch, wanted) for batch in table.to_batches()]

    def _typed(
        self, batch: pa.RecordBatch, wanted: Mapping[str, str]
    ) -> tuple[pa.RecordBatch, Rows]:
        lines = batch.column("line")
        cells = {column: Cells(batch.column(cell)) for cell, column in wanted.items()}
        rows = Rows(self.plan, lines, cells)
        for i, repair, where in self._repair(cells):
            if repair.action == "drop":
                rows.find("left_out", str(i), repair.column, where, effect="rejects")
            else:
                rows.repaired[i] += pc.sum(where).as_py()
        columns = dict(self.reader(rows))
        columns["line"] = lines
        made = [columns.get(field.name) for field in self.schema]
        arrays = [
            _nothing(len(lines), field.type) if array is None else array
            for field, array in zip(self.schema, made, strict=True)
        ]
        return pa.record_batch(arrays, self.schema.names), rows

    def _repair(self, cells: Mapping[str, Cells]) -> Iterator[tuple[int, Repair, pa.Array]]:
        for column in dict.fromkeys(self._mended()):
            repairs = {id(r): (i, r) for i, r in enumerate(self.plan.repairs) if r.column == column}
            chosen = [r for _, r in repairs.values()]
            for repair, where in cells[column].repair(chosen, column in self.typed):
                yield repairs[id(repair)][0], repair, where

    def _left_out(self, found: Finding) -> int | None:
        """The repair that leaves out rows with this problem."""
        for i, repair in enumerate(self.plan.repairs):
            if (repair.action, repair.column, repair.code) == ("drop", found.column, found.code):
                return i
        return None

    def _kept(self, typed: pa.RecordBatch, rows: Rows) -> pa.RecordBatch:
        """The rows that nothing rejects; each of the others is rejected for its first reason."""
        self.repaired += rows.repaired
        keep = np.ones(typed.num_rows, bool)
        refused: list[tuple[int, str, str]] = []
        for found in rows.findings:
            chosen = int(found.field) if found.code == "left_out" else self._left_out(found)
            if chosen is None and found.effect != "rejects":
                continue
            where = pc.fill_null(found.where, False).to_numpy(zero_copy_only=False) & keep
            count = int(where.sum())
            if not count:
                continue
            keep &= ~where
            code = found.code if chosen is None else "left_out"
            refused += [(row, found.column, code) for row in np.flatnonzero(where).tolist()]
            if chosen is None:
                self.ledger.add(found, pa.array(where), rows.cells[found.column], rows.lines)
            else:
                self.repaired[chosen] += count
        for row, column, code in sorted(refused):
            cells = rows.cells[column]
            self.rejects.add(rows.lines[row].as_py(), column, cells.raw(row), code)
        kept = pa.array(keep)
        for found in rows.findings:
            if found.effect != "rejects":
                where = pc.and_(pc.fill_null(found.where, False), kept)
                self.ledger.add(found, where, rows.cells[found.column], rows.lines)
        return typed if not refused else typed.filter(kept)


@lru_cache(maxsize=4)
def _nothing(rows: int, held: pa.DataType) -> pa.Array:
    """A column without any value; of the many that a file lacks, each length is made once."""
    return pa.nulls(rows, held)
