"""Days and times as people write them, told from a whole column, never from one cell.

``2025-08-31``, ``20250831``, ``31/08/2025 14:05``, ``31 Agustus 2025``, ``Aug 31, 2025``,
``17 Agt 25 09.30 WIB``, Excel serials, Unix times; months, weeks and quarters as their first day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, fields
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.stencil import blocks

Order = Literal[
    "ymd", "dmy", "mdy", "ydm", "serial", "serial1904", "unix", "unix_ms", "unix_us"
]  # fmt: skip
ORDERS: tuple[Order, ...] = get_args(Order)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari januar janeiro enero ene janvier janv",
            "feb february februari peb pebruari februar fevereiro fev febrero février fevrier févr fevr",
            "mar march maret mrt märz marz mär mrz março marco marzo mars",
            "apr april abril abr avril avr",
            "may mei mai maio mayo",
            "jun june juni junho junio juin",
            "jul july juli julho julio juillet juil",
            "aug august agustus agt agu ags agosto ago août aout",
            "sep sept september setembro set septiembre septembre",
            "oct october oktober okt outubro out octubre octobre",
            "nov november nopember nop novembro noviembre novembre",
            "dec december desember des dezember dez dezembro diciembre dic décembre decembre déc",
        ),
        start=1,
    )
    for name in names.split()
}
ZONES = {  # minutes from UTC; names that stand for several zones are not among them
    "z": 0, "utc": 0, "gmt": 0, "wib": 420, "wita": 480, "wit": 540, "est": -300, "edt": -240,
    "pst": -480, "pdt": -420, "cet": 60, "cest": 120,
}  # fmt: skip
TYPO = 0.01
PIVOT = 69  # two digits: 00–68 are of this century, 69–99 of the last
FIRST_YEAR, LAST_YEAR = 1000, 2999
FIRST_SERIAL, LAST_SERIAL = 20_000, 73_050  # 1954 to 2099: serials among dates of other notations

# All letters of Unicode would make each of these patterns fifty times slower to compile.
_LETTER = "[A-Za-zÀ-ÿ]"
_WEEKDAY = rf"(?:{_LETTER}{{2,}}(?:-feira)?\.?,?\s+)?"
_TIME = (
    r"(?:(?:T|[ ,]+(?:pukul |jam |at |às |à |um |a las )?)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?"
    r"(?:\s*(?:hrs?|hs|horas|[Uu]hr)\.?)?)?"
    r"\s*(?P<zone>(?i:(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?|z|wib|wita|wit|[ep][sd]t|cest|cet)"
    r"|[+-]\d{2}:?(?:\d{2})?)?(?:\s*\([^)]*\))?$"
)
_BOUND = r"[-/. ]\s*"
# Three parts in any order; the middle one may be a month's name.
NUMERIC = rf"^{_WEEKDAY}(?P<a>\d{{1,4}}){_BOUND}(?P<b>\d{{1,2}}){_BOUND}(?P<c>\d{{1,4}}){_TIME}"
NAMED = rf"^{_WEEKDAY}(?P<a>\d{{1,4}})(?:st|nd|rd|th|er|º|°)?[-/. ]*\s*(?:de )?(?P<b>{_LETTER}{{3,}})\.?,?[-/. ]*\s*(?:del? )?(?P<c>\d{{2,4}}),?{_TIME}"
MONTH_FIRST = rf"^{_WEEKDAY}(?P<b>{_LETTER}{{3,}})\.?[-/. ]\s*(?P<a>\d{{1,2}})(?:st|nd|rd|th)?,?[-/. ]\s*(?P<c>\d{{4}}),?{_TIME}"
COMPACT = r"^(?P<y>[12]\d{3})(?P<m>\d{2})(?P<d>\d{2})(?:[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?(?P<zone>[Zz])?)?$"
SERIAL = r"^\d{5}(?:[.,]\d+)?$"
UNIX_TIMES = {"unix": r"^1\d{9}$", "unix_ms": r"^1\d{12}$", "unix_us": r"^1\d{15}$"}
PERIODS = (
    re.compile(r"(?P<y>\d{4})[-/](?P<m>\d{1,2})"),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<y>\d{4})"),
    re.compile(r"(?P<b>[^\W\d_]{3,10})\.?[-/, ]+(?:de )?(?P<y>\d{4})"),
    re.compile(r"(?P<y>\d{4})[-/ ]+(?P<b>[^\W\d_]{3,10})"),
    re.compile(r"(?P<y>\d{4})[- ]?[Ww](?P<w>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})[- ]?[Qq](?P<q>[1-4])"),
    re.compile(r"[Qq](?P<q>[1-4])[-/ ]+(?P<y>\d{4})"),
)
"""A month, an ISO week or a quarter: its first day is meant."""
PERIOD = (
    rf"^(?:\d{{4}}[-/]\d{{1,2}}|\d{{1,2}}[-/]\d{{4}}|{_LETTER}{{3,}}\.?[-/, ]+(?:de )?\d{{4}}|\d{{4}}[-/ ]+{_LETTER}{{3,}}"
    r"|\d{4}[- ]?[WwQq]\d{1,2}|[Qq]\d[-/ ]+\d{4})$"
)
"""What may be one of `PERIODS`."""
NOTATIONS = (
    "none",
    "year first",
    "year last",
    "named",
    "month first",
    "compact",
    "period",
    "serial",
)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?$")
ISO_LENGTHS = (10, 16, 19)

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
QUARTER = 900_000_000  # microseconds
DAY = 86_400_000_000  # microseconds


@dataclass
class DateEvidence:
    """What the distinct values of a column say about the order of day, month and year."""

    values: int = 0
    dates: int = 0
    iso: int = 0
    short: int = 0
    first_above_12: int = 0
    second_above_12: int = 0
    first_above_31: int = 0
    serial: int = 0
    unix: int = 0
    unix_ms: int = 0
    unix_us: int = 0
    year_day: int = 0
    periods: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, text: pa.Array) -> None:
        """Take in distinct values."""
        text = trimmed(text)
        text = text.filter(pc.invert(is_missing(text)))
        self.values += len(text)
        if _iso(text) is not None:
            self.iso += len(text)
            self.dates += len(text)
            return
        told = np.zeros(len(text), bool)
        for block in blocks(text):
            told[block.rows] = True
            if block.compact:
                self._count_compact(block.a, block.b, block.c)
            else:
                widths, ends = (np.full(len(block.rows), n) for n in (block.first, block.last))
                cells = text.take(pa.array(block.rows))
                self._count_order(cells, block.a, block.b, block.c, widths, ends)
        text = text.filter(pa.array(~told))
        if not len(text):
            return
        numeric = pc.extract_regex(text, NUMERIC)
        found, rest = text.filter(numeric.is_valid()), text.filter(numeric.is_null())
        numeric = numeric.filter(numeric.is_valid())
        # A pattern takes longer to prepare than to match: only what may match one meets it.
        lettered = rest.filter(pc.match_substring_regex(rest, "[^-0-9.,/: +()%]"))
        for pattern in (NAMED, MONTH_FIRST) if len(lettered) else ():
            named = pc.extract_regex(lettered, pattern)
            months = _month_numbers(pc.struct_field(named, "b"))
            self.dates += int(pc.sum(pc.greater(months, 0)).as_py() or 0)
        compact = pc.extract_regex(rest, COMPACT)
        self._count_compact(*(_ints(pc.struct_field(compact, part)) for part in ("y", "m", "d")))
        alike = rest.filter(pc.match_substring_regex(rest, "[0-9]{4}.|.[0-9]{4}"))
        alike = alike.filter(pc.match_substring_regex(alike, "[-/, WwQq]"))
        if len(alike):
            alike = alike.filter(pc.match_substring_regex(alike, PERIOD))
        periods = sum(_period(cell) is not None for cell in alike.to_pylist())
        self.periods += periods
        self.dates += periods
        for name, pattern in (("serial", SERIAL), *UNIX_TIMES.items()):
            count = int(pc.sum(pc.match_substring_regex(rest, pattern)).as_py() or 0)
            setattr(self, name, getattr(self, name) + count)
        if not len(numeric):
            return
        widths, ends = (
            pc.binary_length(pc.struct_field(numeric, part)).to_numpy(zero_copy_only=False)
            for part in "ac"
        )
        a, b, c = (_ints(pc.struct_field(numeric, part)) for part in "abc")
        self._count_order(found, a, b, c, widths, ends)

    def join(self, other: DateEvidence) -> None:
        """Take in what other values, which come later, have told."""
        for told in fields(self):
            setattr(self, told.name, getattr(self, told.name) + getattr(other, told.name))
        self.examples = list(dict.fromkeys(self.examples))[:3]

    def _count_compact(self, year: np.ndarray, month: np.ndarray, day: np.ndarray) -> None:
        plausible = int((_is_day(year, month, day) & _between(year, 1900, 2100)).sum())
        self.dates += plausible
        self.iso += plausible

    def _count_order(
        self,
        found: pa.Array,
        a: np.ndarray,
        b: np.ndarray,
        c: np.ndarray,
        widths: np.ndarray,
        ends: np.ndarray,
    ) -> None:
        year_first = (widths == 4) & (ends <= 2)
        self.iso += int((year_first & (b <= 12)).sum())
        self.year_day += int((year_first & (b > 12) & (b <= 31) & (c <= 12)).sum())
        year_last = (widths <= 2) & ((ends == 4) | (ends == 2))
        self.short += int(year_last.sum())
        self.first_above_12 += int((year_last & (a > 12) & (a <= 31) & (b <= 12)).sum())
        self.second_above_12 += int((year_last & (b > 12) & (a <= 12)).sum())
        self.first_above_31 += int((year_last & (ends == 2) & (a > 31) & (b <= 12)).sum())
        self.dates += int((year_first | year_last).sum())
        if len(self.examples) < 3:
            either = year_last & (a <= 12) & (b <= 12) & (a != b)
            self.examples += [found[int(i)].as_py() for i in np.flatnonzero(either)[:3]]
            self.examples = list(dict.fromkeys(self.examples))[:3]

    @property
    def share(self) -> float:
        """Share of the values that are days or times; bare numbers count only among other dates."""
        among = self.serial if self.dates >= 0.2 * self.values else 0
        return (self.dates + among) / self.values if self.values else 0.0

    @property
    def order(self) -> Order | None:
        """The order of day, month and year; None where the column does not tell.

        It tells where a day exceeds 12 in one place and, but for a typing error in a hundred, never
        in the other; what does not fit is rejected later, not turned around.
        """
        if self.short == 0:
            if self.year_day:
                return None if self.iso else "ydm"
            return "ymd" if self.dates else self.bare
        if self.first_above_31 and not self.second_above_12:
            return "ymd"
        day_first, month_first = self.first_above_12, self.second_above_12
        if min(day_first, month_first) > TYPO * max(day_first, month_first) or not (
            day_first or month_first
        ):
            return None
        return "dmy" if day_first > month_first else "mdy"

    @property
    def mixed(self) -> bool:
        """Whether some days can only be read one way and some only the other."""
        return bool(self.first_above_12 and self.second_above_12) or bool(
            self.year_day and self.iso
        )

    @property
    def bare(self) -> Order | None:
        """What bare numbers are, where nearly all values are such numbers."""
        bare: tuple[Order, ...] = ("serial", "unix", "unix_ms", "unix_us")
        for order in bare:
            if self.values and getattr(self, order) >= 0.95 * self.values:
                return order
        return None


def order_of(asked: str) -> Order | None:
    """The order behind a format as people write it: ``dmy``, ``DD/MM/YYYY``, ``%d-%m-%y``, ``iso``."""
    text = asked.strip().lower()
    if text in ORDERS:
        return text
    if text.startswith(("iso", "ymd")):
        return "ymd"
    date = text.split(":")[0].replace("%h", "").replace("hh", "")
    letters = {"t": "d", "j": "d", "b": "m"}  # tanggal, jour, %b
    seen = "".join(dict.fromkeys(letters.get(char, char) for char in date if char in "dmytjb"))
    return next((order for order in ORDERS[:4] if seen == order), None)


@dataclass(frozen=True, slots=True)
class Dates:
    """What texts are as `moments` (naive, in business time; null where they are none), in which of
    the `NOTATIONS` each is written, and whether its year has two digits."""

    moments: pa.Array
    notations: np.ndarray
    short: np.ndarray


def parse_dates(text: pa.Array, order: Order, timezone: str) -> pa.Array:
    """Text as naive timestamps[us] in the business time zone; null where it is none.

    A time that names its zone is converted; one that does not is business time already. Months
    by name and four-digit years first are understood in every order, and so are the serials of
    Excel (of 1900) among other dates.
    """
    return read_dates(text, order, timezone).moments


def read_dates(text: pa.Array, order: Order, timezone: str) -> Dates:
    """What `parse_dates` gives, with the notation of each."""
    text = trimmed(text)
    ways, short = np.zeros(len(text), np.int8), np.zeros(len(text), bool)
    if order in ("serial", "serial1904", *UNIX_TIMES):
        return Dates(_bare_times(text, order, timezone), ways, short)
    moments = _iso(text) if order != "ydm" else None
    if moments is not None and _in_range(moments):
        return Dates(moments, ways + np.int8(NOTATIONS.index("year first")), short)
    micros = np.zeros(len(text), "int64")
    done, zoned = np.zeros(len(text), bool), np.zeros(len(text), bool)
    for block in blocks(text):
        days, good = _ordered(block.a, block.b, block.c, block.first, block.last, order)
        micros[block.rows] = days * DAY + block.micros
        done[block.rows] = good
        year_first = block.compact or block.first == 4
        ways[block.rows] = 5 if block.compact else 1 if year_first else 2
        short[block.rows] = block.first != 4 and block.last == 2
    for way, pattern, reader in (
        (2, NUMERIC, _numeric_days),
        (3, NAMED, _named_days),
        (4, MONTH_FIRST, _named_days),
        (5, COMPACT, _compact_days),
    ):
        rest = np.flatnonzero(~done)
        if not len(rest):
            break
        parts = pc.extract_regex(text.take(pa.array(rest)), pattern)
        found = parts.is_valid().to_numpy(zero_copy_only=False)
        rows, parts = rest[found], parts.filter(pa.array(found))
        if not len(rows):
            continue
        days, good = reader(parts, order)
        time, fine = _time_of_day(parts)
        offset, has_zone = _offsets(parts)
        moment = days * DAY + time - np.where(has_zone, offset, 0) * 60_000_000
        ok = good & fine
        rows = rows[ok]
        micros[rows], done[rows], zoned[rows] = moment[ok], True, has_zone[ok]
        ways[rows] = way
        if way in (2, 3):
            first, last = _widths(parts)
            ways[rows] = np.where((way == 2) & (first[ok] == 4), 1, way)
            short[rows] = (first[ok] != 4) & (last[ok] == 2)
    rest = np.flatnonzero(~done)
    if len(rest):
        rows, found_days, found_ways = _others(text, rest)
        micros[rows], done[rows], ways[rows] = found_days, True, found_ways
    values = pa.array(micros, pa.int64(), mask=~done).cast(pa.timestamp("us"))
    if zoned.any():
        values = pc.if_else(pa.array(zoned), to_business(values, timezone), values)
    return Dates(values, ways, short)


def _iso(text: pa.Array) -> pa.Array | None:
    """Trimmed texts as moments where all are days of ISO 8601, or days and times, of one length.

    Nearly all that programs export is; Arrow reads it ten times as fast as blocks are.
    """
    ends = pc.min_max(pc.binary_length(text)).as_py()
    if text.null_count or ends["min"] != ends["max"] or ends["min"] not in ISO_LENGTHS:
        return None
    if not ISO.match(text[0].as_py()):
        return None
    try:
        return text.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:  # one of them is none: told one by one
        return None


def _in_range(moments: pa.Array) -> bool:
    years = pc.min_max(pc.year(moments)).as_py()
    return bool(years["min"] >= FIRST_YEAR and years["max"] <= LAST_YEAR)


def swapped_dates(dates: Dates, text: pa.Array, order: Order, timezone: str) -> pa.Array:
    """Which texts are none of the `dates`, but would be with day and month the other way round."""
    others: dict[Order, Order] = {"dmy": "mdy", "mdy": "dmy", "ymd": "ydm", "ydm": "ymd"}
    if order not in others:
        return pa.array(np.zeros(len(text), bool))
    rest = pc.if_else(pc.is_null(dates.moments), text, None)
    return pc.is_valid(parse_dates(rest, others[order], timezone))


def _others(text: pa.Array, rest: np.ndarray) -> tuple[list[int], list[int], list[int]]:
    """Rows of months, weeks, quarters and serials among `rest`, their moments and notations."""
    rows, moments, ways = [], [], []
    texts = text.take(pa.array(rest))
    alike = pc.or_(*(pc.match_substring_regex(texts, pattern) for pattern in (PERIOD, SERIAL)))
    alike = pc.fill_null(alike, False)
    rest = rest[alike.to_numpy(zero_copy_only=False)]
    for row, cell in zip(rest.tolist(), texts.filter(alike).to_pylist(), strict=True):
        day = _period(cell)
        if day is not None:
            rows.append(row)
            moments.append((day - EPOCH.date()).days * DAY)
            ways.append(6)
        elif cell[:5].isdecimal():
            number = float(cell.replace(",", "."))
            if FIRST_SERIAL <= number < LAST_SERIAL:
                rows.append(row)
                moments.append(round((number - 25_569) * 86_400) * 1_000_000)
                ways.append(7)
    return rows, moments, ways


def _period(cell: str) -> dt.date | None:
    """The first day of a month, an ISO week or a quarter; None for another text."""
    for pattern in PERIODS:
        match = pattern.fullmatch(cell)
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["y"])
        if not 1900 <= year <= 2100:
            continue
        if "w" in parts:
            last = dt.date(year, 12, 28).isocalendar().week
            week = int(parts["w"])
            return dt.date.fromisocalendar(year, week, 1) if 1 <= week <= last else None
        month = (
            3 * int(parts["q"]) - 2
            if "q" in parts
            else MONTHS.get(parts["b"].lower(), 0)
            if "b" in parts
            else int(parts["m"])
        )
        if 1 <= month <= 12:
            return dt.date(year, month, 1)
    return None


def to_business(utc: pa.Array, timezone: str) -> pa.Array:
    """Naive UTC to naive local time of the business.

    By `zoneinfo`, once for each quarter of an hour: Arrow's own tables end in 2037 and are missing
    on Windows.
    """
    micros = utc.cast(pa.int64())
    known = pc.fill_null(micros, 0).to_numpy(zero_copy_only=False)
    quarters, which = np.unique(known // QUARTER, return_inverse=True)
    zone = ZoneInfo(timezone)
    seconds = [
        offset.total_seconds()
        for quarter in quarters.tolist()
        if (offset := (EPOCH + quarter * dt.timedelta(minutes=15)).astimezone(zone).utcoffset())
        is not None
    ]
    shift = (np.array(seconds) * 1_000_000).astype("int64")[which]
    return pc.add(micros, pa.array(shift)).cast(pa.timestamp("us"))


def _bare_times(text: pa.Array, order: Order, timezone: str) -> pa.Array:
    pattern = UNIX_TIMES.get(order, SERIAL)
    fits = pc.match_substring_regex(text, pattern)
    numbers = pc.if_else(fits, pc.replace_substring(text, ",", "."), None).cast(pa.float64())
    if order in UNIX_TIMES:
        factor = {"unix": 1_000_000, "unix_ms": 1_000}.get(order, 1)
        micros = pc.multiply(numbers.cast(pa.int64()), factor)
        return to_business(micros.cast(pa.timestamp("us")), timezone)
    # Serial 1 is 1 January 1900, and Excel counts a 29 February 1900 that never was.
    origin = np.datetime64("1904-01-01" if order == "serial1904" else "1899-12-30", "s")
    seconds = pc.round(pc.multiply(numbers, 86_400.0)).cast(pa.int64())
    shifted = pc.add(seconds, int(origin.astype("int64")))
    return pc.multiply(shifted, 1_000_000).cast(pa.timestamp("us"))


def _numeric_days(parts: pa.Array, order: Order) -> tuple[np.ndarray, np.ndarray]:
    a, b, c = (_ints(pc.struct_field(parts, part)) for part in "abc")
    return _ordered(a, b, c, *_widths(parts), order)


def _ordered(
    a: np.ndarray,
    b: np.ndarray,
    c: np.ndarray,
    width: np.ndarray | int,
    end: np.ndarray | int,
    order: Order,
) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 of three numbers, and whether there is such a day; `width` and `end` are how
    many digits the first and the last of them have."""
    year_first = np.broadcast_to((np.asarray(width) == 4) | (order == "ymd"), a.shape)
    first = (a, c, b) if order == "ydm" else (a, b, c)
    last = (c, a, b) if order == "mdy" else (c, b, a)
    year, month, day = (np.where(year_first, f, x) for f, x in zip(first, last, strict=True))
    year_width = np.where(year_first, width, end)
    other_width = np.where(year_first, end, width)
    good = ((year_width == 4) | (year_width == 2)) & (other_width <= 2)
    return _days(_full_year(year, year_width), month, day, good)


