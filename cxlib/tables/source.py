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
from cxlib.tables.kind import kinds

CURRENCY = re.compile(r"\s*\((?:(?!UTC|GMT|WI[BT])[A-Z]{3}|Rp\.?|R\$|US\$|[€$£])\)$")
FOLDER = Path(__file__).with_name("sources")
# An export without all of its marks: the share of its fields that must be there, what its headers
# must weigh, and how far it must be ahead of other programs. Of 274 headers of no known program
# none weighed so much with so many fields; of 279 known ones that had lost a mark 198 did.
MOSTLY, ENOUGH, LEAD = 0.6, 2.0, 1.2
USUAL, SHORT = 0.3, 8  # weight of a header that anyone may write, as any single short word is


@dataclass(frozen=True, slots=True, eq=False)
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
    """The export whose marks the columns have, the one with most marks; else the one that they are
    mostly of, where a column was left out, added or renamed; None where there is none."""
    visible = tuple(columns)
    names = frozenset(name for c in visible for name in (normal(c), _bare(c)))
    held = [
        e
        for e in exports()
        if (e.header_rows > 1 or names >= {normal(m) for m in e.marks})
        and all(e.column(m, visible) is not None for m in e.marks)
    ]
    return max(held, key=lambda e: len(e.marks), default=None) or _alike(names)


def _alike(names: frozenset[str]) -> Export | None:
    """The export that most of the names are known of, well ahead of those of other programs.

    A header counts the less, the more programs have it, and little where anyone would call a
    column so.
    """
    scored = [(_overlap(export, names), export) for export in exports()]
    best, export = max(scored, key=lambda pair: pair[0])
    other = max(
        (score for score, e in scored if (e.source, e.kind) != (export.source, export.kind)),
        default=0.0,
    )
    return export if best > LEAD * other else None


def _overlap(export: Export, names: frozenset[str]) -> float:
    """How much of an export is there; 0 where it is too little to tell."""
    fields = [{normal(h) for h in headers} for headers in export.fields.values() if headers]
    share = sum(bool(able & names) for able in fields) / max(1, len(fields))
    weight = sum(_weights()[header] for header in _documented(export) & names)
    return share * weight if share >= MOSTLY and weight >= ENOUGH else 0.0


@cache
def _documented(export: Export) -> frozenset[str]:
    several = (header for headers in export.fields.values() for header in headers)
    return frozenset(normal(header) for header in (*export.marks, *several))


@cache
def _weights() -> Mapping[str, float]:
    """Documented header → how much it says about the program that wrote it."""
    programs: dict[str, set[str]] = {}
    for export in exports():
        for header in _documented(export):
            programs.setdefault(header, set()).add(export.source)
    usual = {n for k in kinds().values() for f in k.fields for n in (normal(f.name), *f.synonyms)}
    return {
        header: (USUAL if header in usual or (header.isalpha() and len(header) <= SHORT) else 1.0)
        / len(able)
        for header, able in programs.items()
    }


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
