"""Numbers and money as people write them, told from a whole column, never from one cell.

``1.250.000,00``, ``Rp 75.500``, ``(1.200)``, ``75-``, ``1,5 jt``, ``£1,250.00``, ``1e5``, ``12,34,567``.

A percent sign is no part of the value of a score or a count: 12.5 % is 12.5. An amount of money has
none: 10 % of something is not 10, and is no number here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, fields
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.machine import MachineNumbers, machine_numbers
from cxlib.ingest.missing import is_missing, trimmed

EXACT = pa.decimal128(38, 12)
"""As which numbers are read: what has more digits is rounded half to even."""
STORED = pa.decimal128(18, 4)
SHORT = 12  # characters; EXACT holds any number of so few
TYPO = 0.01
LIMIT = Decimal(10) ** 14  # what STORED holds

CURRENCIES = {
    "rp": "IDR", "idr": "IDR", "$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR",
    "£": "GBP", "gbp": "GBP", "rm": "MYR", "myr": "MYR", "s$": "SGD", "sgd": "SGD", "¥": "JPY",
    "jpy": "JPY", "a$": "AUD", "au$": "AUD", "aud": "AUD", "฿": "THB", "thb": "THB", "₱": "PHP",
    "php": "PHP", "₹": "INR", "rs": "INR", "inr": "INR", "₫": "VND", "đ": "VND", "vnd": "VND",
    "chf": "CHF", "cny": "CNY", "rmb": "CNY", "r$": "BRL", "brl": "BRL", "c$": "CAD", "ca$": "CAD",
    "cad": "CAD", "hk$": "HKD", "hkd": "HKD", "nt$": "TWD", "twd": "TWD", "nz$": "NZD",
    "nzd": "NZD", "mx$": "MXN", "mxn": "MXN", "₩": "KRW", "krw": "KRW", "₺": "TRY",
    "zł": "PLN", "pln": "PLN", "kč": "CZK", "czk": "CZK", "ft": "HUF", "huf": "HUF", "sek": "SEK",
    "nok": "NOK", "dkk": "DKK", "₪": "ILS", "ils": "ILS", "aed": "AED", "sar": "SAR", "zar": "ZAR",
    "₦": "NGN", "ngn": "NGN", "₴": "UAH", "uah": "UAH", "₽": "RUB", "rub": "RUB", "bnd": "BND",
    "cop": "COP", "clp": "CLP", "ars": "ARS", "egp": "EGP", "pkr": "PKR",
    "৳": "BDT", "bdt": "BDT", "lkr": "LKR", "ron": "RON",
}  # fmt: skip
KRONA = "kr"  # of three countries: money, of no known currency
MULTIPLES = {
    "k": 10**3, "rb": 10**3, "ribu": 10**3, "jt": 10**6, "juta": 10**6, "mio": 10**6, "mn": 10**6,
    "million": 10**6, "miliar": 10**9, "milyar": 10**9, "bn": 10**9, "billion": 10**9,
    "triliun": 10**12,
}  # fmt: skip
LETTER_M = {"IDR": 10**9}  # Rp 1,5 M is a miliar and $1.5M a million; without money it is unknown
MILLION = 10**6

_CURRENCY = "|".join(
    re.escape(word) for word in sorted([*CURRENCIES, KRONA], key=len, reverse=True)
)
_MULTIPLE = "|".join([*sorted(MULTIPLES, key=len, reverse=True), "m"])
_SIGN = "[-+\u2212]"
PARTS = (
    rf"(?i)^(?P<open>\(?)(?P<sign>{_SIGN}?)\s*(?:(?P<before>{_CURRENCY})\.?)?\s*(?P<sign2>{_SIGN}?)\s*"
    r"(?P<body>[0-9](?:[0-9.,' \x{00a0}\x{2009}\x{202f}’]*[0-9])?|[.,][0-9]+)(?:,-|[.,])?(?P<exponent>(?:e[-+]?[0-9]{1,3})?)"
    rf"\s*(?P<multiple>(?:{_MULTIPLE})?)\.?\s*(?P<percent>%?)(?P<after>(?:{_CURRENCY})?)\.?\s*(?P<trail>-?)(?P<close>\)?)$"
)
# A lone mark with three digits behind it: 1.250 may be 1250 or 1.25.
_EITHER = r"^[1-9][0-9]{{0,2}}{mark}[0-9]{{3}}$"
_GROUPED = r"^[0-9]{{1,3}}(?:{mark}[0-9]{{3}}){{2,}}$"
_INDIAN = r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"  # 12,34,567: lakhs and crores
MARKS = {".": r"\.", ",": ","}
# Most numbers are written plainly; taking these apart group by group would cost thirty times as much.
_BARE = r"^-?[0-9]+(?:[.,][0-9]+)?$"
_SIMPLE = {mark: rf"^-?[0-9]+(?:{regex}[0-9]+)?$" for mark, regex in MARKS.items()}
_DIGITS = {ord(digit): str(i) for zero in "０٠۰०" for i, digit in
           enumerate(chr(ord(zero) + n) for n in range(10))} | {
    ord("٫"): ".", ord("٬"): ",", ord("．"): ".", ord("，"): ",", ord("％"): "%", ord("٪"): "%",
}  # fmt: skip


@dataclass
class NumberEvidence:
    """What the distinct values of a column say about its decimal mark and currency."""

    values: int = 0
    numeric: int = 0
    votes: Counter[str] = field(default_factory=Counter)
    either: int = 0
    fractions: int = 0
    negative: int = 0
    currencies: Counter[str] = field(default_factory=Counter)

    def add(self, text: pa.Array) -> None:
        """Take in distinct values."""
        written = machine_numbers(text)
        if written is not None:
            self._add_machines(written)
            return
        text = _latin(trimmed(text))
        text = text.filter(pc.invert(is_missing(text)))
        self.values += len(text)
        bare = pc.fill_null(pc.match_substring_regex(text, _BARE), False)
        self._add_bare(text.filter(bare))
        text = text.filter(pc.invert(bare))
        parts = pc.extract_regex(text, PARTS)
        parts = parts.filter(parts.is_valid())
        self.numeric += len(parts)
        if not len(parts):
            return
        body = _plain_spaces(pc.struct_field(parts, "body"))
        for mark, other in ((".", ","), (",", ".")):
            this, that = MARKS[mark], MARKS[other]
            alone = pc.invert(pc.match_substring(body, other))
            last = pc.match_substring_regex(body, f"{that}[^{this}]*{this}[0-9]*$")
            has = pc.and_(pc.match_substring_regex(body, f"^[^{this}]*{this}[^{this}]*$"), alone)
            either = pc.match_substring_regex(body, _EITHER.format(mark=this))
            grouped = pc.match_substring_regex(body, _GROUPED.format(mark=this))
            self.votes[mark] += _count(last) + _count(pc.and_not(has, either))
            self.votes[other] += _count(grouped)
            if mark == ",":
                self.votes["."] += _count(pc.match_substring_regex(body, f"^{_INDIAN}$"))
            self.either += _count(either)
            self.fractions += _count(pc.and_not(has, either))
        names = pc.utf8_lower(
            pc.binary_join_element_wise(
                pc.struct_field(parts, "before"), pc.struct_field(parts, "after"), ""
            )
        )
        for pair in pc.value_counts(names).to_pylist():
            code = CURRENCIES.get(pair["values"])
            if code is not None:
                self.currencies[code] += pair["counts"]
        self.fractions += _count(pc.not_equal(pc.struct_field(parts, "multiple"), ""))
        self.negative += _count(pc.match_substring_regex(text, rf"^\(|^{_SIGN}|-$"))

    def join(self, other: NumberEvidence) -> None:
        """Take in what other values have told."""
        for told in fields(self):
            setattr(self, told.name, getattr(self, told.name) + getattr(other, told.name))

    @property
    def broken(self) -> bool:
        """Whether more than a fifth of the values have decimals: amounts, no ids and no counts."""
        return self.fractions > 0.2 * self.values

    def _add_machines(self, found: MachineNumbers) -> None:
        """Take in numbers as machines write them."""
        count, clear = len(found.first), len(found.points) - found.ambiguous
        self.values += count
        self.numeric += count
        self.negative += int(found.negative.sum())
        self.either += found.ambiguous
        self.votes["."] += clear
        self.fractions += clear

    def _add_bare(self, text: pa.Array) -> None:
        """Take in numbers of digits with at most one mark."""
        self.numeric += len(text)
        minus = pc.starts_with(text, "-")
        self.negative += _count(minus)
        size = pc.subtract(pc.binary_length(text), minus.cast(pa.int32()))
        begin = pc.utf8_slice_codeunits(pc.utf8_ltrim(text, "-"), 0, 1)
        for mark in MARKS:
            place = pc.subtract(pc.find_substring(text, mark), minus.cast(pa.int32()))
            has = pc.match_substring(text, mark)
            three = pc.and_(pc.equal(pc.subtract(size, place), 4), pc.less_equal(place, 3))
            either = pc.and_(pc.and_(has, three), pc.not_equal(begin, "0"))
            self.either += _count(either)
            self.votes[mark] += _count(pc.and_not(has, either))
            self.fractions += _count(pc.and_not(has, either))

    @property
    def share(self) -> float:
        """Share of the values that are numbers."""
        return self.numeric / self.values if self.values else 0.0

    @property
    def decimal(self) -> str | None:
        """The decimal mark; None where the column does not tell, or contradicts itself."""
        point, comma = self.votes["."], self.votes[","]
        if point and comma:
            clear = min(point, comma) <= TYPO * max(point, comma)
            return max(".,", key=self.votes.__getitem__) if clear else None
        if point or comma:
            return "." if point else ","
        if not self.either:
            return "."
        # No rupiah has thousandths: Rp 75.500 is seventy-five thousand.
        return "," if set(self.currencies) == {"IDR"} else None

    @property
    def currency(self) -> str | None:
        """The one currency that is written, if there is one."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else None


