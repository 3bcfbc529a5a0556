"""Which column is which field: suggestions by name and by values, and what must be asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.i18n import N_
from cxlib.ingest.dates import DateEvidence, Order, parse_dates
from cxlib.ingest.numbers import NumberEvidence, currencies_of, parse_numbers
from cxlib.ingest.plan import TIMEZONE, Choice, Proposal, Question
from cxlib.ingest.staged import Source, Staged
from cxlib.results import Issue
from cxlib.tables.kind import Field, Kind, kinds
from cxlib.tables.kind import kind as kind_of

CERTAIN = 0.8
"""A required field below this is asked about."""
TYPES = ("timestamp", "number", "money")
"""The types of fields that have a format."""
LIKELY = 0.6
"""A name that fits less well than this suggests nothing."""
TYPED = 0.7  # share of values that must parse for a column to be taken as numbers or dates
DEFAULT_KIND = "transactions"


@dataclass
class Column:
    """What the values of a column say, by a part of the file or by all of it."""

    name: str
    source: Source
    rows: int = 0
    filled: int = 0
    distinct: int = 0
    dates: DateEvidence = field(default_factory=DateEvidence)
    numbers: NumberEvidence = field(default_factory=NumberEvidence)

    def add(self, text: pa.Array) -> None:
        """Take in a chunk of the column."""
        encoded = text.dictionary_encode() if not pa.types.is_dictionary(text.type) else text
        values = encoded.dictionary.cast(pa.string())
        self.rows += len(text)
        self.filled += len(text) - int(pc.sum(pc.equal(text, "")).as_py() or 0)
        self.distinct += len(values)
        self.dates.add(values)
        self.numbers.add(values)

    def suits(self, wanted: Field) -> float:
        """How well the values suit a field's type, 0–1."""
        if not self.filled:
            return 0.3
        days, digits = self.dates.share, self.numbers.share
        if wanted.type == "timestamp":
            bare = self.source != "number" or self.dates.iso > TYPED * self.dates.values
            return days if days > TYPED else 0.7 if self.dates.bare and bare else 0.0
        if wanted.type in ("number", "money"):
            return digits if digits > TYPED and self._no_day else 0.0
        if wanted.type == "id":
            return (
                0.2
                if self.numbers.fractions > 0.2 * self.numbers.values or not self._no_day
                else 1.0
            )
        return 1.0 if self._no_day else 0.2

    @property
    def _no_day(self) -> bool:
        return not (self.dates.share > TYPED and self.dates.dates > self.numbers.numeric)


def propose(
    staged: Staged, kind: str | None = None, mapping: Mapping[str, str] | None = None
) -> Proposal:
    """What the file seems to hold.

    Parameters
    ----------
    staged : Staged
    kind : str, optional
        What the user says it is; found out otherwise.
    mapping : mapping of str to str, optional
        Field → column as the user has them: taken as certain. An empty column leaves the field out.

    Returns
    -------
    Proposal
        Nothing in it is done yet. A required field that is not certain, a day/month order and a
        decimal mark that the column does not tell, and mixed currencies are questions.

    Raises
    ------
    CxError
        `unknown_kind`, `unknown_field`, `unknown_column`.
    """
    said = {name: column and staged.column(column) for name, column in (mapping or {}).items()}
    columns = [Column(n, s) for n, s in zip(staged.columns, staged.sources, strict=True)]
    for i, column in enumerate(columns):
        for chunk in _chunks(staged, f"c{i}", most=1):
            column.add(chunk)
    rivals = [kind_of(kind)] if kind is not None else _holding(set(said))
    assigned = {rival.name: _assign(rival, columns, said) for rival in rivals}
    chosen = max(rivals, key=lambda rival: _plausibility(rival, assigned[rival.name]))
    scores = assigned[chosen.name]
    found = {name: column for name, (column, _) in scores.items()}
    typed = {column for name, column in found.items() if chosen.field(name).type in TYPES}
    whole = {column: _whole(staged, column) for column in typed}
    formats, questions, issues = _formats(chosen, found, whole, staged)
    currency, asked = _currency(chosen, found, whole, staged)
    return Proposal(
        kind=chosen.name,
        mapping=found,
        confidence={name: round(score, 2) for name, (_, score) in scores.items()},
        formats=formats,
        currency=currency,
        questions=(*_open_fields(chosen, scores, staged), *questions, *asked),
        issues=(*issues, *_remarks(chosen, found)),
        samples=dict(zip(staged.columns, staged.samples, strict=True)),
    )


