"""Two answers of the same question, value by value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RELATIVE = 1e-9
"""How far apart two floats may be, as a share of the larger one."""
NOTHING = 1e-12
"""What rounding leaves where a difference is nothing: floats nearer than this are equal."""
WORDS = frozenset({"message", "hint"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is another now: where it stands (``segments[0].revenue``), then and now."""

    path: str
    saved: Any
    now: Any


def compared(saved: Any, now: Any) -> tuple[int, tuple[Difference, ...]]:
    """How many values of a saved answer were looked at, and those that differ.

    Integers, days and words (so money as decimal text) are equal or not, floats within `RELATIVE`.
    Sentences for people (`WORDS`) are left out, and so is what only the new answer has, but for rows:
    a list that has grown is another list.

    Parameters
    ----------
    saved, now
        Values as JSON has them.
    """
    pairs = list(_pairs("", saved, now))
    return len(pairs), tuple(Difference(*pair) for pair in pairs if not _same(*pair[1:]))


def _pairs(path: str, saved: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every value of `saved` with what stands in its place in `now`, None for nothing."""
    if isinstance(saved, dict) and isinstance(now, dict):
        for key, value in saved.items():
            if key not in WORDS:
                yield from _pairs(f"{path}.{key}" if path else key, value, now.get(key))
    elif isinstance(saved, list) and isinstance(now, list):
        for i in range(max(len(saved), len(now))):
            yield from _pairs(f"{path}[{i}]", *(_at(rows, i) for rows in (saved, now)))
    else:
        yield path, saved, now


def _at(rows: list[Any], i: int) -> Any:
    return rows[i] if i < len(rows) else None


def _same(saved: Any, now: Any) -> bool:
    if isinstance(saved, bool) or isinstance(now, bool):
        return saved is now
    if isinstance(saved, float) and isinstance(now, (float, int)):
        return math.isclose(saved, now, rel_tol=RELATIVE, abs_tol=NOTHING)
    return bool(saved == now)
