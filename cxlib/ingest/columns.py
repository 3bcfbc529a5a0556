"""What the values of a column say about it, whatever its name is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.engine import THREADS
from cxlib.ingest.dates import DateEvidence
from cxlib.ingest.flags import are_flags
from cxlib.ingest.machine import machine_numbers
from cxlib.ingest.missing import is_missing, trimmed
from cxlib.ingest.numbers import NumberEvidence
from cxlib.ingest.staged import Source, Staged
from cxlib.ingest.stencil import SHAPE
from cxlib.tables.kind import Field, FieldType

TYPED = 0.7  # share of values that must parse for a column to be taken as numbers or dates
FEW = 60  # distinct answers of which all are counted
PROSE = 25  # letters of a value, on average, from which it is a text that somebody wrote
SHORT = r"^\s*[-+]?[0-9]{1,3}(?:[.,][0-9]*)?\s*$"  # a number that cannot be a day
# A digit after nothing or after a word or two (a weekday, a month, a quarter), in a short text.
DATE_LIKE = r"^\s*(?:[^0-9@_]{0,24}[-/., ]|[QqTt])?[0-9][^@_]{0,60}$"
TOGETHER, HELD = 50, 32 << 20  # columns that are read at once, and bytes of them
ALL = slice(None)
FIRST = 1 << 16  # rows of a large file that say what its columns are
MANY, CODES = 50, 5  # of so many rows, so few different numbers are codes or points, and no ids
SERIAL = 5  # digits of a day as spreadsheets count them
HEAD = 64  # values that tell whether a column looks like days written by a machine
COUNTS = ("n", "impressions", "clicks", "sent", "delivered", "opened", "leads", "conversions")
# What the variants of a test are called: A and B, control and treatment.
_GROUP = r"(?:groups?|grupo|gruppe|groupe|kelompok|grup|variant[e]?|varian|versi(?:on|ón|ao)?|versão|cell)"
ARM = re.compile(
    rf"(?:{_GROUP}[ _-]?)?(?:[a-e]|control|kontrolle?|contr[oô]le|témoin|temoin|original|baseline|"
    rf"treatment|tratamento|tratamiento|traitement|perlakuan|variant[e]?[ _-]?\d?|test)"
    rf"(?:[ _-]?{_GROUP})?|kontrollgruppe|testgruppe"
)
ARMS = 6
VARIANTS = 20  # different values of the variants of a test, at most
SEEN = 2_000  # distinct values of a chunk whose letters are counted


@dataclass
class Column:
    """What the values of a column say, by a part of the file or by all of it."""

    name: str
    source: Source
    rows: int = 0
    filled: int = 0
    zeros: int = 0
    distinct: int = 0
    dates: DateEvidence = field(default_factory=DateEvidence)
    numbers: NumberEvidence = field(default_factory=NumberEvidence)
    answers: Counter[str] | None = field(default_factory=Counter)
    first: tuple[str, ...] = ()
    _values: int = 0
    _letters: int = 0
    _spaced: int = 0
    _masked: int = 0

    def add(self, text: pa.Array) -> None:
        """Take in a chunk of the column."""
        encoded = text.dictionary_encode() if not pa.types.is_dictionary(text.type) else text
        values = encoded.dictionary.cast(pa.string())
        if not self.rows:
            self.first = tuple(text.slice(0, 3).cast(pa.string()).to_pylist())
        self.rows += len(text)
        self.filled += len(text) - int(pc.sum(pc.equal(text, "")).as_py() or 0)
        self.zeros += int(pc.sum(pc.equal(text, "0")).as_py() or 0)
        self.distinct += len(values)
        self._look_for_dates(values)
        self.numbers.add(values)
        self._count(encoded, values)
        some = values.slice(0, SEEN)
        self._values += len(some)
        self._letters += int(pc.sum(pc.utf8_length(some)).as_py() or 0)
        self._spaced += int(pc.sum(pc.match_substring(some, " ")).as_py() or 0)
        self._masked += int(pc.sum(pc.match_substring(some, "**")).as_py() or 0)

    def look(self, text: pa.Array, wanted: FieldType) -> None:
        """Take in a chunk as far as it tells about one type alone, a time or a number."""
        values = text.dictionary.cast(pa.string()) if pa.types.is_dictionary(text.type) else text
        self.rows += len(text)
        if wanted == "timestamp":
            self._look_for_dates(values)
        else:
            self.numbers.add(values)

    def join(self, other: Column) -> None:
        """Take in what `look` has found in a part of the file that comes after."""
        self.rows += other.rows
        self.dates.join(other.dates)
        self.numbers.join(other.numbers)

    def _look_for_dates(self, values: pa.Array) -> None:
        """Dates among values; most of what cannot be one is left out first, since looking is slow."""
        head = values.slice(0, HEAD).to_pylist()
        if sum(SHAPE.match(value) is not None for value in head) > TYPED * len(head):
            self.dates.add(values)  # which takes days written by a machine as a block
            return
        written = machine_numbers(values)
        if written is not None:
            able = pa.array(written.whole | (written.integers == SERIAL))
        else:
            able = pc.and_not(
                pc.match_substring_regex(values, DATE_LIKE),
                pc.match_substring_regex(values, SHORT),
            )
        rest = trimmed(values.filter(pc.invert(able)))
        self.dates.values += len(rest) - int(pc.sum(is_missing(rest)).as_py() or 0)
        if len(rest) < len(values):
            self.dates.add(values.filter(able))

    def suits(self, wanted: Field) -> float:
        """How well the values suit a field's type, 0–1."""
        if not self.filled:
            return 0.3
        days, digits = self.dates.share, self.numbers.share
        if wanted.type == "timestamp":
            bare = self.source != "number" or self.dates.iso > TYPED * self.dates.values
            return days if days > TYPED else 0.7 if self.dates.bare and bare else 0.0
        if wanted.type in ("number", "money"):
            if wanted.name == "outcome" and self.yes_or_no:
                return 1.0  # of a test: converted or not
            if wanted.name == "successes" and (self.yes_or_no or self.numbers.broken):
                return 0.0  # of one unit, which is its outcome, or an amount
            likely = 0.8 if wanted.name == "outcome" else 1.0
            if wanted.name in COUNTS and self.yes_or_no:
                likely = 0.6  # of one unit or one person more often than of a day
            return likely * digits if digits > TYPED and self._no_day else 0.0
        if wanted.type == "id":
            if self.numbers.broken or not self._no_day or self.prose:
                return 0.2
            few = self.rows >= MANY and self.distinct <= CODES
            return 1.0 if not few else 0.7 if digits > TYPED else 0.5
        if wanted.type == "flag":
            return 1.0 if self.yes_or_no else 0.2
        if wanted.name == "variant" and self.distinct > VARIANTS:
            return 0.2
        if wanted.type == "text":
            return 0.3 if digits > TYPED or not self._no_day else 1.0 if self.prose else 0.8
        return 1.0 if self._no_day else 0.2

    @property
    def prose(self) -> bool:
        """Whether the values are texts that people wrote, of several words each."""
        long = self._letters >= PROSE * self._values
        return bool(self._values) and long and self._spaced > 0.5 * self._values

    @property
    def counted(self) -> bool:
        """Whether the cells count the rows: 1, 2, 3."""
        return self.first in (("1", "2", "3"), ("0", "1", "2"))

    @property
    def personal(self) -> bool:
        """Whether the values are names of people: words, most of them several, no digits."""
        return self.numbers.share == 0 and self._spaced > 0.5 * self._values and not self.prose

    @property
    def arms(self) -> bool:
        """Whether the values are the variants of a test: A and B, or control and others."""
        held = [answer.casefold() for answer in self.fills]
        return 1 < len(held) <= ARMS and all(ARM.fullmatch(answer) for answer in held)

    @property
    def masked(self) -> bool:
        """Whether most values are hidden behind asterisks, as marketplaces hide buyers."""
        return bool(self._values) and self._masked > 0.5 * self._values

    @property
    def yes_or_no(self) -> bool:
        """Whether all values are yes, no or missing, 1 and 0 included."""
        if not self.answers or len(self.answers) > 8:
            return False
        return are_flags(pa.array(list(self.answers), pa.string()), known=True)

    @property
    def fills(self) -> Counter[str]:
        """Answers and their counts, the missing ones left out; empty where there are too many."""
        answers = self.answers or Counter()
        words = trimmed(pa.array(list(answers), pa.string()))
        gone = is_missing(words).to_pylist()
        found: Counter[str] = Counter()
        for word, count, missing in zip(words.to_pylist(), answers.values(), gone, strict=True):
            if not missing:
                found[word] += count
        return found

    def _count(self, encoded: pa.Array, values: pa.Array) -> None:
        if self.answers is None or len(values) > FEW:
            self.answers = None
            return
        for pair in pc.value_counts(encoded.indices).to_pylist():
            if pair["values"] is not None:
                self.answers[values[pair["values"]].as_py()] += pair["counts"]
        if len(self.answers) > FEW:
            self.answers = None

    @property
    def _no_day(self) -> bool:
        return not (self.dates.share > TYPED and self.dates.dates > self.numbers.numeric)


