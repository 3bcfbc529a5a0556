"""CSV, TSV, white space and their kin: text to text Parquet, chunk by chunk.

A regular file goes through Arrow's parser. At the first sign of trouble (a ragged or blank line, a
quote out of order, a cell beyond Arrow's block) it is read again by Python's, which is slower and
tells line by line what is wrong.
"""

from __future__ import annotations

import io
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from cxlib.ingest import quotes
from cxlib.ingest.encoding import Encoded, clean_blocks, examine, open_clean, open_text
from cxlib.ingest.frame import Frame, find_frame
from cxlib.ingest.layout import COPIED, is_blank, is_copy, is_footer, is_total, names_over
from cxlib.ingest.places import places
from cxlib.ingest.quotation import has_enclosed, late_apostrophes
from cxlib.ingest.records import Mended, fit, read_records
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.remarks import encoding_issues, frame_issues, mended_issues, total_issue
from cxlib.ingest.staged import (
    CHUNK,
    ReadOptions,
    Staged,
    TextWriter,
    check_width,
    untyped,
    visible_names,
)

ARROW_BLOCK = 2 << 20
SAMPLE_CHARACTERS = 1 << 18
TAIL = 30
"""Rows after a blank line that may be a footer at the end of a file."""


class _Irregular(Exception):
    """Arrow cannot read the file, or not tell its lines."""


@dataclass
class _Found:
    """What was noticed on the way: `again` is the line where the header stands once more."""

    mended: Mended = field(default_factory=Mended)
    footer: tuple[int, ...] = ()
    again: int | None = None
    last: tuple[int, list[str]] = (0, [])


def stage_delimited(
    path: Path,
    outdir: Path,
    options: ReadOptions,
    name: str,
    progress: Callable[[int], None] | None,
) -> Staged:
    """A delimited text file as `Staged`; see `read.stage`."""
    encoded = examine(path, options.encoding)
    with open_text(encoded) as text:
        sample, whole = _sample(text)
    frame = find_frame(sample, options, whole, breaks=encoded.breaks)
    if encoded.doubled and not whole and options.quotechar is None:
        frame = _requoted(encoded, frame, sample, options)
    check_width(frame.shape.width)
    target = outdir / "text.parquet"
    with Rejects(outdir / "read_rejects.csv") as rejects:
        try:
            writer, found = _stage_quickly(encoded, frame, target, progress)
        except (pa.ArrowInvalid, _Irregular):
            writer, found = _stage_carefully(encoded, frame, target, rejects, progress)
    names, renamed = visible_names(frame.titles, frame.shape.width)
    line, last = found.last
    return Staged(
        path=target,
        name=name,
        format="delimited",
        columns=names,
        titles=frame.titles,
        rows=writer.rows,
        sources=untyped(frame.shape.width),
        samples=writer.samples(),
        encoding=encoded.encoding,
        delimiter=frame.dialect.delimiter,
        quotechar=frame.dialect.quotechar,
        table=frame.table,
        tables=frame.tables,
        rejects=rejects.path,
        rejected=rejects.count,
        issues=(
            *encoding_issues(encoded),
            *frame_issues(frame, (*frame.footer, *found.footer), found.again or found.mended.other),
            *renamed,
            *mended_issues(found.mended),
            *([total_issue(line)] if writer.rows > 2 and is_total(last) else []),
            *rejects.issues(),
        ),
    )


def _requoted(encoded: Encoded, frame: Frame, sample: Sequence[str], options: ReadOptions) -> Frame:
    """The frame with apostrophes for quotes, if cells beyond the sample are the first to have any."""
    part = frame.dialect.delimiter
    if part is None or frame.dialect.runs or has_enclosed(sample, part):
        return frame
    with open_text(encoded) as text:
        lines = late_apostrophes(text, part)
    if not lines:
        return frame
    told = replace(options, quotechar="'")
    found = find_frame(sample, told, complete=False, breaks=encoded.breaks)
    return replace(found, quoted=lines)


