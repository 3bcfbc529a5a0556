"""What cells look like before anything is converted: a number, a date, a link, a code or words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxlib.ingest.missing import WORDS as MISSING

Shape = Literal["empty", "number", "date", "time", "address", "code", "text"]

NUMBER = re.compile(
    r"[-+(]?\s*(?:[Rr][Pp]\.?|R[M$]|US\$|(?:[A-Z]{3}|kr\.?|zł)(?=\s)|IDR|USD|EUR|[$€£¥₹])?\s*[-+]?\d[\d.,'\u00a0 ]*(?:[eE][-+]?\d+)?\s*[%)-]?$"
)
DATE = re.compile(
    r"\d{1,4}[-/. ](?:\d{1,2}|[^\W\d_]{3,9}\.?)[-/. ]\d{1,4}"
    r"(?:[T ,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?|Z|[A-Z]{3,4})?"
    r"\s?(?:[-+]\d{2}:?\d{0,2})?)?$"
)
TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?$")
ADDRESS = re.compile(r"(?:https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.[^\s@]+)$")
CODE = re.compile(r"(?=\S*[A-Za-z])(?=\S*\d)[\w.#/-]{3,}$")
ENOUGH = 0.8
"""The share of a column's cells that must look alike for the column to have that shape."""


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column look like: `optional` where more than one of them is empty."""

    shape: Shape
    optional: bool

    @property
    def typed(self) -> bool:
        """Whether its cells can be told from words."""
        return self.shape not in ("empty", "text")


def shape(cell: str) -> Shape:
    """What a cell looks like; words for nothing (``NA``, ``-``) are empty."""
    text = cell.strip()
    if not text or text.casefold() in MISSING:
        return "empty"
    if TIME.match(text):
        return "time"
    if DATE.match(text):
        return "date"
    if NUMBER.match(text):
        return "number"
    if ADDRESS.match(text):
        return "address"
    return "code" if CODE.match(text) else "text"


def columns(rows: Sequence[Sequence[str]], width: int) -> tuple[Column, ...]:
    """The shape of each column by the rows of exactly `width` cells."""
    whole = [row for row in rows if len(row) == width]
    return tuple(_column([shape(row[i]) for row in whole]) for i in range(width))


def matches(row: Sequence[str], table: Sequence[Column]) -> int:
    """How many cells have the shape of their typed column, less three for each that has another."""
    score = 0
    for cell, column in zip(row, table, strict=False):
        if column.typed and (found := shape(cell)) != "empty":
            score += 1 if found == column.shape else -3
    return score


def mismatched(row: Sequence[str], table: Sequence[Column]) -> bool:
    """Whether a cell has another shape than its typed column."""
    return any(
        column.typed and shape(cell) not in ("empty", column.shape)
        for cell, column in zip(row, table, strict=False)
    )


def _column(found: Sequence[Shape]) -> Column:
    filled = Counter(s for s in found if s != "empty")
    if not filled:
        return Column("empty", True)
    best, count = filled.most_common(1)[0]
    sure = count >= ENOUGH * filled.total()
    return Column(best if sure else "text", filled.total() < len(found) - 1)
