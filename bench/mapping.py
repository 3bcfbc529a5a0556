"""Are the columns of other programs' exports taken for what they are?

Reads `header_sets*.toml`, makes a file of each header with plausible values, and counts how many of
the fields that a person would choose are proposed; a question about a field, and a wrong column
taken for sure, are counted too.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxlib.ingest import match, read
from cxlib.ingest.plan import Proposal
from cxlib.tables.kind import kind

FILES = sorted(Path(__file__).parent.glob("header_sets*.toml"))
ROWS, CUSTOMERS = 60, 40  # none of 40 customers comes twice
DAY = dt.datetime(2025, 1, 3, 8, 15)
MONTHS_PT = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
)


def _moment(i: int) -> dt.datetime:
    return DAY + dt.timedelta(days=5 * i % 300, hours=i % 9, minutes=7 * i % 60)


def _pick(*words: str) -> Callable[[int], str]:
    return lambda i: words[(i * i + i // 3) % len(words)]


def _cents(i: int) -> int:
    return 499 + 137_731 * (i + 1) % 250_000


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _points(low: int, high: int) -> Callable[[int], str]:
    return lambda i: str(high - (3 * i + i // 4) % (high - low + 1))


def _comma(i: int) -> str:
    return f"{_dotted(_cents(i) // 100)},{_cents(i) % 100:02d}"


VALUES: dict[str, Callable[[int], str]] = {
    "id": lambda i: f"{10_000 + 37 * (i * 11 % 40)}",
    "order": lambda i: f"A{i + 7100:06d}",
    "number_id": lambda i: str(5_900_000_000 + 131 * i),
    "sku": lambda i: f"SKU-{i * 7 % 19:03d}",
    "product": _pick("Teh Melati 100 g", "Kopi Gayo", "Mug", "T-shirt (L)", "Keripik Tempe"),
    "name": _pick("Budi Santoso", "Siti Aminah", "Ayu L.", "Made Wirawan", "Anna Schmidt", "José P."),
    "masked": _pick("b****i", "s****h", "A***u", "m****n"),
    "user": lambda i: f"pembeli_{i * 13 % 41}",
    "email": lambda i: f"p{i * 13 % 41}@example.com",
    "phone": lambda i: f"+62812{5_000_000 + i * 7919}",
    "day": lambda i: _moment(i).strftime("%Y-%m-%d"),
    "stamp": lambda i: _moment(i).strftime("%Y-%m-%d %H:%M:%S"),
    "minute": lambda i: _moment(i).strftime("%Y-%m-%d %H:%M"),
    "utc": lambda i: _moment(i).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "offset": lambda i: _moment(i).strftime("%Y-%m-%d %H:%M:%S +0700"),
    "dmy": lambda i: _moment(i).strftime("%d/%m/%Y"),
    "dmy_dash": lambda i: _moment(i).strftime("%d-%m-%Y %H:%M:%S"),
    "dmy_dot": lambda i: _moment(i).strftime("%d.%m.%Y"),
    "dmy_time": lambda i: _moment(i).strftime("%d/%m/%Y %H:%M"),
    "mdy": lambda i: _moment(i).strftime("%m/%d/%Y"),
    "mdy_time": lambda i: _moment(i).strftime("%m/%d/%Y %I:%M %p"),
    "named": lambda i: _moment(i).strftime("%d %b %Y %H:%M"),
    "named_first": lambda i: _moment(i).strftime("%b %d, %Y %I:%M %p"),
    "named_pt": lambda i: f"{_moment(i).day} de {MONTHS_PT[_moment(i).month - 1]} de 2025 {_moment(i):%H:%M} hs.",
    "compact": lambda i: _moment(i).strftime("%Y%m%d"),
    "unix": lambda i: str(int(_moment(i).replace(tzinfo=dt.UTC).timestamp())),
    "unix_ms": lambda i: str(int(_moment(i).replace(tzinfo=dt.UTC).timestamp()) * 1000),
    "clock": lambda i: _moment(i).strftime("%H:%M:%S"),
    "money": lambda i: f"{_cents(i) / 100:.2f}",
    "dollar": lambda i: f"${_cents(i) / 100:,.2f}",
    "comma": _comma,
    "comma_eur": lambda i: f"{_comma(i)} €",
    "rp": lambda i: f"Rp {_dotted(_cents(i) * 3)}",
    "plain_rp": lambda i: _dotted(10_000_000 + _cents(i) * 300),
    "whole_rp": lambda i: str(_cents(i) * 300),
    "count": lambda i: str(1 + i * 7 % 4),
    "count_mid": lambda i: str(20 + i * 77 % 400),
    "count_large": lambda i: str(4_000 + i * 7919 % 90_000),
    "pct": lambda i: f"{1 + i * 37 % 90 / 10:.1f}%",
    "fraction": lambda i: f"{(3 + i * 37 % 90) / 100:.4f}",
    "weight": lambda i: f"{0.2 + i * 37 % 170 / 100:.4f}",
    "s010": _points(0, 10),
    "s110": _points(1, 10),
    "s15": _points(1, 5),
    "s17": _points(1, 7),
    "stars": lambda i: "★" * (1 + i * i % 5) + "☆" * (4 - i * i % 5),
    "of5": lambda i: f"{1 + i * i % 5}/5",
    "nps_group": _pick("Promoter", "Passive", "Detractor"),
    "likert_en": _pick("Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"),
    "agree_en": _pick("Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"),
    "likert_id": _pick("Sangat puas", "Puas", "Cukup puas", "Tidak puas", "Sangat tidak puas"),
    "likert_pt": _pick("Muito satisfeito", "Satisfeito", "Neutro", "Insatisfeito", "Muito insatisfeito"),
    "likert_fr": _pick("Très satisfait", "Satisfait", "Neutre", "Insatisfait", "Très insatisfait"),
    "likert_de": _pick("Sehr zufrieden", "Zufrieden", "Neutral", "Unzufrieden", "Sehr unzufrieden"),
    "likert_es": _pick("Muy satisfecho", "Satisfecho", "Neutral", "Insatisfecho", "Muy insatisfecho"),
    "text": _pick("Pengiriman cepat, barang sesuai.", "The parcel came late and nobody answered.", "Harga naik tetapi kualitas tetap bagus!", "Very kind staff, thank you.", "", "Le délai est trop long."),
    "word": _pick("Reguler", "Online", "Kampanye B", "Basic"),
    "event": _pick("page_view", "add_to_cart", "purchase", "session_start"),
    "variant": _pick("A", "B"),
    "status": _pick("Completed", "Cancelled", "Completed", "Shipped"),
    "status_id": _pick("Selesai", "Batal", "Selesai", "Sedang Dikirim"),
    "status_stripe": _pick("Paid", "Refunded", "Failed"),
    "status_sub": _pick("active", "canceled", "past_due"),
    "city": _pick("Jakarta", "Surabaya", "Denpasar", "Medan"),
    "country": _pick("ID", "SG", "DE", "FR"),
    "currency": _pick("IDR"),
    "usd": _pick("USD"),
    "eur": _pick("EUR"),
    "brl": _pick("BRL"),
    "flag": _pick("Yes", "No"),
    "tf": _pick("TRUE", "FALSE"),
    "flag_id": _pick("Ya", "Tidak"),
    "flag_fr": _pick("Oui", "Non"),
    "bit": _pick("0", "1"),
    "hours": lambda i: f"{i * 13 % 70 / 10 + 0.3:.1f}",
    "url": lambda i: f"https://shop.example.com/p/{i % 7}",
    "json": lambda i: f'{{"a": {i}}}',
    "empty": lambda i: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HeaderSet:
    """A header with the kind of values of each column, and the mapping that a person would choose:
    the columns, any of which is right for a field."""

    name: str
    kind: str
    columns: tuple[tuple[str, str], ...]
    expect: dict[str, tuple[str, ...]]
    held: bool = False
    source: str | None = None

    @property
    def required(self) -> dict[str, tuple[str, ...]]:
        """The expected columns of the fields that an import cannot do without."""
        needed = {f.name for f in kind(self.kind).fields if f.required}
        shapes = kind(self.kind).requires
        needed |= next((set(s) for s in shapes if set(s) <= set(self.expect)), set())
        return {name: columns for name, columns in self.expect.items() if name in needed}

    def write(self, folder: Path) -> Path:
        """A CSV file with this header and 60 rows."""
        path = folder / "export.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow([header for header, _ in self.columns])
            rows = CUSTOMERS if self.kind == "customers" else ROWS
            writer.writerows([VALUES[v](i) for _, v in self.columns] for i in range(rows))
        return path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was proposed for a header; `wrong` are fields taken for sure from a wrong column."""

    proposal: Proposal
    right: tuple[str, ...]
    missed: tuple[str, ...]
    required: tuple[str, ...]
    wrong: tuple[str, ...]