def normal(name: str) -> str:
    """A header as words: ``InvoiceDate`` and ``invoice_date`` are both ``invoice date``."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", plain)
    return " ".join(re.findall(r"[^\W_]+", parted.casefold()))


def name_score(header: str, wanted: Field) -> float:
    """How well a header names a field: 1 by its name, a little less by a later synonym or a part."""
    words = normal(header)
    names = (wanted.name.replace("_", " "), *wanted.synonyms)
    if words in names:
        return 1.0 - 0.002 * names.index(words)
    held = [n for n in names if len(n) > 3 and f" {n} " in f" {words} "]
    return max((0.5 + 0.35 * len(n) / len(words) for n in held), default=0.0)


def _holding(names: set[str]) -> list[Kind]:
    """The kinds that have all these fields; the default kind where there is none, to say so."""
    held = [k for k in kinds().values() if names <= {f.name for f in k.fields}]
    return held or [kind_of(DEFAULT_KIND)]


Assignment = dict[str, tuple[str, float]]


def _assign(rival: Kind, columns: list[Column], said: Mapping[str, str]) -> Assignment:
    """Field → (column, confidence): the user's word first, then the best pairs, one by one."""
    found: Assignment = {rival.field(n).name: (c, 1.0) for n, c in said.items() if c}
    taken = {column for column, _ in found.values()}
    pairs = sorted(
        (
            (name_score(column.name, f) * (0.5 + 0.5 * suits), -i, f, column)
            for f in rival.fields
            for i, column in enumerate(columns)
            if (suits := column.suits(f)) > 0
        ),
        key=lambda pair: (-pair[0], -pair[1]),
    )
    for score, _, wanted, column in pairs:
        if (
            score >= LIKELY
            and wanted.name not in said
            and wanted.name not in found
            and column.name not in taken
        ):
            found[wanted.name] = (column.name, score)
            taken.add(column.name)
    if rival.name == "transactions":
        _settle_money(found, {c.name: c for c in columns}, said)
    _by_values(rival, found, taken, columns, said)
    return found


def _settle_money(
    found: Assignment, columns: Mapping[str, Column], said: Mapping[str, str]
) -> None:
    """A price without a quantity, and a `jumlah` with cents or a currency, are amounts."""
    if "amount" in found or "amount" in said:
        return
    if "unit_price" in found and "quantity" not in found and "unit_price" not in said:
        column, score = found.pop("unit_price")
        found["amount"] = (column, 0.8 * score)
    elif "quantity" in found and "unit_price" not in found and "quantity" not in said:
        column, score = found["quantity"]
        evidence = columns[column].numbers
        if (
            evidence.currencies
            or evidence.fractions > 0.2 * evidence.values
            or evidence.either > 0.5 * evidence.values
        ):
            del found["quantity"]
            found["amount"] = (column, 0.8 * score)


def _by_values(
    rival: Kind, found: Assignment, taken: set[str], columns: list[Column], said: Mapping[str, str]
) -> None:
    """Required fields that no name gives, from the values alone: never certain."""
    for wanted in rival.fields:
        if not wanted.required or wanted.name in found or wanted.name in said:
            continue
        free = [c for c in columns if c.name not in taken and c.filled]
        if wanted.type == "timestamp":
            free = [c for c in free if c.suits(wanted) >= TYPED]
        elif wanted.type == "id":
            free = [c for c in free if c.suits(wanted) == 1.0 and 1 < c.distinct < 0.95 * c.rows]
            free.sort(key=lambda c: -c.distinct)
        else:
            continue
        if free:
            found[wanted.name] = (
                free[0].name,
                0.5 if wanted.type == "timestamp" and len(free) == 1 else 0.3,
            )
            taken.add(free[0].name)


