"""What a kind of table is: its fields, their types, and which of them an import cannot do without."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Literal

import cxlib.tables
from cxlib.errors import CxError
from cxlib.i18n import N_

FieldType = Literal["id", "text", "category", "number", "money", "timestamp", "flag"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a kind knows.

    `synonyms` are names that people and shops give it, lower case, words parted by one space; the
    name itself need not be among them. `several` fields may take more than one column.
    """

    name: str
    type: FieldType
    label: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table.

    `requires` are rival sets of fields, one of which must be there, for kinds that come in more
    than one shape; without them the required fields are the only demand. `attributes` kinds keep
    columns that no field claims. `hints` are words (English, of `headers.meanings`) that speak for
    the kind in a header or in the name of a file; `subject` are those for what a row is, which say
    nothing about its column.
    """

    name: str
    label: str
    fields: tuple[Field, ...]
    requires: tuple[tuple[str, ...], ...] = ()
    attributes: bool = False
    hints: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field of a name; raises CxError `unknown_field`."""
        for field in self.fields:
            if field.name == name:
                return field
        raise CxError(
            "unknown_field",
            N_("“{kind}” has no field “{field}”."),
            N_("Its fields are: {choices}."),
            kind=self.name,
            field=name,
            choices=", ".join(f.name for f in self.fields),
        )

    def missing(self, present: set[str]) -> tuple[str, ...]:
        """The required fields that are not present; of rival shapes, those of the nearest one."""
        always = tuple(f.name for f in self.fields if f.required and f.name not in present)
        shapes = [tuple(n for n in shape if n not in present) for shape in self.requires]
        return always + min(shapes, key=len, default=())


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name, one from each module of `cxlib.tables` that has a `KIND`."""
    names = (
        f"{cxlib.tables.__name__}.{m.name}" for m in pkgutil.iter_modules(cxlib.tables.__path__)
    )
    found = (getattr(importlib.import_module(name), "KIND", None) for name in names)
    return {kind.name: kind for kind in found if kind is not None}


def kind(name: str) -> Kind:
    """The kind of a name; raises CxError `unknown_kind`."""
    if name not in kinds():
        raise CxError(
            "unknown_kind",
            N_("There is no kind of table called “{kind}”."),
            N_("Choose one of: {choices}."),
            kind=name,
            choices=", ".join(kinds()),
        )
    return kinds()[name]