def parse_numbers(text: pa.Array, decimal: str) -> pa.Array:
    """Text as exact decimals (`EXACT`); null where it is missing, a percentage, or no number in this
    format."""
    digits, percent = _plain(text, decimal)
    if (pc.max(pc.binary_length(digits)).as_py() or 0) <= SHORT and not pc.any(percent).as_py():
        return digits.cast(EXACT)
    # What is beyond the scale of EXACT (0.30000000000000004) is cut; what is beyond its size is none.
    digits = pc.replace_substring_regex(digits, r"^(-?[0-9]*\.[0-9]{12})[0-9]+$", r"\1")
    fits = pc.and_not(pc.match_substring_regex(digits, r"^-?0*[0-9]{0,20}(?:\.[0-9]*)?$"), percent)
    return pc.if_else(pc.fill_null(fits, False), digits, None).cast(EXACT)


def parse_money(text: pa.Array, decimal: str, machine: bool = False) -> pa.Array:
    """Text as amounts at the scale of storage (`STORED`); null as `parse_numbers`, and too large.

    `machine` says that all are written as by `machine_numbers`.
    """
    if decimal == "." and machine:
        try:
            return text.cast(STORED)
        except pa.ArrowInvalid:  # how it says that some have more digits than are stored
            pass
    return stored(parse_numbers(text, decimal))


