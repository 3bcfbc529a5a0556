"""What a file leaves open: the formats of its columns, its currency, and the questions about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.i18n import N_
from cxlib.ingest.assign import Assignment
from cxlib.ingest.columns import Column, chunks
from cxlib.ingest.dates import Order, parse_dates
from cxlib.ingest.naming import CERTAIN
from cxlib.ingest.numbers import CURRENCIES, currencies_of, parse_numbers
from cxlib.ingest.plan import TIMEZONE, Choice, Question
from cxlib.ingest.staged import Staged
from cxlib.tables.headers import normal
from cxlib.tables.kind import Kind
from cxlib.tables.source import Export


def open_fields(chosen: Kind, found: Assignment, staged: Staged) -> Iterator[Question]:
    """A question for each field that the kind needs and no column is certain for."""
    certain = {name for name, (_, score) in found.items() if score >= CERTAIN}
    for name in chosen.missing(certain):
        guess = found.get(name, ("", 0.0))[0]
        order = sorted(staged.columns, key=lambda column: column != guess)
        samples = dict(zip(staged.columns, staged.samples, strict=True))
        yield Question(
            id=f"which_column:{name}",
            code="which_column",
            field=name,
            column=guess or None,
            message=N_("Which column is “{field}”?"),
            params={"field": chosen.field(name).name},
            choices=tuple(Choice(c, examples=tuple((v, v) for v in samples[c][:3])) for c in order),
            option=f"--map {name}=COLUMN",
        )


def formats(
    chosen: Kind,
    found: Mapping[str, str],
    whole: Mapping[str, Column],
    staged: Staged,
    export: Export | None,
) -> tuple[dict[str, str], list[Question]]:
    """The format of every typed field from all values of its column, then from what is documented
    of the export; a question where neither tells."""
    known: dict[str, str] = {}
    questions: list[Question] = []
    for name, column in found.items():
        wanted, evidence = chosen.field(name), whole.get(column)
        if wanted.type == "timestamp" and evidence is not None:
            order = evidence.dates.order or (
                export.dates if export is not None and not evidence.dates.mixed else None
            )
            known[name] = order or "dmy"
            if order is None and evidence.dates.short:
                questions.append(_ask_order(name, column, evidence, staged))
        elif wanted.type in ("number", "money") and evidence is not None:
            mark = "." if evidence.source == "number" else evidence.numbers.decimal
            mark = mark or (export.decimal if export is not None else None)
            known[name] = mark or "."
            if mark is None:
                questions.append(_ask_decimal(name, column, staged))
    return known, questions


def currency(
    chosen: Kind, found: Mapping[str, str], whole: Mapping[str, Column], staged: Staged
) -> tuple[str | None, list[Question]]:
    """The currency of the file, also from a header such as ``Total (IDR)``; a question where there
    is more than one."""
    money = [f.name for f in chosen.fields if f.type == "money" and f.name in found]
    if "currency" in found:
        column = found["currency"]
        codes: dict[str, None] = {}
        for chunk in chunks(staged, staged.cell(column)):
            for text in pc.unique(chunk.cast(pa.string())).to_pylist():
                if text.strip():
                    codes[currency_code(text)] = None
    else:
        column = found[money[0]] if money else ""
        codes = dict.fromkeys(
            code for name in money for code in whole[found[name]].numbers.currencies
        )
    if not codes:
        codes = dict.fromkeys(
            CURRENCIES[word]
            for name in money
            for word in normal(found[name]).split()
            if word in CURRENCIES
        )
    if len(codes) < 2:
        return next(iter(codes), None), []
    question = Question(
        id="mixed_currencies:currency",
        code="mixed_currencies",
        field="currency",
        column=column,
        message=N_("The file has amounts in {currencies}: which of them are to be imported?"),
        params={"currencies": ", ".join(codes)},
        choices=tuple(Choice(code) for code in codes),
        option="--currency",
    )
    return None, [question]


def currency_code(text: str) -> str:
    """``Rp``, ``idr `` and ``IDR`` are IDR; what is unknown stays, in capitals."""
    known = currencies_of(pa.array([f"{text.strip()}1"], pa.string()))[0].as_py()
    return known or text.strip().upper()


def ask_direction(column: str, high: float) -> Question:
    """Which end of a scale of effort is the good one."""
    return Question(
        id="scale_direction:score",
        code="scale_direction",
        field="score",
        column=column,
        message=N_("In the column “{column}”, is {high} the best answer or the worst?"),
        params={"column": column, "high": f"{high:g}"},
        choices=(
            Choice("high", N_("the highest is the best")),
            Choice("low", N_("the lowest is the best")),
        ),
        option="--answer scale_direction:score=high",
    )


def _ask_order(name: str, column: str, known: Column, staged: Staged) -> Question:
    raw = known.dates.examples or list(staged.samples[staged.columns.index(column)][:3])
    orders: tuple[Order, ...] = (
        ("ymd", "ydm") if known.dates.year_day and not known.dates.short else ("dmy", "mdy")
    )
    labels = {
        "dmy": N_("day, month, year"),
        "mdy": N_("month, day, year"),
        "ymd": N_("year, month, day"),
        "ydm": N_("year, day, month"),
    }
    return Question(
        id=f"date_order:{name}",
        code="date_order",
        field=name,
        column=column,
        message=N_("Two formats are mixed in the column “{column}”: which one holds?")
        if known.dates.mixed
        else N_("Does the day or the month come first in the column “{column}”?"),
        params={"column": column},
        choices=tuple(Choice(o, labels[o], examples=_read_as(raw, o)) for o in orders),
        option="--date-format",
    )


def _read_as(raw: list[str], order: Order) -> tuple[tuple[str, str], ...]:
    parsed = parse_dates(pa.array(raw, pa.string()), order, TIMEZONE).to_pylist()
    return tuple(
        (text, "" if day is None else day.date().isoformat())
        for text, day in zip(raw, parsed, strict=True)
    )


def _ask_decimal(name: str, column: str, staged: Staged) -> Question:
    samples = staged.samples[staged.columns.index(column)]
    raw = ([s for s in samples if re.search(r"\d[.,]\d", s)] or list(samples))[:3]
    choices = []
    for mark, label in ((",", N_("a comma")), (".", N_("a point"))):
        parsed = parse_numbers(pa.array(raw, pa.string()), mark).to_pylist()
        read = ("" if v is None else format(v.normalize(), "f") for v in parsed)
        choices.append(Choice(mark, label, examples=tuple(zip(raw, read, strict=True))))
    return Question(
        id=f"decimal_mark:{name}",
        code="decimal_mark",
        field=name,
        column=column,
        message=N_("Is the decimal mark of the column “{column}” a comma or a point?"),
        params={"column": column},
        choices=tuple(choices),
        option="--decimal",
    )
