"""What the rows and cells that cannot be read have in common, and what the user decides of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["map", "fill", "drop"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A decision about cells of a column, made before they are read; kept in the receipt.

    `map`: cells that are `value` (without white space at the ends) are read as `to`; `fill`: empty
    cells are read as `to`; `drop`: rows whose cell is `value` are left out, with None all rows that
    have the problem `code` in this column. Rows left out are rejected, and counted as such.
    """

    action: Action
    column: str
    value: str | None = None
    to: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Cells of a column that one repair would cure.

    `values` are the commonest of them with their counts, `distinct` how many different ones there
    are. A problem that is `blocking` rejects its rows; another leaves cells empty.
    """

    code: str
    field: str
    column: str
    count: int
    distinct: int
    values: tuple[tuple[str, int], ...]
    rows: tuple[int, ...]
    blocking: bool