def parse_floats(text: pa.Array, decimal: str) -> pa.Array:
    """Text as float64, the nearest to what is written; null as `parse_numbers`, but ``12,5 %`` is
    12.5."""
    digits, _ = _plain(text, decimal)
    values = digits.cast(pa.float64())
    return pc.if_else(pc.is_finite(values), values, None)


def has_percent(text: pa.Array) -> pa.Array:
    """Where a percent sign is written."""
    return pc.match_substring_regex(text, "[%％٪]")


def _plain(text: pa.Array, decimal: str) -> tuple[pa.Array, pa.Array]:
    """Numbers as a sign, digits and a point, null where there is none; and which are percentages."""
    text = trimmed(text)
    simple = pc.fill_null(pc.match_substring_regex(text, _SIMPLE[decimal]), False)
    digits = pc.replace_substring(text, ",", ".") if decimal == "," else text
    percent = pa.array(np.zeros(len(text), bool))
    others = pc.invert(simple)
    if pc.any(others).as_py():
        taken = _taken_apart(text.filter(others), decimal)
        digits, percent = (
            pc.replace_with_mask(whole, others, part)
            for whole, part in zip((digits, percent), taken, strict=True)
        )
    return digits, percent


def _taken_apart(text: pa.Array, decimal: str) -> tuple[pa.Array, pa.Array]:
    """As `_plain`, for numbers with a currency, groups, brackets, an exponent and the like."""
    text = _latin(text)
    parts = pc.extract_regex(text, PARTS)
    body = _plain_spaces(pc.struct_field(parts, "body"))
    this, other = MARKS[decimal], MARKS["," if decimal == "." else "."]
    grouped = "|".join(f"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+" for mark in (other, "'", " "))
    indian = f"|{_INDIAN}" if decimal == "." else ""
    fits = pc.match_substring_regex(
        body, rf"^(?:(?:[0-9]+|{grouped}{indian})(?:{this}[0-9]+)?|{this}[0-9]+)$"
    )
    fits = pc.and_(
        fits,
        pc.equal(
            pc.struct_field(parts, "open"),
            pc.replace_substring(pc.struct_field(parts, "close"), ")", "("),
        ),
    )
    signs = pc.binary_join_element_wise(
        *(pc.struct_field(parts, part) for part in ("open", "sign", "sign2", "trail")), ""
    )
    fits = pc.and_(fits, pc.less_equal(pc.utf8_length(signs), 1))
    digits = pc.replace_substring_regex(body, rf"[{other}' ]", "")
    digits = pc.replace_substring(digits, decimal, ".") if decimal == "," else digits
    fits = pc.fill_null(fits, False)
    digits = pc.if_else(fits, digits, None)
    exponent, multiple = (pc.struct_field(parts, part) for part in ("exponent", "multiple"))
    if pc.any(pc.not_equal(exponent, "")).as_py():
        digits = _expanded(digits, exponent)
    if pc.any(pc.not_equal(multiple, "")).as_py():
        digits = _multiplied(digits, multiple, currencies_of(text))
    minus = pc.not_equal(pc.utf8_trim(signs, "+"), "")
    digits = pc.if_else(minus, pc.binary_join_element_wise("-", digits, ""), digits)
    return digits, pc.fill_null(pc.not_equal(pc.struct_field(parts, "percent"), ""), False)


