"""A file to fill in, for each kind of table: the names of its fields, and rows that show how."""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cxlib.i18n import N_
from cxlib.tables.kind import FieldType, kind

EXAMPLES = Path(__file__).with_name("examples.toml")
MEANINGS: dict[FieldType, str] = {
    "id": N_("a name or number that is always the same, kept as it is written"),
    "text": N_("text in any language"),
    "category": N_("a short word, the same for the same thing"),
    "number": N_("a number"),
    "money": N_("an amount with a point before the cents, without a currency sign"),
    "timestamp": N_("a day as 2025-08-31, with a time as 2025-08-31 14:05"),
    "flag": N_("yes or no"),
}
"""What a cell of each type holds, as message ids."""


@dataclass(frozen=True, slots=True)
class Guide:
    """What stands in a column of a template; `label` and `meaning` are message ids."""

    field: str
    label: str
    meaning: str
    required: bool
    example: str


def template(name: str) -> bytes:
    """The template of a kind as a CSV file: a header of field names and rows of examples.

    Parameters
    ----------
    name : str
        A kind, such as `transactions`.

    Returns
    -------
    bytes
        UTF-8 with a byte-order mark, which spreadsheets need, lines ended by CRLF.

    Raises
    ------
    CxError
        `unknown_kind`.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field.name for field in kind(name).fields if field.name in _columns(name)])
    columns = [_columns(name)[f.name] for f in kind(name).fields if f.name in _columns(name)]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8-sig")


def guide(name: str) -> tuple[Guide, ...]:
    """What stands in each column of the template of a kind; raises CxError `unknown_kind`."""
    columns = _columns(name)
    return tuple(
        Guide(f.name, f.label, MEANINGS[f.type], f.required, columns[f.name][0])
        for f in kind(name).fields
        if f.name in columns
    )


def _columns(name: str) -> dict[str, list[str]]:
    """Field → its example cells; fields of another shape of the kind are left out."""
    return _examples()[kind(name).name]


@cache
def _examples() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(EXAMPLES.read_text("utf-8"))
    return found
