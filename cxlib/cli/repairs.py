"""The options that repair cells: what they say, against the columns of the file."""

from __future__ import annotations

import argparse

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.ingest.repair import Repair
from cxlib.ingest.staged import Staged


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options that repair cells, each of them repeatable, and the one against copies."""
    for option, form in (
        ("--map-value", "COLUMN:FROM=TO"),
        ("--fill", "COLUMN=VALUE"),
        ("--leave-out", "COLUMN=VALUE"),
    ):
        parser.add_argument(option, metavar=form, action="append", default=[])
    parser.add_argument("--drop-duplicates", action="store_true")


def repairs(arguments: argparse.Namespace, staged: Staged) -> tuple[Repair, ...]:
    """The repairs that the options ask for: those of values, then of empty cells, then of rows.

    Raises CxError `bad_repair` where an option has another form, `unknown_column`.
    """
    found = []
    for text in arguments.map_value:
        column, rest = _column(text, ":", staged, "--map-value COLUMN:FROM=TO")
        value, equals, to = rest.rpartition("=")
        if not equals:
            raise _bad(text, "--map-value COLUMN:FROM=TO")
        found.append(Repair("map", column, value, to))
    for text in arguments.fill:
        column, value = _column(text, "=", staged, "--fill COLUMN=VALUE")
        found.append(Repair("fill", column, to=value))
    for text in arguments.leave_out:
        if "=" in text:
            column, value = _column(text, "=", staged, "--leave-out COLUMN=VALUE")
            found.append(Repair("drop", column, value))
        else:
            column, code = _column(text, ":", staged, "--leave-out COLUMN:CODE")
            found.append(Repair("drop", column, code=code))
    return tuple(found)


def _column(text: str, mark: str, staged: Staged, form: str) -> tuple[str, str]:
    """The column that `text` begins with, and what stands behind the mark.

    Names may hold the mark themselves: the longest that fits is meant.
    """
    names = [name for name in staged.columns if text.startswith(name + mark)]
    name = max(names, key=len, default=text.partition(mark)[0])
    if not text.startswith(name + mark):
        raise _bad(text, form)
    return staged.column(name), text[len(name) + 1 :]


def _bad(text: str, form: str) -> CxError:
    return CxError(
        "bad_repair",
        N_("“{text}” is no repair."),
        N_("Write it like {form}."),
        text=text,
        form=form,
    )