def stored(value: pa.Array) -> pa.Array:
    """Exact decimals at the scale of storage, decimal(18,4), halves to even; null if too large."""
    fits = pc.less(pc.abs(value), pa.scalar(LIMIT, pa.decimal128(38, 12)))
    value = pc.if_else(fits, value, None)
    return pc.round(value, 4, round_mode="half_to_even").cast(STORED)


def currencies_of(text: pa.Array) -> pa.Array:
    """The currency code that each value names; null where it names none."""
    text = _latin(trimmed(text))
    bare = pc.fill_null(pc.match_substring_regex(text, _BARE), True)
    codes = pa.nulls(len(text), pa.string())
    if pc.all(bare).as_py():  # which most are
        return codes
    return pc.replace_with_mask(codes, pc.invert(bare), _named(text.filter(pc.invert(bare))))


def _named(text: pa.Array) -> pa.Array:
    """As `currencies_of`, for numbers that are more than digits."""
    parts = pc.extract_regex(text, PARTS)
    names = pc.utf8_lower(
        pc.binary_join_element_wise(
            pc.struct_field(parts, "before"), pc.struct_field(parts, "after"), ""
        )
    )
    known = pa.array(list(CURRENCIES), pa.string())
    codes = pa.array(list(CURRENCIES.values()), pa.string())
    return pc.take(codes, pc.index_in(names, known))


def _plain_spaces(body: pa.Array) -> pa.Array:
    body = pc.replace_substring_regex(body, r"[\x{00a0}\x{2009}\x{202f}]", " ")
    return pc.utf8_trim_whitespace(pc.replace_substring(body, "’", "'"))


def _latin(text: pa.Array) -> pa.Array:
    """Full-width, Arabic and Devanagari digits as 0–9."""
    strange = pc.invert(pc.string_is_ascii(text))
    if not pc.any(pc.match_substring_regex(text.filter(strange), r"[０-９٠-٩۰-۹०-९]")).as_py():
        return text
    return pa.array(
        [None if cell is None else cell.translate(_DIGITS) for cell in text.to_pylist()],
        pa.string(),
    )


def _expanded(digits: pa.Array, exponent: pa.Array) -> pa.Array:
    """``1.5`` and ``e3`` as ``1500``; what is beyond reason is none."""
    pairs = zip(digits.to_pylist(), exponent.to_pylist(), strict=True)
    plain = [
        d if not e or d is None else format(Decimal(d + e), "f") if abs(int(e[1:])) < 40 else None
        for d, e in pairs
    ]
    return pa.array(plain, pa.string())


def _multiplied(digits: pa.Array, multiple: pa.Array, currencies: pa.Array) -> pa.Array:
    scaled = []
    for d, m, c in zip(
        digits.to_pylist(), multiple.to_pylist(), currencies.to_pylist(), strict=True
    ):
        word = (m or "").lower()
        factor = MULTIPLES.get(word, 1)
        if word == "m":
            factor = LETTER_M.get(c, MILLION) if c is not None else 0
        scaled.append(format(Decimal(d) * factor, "f") if d is not None and factor else None)
    return pa.array(scaled, pa.string())


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)