def _widths(parts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """How many digits the first and the last number have."""
    first, last = (
        pc.binary_length(pc.struct_field(parts, part)).to_numpy(zero_copy_only=False)
        for part in "ac"
    )
    return first, last


def _named_days(parts: pa.Array, order: Order) -> tuple[np.ndarray, np.ndarray]:
    month = _month_numbers(pc.struct_field(parts, "b")).to_numpy(zero_copy_only=False)
    a, c = (_ints(pc.struct_field(parts, part)) for part in "ac")
    width, end = _widths(parts)
    year_first = width == 4
    year, day = np.where(year_first, a, c), np.where(year_first, c, a)
    year_width = np.where(year_first, width, end)
    return _days(_full_year(year, year_width), month, day, (year_width == 4) | (year_width == 2))


def _compact_days(parts: pa.Array, order: Order) -> tuple[np.ndarray, np.ndarray]:
    year, month, day = (_ints(pc.struct_field(parts, part)) for part in "ymd")
    return _days(year, month, day, np.ones(len(year), bool))


def _days(
    year: np.ndarray, month: np.ndarray, day: np.ndarray, good: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 and whether there is such a day."""
    good = good & _is_day(year, month, day) & _between(year, FIRST_YEAR, LAST_YEAR)
    y, m, d = (np.where(good, part, 1) for part in (year, month, day))
    months = ((y - 1970) * 12 + (m - 1)).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype("int64") + d - 1, good


def _full_year(year: np.ndarray, width: np.ndarray) -> np.ndarray:
    short = width == 2
    return np.where(short, np.where(year < PIVOT, 2000 + year, 1900 + year), year)


def _is_day(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    known = _between(month, 1, 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    last = lengths[np.where(known, month, 0)] + (leap & (month == 2))
    found: np.ndarray = known & _between(day, 1, last)
    return found


def _between(value: np.ndarray, low: int, high: int | np.ndarray) -> np.ndarray:
    inside: np.ndarray = (value >= low) & (value <= high)
    return inside


def _time_of_day(parts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Microseconds since midnight, and whether there is such a time."""
    names = {f.name for f in parts.type}
    hour, minute, second = (_ints(pc.struct_field(parts, n)) for n in ("hour", "minute", "second"))
    hour, minute, second = (np.maximum(part, 0) for part in (hour, minute, second))
    micros = np.zeros(len(hour), "int64")
    if "half" in names:
        half = pc.utf8_lower(pc.utf8_slice_codeunits(pc.struct_field(parts, "half"), 0, 1))
        pm, am = (pc.equal(half, x).to_numpy(zero_copy_only=False).astype(bool) for x in "pa")
        fine = ~(pm | am) | _between(hour, 1, 12)
        hour = np.where(pm | am, hour % 12 + 12 * pm, hour)
        digits = pc.utf8_rpad(
            pc.utf8_slice_codeunits(pc.struct_field(parts, "fraction"), 0, 6), 6, "0"
        )
        micros = np.maximum(_ints(digits), 0)
    else:
        fine = np.ones(len(hour), bool)
    fine &= _between(hour, 0, 23) & _between(minute, 0, 59) & _between(second, 0, 59)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros, fine


def _offsets(parts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Minutes from UTC, and whether a zone is named."""
    zone = pc.utf8_lower(pc.fill_null(pc.struct_field(parts, "zone"), ""))
    minutes = {name: _minutes(name) for name in pc.unique(zone).to_pylist()}
    known = pa.array(list(minutes), pa.string())
    found = np.array(list(minutes.values()), "int64")[
        pc.index_in(zone, known).to_numpy(zero_copy_only=False)
    ]
    return found, pc.not_equal(zone, "").to_numpy(zero_copy_only=False).astype(bool)


def _minutes(zone: str) -> int:
    if zone in ZONES or not zone:
        return ZONES.get(zone, 0)
    zone = zone.removeprefix("utc").removeprefix("gmt")
    digits = zone[1:].replace(":", "")
    digits = digits.zfill(len(digits) + len(digits) % 2)  # +7 and +730
    size = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -size if zone.startswith("-") else size


def _month_numbers(names: pa.Array) -> pa.Array:
    """Month names to 1–12; 0 for another word."""
    known = pa.array(list(MONTHS), pa.string())
    numbers = pa.array(list(MONTHS.values()), pa.int64())
    found = pc.take(numbers, pc.index_in(pc.utf8_lower(names), known))
    return pc.fill_null(found, 0)


def _ints(text: pa.Array) -> np.ndarray:
    """Digits to integers; -1 where there are none."""
    digits = pc.if_else(pc.equal(text, ""), None, text).cast(pa.int64())
    values: np.ndarray = pc.fill_null(digits, -1).to_numpy(zero_copy_only=False)
    return values