def header_sets(path: Path | None = None) -> list[HeaderSet]:
    """All header sets of a file, those of all files of the bench where none is named."""
    found: list[dict[str, Any]] = [
        one
        for file in (FILES if path is None else [path])
        for one in tomllib.loads(file.read_text("utf-8"))["sets"]
    ]
    return [
        HeaderSet(
            name=one["name"],
            kind=one["kind"],
            columns=tuple(
                (header, values)
                for header, _, values in (column.rpartition("=") for column in one["columns"])
            ),
            expect={
                field: (able,) if isinstance(able, str) else tuple(able)
                for field, able in one["expect"].items()
            },
            held=one.get("held", False),
            source=one.get("source"),
        )
        for one in found
    ]


def outcome(wanted: HeaderSet) -> Outcome:
    """Stage a file with the header, propose, and compare."""
    with tempfile.TemporaryDirectory() as name:
        staged = read.stage(wanted.write(Path(name)), Path(name))
        proposal = match.propose(staged)
    same = proposal.kind == wanted.kind
    sure = {f for f, share in proposal.confidence.items() if share >= match.CERTAIN}
    right = tuple(
        f
        for f, c in wanted.expect.items()
        if same and proposal.mapping.get(f) in c and (f in sure or f not in wanted.required)
    )
    missed = {f for f in wanted.expect if f not in right}
    columns = {column for f in missed for column in wanted.expect[f]}
    return Outcome(
        proposal=proposal,
        right=right,
        missed=tuple(missed),
        required=tuple(f for f in wanted.required if f in right),
        wrong=tuple(
            f
            for f, column in proposal.mapping.items()
            if f in sure
            and (
                not same
                or column not in wanted.expect.get(f, (column,))
                or (f not in wanted.expect and column in columns)
            )
        ),
    )