class Evidence:
    """The columns of a staged file: all by its first part, and any by all of its values."""

    def __init__(self, staged: Staged) -> None:
        self.staged = staged
        self.columns = tuple(
            Column(name, source)
            for name, source in zip(staged.columns, staged.sources, strict=True)
        )
        cells = [f"c{i}" for i in range(len(self.columns))]
        with pq.ParquetFile(staged.path, read_dictionary=cells) as file:
            groups = file.metadata.num_row_groups
            size = file.metadata.row_group(0).total_byte_size + 1 if groups else 1
            step = max(1, min(TOGETHER, len(cells) * HELD // size))
            for start in range(0, len(cells) if groups else 0, step):
                some = cells[start : start + step]
                held = file.read_row_group(0, some) if groups == 1 else _head(file, some)
                for column, values in zip(self.columns[start:], held.columns, strict=False):
                    for chunk in values.chunks:
                        column.add(chunk)
        self._whole = {c.name: c for c in self.columns if c.rows == staged.rows}

    def whole(self, name: str) -> Column:
        """A column by all its values."""
        if name not in self._whole:
            self._whole[name] = self._all(name, Column.add)
        return self._whole[name]

    def typed(self, wanted: Mapping[str, FieldType]) -> dict[str, Column]:
        """Columns by all their values, as far as these tell about the type that is wanted of them."""
        found = {
            name: self._whole.get(name) or Column(name, self.staged.sources[self._index(name)])
            for name in wanted
        }
        groups = pq.read_metadata(self.staged.path).num_row_groups
        pieces = [(name, n) for name in wanted if name not in self._whole for n in range(groups)]

        def looked(piece: tuple[str, int]) -> Column:
            name, group = piece
            column = Column(name, found[name].source)
            index = self._index(name)
            # Many different values are read faster as they are than brought together.
            alike = self.columns[index].distinct < 0.5 * self.columns[index].rows
            for chunk in chunks(self.staged, f"c{index}", slice(group, group + 1), alike):
                column.look(chunk, wanted[name])
            return column

        with ThreadPoolExecutor(THREADS) as pool:
            for (name, _), part in zip(pieces, pool.map(looked, pieces), strict=True):
                found[name].join(part)
        return found

    def _index(self, name: str) -> int:
        return self.staged.columns.index(name)

    def _all(self, name: str, take: Callable[[Column, pa.Array], None]) -> Column:
        """A column that has taken in all chunks of the file."""
        index = self._index(name)
        column = Column(name, self.staged.sources[index])
        for chunk in chunks(self.staged, f"c{index}"):
            take(column, chunk)
        return column


def chunks(
    staged: Staged, cell: str, groups: slice = ALL, encoded: bool = True
) -> Iterator[pa.Array]:
    """A column of the staged text, piece by piece, with a dictionary unless that is not wanted."""
    with pq.ParquetFile(staged.path, read_dictionary=[cell] if encoded else None) as file:
        for group in range(file.num_row_groups)[groups]:
            yield from file.read_row_group(group, [cell]).column(0).chunks


def _head(file: pq.ParquetFile, cells: list[str]) -> pa.Table:
    """The first rows of a file of several row groups."""
    batch = next(file.iter_batches(FIRST, row_groups=[0], columns=cells))
    return pa.Table.from_batches([batch])
