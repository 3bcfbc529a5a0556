"""The options that every command shares."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from cxlib.i18n import N_, SOURCE, Language, languages

MARK = 4
"""The most characters of a delimiter."""


def add(parser: argparse.ArgumentParser, shown: Language) -> None:
    """Add the shared options: how to read the file, the day and seed, and how to answer."""
    text = parser.add_argument_group(shown(N_("the file")))
    text.add_argument(
        "--kind", metavar="K", help=shown(N_("what the file holds, such as transactions"))
    )
    text.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        type=_pair,
        help=shown(N_("the column of a field: its header, or its number from 1; repeatable")),
    )
    text.add_argument("--date-format", metavar="F", help=shown(N_("such as DD/MM/YYYY or mdy")))
    text.add_argument("--decimal", choices=(",", "."), help=shown(N_("the decimal mark")))
    text.add_argument("--currency", metavar="C", help=shown(N_("such as IDR")))
    text.add_argument("--encoding", metavar="E", help=shown(N_("such as utf-8 or cp1252")))
    text.add_argument(
        "--delimiter",
        metavar="D",
        type=_delimiter,
        help=shown(N_("what parts the cells: a mark, “tab” or “space”")),
    )
    text.add_argument(
        "--quotechar", metavar="Q", type=_mark, help=shown(N_("the quotation mark around cells"))
    )
    text.add_argument(
        "--skip", metavar="N", type=_count, help=shown(N_("lines before the table to leave out"))
    )
    names = text.add_mutually_exclusive_group()
    names.add_argument("--no-header", action="store_true", help=shown(N_("the first line is data")))
    names.add_argument(
        "--header-rows",
        metavar="N",
        type=_count,
        help=shown(N_("how many lines name the columns")),
    )
    text.add_argument(
        "--sheet",
        metavar="S",
        help=shown(N_("the sheet, or the file of an archive: its name, or its number from 1")),
    )
    text.add_argument(
        "--table",
        metavar="N",
        type=_number,
        help=shown(N_("which of several tables of the file or sheet, from 1")),
    )
    text.add_argument(
        "--answer",
        metavar="ID=VALUE",
        action="append",
        default=[],
        type=_pair,
        help=shown(N_("the answer to a question of inspect; repeatable")),
    )
    text.add_argument(
        "--tz", metavar="Z", default="Asia/Jakarta", help=shown(N_("the business time zone"))
    )
    answer = parser.add_argument_group(shown(N_("the answer")))
    answer.add_argument(
        "--as-of",
        "--end",
        dest="as_of",
        metavar="DAY",
        type=dt.date.fromisoformat,
        help=shown(N_("the last day that counts, as 2025-08-31")),
    )
    answer.add_argument(
        "--seed", type=int, default=0, metavar="N", help=shown(N_("the random seed"))
    )
    answer.add_argument(
        "--lang", choices=languages(), default=SOURCE, help=shown(N_("the language"))
    )
    answer.add_argument("--json", action="store_true", help=shown(N_("answer as JSON")))
    answer.add_argument("--out", metavar="FILE", type=Path, help=shown(N_("write the table here")))


def asked_language(argv: Sequence[str]) -> str:
    """The language asked for, before the rest is parsed: help and errors are in it too."""
    for before, after in zip(argv, [*argv[1:], SOURCE], strict=False):
        if before.startswith("--lang="):
            return before.removeprefix("--lang=")
        if before == "--lang":
            return after
    return SOURCE


def _pair(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError(f"“{text}” has no = between two words")
    return field.strip(), column


def _delimiter(text: str) -> str:
    mark = {"tab": "\t", "\\t": "\t", "space": " ", "whitespace": " "}.get(text.lower(), text)
    if not 1 <= len(mark) <= MARK or "\n" in mark or "\r" in mark:
        raise argparse.ArgumentTypeError(f"“{text}” is not one to {MARK} characters")
    return mark


def _mark(text: str) -> str:
    if len(text) != 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not one character")
    return text


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 1")
    return int(text)
