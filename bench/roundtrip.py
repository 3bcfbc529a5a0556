"""Does a table come back from any dialect, locale and encoding as it was written?

Writes random tables (ids of twenty digits and leading zeros, text with delimiters, quotes, line ends
and emoji, dates, amounts, empty cells) in combinations of delimiter, quotation mark, line end,
encoding, decimal and thousands mark, date format and currency, and imports them: each comes back
equal, or is asked about and equal after the true answer, or is refused or warned about in words.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

from cxlib.errors import CxError
from cxlib.ingest import convert, match, plan, read
from cxlib.ingest.plan import Proposal
from cxlib.ingest.staged import Staged

MAPPING = {"customer_id": "customer", "timestamp": "date", "amount": "amount", "product": "note",
           "place": "city"}  # fmt: skip
DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
LINE_ENDS = ("\n", "\r\n", "\r")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251")
MARKS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'"), (",", "\u00a0"))
DATES = ("iso", "dmy", "mdy", "dotted", "english", "indonesian", "compact", "serial")
CURRENCIES = ("", "Rp {}", "{} €", "${}")
MONTHS = {
    "english": "January February March April May June July August September October November December",
    "indonesian": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
}
ORDERS = {"dmy": "dmy", "dotted": "dmy", "mdy": "mdy"}
WORDS = {
    "utf": "kopi susu 🎉 ≥5 naïve Ωmega 東京 don't “oke”",
    "cp1252": "café crème brûlée Größe señor œuvre — l'été",
    "latin-1": "café crème brûlée Größe señor façade l'été",
    "cp1250": "zażółć gęślą jaźń příliš kůň őrült",
    "cp1251": "очень хорошо спасибо быстро доставка",
}
UNSURE = (
    "encoding_guessed", "undecodable", "delimiter_unsure", "quote_unsure", "padded_rows", "long_rows", "ragged_row",
)  # fmt: skip
"""Issues that ask the user to look before anything is kept."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to write a table."""

    delimiter: str
    quote: str
    line_end: str
    encoding: str
    decimal: str
    thousands: str
    dates: str
    currency: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is meant; None where a cell is empty."""

    customer: str | None
    date: dt.date
    amount: Decimal
    note: str | None
    city: str | None


def ways(count: int, seed: int = 0) -> list[Way]:
    """`count` different ways: every delimiter with every encoding and date format, the rest drawn."""
    draw = random.Random(seed)
    pairs = list(itertools.product(DELIMITERS, ENCODINGS, DATES))
    draw.shuffle(pairs)
    found: dict[Way, None] = {}
    for delimiter, encoding, dates in itertools.cycle(pairs):
        currency = draw.choice(CURRENCIES)
        if currency.endswith("€") and encoding in ("latin-1",):
            currency = ""
        marks = draw.choice(MARKS)
        way = Way(delimiter, draw.choice(QUOTES), draw.choice(LINE_ENDS), encoding, *marks,
                  dates, currency)  # fmt: skip
        found[way] = None
        if len(found) == count:
            break
    return list(found)


def table(draw: random.Random, encoding: str) -> list[Row]:
    """Random rows whose words the encoding can write."""
    words = WORDS["utf" if encoding.startswith("utf") else encoding].split()
    return [
        Row(
            customer=draw.choice(
                (None, f"{i:05d}", str(draw.randrange(10**19, 10**20)), f"ID {i}")
            ),
            date=dt.date(2015, 1, 1) + dt.timedelta(draw.randrange(4000)),
            amount=Decimal(draw.choice((draw.randrange(10**3), draw.randrange(10**8)))) / 100,
            note=_note(draw, words),
            city=draw.choice((None, "Bandung", "Kota Solo", "NA")),
        )
        for i in range(draw.randrange(4, 40))
    ]


def written(rows: list[Row], way: Way) -> bytes:
    """The rows as a file."""
    lines = [list(("customer", "date", "amount", "note", "city"))]
    lines += [
        [r.customer or "", _date(r.date, way), _amount(r.amount, way), r.note or "", r.city or ""]
        for r in rows
    ]
    text = "".join(
        way.delimiter.join(_cell(cell, way) for cell in line) + way.line_end for line in lines
    )
    return text.encode(way.encoding)


def outcome(rows: list[Row], way: Way, folder: Path) -> str:
    """equal, asked, refused, warned or DIFFERENT."""
    path = folder / "table.csv"
    path.write_bytes(written(rows, way))
    try:
        staged = read.stage(path, folder)
        proposal = match.propose(staged, "transactions", MAPPING)
        answers = {q.id: _truth(q.code, way) for q in proposal.questions}
        imported = convert.convert(staged, plan.plan(proposal, answers), folder)
    except CxError:
        return "refused"
    orders = pq.read_table(imported.table).to_pylist()
    lines = pq.read_table(imported.lines).to_pylist() if imported.lines else []
    got = [
        Row(o["customer_id"], o["day"], o["amount"], n["product"], o["place"])
        for o, n in zip(orders, lines, strict=True)
    ]
    if got == rows:
        return "asked" if proposal.questions else "equal"
    if imported.rows_rejected and _within(got, rows):
        return "refused"
    return "warned" if _unsure(staged, proposal) else "DIFFERENT"


def _truth(code: str, way: Way) -> str:
    return way.decimal if code == "decimal_mark" else ORDERS.get(way.dates, "dmy")


def _within(got: list[Row], rows: list[Row]) -> bool:
    """Whether what was accepted is of the rows, in their order."""
    rest = iter(rows)
    return all(row in rest for row in got)


def _unsure(staged: Staged, proposal: Proposal) -> bool:
    return any(issue.code in UNSURE for issue in (*staged.issues, *proposal.issues))


def _note(draw: random.Random, words: list[str]) -> str | None:
    if draw.random() < 0.2:
        return None
    inside = draw.choice((" ", " ", ", ", "; ", ' "oke" ', "\n", "\r\n", "|", "\t"))
    return inside.join(draw.choice(words) for _ in range(draw.randrange(1, 5)))


def _cell(text: str, way: Way) -> str:
    """Quoted where it must be."""
    q = way.quote
    if not any(mark in text for mark in (way.delimiter, q, "\n", "\r")):
        return text
    return f"{q}{text.replace(q, q + q)}{q}" if text else ""


def _date(day: dt.date, way: Way) -> str:
    if way.dates in MONTHS:
        return f"{day.day} {MONTHS[way.dates].split()[day.month - 1]} {day.year}"
    if way.dates == "serial":
        return str((day - dt.date(1899, 12, 30)).days)
    pattern = {"iso": "%Y-%m-%d", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "dotted": "%d.%m.%y",
               "compact": "%Y%m%d"}  # fmt: skip
    return day.strftime(pattern[way.dates])


def _amount(amount: Decimal, way: Way) -> str:
    text = f"{amount:,.2f}".replace(",", "\0").replace(".", way.decimal)
    text = text.replace("\0", way.thousands)
    return way.currency.format(text) if way.currency else text


def main(argv: list[str]) -> int:
    """Print the counts; exit 1 where a value came back different without a word."""
    parser = argparse.ArgumentParser(prog="bench roundtrip", description=__doc__)
    parser.add_argument("--tables", type=int, default=2_000)
    parser.add_argument("--ways", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    began, draw = time.perf_counter(), random.Random(options.seed)
    chosen = ways(options.ways, options.seed)
    counts: dict[str, Counter[str]] = {}
    different = []
    for _, way in zip(range(options.tables), itertools.cycle(chosen), strict=False):
        rows = table(draw, way.encoding)
        with tempfile.TemporaryDirectory() as folder:
            found = outcome(rows, way, Path(folder))
        counts.setdefault(way.encoding, Counter())[found] += 1
        if found == "DIFFERENT":
            different.append((way, written(rows, way)))
    names = ("equal", "asked", "refused", "warned", "DIFFERENT")
    print(f"{options.tables:,} tables in {len(chosen):,} ways\n")
    print(f"| encoding | {' | '.join(names)} |\n|---{'|---' * len(names)}|")
    for encoding, found in sorted(counts.items()):
        print(f"| {encoding} | {' | '.join(f'{found[name]:,}' for name in names)} |")
    total = sum(counts.values(), Counter[str]())
    print(f"| all | {' | '.join(f'{total[name]:,}' for name in names)} |")
    for way, content in different[:5]:
        print(f"\n{way}\n{content[:600]!r}")
    print(f"\n{time.perf_counter() - began:.0f} s.")
    return 1 if different else 0
