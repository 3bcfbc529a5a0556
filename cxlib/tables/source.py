"""Exports of other programs that are known by their headers: one editable file a program."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cxlib.tables.headers import normal

CURRENCY = re.compile(r"\s*\((?:(?!UTC|GMT|WI[BT])[A-Z]{3}|Rp\.?|R\$|US\$|[€$£])\)$")
FOLDER = Path(__file__).with_name("sources")


@dataclass(frozen=True, slots=True)
class Export:
    """An export of a program, as its documentation describes it.

    `marks` are headers that together no other file has; `fields` is field → headers, of which the
    first that the file has is meant, and none where no column of the export is that field. `dates` is the order of days and `decimal` the decimal mark
    where they are documented; `header_rows` is how many lines name the columns; `notes` are ids of
    `notes.NOTES`.
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
        """Field → the column of a file that is documented to hold it."""
        names = tuple(visible)
        chosen = {
            field: next((c for h in headers if (c := self.column(h, names)) is not None), None)
            for field, headers in self.fields.items()
        }
        return {field: column for field, column in chosen.items() if column is not None}

    @property
    def lacking(self) -> frozenset[str]:
        """Fields that no column of the export is, whatever their names say."""
        return frozenset(field for field, headers in self.fields.items() if not headers)

    def column(self, header: str, visible: Iterable[str]) -> str | None:
        """The column with a documented header, which is the first of its lines where it has several;
        a currency after it is that of the account: Amount spent (IDR)."""
        wanted = normal(header)
        first = f"{wanted} " if self.header_rows > 1 else None
        names = {column: normal(column) for column in visible}
        bare = {column: _bare(column) for column in names}
        for found in (names, bare):
            same = next((column for column, name in found.items() if name == wanted), None)
            if same is not None:
                return same
        if first is None:
            return None
        return next((column for column, name in names.items() if name.startswith(first)), None)


@lru_cache(1 << 14)
def _bare(column: str) -> str:
    return normal(CURRENCY.sub("", column))


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
    visible = tuple(columns)
    held = [e for e in exports() if all(e.column(m, visible) is not None for m in e.marks)]
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
