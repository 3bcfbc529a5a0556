"""Answers as plain values for programs, and as lines for people."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.i18n import Language
from cxlib.results import Estimate, Gate, Issue

if TYPE_CHECKING:
    import pandas as pd


def table(found: pd.DataFrame, out: Path | None) -> None:
    """Write a command's table where `--out` says, if it does: RFC 4180, cells as they are."""
    if out:
        found.to_csv(out, index=False, lineterminator="\r\n")


def plain(value: Any) -> Any:
    """A value as JSON has them: dataclasses as objects, days as ISO text, NaN as null.

    Raises TypeError for what has no plain form, rather than writing its repr.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {f.name: plain(getattr(value, f.name)) for f in fields}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, (Decimal, Path)):
        return str(value)
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"no plain form for {type(value).__name__}")


def issue(found: Issue, shown: Language) -> dict[str, Any]:
    """An issue as the command line gives it, its words in the reader's language."""
    message, hint = shown.issue(found)
    return {
        "code": found.code,
        "severity": found.severity,
        "column": found.column,
        "rows": list(found.rows),
        "count": found.count,
        "message": message,
        "hint": hint,
    }


def gates(found: Sequence[Gate], shown: Language) -> list[dict[str, Any]]:
    """Checks as the command line gives them, their words in the reader's language."""
    return [
        {
            "code": gate.code,
            "passed": gate.passed,
            "measured": gate.measured,
            "required": gate.required,
            "blocks": gate.blocks,
            "message": shown.gate(gate),
        }
        for gate in found
    ]


def verdicts(gates: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What of `gates` people read: whether each is passed, and why."""
    return [{key: gate[key] for key in ("code", "passed", "message")} for gate in gates]


def ends(found: Estimate | None) -> dict[str, float] | None:
    """An estimate as people read it: its value and the ends of its interval."""
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high}


def describe(result: Mapping[str, Any], shown: Language) -> str:
    """Key by key, lists of objects as tables: for commands that have no words of their own."""
    return "\n".join(
        line for key, value in plain(result).items() for line in _lines(key, value, shown)
    )


def _lines(key: str, value: Any, shown: Language) -> list[str]:
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return [f"{key}:", *_table(value, shown)]
    if isinstance(value, dict):
        inner = [line for name, item in value.items() for line in _lines(name, item, shown)]
        return [f"{key}:", *(f"  {line}" for line in inner)]
    return [f"{key}: {_cell(value, shown)}"]


def _table(rows: list[dict[str, Any]], shown: Language) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [names, *([_cell(row.get(name), shown) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return [
        "  "
        + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(value: Any, shown: Language) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "-"}[value]
    if isinstance(value, float):
        return shown.number(value, 0 if value == int(value) else 4 if abs(value) < 10 else 2)
    if isinstance(value, list):
        return ", ".join(_cell(item, shown) for item in value)
    return shown.number(value) if isinstance(value, int) else str(value)