def measure(sets: Sequence[HeaderSet]) -> list[tuple[HeaderSet, Outcome]]:
    """Each header set with its outcome."""
    return [(one, outcome(one)) for one in sets]


def main(argv: list[str]) -> int:
    """Print the table; exit 1 below 95 % of the required fields, or with a wrong one for sure."""
    parser = argparse.ArgumentParser(prog="bench mapping", description=__doc__)
    parser.add_argument("--held", action="store_true", help="only the sets never tuned for")
    parser.add_argument("--sets", type=Path, help="only the header sets of this file")
    parser.add_argument("--show", action="store_true", help="say what was missed")
    options = parser.parse_args(argv)
    rows = measure([one for one in header_sets(options.sets) if one.held or not options.held])
    print("| header set | kind | required right | all right | wrong for sure | questions |")
    print("|---|---|---|---|---|---|")
    for one, got in rows:
        found = "yes" if got.proposal.kind == one.kind else f"no: {got.proposal.kind}"
        print(
            f"| {one.name} | {found} | {len(got.required)} of {len(one.required)} "
            f"| {len(got.right)} of {len(one.expect)} | {', '.join(got.wrong)} "
            f"| {', '.join(q.id for q in got.proposal.questions)} |"
        )
        if options.show and (got.missed or got.wrong):
            for field in {*got.missed, *got.wrong}:
                print(
                    f"    {field}: {got.proposal.mapping.get(field)} "
                    f"{got.proposal.confidence.get(field)}, expected {one.expect.get(field)}"
                )
    wanted = sum(len(one.required) for one, _ in rows)
    required = sum(len(got.required) for _, got in rows)
    right, total = sum(len(got.right) for _, got in rows), sum(len(one.expect) for one, _ in rows)
    kinds = sum(got.proposal.kind == one.kind for one, got in rows)
    wrong = sum(len(got.wrong) for _, got in rows)
    print(f"\nRequired fields right: {required} of {wanted} ({required / wanted:.1%}).")
    print(f"All fields right: {right} of {total} ({right / total:.1%}).")
    print(f"Kinds right: {kinds} of {len(rows)}. Wrong columns taken for sure: {wrong}.")
    return 0 if required >= 0.95 * wanted and not wrong else 1
