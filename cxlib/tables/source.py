"""Exports of other programs that are known by their headers: one editable file a program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cxlib.tables.headers import normal

FOLDER = Path(__file__).with_name("sources")


@dataclass(frozen=True, slots=True)
class Export:
    """An export of a program, as its documentation describes it.

    `marks` are headers that together no other file has; `fields` is field → headers, of which the
    first that the file has is meant. `dates` is the order of days and `decimal` the decimal mark
    where they are documented; `header_rows` is how many lines name the columns.
    """

    source: str
    program: str
    name: str
    kind: str
    language: str
    documentation: str
    marks: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    dates: str | None = None
    decimal: str | None = None
    header_rows: int = 1
    notes: tuple[str, ...] = ()

    def columns(self, visible: Iterable[str]) -> dict[str, str]:
        """Field → the column of a file that documents it."""
        named: dict[str, str] = {}
        for column in visible:
            named.setdefault(normal(column), column)
        chosen = {
            field: next((named[h] for h in map(normal, headers) if h in named), None)
            for field, headers in self.fields.items()
        }
        return {field: column for field, column in chosen.items() if column is not None}


@cache
def exports() -> tuple[Export, ...]:
    """All known exports, by the file that they are in."""
    found: list[Export] = []
    for path in sorted(FOLDER.glob("*.toml")):
        read = tomllib.loads(path.read_text("utf-8"))
        found += [_export(path.stem, read, one) for one in read["export"]]
    return tuple(found)


def recognise(columns: Iterable[str]) -> Export | None:
    """The export whose marks the columns have, the one with most marks; None where there is none."""
    names = {normal(column) for column in columns}
    held = [e for e in exports() if names >= {normal(mark) for mark in e.marks}]
    return max(held, key=lambda e: len(e.marks), default=None)


def _export(source: str, program: Mapping[str, Any], one: Mapping[str, Any]) -> Export:
    return Export(
        source=source,
        program=program["program"],
        name=one["name"],
        kind=one["kind"],
        language=one["language"],
        documentation=program["documentation"],
        marks=tuple(one["marks"]),
        fields={
            field: (headers,) if isinstance(headers, str) else tuple(headers)
            for field, headers in one["fields"].items()
        },
        dates=one.get("dates"),
        decimal=one.get("decimal"),
        header_rows=one.get("header_rows", 1),
        notes=tuple(one.get("notes", ())),
    )
