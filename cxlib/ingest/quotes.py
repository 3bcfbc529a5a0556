"""Whether all quotes of a text open or close a cell, by its bytes: a fast look before a fast parser."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def in_order(blocks: Iterable[bytes], delimiter: str, quotechar: str) -> bool:
    """Whether quotes stand at the ends of cells, in turn, or doubled inside of them.

    False also where it takes a real parser to tell, such as a delimiter just before a closing quote.
    """
    outside, rest = True, b"\n"
    for block in blocks:
        text = rest + block
        cut = text.rfind(b"\n") + 1
        rest = text[cut - 1 :] if cut else text
        found = _look(text[:cut], delimiter, quotechar, outside)
        if found is None:
            return False
        outside = found
    found = _look(rest + b"\n", delimiter, quotechar, outside)
    return bool(found)


def _look(text: bytes, delimiter: str, quotechar: str, outside: bool) -> bool | None:
    """Whether the text that begins and ends with a line end leaves us outside of quotes."""
    data = np.frombuffer(text, np.uint8)
    at = np.flatnonzero(data == ord(quotechar))
    if not at.size:
        return outside
    first = np.flatnonzero(np.diff(at, prepend=-2) != 1)
    begin, length = at[first], np.diff(np.append(first, at.size))
    ends = np.zeros(256, bool)
    ends[[ord(delimiter), 10, 13]] = True
    left, right = ends[data[begin - 1]], ends[data[begin + length]]
    odd = length % 2 == 1
    if (odd & (left == right)).any():
        return None
    opens = left[odd]
    if (opens[0] != outside) or (opens[1:] == opens[:-1]).any() if opens.size else False:
        return None
    inside = np.concatenate([[not outside], opens])[np.cumsum(odd)]
    if (~odd & left & ~right & ~inside).any() or (~odd & ~left & right & ~inside).any():
        return None
    return bool(not inside[-1])
