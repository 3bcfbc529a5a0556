"""What was not imported, in a file: line, column, value, code, message, cure."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from cxlib.i18n import N_, SOURCE, language
from cxlib.ingest.staged import MAX_CELL, settle
from cxlib.results import Issue

HEADER = ("line", "column", "value", "code", "message", "cure")
SHOWN = 200  # characters of a value
EXAMPLES = 5

REASONS: dict[str, tuple[str, str]] = {
    "ragged_row": (
        N_("The line has more or fewer cells than the table has columns."),
        N_("Check it for a missing or unquoted delimiter."),
    ),
    "unclosed_quote": (
        N_("A quote opens on this line and never closes."),
        N_("Close the quote, or double it where it belongs to the text."),
    ),
    "cell_too_large": (
        N_("A cell is larger than 1 MB, the most that is read."),
        N_("Shorten the cell, or leave the column out."),
    ),
    "broken_record": (
        N_("This is not a JSON object as the others are."),
        N_("Correct it, or export the file again."),
    ),
    "missing_timestamp": (
        N_("The date is empty."),
        N_("Fill it in: without its day the row cannot be counted."),
    ),
    "unreadable_date": (
        N_("This is not a date in the format of its column."),
        N_("Write it like the others, or choose another date format."),
    ),
    "swapped_date": (
        N_("This is a date only with day and month the other way round than in its column."),
        N_("Correct it, or choose another date format for the column."),
    ),
    "missing_number": (
        N_("The number is empty, and the row says nothing without it."),
        N_("Fill it in, or leave the row out."),
    ),
    "missing_id": (
        N_("The id is empty, and nobody knows whose row this is."),
        N_("Fill it in, or leave the row out."),
    ),
    "missing_text": (
        N_("The text is empty, and the row says nothing without it."),
        N_("Fill it in, or leave the row out."),
    ),
    "unreadable_flag": (
        N_("This is neither yes nor no."),
        N_("Say which of them it means."),
    ),
    "unreadable_score": (
        N_("This is no answer of the scale."),
        N_("Say which score it stands for, or leave it empty."),
    ),
    "missing_amount": (
        N_("The amount is empty, in a file that has amounts."),
        N_("Fill it in, with 0 where nothing was charged."),
    ),
    "unreadable_amount": (
        N_("This is not an amount in the format of its column."),
        N_("Write it like the others, or choose another decimal mark."),
    ),
    "unreadable_number": (
        N_("This is not a number in the format of its column."),
        N_("Write it like the others, or choose another decimal mark."),
    ),
    "other_currency": (
        N_("The amount is in another currency than the chosen one."),
        N_("Convert it, or import each currency on its own."),
    ),
    "repeated_line": (
        N_("The order line is there already, with the same content."),
        N_("Nothing to do: it was counted once."),
    ),
    "left_out": (
        N_("The row was left out by a repair that was chosen."),
        N_("Take the repair back to import it."),
    ),
    "duplicate_row": (
        N_("The row is there already; removing duplicates was chosen."),
        N_("Nothing to do: it was counted once."),
    ),
}
assert MAX_CELL == 1 << 20  # the words above say so


@dataclass
class Rejects:
    """A file of rejects, appended to row by row; it appears when all is written.

    The words are in `lang`; codes are the same in every language.
    """

    path: Path
    lang: str = SOURCE
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shown = language(self.lang)
        self._words = {code: (shown(what), shown(cure)) for code, (what, cure) in REASONS.items()}
        self._part = self.path.with_name(self.path.name + ".part")
        self._handle = self._part.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._handle, lineterminator="\r\n")
        self._writer.writerow(HEADER)

    @property
    def count(self) -> int:
        """How many rows were rejected."""
        return self.counts.total()

    def add(self, line: int, column: str, value: str, code: str) -> None:
        """Reject the row that starts on `line`, for what is in `column`."""
        self._writer.writerow((line, column, value[:SHOWN], code, *self._words[code]))
        self.counts[code] += 1
        examples = self.examples.setdefault(code, [])
        if len(examples) < EXAMPLES:
            examples.append(line)

    def take_over(self, earlier: Path | None) -> None:
        """Repeat the rejects of reading, in the words of this file."""
        if earlier is None:
            return
        with earlier.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                self.add(int(row["line"]), row["column"], row["value"], row["code"])

    def issues(self) -> tuple[Issue, ...]:
        """One issue a reason, with its count and a few lines."""
        return tuple(
            Issue(
                code,
                "warning",
                REASONS[code][0],
                REASONS[code][1],
                rows=tuple(self.examples[code]),
                count=count,
            )
            for code, count in sorted(self.counts.items())
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._handle.close()
        if kind is None:
            settle(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)
