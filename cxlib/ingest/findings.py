"""What was found in cells while they were read, counted by column and by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.i18n import N_
from cxlib.ingest.cells import Cells
from cxlib.ingest.repair import Problem
from cxlib.results import Issue

Effect = Literal["rejects", "empties", "none"]
EXAMPLES = 5
VALUES = 10  # of a problem
DISTINCT = 10_000  # values of a finding that are told apart; the others are only counted
SHOWN = 200  # characters of a value

# code → severity, message, hint. What rejects rows has its words in `rejects.REASONS`.
REMARKS: Mapping[str, tuple[Literal["warning", "info"], str, str]] = {
    "unread_number": (
        "warning",
        N_("{count} cells of the column “{column}” are no numbers and count as empty."),
        N_("Choose another decimal mark, or correct them."),
    ),
    "unread_date": (
        "warning",
        N_("{count} cells of the column “{column}” are no dates and count as empty: {values}."),
        N_("Choose another date format, or correct them."),
    ),
    "unread_flag": (
        "warning",
        N_("{count} cells of the column “{column}” are neither yes nor no: {values}."),
        N_("Say what they mean; until then they count as empty."),
    ),
    "unscored": (
        "info",
        N_("{count} answers in the column “{column}” have no score: {values}."),
        N_(
            "They stay in the table and count in no score; say what they mean if they mean something."
        ),
    ),
    "out_of_scale": (
        "warning",
        N_("{count} scores in the column “{column}” are outside the scale {low}–{high}: {values}."),
        N_("They are kept as they are and count in no score. Check the scale."),
    ),
    "empty_cells": (
        "info",
        N_("{count} cells of the column “{column}” are empty."),
        "",
    ),
    "percent_sign": (
        "info",
        N_("{count} numbers in the column “{column}” have a percent sign: 12.5 % is kept as 12.5."),
        "",
    ),
    "answers_counted": (
        "info",
        N_("{count} answers in the column “{column}” count as 1 for yes and 0 for no: {values}."),
        "",
    ),
    "months_as_days": (
        "info",
        N_(
            "{count} dates in the column “{column}” name a month, a week or a quarter; they count on "
            "its first day: {values}."
        ),
        "",
    ),
    "two_digit_years": (
        "info",
        N_(
            "{count} years in the column “{column}” have two digits: 00–68 are read as 20xx, 69–99 as "
            "19xx."
        ),
        N_("Check the first and the last day."),
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the cells of a column in the rows `where`.

    What `rejects` or `empties` is a problem that a repair would cure, with a code of
    `rejects.REASONS`; the emptied cells are told of by the remark `tells`. Values are told apart
    only `by_value`: not where they are most of the column.
    """

    code: str
    field: str
    column: str
    where: pa.Array
    effect: Effect = "none"
    tells: str = ""
    by_value: bool = True


@dataclass(slots=True)
class Tally:
    """How often something was found, with the values and a few lines."""

    count: int = 0
    values: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)

    def add(
        self, where: pa.Array, count: int, cells: Cells, lines: pa.Array, by_value: bool
    ) -> None:
        """Take in the rows `where` of a batch; one value is an example if not `by_value`."""
        self.count += count
        if len(self.lines) < EXAMPLES:
            self.lines += lines.filter(where).slice(0, EXAMPLES - len(self.lines)).to_pylist()
        if by_value:
            for value, times in cells.counts(where, DISTINCT):
                if value[:SHOWN] in self.values or len(self.values) < DISTINCT:
                    self.values[value[:SHOWN]] += times
        elif not self.values:
            self.values[cells.first(where)[:SHOWN]] = count

    def shown(self, most: int = 8) -> str:
        """The commonest values with their counts, in words."""
        return ", ".join(f"“{value}” ({n})" for value, n in self.values.most_common(most))


@dataclass
class Ledger:
    """All findings of an import. `scales` are the ends of the scale of a column with scores."""

    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    problem_tallies: dict[tuple[str, str, str, bool], Tally] = field(default_factory=dict)
    remark_tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)

    def add(self, found: Finding, where: pa.Array, cells: Cells, lines: pa.Array) -> None:
        """Count what was found in the rows `where`."""
        count = pc.sum(where).as_py() or 0
        if not count:
            return
        tallies = []
        if found.effect != "none":
            key = (found.code, found.field, found.column, found.effect == "rejects")
            tallies.append(self.problem_tallies.setdefault(key, Tally()))
        if found.effect != "rejects":
            told = (found.tells or found.code, found.column)
            tallies.append(self.remark_tallies.setdefault(told, Tally()))
        for tally in tallies:
            tally.add(where, count, cells, lines, found.by_value)

    def problems(self) -> tuple[Problem, ...]:
        """What repairs would cure, what costs rows first."""
        found = [
            Problem(
                code=code,
                field=name,
                column=column,
                count=tally.count,
                distinct=len(tally.values),
                values=tuple(tally.values.most_common(VALUES)),
                rows=tuple(tally.lines),
                blocking=blocking,
            )
            for (code, name, column, blocking), tally in self.problem_tallies.items()
        ]
        return tuple(sorted(found, key=lambda p: (not p.blocking, -p.count, p.column, p.code)))

    def issues(self, rows: int) -> Iterator[Issue]:
        """What was found in the `rows` that were accepted.

        Empty cells are told of where they are the exception: a column that is mostly empty is meant
        to be.
        """
        for (code, column), tally in self.remark_tallies.items():
            if code not in REMARKS or (code == "empty_cells" and 2 * tally.count > rows):
                continue
            severity, message, hint = REMARKS[code]
            low, high = self.scales.get(column, (0.0, 0.0))
            yield Issue(
                code,
                severity,
                message,
                hint,
                {
                    "count": tally.count,
                    "column": column,
                    "values": tally.shown(),
                    "low": f"{low:g}",
                    "high": f"{high:g}",
                },
                column=column,
                rows=tuple(tally.lines),
                count=tally.count,
            )
        yield from self._mixed()

    def _mixed(self) -> Iterator[Issue]:
        """Columns whose dates are written in more than one way."""
        ways: dict[str, list[Tally]] = {}
        for (code, column), tally in self.remark_tallies.items():
            if code.startswith(NOTATION):
                ways.setdefault(column, []).append(tally)
        for column, found in ways.items():
            if len(found) < 2:
                continue
            found.sort(key=lambda tally: -tally.count)
            shown = (f"{next(iter(t.values))} ({t.count})" for t in found)
            yield Issue(
                "mixed_date_formats",
                "warning",
                N_("The dates of the column “{column}” are written in {ways} ways: {examples}."),
                N_(
                    "Check a few: where a spreadsheet turned some of them into its own dates, day and "
                    "month may be swapped."
                ),
                {"column": column, "ways": len(found), "examples": ", ".join(shown)},
                column=column,
                rows=tuple(found[1].lines),
                count=sum(tally.count for tally in found[1:]),
            )


NOTATION = "notation:"
"""Begins the code of a finding that says in which way dates are written."""
