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
LONGEST = max(len(word.encode()) for word in WORDS)


def trimmed(text: pa.Array) -> pa.Array:
    """Text without white space at its ends, no-break spaces included."""
    return pc.utf8_trim_whitespace(text)


def is_missing(text: pa.Array) -> pa.Array:
    """Where trimmed text stands for nothing."""
    short = pc.less_equal(pc.binary_length(text), LONGEST)
    if not pc.any(short).as_py():  # most columns have no cell that is worth a real look
        return pc.fill_null(short, False)
    return pc.is_in(pc.utf8_lower(text), pa.array(WORDS, pa.string()))
