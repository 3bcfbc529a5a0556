"""Lines that do not fit their table: read another way where that is certain, else not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cxlib.ingest import shapes
from cxlib.ingest.dialect import Dialect
from cxlib.ingest.shapes import Column

Mend = Literal[
    "unclosed_quote", "stray_quotes", "split_cells", "joined_cells", "empty_cell_dropped",
    "padded_rows", "extra_empty_cells", "other_delimiter",
]  # fmt: skip
MAX_WORK = 200_000
SPLIT = 2.0
"""What a missing delimiter costs, beside 1 for each quote that is taken for text."""
OTHERS = (";", "\t", "|", ",", " ")


@dataclass(frozen=True, slots=True)
class _State:
    """The best way to a position: what it cost, the cells before it, and where it came from."""

    cost: float
    cell: str
    before: tuple[int, int, bool] | None


def reread(
    text: str, dialect: Dialect, width: int, table: Sequence[Column] = (), *, sound: bool = False
) -> tuple[list[str], Mend, float] | None:
    """The `width` cells of an encoded record whose quotes are not in order, and what that costs.

    None if there is no way. Of all readings with that many cells the one is taken in which the fewest quotes are text. Where
    a record is `sound` by itself, quotes stay what they are, and only a delimiter may be missing
    between two quoted cells. A reading with such a missing delimiter holds only if its cells have
    the shapes of their columns and those of the padded row have not.
    """
    quote = dialect.quotechar
    if quote is None or quote not in text or dialect.runs or dialect.stops:
        return None
    if (text.count(dialect.mark) + 1) * width * (1 + text.count(quote)) > MAX_WORK:
        return None
    ends = _search(text, dialect.mark, quote, width, sound)
    plain = ends.get((len(text) + 1, width, False))
    split = ends.get((len(text) + 1, width, True))
    if plain is not None and not (sound and plain.cost == 0) and plain.cost <= 12:
        cells = [dialect.decode(cell) for cell in _walk(ends, (len(text) + 1, width, False))]
        return cells, "stray_quotes", plain.cost
    if split is None or not any(column.typed for column in table):
        return None
    cells = [dialect.decode(cell) for cell in _walk(ends, (len(text) + 1, width, True))]
    return None if shapes.mismatched(cells, table) else (cells, "split_cells", split.cost)


def split_names(text: str, dialect: Dialect, width: int) -> list[str] | None:
    """The `width` names of an encoded header in which a delimiter beside quotes is missing."""
    quote = dialect.quotechar
    if quote is None or quote not in text or len(text) * width > MAX_WORK:
        return None
    ends = _search(text, dialect.mark, quote, width, sound=True)
    end = (len(text) + 1, width, True)
    return [dialect.decode(cell) for cell in _walk(ends, end)] if end in ends else None


def in_order(text: str, dialect: Dialect, row: Sequence[str]) -> bool:
    """Whether the quotes of an encoded record that follows the rules are no accident.

    They are one where cells that are not enclosed hold single quotes, as if these enclosed a part
    of the record together.
    """
    quote = dialect.quotechar
    if quote is None or sum(cell.count(quote) % 2 for cell in row) < 2:
        return True
    if (text.count(dialect.mark) + 1) * len(row) * (1 + text.count(quote)) > MAX_WORK:
        return True
    end = _search(text, dialect.mark, quote, len(row), False).get((len(text) + 1, len(row), False))
    return end is None or end.cost < 1


def fitted(
    row: Sequence[str], width: int, usual: int, table: Sequence[Column], delimiter: str
) -> tuple[list[str], Mend] | None:
    """A row as `width` cells, if it is certain where its gap or its surplus is.

    Cells beyond the last column that are empty are left out. A row that is short is filled up at
    its end where the columns that it lacks have gaps elsewhere too, or where all rows are as short
    (`usual`). Of a row that is long an empty cell is dropped, or two cells are joined by the
    delimiter that stood unquoted in a text, where one place alone gives all cells the shapes of
    their columns; for joining, the second begins with a space, as after a comma in prose.
    """
    if len(row) > width and _blank(row[width:]) and not shapes.mismatched(row, table):
        return list(row[:width]), "extra_empty_cells"
    if len(row) < width:
        lacking = table[len(row) :]
        gaps = len(row) > 1 and bool(lacking) and all(column.optional for column in lacking)
        if len(row) == usual or (gaps and not shapes.mismatched(row, table)):
            return [*row, *[""] * (width - len(row))], "padded_rows"
        return None
    if not any(column.typed for column in table):
        return None
    surplus = len(row) - width
    dropped = _unique(_without_empty(row, surplus), table)
    if dropped is not None and _shown(row, dropped, table):
        return dropped, "empty_cell_dropped"
    if surplus == 1:
        joined = _unique(_joined(row, delimiter), table)
        if joined is not None and _shown(row, joined, table):
            return joined, "joined_cells"
    if _blank(row[width:]):
        return list(row[:width]), "extra_empty_cells"
    return None


def parted_otherwise(
    line: str, dialect: Dialect, width: int, table: Sequence[Column]
) -> list[str] | None:
    """The cells of a line that uses another delimiter than its file, if their shapes show it."""
    if "\n" in line or "\r" in line or not any(column.typed for column in table):
        return None
    for other in OTHERS:
        if other == dialect.delimiter or other not in line:
            continue
        rows = list(csv.reader([line], delimiter=other, quotechar=dialect.quotechar or '"'))
        fits = len(rows) == 1 and len(rows[0]) == width
        if fits and shapes.matches(rows[0], table) > 0 and not shapes.mismatched(rows[0], table):
            return rows[0]
    return None


def _blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _without_empty(row: Sequence[str], surplus: int) -> Iterator[list[str]]:
    """The row without `surplus` neighbouring empty cells, at each place once."""
    last = None
    for i in range(len(row) - surplus + 1):
        if _blank(row[i : i + surplus]):
            kept = [*row[:i], *row[i + surplus :]]
            if kept != last:
                yield kept
            last = kept


def _joined(row: Sequence[str], delimiter: str) -> Iterator[list[str]]:
    for i in range(len(row) - 1):
        if not row[i + 1].startswith(" ") or not row[i]:
            continue
        yield [*row[:i], row[i] + delimiter + row[i + 1], *row[i + 2 :]]


def _unique(readings: Iterator[list[str]], table: Sequence[Column]) -> list[str] | None:
    """The one reading whose cells have the shapes of their columns; None if there are several."""
    good = [row for row in readings if not shapes.mismatched(row, table)]
    return good[0] if len(good) == 1 else None


def _shown(row: Sequence[str], moved: Sequence[str], table: Sequence[Column]) -> bool:
    """Whether a cell that moved fits its column and would not have fitted the one where it stood.

    Beyond the last column nothing fits; but then another cell must show that cells moved.
    """
    surplus = len(row) - len(moved)
    after = [column.shape for column in table[surplus:]]
    beyond = shapes.mismatched(row[: len(moved)], table)
    return any(
        moved[i] == row[i + surplus] != row[i]
        and column.typed
        and shapes.shape(moved[i]) == column.shape
        and (beyond if i >= len(after) else column.shape != after[i])
        for i, column in enumerate(table)
    )


def _search(
    text: str, mark: str, quote: str, width: int, sound: bool
) -> dict[tuple[int, int, bool], _State]:
    """All cheapest states by (position after the cell, cells so far, a delimiter was missing).

    A position beyond the end by one says that the text is read whole.
    """
    states: dict[tuple[int, int, bool], _State] = {(0, 0, False): _State(0.0, "", None)}
    waiting: dict[int, list[tuple[int, bool]]] = {0: [(0, False)]}
    position = 0
    while waiting:
        position = min(waiting)
        for count, split in waiting.pop(position):
            if position > len(text) or count == width:
                continue
            key = (position, count, split)
            base = states[key].cost
            for end, cell, cost, missing in _cells(text, position, mark, quote, sound):
                if missing and split:
                    continue
                to = (end, count + 1, split or missing)
                if to not in states:
                    waiting.setdefault(end, []).append((count + 1, split or missing))
                elif states[to].cost <= base + cost:
                    continue
                states[to] = _State(base + cost, cell, key)
    return states


def _cells(
    text: str, begin: int, mark: str, quote: str, sound: bool
) -> Iterator[tuple[int, str, float, bool]]:
    """The cells that may begin at a position: (next position, text, cost, delimiter missing)."""
    end = text.find(mark, begin)
    end = len(text) if end < 0 else end
    cell = text[begin:end]
    starts = cell.lstrip(" ").startswith(quote)
    if not (sound and starts):
        yield end + 1, cell, float(cell.count(quote)), False
        inside = text.find(quote, begin + 1, end)
        if not starts and inside > begin and text[begin:inside].strip():
            yield inside, text[begin:inside], SPLIT, True
    if not starts:
        return
    opening = text.index(quote, begin)
    closing = text.find(quote, opening + 1)
    while closing >= 0:
        after = closing + 1
        while after < len(text) and text[after] == " " and mark != " ":
            after += 1
        inner = text[opening + 1 : closing]
        loose = inner.replace(quote * 2, "").count(quote)
        value = inner.replace(quote * 2, quote)
        if after == len(text) or text.startswith(mark, after):
            if not (sound and loose):
                yield after + 1, value, loose + 0.1 * (opening - begin), False
        elif loose == 0 and not text.startswith(quote * 2, closing + 1):
            yield closing + 1, value, SPLIT, True
        closing = text.find(quote, closing + 1)


def _walk(states: dict[tuple[int, int, bool], _State], end: tuple[int, int, bool]) -> list[str]:
    cells: list[str] = []
    at: tuple[int, int, bool] | None = end
    while at is not None:
        state = states[at]
        if state.before is not None:
            cells.append(state.cell)
        at = state.before
    return cells[::-1]
