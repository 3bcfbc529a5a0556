"""From text to typed rows, chunk by chunk; what cannot be read goes to the rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.i18n import N_
from cxlib.ingest.dates import Order, parse_dates
from cxlib.ingest.match import currency_code
from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.numbers import EXACT, STORED, currencies_of, parse_numbers, stored
from cxlib.ingest.plan import Plan
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.staged import Staged
from cxlib.ingest.status import statuses_of
from cxlib.results import Issue

SCHEMA = pa.schema(
    {
        "line": pa.int64(),
        "customer_id": pa.string(),
        "order_id": pa.string(),
        "line_id": pa.string(),
        "timestamp": pa.timestamp("us"),
        "amount": STORED,
        "discount": STORED,
        "quantity": STORED,
        "unit_price": STORED,
        "product": pa.string(),
        "category": pa.string(),
        "channel": pa.string(),
        "place": pa.string(),
        "currency": pa.string(),
        "said": pa.string(),
    }
)
"""A row of the file; `said` is what its status says: sale, refund or cancellation."""

Reason = tuple[pa.Array, str, str]  # where, which field, code


@dataclass
class Typist:
    """Converts the rows of a file of transactions by a plan.

    `unread` counts cells of optional numbers that could not be read and are empty now, by column.
    """

    staged: Staged
    plan: Plan
    rejects: Rejects
    unread: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)

    def write(self, path: Path, progress: Callable[[int], None] | None = None) -> int:
        """Write the readable rows to `path` and return their number."""
        cells = {self.staged.cell(column) for column in self.plan.mapping.values()}
        done = rows = 0
        with (
            pq.ParquetFile(self.staged.path, read_dictionary=sorted(cells)) as file,
            pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer,
        ):
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, [*sorted(cells), "line"])
                for batch in table.to_batches():
                    typed = self._typed(batch)
                    writer.write_batch(typed)
                    rows += typed.num_rows
                done += table.num_rows
                if progress is not None:
                    progress(done)
        return rows

    def issues(self) -> tuple[Issue, ...]:
        """What was emptied without rejecting its row."""
        return tuple(
            Issue(
                "unread_number",
                "warning",
                N_("{count} cells of the column “{column}” are no numbers and count as empty."),
                N_("Choose another decimal mark, or correct them."),
                {"count": count, "column": column},
                column=column,
                rows=tuple(self.examples[column]),
                count=count,
            )
            for column, count in self.unread.items()
        )

    def _typed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        lines = batch.column("line")
        text = {
            name: _Text(batch.column(self.staged.cell(c))) for name, c in self.plan.mapping.items()
        }
        columns = {name: _words(text[name]) if name in text else None for name in SCHEMA.names}
        columns["line"] = lines
        bad: list[Reason] = []
        columns["timestamp"] = self._times(text["timestamp"], bad)
        numbers: dict[str, tuple[pa.Array, pa.Array]] = {
            n: self._numbers(n, text[n])
            for n in ("quantity", "unit_price", "discount")
            if n in text
        }
        columns |= {name: value for name, (value, _) in numbers.items()}
        columns["amount"] = self._amounts(text, numbers, bad)
        for name, (_, wrong) in numbers.items():
            self._note_unread(name, wrong, lines)
        columns["currency"] = self._currencies(text, bad, len(lines))
        if "status" in text:
            columns["said"] = text["status"].spread(statuses_of)
        arrays = [
            pa.nulls(len(lines), field.type) if columns[field.name] is None else columns[field.name]
            for field in SCHEMA
        ]
        typed = pa.record_batch(arrays, schema=SCHEMA)
        return self._without(typed, bad, batch)

    def _times(self, text: _Text, bad: list[Reason]) -> pa.Array:
        order: Order = self.plan.formats["timestamp"]  # type: ignore[assignment]
        times = text.spread(lambda values: parse_dates(values, order, self.plan.timezone))
        missing = text.spread(lambda values: is_missing(trimmed(values)))
        bad.append((missing, "timestamp", "missing_timestamp"))
        bad.append((pc.is_null(times), "timestamp", "unreadable_date"))
        return times

    def _numbers(self, name: str, text: _Text) -> tuple[pa.Array, pa.Array]:
        """The values of a field, and where a cell is filled but no number."""
        mark = self.plan.formats[name]
        values = text.spread(lambda v: stored(parse_numbers(v, mark)))
        missing = text.spread(lambda v: is_missing(trimmed(v)))
        return values, pc.and_not(pc.is_null(values), missing)

    def _amounts(
        self,
        text: dict[str, _Text],
        numbers: dict[str, tuple[pa.Array, pa.Array]],
        bad: list[Reason],
    ) -> pa.Array | None:
        """The amounts as they are, or quantity × unit price; None where the file has no money."""
        if "amount" in text:
            amounts, unreadable = self._numbers("amount", text["amount"])
            bad.append((unreadable, "amount", "unreadable_amount"))
            bad.append((pc.is_null(amounts), "amount", "missing_amount"))
            return amounts
        if not {"quantity", "unit_price"} <= set(numbers):
            return None
        for name in ("quantity", "unit_price"):
            values, unreadable = numbers[name]
            bad.append((unreadable, name, "unreadable_number"))
            bad.append((pc.is_null(values), name, "missing_amount"))
        (quantity, _), (price, _) = numbers["quantity"], numbers["unit_price"]
        product = pc.multiply(quantity, price).cast(pa.decimal128(38, 8))
        return stored(product.cast(EXACT, safe=False) if product.type != EXACT else product)

    def _currencies(self, text: dict[str, _Text], bad: list[Reason], rows: int) -> pa.Array:
        """The currency of each row; rows of another one than the chosen are rejected."""
        chosen = self.plan.currency
        money = next((n for n in ("amount", "unit_price") if n in text), None)
        if "currency" in text:
            codes = text["currency"].spread(_codes)
        elif money is not None:
            codes = text[money].spread(currencies_of)
        else:
            codes = pa.nulls(rows, pa.string())
        if chosen is None:
            return codes
        codes = pc.fill_null(codes, chosen)
        name = "currency" if "currency" in text else money or ""
        bad.append((pc.not_equal(codes, chosen), name, "other_currency"))
        return codes

    def _note_unread(self, name: str, wrong: pa.Array, lines: pa.Array) -> None:
        count = int(pc.sum(wrong).as_py() or 0)
        if count:
            column = self.plan.mapping[name]
            self.unread[column] += count
            self.examples.setdefault(column, lines.filter(wrong)[:5].to_pylist())

    def _without(
        self, typed: pa.RecordBatch, bad: list[Reason], batch: pa.RecordBatch
    ) -> pa.RecordBatch:
        """Reject each row for the first of its reasons, in the order of lines."""
        rejected: dict[int, tuple[str, str]] = {}
        for where, name, code in bad:
            for row in pc.indices_nonzero(pc.fill_null(where, False)).to_pylist():
                rejected.setdefault(row, (name, code))
        if not rejected:
            return typed
        keep = [True] * typed.num_rows
        for row, (name, code) in sorted(rejected.items()):
            column = self.plan.mapping[name]
            value = batch.column(self.staged.cell(column))[row].as_py()
            self.rejects.add(typed.column("line")[row].as_py(), column, value, code)
            keep[row] = False
        return typed.filter(pa.array(keep))


class _Text:
    """A column of text; work is done once for each distinct value."""

    def __init__(self, column: pa.Array) -> None:
        encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        self.values = encoded.dictionary.cast(pa.string())
        self.indices = encoded.indices

    def spread(self, work: Callable[[pa.Array], pa.Array]) -> pa.Array:
        """What `work` makes of the distinct values, for every row."""
        return pc.take(work(self.values), self.indices)


def _words(text: _Text) -> pa.Array:
    """Ids and words as they are, without the white space around them; empty is null."""
    return text.spread(lambda values: _null_if_empty(trimmed(values)))


def _null_if_empty(values: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(values, ""), None, values)


def _codes(values: pa.Array) -> pa.Array:
    return pa.array(
        [currency_code(v) if v.strip() else None for v in values.to_pylist()], pa.string()
    )
