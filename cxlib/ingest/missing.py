"""What stands for nothing in a column of numbers or dates. In a column of text nothing does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.places import letters, places

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
# Bytes that are a letter, digit or mark by themselves; white space beyond ASCII is of other ones.
PLAIN = np.array([33 <= byte < 127 for byte in range(256)])
DIGIT = np.array([chr(byte) in "0123456789" for byte in range(256)])
LONGEST = max(len(word.encode()) for word in WORDS)


def trimmed(text: pa.Array) -> pa.Array:
    """Text without white space at its ends, no-break spaces included."""
    return pc.utf8_trim_whitespace(text) if _may_need_trimming(text) else text


def _may_need_trimming(text: pa.Array) -> bool:
    """Whether a text begins or ends with a byte that may be of white space: most columns have none."""
    if not pa.types.is_string(text.type) or not len(text):
        return True
    at, data = places(text), letters(text)
    first, last = at[:-1], at[1:] - 1
    if (first > last).any():
        filled = first <= last
        first, last = first[filled], last[filled]
    return not (PLAIN[data[first]].all() and PLAIN[data[last]].all())


def _digit_first(text: pa.Array) -> np.ndarray:
    """Where a text begins with a digit."""
    found = np.zeros(len(text), bool)
    at = places(text)
    filled = np.flatnonzero(at[1:] > at[:-1])
    found[filled] = DIGIT[letters(text)[at[filled]]]
    return found


def is_missing(text: pa.Array) -> pa.Array:
    """Where trimmed text stands for nothing."""
    short = pc.fill_null(pc.less_equal(pc.binary_length(text), LONGEST), False)
    short = pc.and_not(short, pa.array(_digit_first(text)))
    if not pc.any(short).as_py():  # most columns have no cell that is worth a real look
        return short
    words = pc.utf8_lower(text.filter(short))
    return pc.replace_with_mask(short, short, pc.is_in(words, pa.array(WORDS, pa.string())))
