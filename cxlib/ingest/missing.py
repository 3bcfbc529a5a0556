"""What stands for nothing in a column of numbers or dates. In a column of text nothing does."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

WORDS = (
    "",
    "na",
    "n/a",
    "#n/a",
    "#na",
    "nan",
    "null",
    "none",
    "nil",
    "-",
    "--",
    "—",
    "?",
    "(blank)",
    "blank",
    "kosong",
    "tidak ada",
)


def trimmed(text: pa.Array) -> pa.Array:
    """Text without white space at its ends, no-break spaces included."""
    return pc.utf8_trim_whitespace(text)


def is_missing(text: pa.Array) -> pa.Array:
    """Where trimmed text stands for nothing."""
    return pc.is_in(pc.utf8_lower(text), pa.array(WORDS, pa.string()))