def _sample(text: IO[str]) -> tuple[list[str], bool]:
    """The first lines of a text, and whether they are all; a cut line only if there is no other."""
    head = text.read(SAMPLE_CHARACTERS)
    lines = list(io.StringIO(head, newline=""))
    whole = not text.read(1)
    return (lines if whole or len(lines) == 1 else lines[:-1]), whole


def _stage_quickly(
    encoded: Encoded, frame: Frame, target: Path, progress: Callable[[int], None] | None
) -> tuple[TextWriter, _Found]:
    dialect, shape = frame.dialect, frame.shape
    if (
        not dialect.plain
        or frame.start != 1
        or frame.named > 1
        or frame.stop is not None
        or shape.width == 1
        or shape.usual != shape.width
        or (frame.last and len(frame.last) != shape.width)
        or any("\n" in name for name in frame.titles or ())
    ):
        raise _Irregular
    delimiter, quotechar = dialect.delimiter or ",", dialect.quotechar
    quoted = encoded.quotes and quotechar is not None
    names = [f"c{i}" for i in range(shape.width)]
    source = str(encoded.path) if encoded.raw else pa.PythonFile(open_clean(encoded), mode="r")
    reader = arrow_csv.open_csv(
        source,
        arrow_csv.ReadOptions(
            column_names=names,
            skip_rows_after_names=frame.named,
            block_size=ARROW_BLOCK,
        ),
        arrow_csv.ParseOptions(
            delimiter=delimiter,
            quote_char=quotechar if quoted else False,
            double_quote=True,
            escape_char=False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    line = 1 + frame.named
    broken, found = 0, _Found()
    with ThreadPoolExecutor(1) as other, TextWriter(target, shape.width, progress) as writer:
        # Looked at beside the parsing: both let other threads run.
        ordered = other.submit(
            lambda: (
                not quoted or quotes.in_order(clean_blocks(encoded), delimiter, quotechar or '"')
            )
        )
        for batch in reader:
            if ordered.done() and not ordered.result():
                raise _Irregular
            columns = batch.columns
            _refuse_trouble(columns, frame.last)
            spans = _line_breaks(columns) if quoted else None
            starts = _starts(line, batch.num_rows, spans)
            writer.write(columns, starts)
            if batch.num_rows:
                found.last = (starts[-1].as_py(), [column[-1].as_py() for column in columns])
                broken = spans[-1].as_py() if spans is not None else 0
            line += batch.num_rows + (pc.sum(spans).as_py() or 0 if spans is not None else 0)
        if (
            broken or not ordered.result()
        ):  # the last cell holds line breaks: perhaps its quote never closes
            raise _Irregular
    return writer, found


def _refuse_trouble(columns: Sequence[pa.Array], titles: Sequence[str]) -> None:
    """What is for the careful reader: a blank line, a very long cell, the header once more."""
    blank: np.ndarray | bool = True
    for column in columns:
        lengths = np.diff(places(column))
        if lengths.max(initial=0) > 4_000:
            raise _Irregular
        if np.any(blank):
            blank = blank & (lengths == 0)
    if np.any(blank):
        raise _Irregular
    if titles:
        again = pc.equal(columns[0], titles[0])
        for column, title in zip(columns[1:], titles[1:], strict=False):
            if not pc.any(again).as_py():
                return
            again = pc.and_(again, pc.equal(column, title))
        if pc.any(again).as_py():
            raise _Irregular


def _line_breaks(columns: Sequence[pa.Array]) -> pa.Array | None:
    """How many line breaks each row has; None where there are none."""
    counts = None
    for column in columns:
        text = column.buffers()[2]
        if text is None or b"\n" not in text.to_pybytes():
            continue  # a look at all bytes is cheaper than one at each cell
        inside = pc.count_substring(column, "\n")
        counts = inside if counts is None else pc.add(counts, inside)
    return counts


def _starts(line: int, rows: int, spans: pa.Array | None) -> pa.Array:
    """The line on which each record starts, the first on `line`."""
    index = pa.array(np.arange(line, line + rows))
    if spans is None or not rows:
        return index
    before = pc.subtract(pc.cumulative_sum(spans.cast(pa.int64())), spans.cast(pa.int64()))
    return pc.add(index, before)


def _stage_carefully(
    encoded: Encoded,
    frame: Frame,
    target: Path,
    rejects: Rejects,
    progress: Callable[[int], None] | None,
) -> tuple[TextWriter, _Found]:
    found, shape, dialect = _Found(), frame.shape, frame.dialect

    def refuse(line: int, text: str, code: str) -> None:
        rejects.add(line, "", text, code)

    with open_text(encoded) as text, TextWriter(target, shape.width, progress) as writer:
        lines = itertools.islice(text, frame.first - 1, None)
        records = read_records(lines, dialect, shape, refuse, found.mended, frame.first - 1)
        inside = _inside(records, frame, found)
        if frame.named and frame.first == frame.start:
            inside = (record for record in inside if record[0] != frame.start)
        kept = _before_footer(inside, frame, found)
        rows = fit(kept, dialect, shape, refuse, found.mended, frame.seen)
        while chunk := list(itertools.islice(rows, CHUNK)):
            cells = zip(*(row for _, row in chunk), strict=True)
            columns = [pa.array(column, pa.string()) for column in cells]
            writer.write(columns, pa.array([line for line, _ in chunk], pa.int64()))
            found.last = chunk[-1]
    return writer, found


def _inside(
    records: Iterator[tuple[int, list[str]]], frame: Frame, found: _Found
) -> Iterator[tuple[int, list[str]]]:
    """Records up to the end of the table or to a copy of it, its header once more left out."""
    first: list[list[str]] = []
    blank = False
    for line, row in (source := _Ahead(records)):
        if frame.stop is not None and line >= frame.stop:
            return
        if frame.last and len(row) > 1 and tuple(row) == frame.last:
            if frame.named > 1 or is_copy([row for _, row in source.next(2 * COPIED)], first):
                found.again = line
                return
            found.mended.add("repeated_header", line)
            continue
        if line > frame.seen:
            if blank and found.mended.other is None and names_over(row, frame.shape.columns):
                found.mended.other = line
            blank = is_blank(row)
        elif row and len(first) < COPIED:
            first.append(row)
        yield line, row


class _Ahead:
    """Records that can be looked at before they are handed out."""

    def __init__(self, records: Iterator[tuple[int, list[str]]]) -> None:
        self._records = records
        self._held: deque[tuple[int, list[str]]] = deque()

    def next(self, count: int) -> list[tuple[int, list[str]]]:
        """The next few records, which stay to be handed out."""
        self._held.extend(itertools.islice(self._records, max(0, count - len(self._held))))
        return list(self._held)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        return self._held.popleft() if self._held else next(self._records)


def _before_footer(
    records: Iterator[tuple[int, list[str]]], frame: Frame, found: _Found
) -> Iterator[tuple[int, list[str]]]:
    """Records without blank lines, and without what stands after one at the end of the file."""
    held: list[tuple[int, list[str]]] = []
    waiting = False
    for line, row in records:
        if not is_blank(row) and not waiting:
            yield line, row
            continue
        if is_blank(row) and not waiting:
            waiting = frame.shape.width > 1
        held.append((line, row))
        if len(held) > TAIL or not waiting:
            yield from ((n, r) for n, r in held if r)
            held, waiting = [], False
    rest = [row for _, row in held if not is_blank(row)]
    told = bool(held) and len(held[0][1]) > 0
    if rest and frame.stop is None and is_footer(rest, frame.shape.width, told=told):
        found.footer = tuple(line for line, row in held if not is_blank(row))
        held = [(line, row) for line, row in held if is_blank(row)]
    yield from ((line, row) for line, row in held if row)
