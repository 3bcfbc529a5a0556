"""JSON values as tables: where the records lie in a document, and their cells as text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cxlib.ingest.staged import Source

MAX_DEPTH = 3
"""Objects within objects in which a list of records is looked for."""

Cell = tuple[str, Source]


class Number(str):
    """A number as it is written, so that ids keep all their digits and prices their zeros."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A list of records in a document, the path to it (empty for the document itself), and the
    names of what the document holds beside all such lists."""

    name: str
    records: Sequence[Any]
    beside: tuple[str, ...] = ()


def parsed(text: str) -> Any:
    """A JSON value with its numbers as `Number`; NaN and infinities are none.

    Raises json.JSONDecodeError, and RecursionError for what is nested too deeply.
    """
    return json.loads(
        text,
        parse_int=Number,
        parse_float=Number,
        parse_constant=lambda _: None,
        object_pairs_hook=_object,
    )


def tables(value: Any) -> Iterator[Found]:
    """The lists of records in a document, the outermost first.

    An array of objects or arrays; objects that hold such arrays; arrays or objects of columns (as
    pandas writes them); objects by key. An object with none of these is a record itself.
    """
    found = list(_lists("", value, 0))
    if not found and isinstance(value, dict) and value:
        found = [Found("", [value])]
    inside = [table.name for table in found]
    beside = (
        ()
        if "" in inside or not isinstance(value, dict)
        else tuple(
            key for key in value if not any(f"{name}.".startswith(f"{key}.") for name in inside)
        )
    )
    yield from (replace(table, beside=beside) for table in found)


def cells(record: Mapping[str, Any]) -> dict[str, Cell]:
    """The cells of an object by name: objects within it as ``a.b``, arrays as JSON text."""
    found: dict[str, Cell] = {}
    _flatten("", record, found)
    return found


def cell(value: Any) -> Cell:
    """One value as text, and what it was."""
    if value is None:
        return "", "text"
    if isinstance(value, Number):
        return str(value), "number"
    if isinstance(value, str):
        return value, "text"
    if isinstance(value, bool):
        return ("true" if value else "false"), "flag"
    return _written(value), "text"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that comes again gets a number rather than the place of the first."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    made = {}
    for key, value in pairs:
        made[_free(key, made)] = value
    return made


def _free(name: str, taken: Mapping[str, object]) -> str:
    n, free = 1, name
    while free in taken:
        n += 1
        free = f"{name} ({n})"
    return free


def _lists(path: str, value: Any, depth: int) -> Iterator[Found]:
    if isinstance(value, list):
        rows = len(value) > 1 and all(isinstance(item, list) for item in value)
        if path == "" or rows or any(isinstance(item, dict) for item in value):
            yield Found(path, value)
    elif isinstance(value, dict) and value:
        records = _split(value) or _columns(value) or _keyed(value)
        if records is not None:
            yield Found(path, records)
        elif depth < MAX_DEPTH:
            for key, item in value.items():
                yield from _lists(f"{path}.{key}" if path else key, item, depth + 1)


def _split(value: Mapping[str, Any]) -> list[Any] | None:
    """Names of columns and rows of cells apart."""
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not rows:
        return None
    if any(not isinstance(n, str) for n in names) or any(not isinstance(r, list) for r in rows):
        return None
    return [names, *rows]


def _columns(value: Mapping[str, Any]) -> list[Any] | None:
    """An array of cells, or an object of them by number, for each column."""
    first = next(iter(value.values()))
    if isinstance(first, list) and len(first) > 1:
        same = all(isinstance(c, list) and len(c) == len(first) for c in value.values())
        plain = same and not any(isinstance(x, (dict, list)) for c in value.values() for x in c)
        if plain and len(value) > 1:
            return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]
    if not isinstance(first, dict) or not first or not all(key.isdecimal() for key in first):
        return None
    if all(isinstance(c, dict) and c.keys() == first.keys() for c in value.values()):
        return [{name: column[key] for name, column in value.items()} for key in first]
    return None


def _keyed(value: Mapping[str, Any]) -> list[Any] | None:
    """Records by their key: objects of plain values that share most of their names."""
    records = list(value.values())
    if len(records) < 2 or not all(isinstance(record, dict) and record for record in records):
        return None
    common = set.intersection(*(set(record) for record in records))
    if 2 * len(common) < max(len(record) for record in records):
        return None
    return [{"key": key} | record for key, record in value.items()]


def _flatten(path: str, record: Mapping[str, Any], found: dict[str, Cell]) -> None:
    for key, value in record.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict) and value:
            _flatten(name, value, found)
        else:
            found[_free(name, found)] = cell(value)


def _written(value: Any) -> str:
    """JSON text of an array or object, numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        inside = (f"{json.dumps(k, ensure_ascii=False)}: {_written(v)}" for k, v in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
