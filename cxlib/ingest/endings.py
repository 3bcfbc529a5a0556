"""What ends the records of a text where line ends do not."""

from __future__ import annotations

import re
from collections import Counter

from cxlib.ingest.dialect import HOLD_BREAKS

SEPARATOR = "\x1e"
BOTH = SEPARATOR + "\n"
RARE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What ends records in files that have no line ends, rarely."""
LINE_END = re.compile(r"[\r\n]")
QUOTED = re.compile(r'"[^"]*"')
DELIMITERS = ("\x1f", "\x1e", "\x1d", "\x1c", "\x01", ",", ";", "\t", "|", ":", " ", "~", "^", "§")
EVEN = 0.8
"""The share of records with as many delimiters from which a sign ends them."""


def record_end(text: str) -> str:
    """The sign that ends the records of a text; "" for line ends.

    A record separator is one where its records are even and line ends do not make it a delimiter;
    what typesetters use for line ends only where there is no other one.
    """
    if RARE_ENDS.search(text) is None:
        return ""
    bare = QUOTED.sub("", text).rstrip("\r\n")
    lined = LINE_END.search(bare) is not None
    if SEPARATOR in bare:
        counts = {line.count(SEPARATOR) for line in LINE_END.split(bare)}
        separated = len(re.findall(SEPARATOR + r"(?:[\r\n]|\Z)", bare))
        if lined and counts <= {0, 1} and separated == bare.count(SEPARATOR):
            return BOTH
        if not lined or (len(counts) > 1 and _evenly(bare, SEPARATOR) >= EVEN):
            return SEPARATOR
    signs = list(dict.fromkeys(RARE_ENDS.findall(bare)))
    if lined or not signs:
        return ""
    best = max(signs, key=lambda sign: _evenly(bare, sign))
    return best if _evenly(bare, best) >= EVEN else ""


def _evenly(text: str, sign: str) -> float:
    """The share of records that end in a sign which have a delimiter as often as most."""
    records = [record for record in text.split(sign) if record]
    if len(records) < 2:
        return 0.0
    counts = [
        Counter(n for record in records if (n := record.count(delimiter)))
        for delimiter in DELIMITERS
        if delimiter != sign
    ]
    return max((max(c.values()) for c in counts if c), default=0) / len(records)


def clean_ends(ends: str) -> dict[int, str | None]:
    """What stands in the clean text for the signs that end records, and for line ends in cells."""
    if ends == BOTH:
        return {ord(SEPARATOR): None}
    return {**HOLD_BREAKS, ord(ends): "\n"} if ends else {}