def _plausibility(rival: Kind, found: Assignment) -> tuple[float, bool]:
    """Confidence in all fields, dear where a required one is missing; transactions win a tie."""
    certain = {name for name, (_, score) in found.items() if score >= CERTAIN}
    total = sum(score for _, score in found.values())
    required = sum(f.required for f in rival.fields if f.name in certain)
    return total + 2 * required - 2 * len(rival.missing(certain)), rival.name == DEFAULT_KIND


def _open_fields(chosen: Kind, scores: Assignment, staged: Staged) -> Iterator[Question]:
    certain = {name for name, (_, score) in scores.items() if score >= CERTAIN}
    for name in chosen.missing(certain):
        guess = scores.get(name, ("", 0.0))[0]
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


def _formats(
    chosen: Kind, found: Mapping[str, str], whole: Mapping[str, Column], staged: Staged
) -> tuple[dict[str, str], list[Question], list[Issue]]:
    """The format of every typed field, from all values of its column."""
    formats: dict[str, str] = {}
    questions: list[Question] = []
    issues: list[Issue] = []
    for name, column in found.items():
        wanted = chosen.field(name)
        if wanted.type == "timestamp":
            known = whole[column]
            order = known.dates.order
            formats[name] = order or "dmy"
            if order is None and known.dates.short:
                questions.append(_ask_order(name, column, known, staged))
        elif wanted.type in ("number", "money"):
            known = whole[column]
            mark = "." if known.source == "number" else known.numbers.decimal
            formats[name] = mark or "."
            if mark is None:
                questions.append(_ask_decimal(name, column, staged))
    return formats, questions, issues


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


def _currency(
    chosen: Kind, found: Mapping[str, str], whole: Mapping[str, Column], staged: Staged
) -> tuple[str | None, list[Question]]:
    """The currency of the file; a question where there is more than one."""
    if "currency" in found:
        column = found["currency"]
        codes: dict[str, None] = {}
        for chunk in _chunks(staged, staged.cell(column)):
            for text in pc.unique(chunk.cast(pa.string())).to_pylist():
                if text.strip():
                    codes[currency_code(text)] = None
    else:
        money = [f.name for f in chosen.fields if f.type == "money" and f.name in found]
        column = found[money[0]] if money else ""
        codes = dict.fromkeys(
            code for name in money for code in whole[found[name]].numbers.currencies
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


def _remarks(chosen: Kind, found: Mapping[str, str]) -> Iterator[Issue]:
    if chosen.name != "transactions":
        return
    if "amount" not in found and {"quantity", "unit_price"} <= set(found):
        yield Issue(
            "amount_computed",
            "info",
            N_("The file has no amounts; they are quantity × unit price."),
        )
    elif "amount" not in found:
        yield Issue(
            "no_amount",
            "warning",
            N_("No column looks like an amount: revenue and value will be missing."),
            N_("Choose the column of the amount, if there is one."),
        )


def _whole(staged: Staged, name: str) -> Column:
    """A column by all its values."""
    index = staged.columns.index(name)
    column = Column(name, staged.sources[index])
    for chunk in _chunks(staged, f"c{index}"):
        column.add(chunk)
    return column


def _chunks(staged: Staged, cell: str, most: int | None = None) -> Iterator[pa.Array]:
    """A column of the staged text, piece by piece, dictionary encoded."""
    with pq.ParquetFile(staged.path, read_dictionary=[cell]) as file:
        for group in range(min(file.num_row_groups, most or file.num_row_groups)):
            yield from file.read_row_group(group, [cell]).column(0).chunks
