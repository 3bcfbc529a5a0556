"""CSV, TSV, white space and their kin: text to text Parquet, chunk by chunk.

A regular file goes through Arrow's parser. At the first sign of trouble (a ragged or blank line, an
open quote, a cell beyond Arrow's block) it is read again by Python's, which is slower and tells
line by line what is wrong.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from cxlib.i18n import N_
from cxlib.ingest import dialect as dialects
from cxlib.ingest.dialect import Dialect
from cxlib.ingest.encoding import Encoded, examine, not_a_table, open_clean, open_text
from cxlib.ingest.rejects import Rejects
from cxlib.ingest.staged import (
    CHUNK,
    MAX_CELL,
    ReadOptions,
    Staged,
    TextWriter,
    check_width,
    untyped,
    visible_names,
)
from cxlib.results import Issue

ARROW_BLOCK = 4 << 20
SAMPLE_CHARACTERS = 1 << 18


@dataclass(frozen=True, slots=True)
class Layout:
    """The table in the text: `width` columns, the usual row has `usual` cells of them."""

    dialect: Dialect
    header: tuple[str, ...] | None
    width: int
    usual: int


class _Irregular(Exception):
    """Arrow cannot read the file, or not tell its lines."""


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
        sample = _lines(text.read(SAMPLE_CHARACTERS))
    layout = find_layout(sample, options)
    check_width(layout.width)
    target = outdir / "text.parquet"
    with Rejects(outdir / "read_rejects.csv") as rejects:
        try:
            writer, found = _stage_quickly(encoded, layout, target, progress)
        except (pa.ArrowInvalid, _Irregular):
            writer, found = _stage_carefully(encoded, layout, target, rejects, progress)
    names, renamed = visible_names(layout.header, layout.width)
    return Staged(
        path=target,
        name=name,
        format="delimited",
        columns=names,
        titles=layout.header,
        rows=writer.rows,
        sources=untyped(layout.width),
        samples=writer.samples(),
        encoding=encoded.encoding,
        delimiter=layout.dialect.delimiter,
        quotechar=layout.dialect.quotechar,
        rejects=rejects.path,
        rejected=rejects.count,
        issues=(
            *_encoding_issues(encoded),
            *_dialect_issues(layout),
            *renamed,
            *found,
            *rejects.issues(),
        ),
    )


def find_layout(sample: Sequence[str], options: ReadOptions) -> Layout:
    """Dialect, header and width, by the first lines of a file.

    The width is the header's, or the usual row's where that is wider; a header that is one short
    over full cells lacks the name of its first column (row names), else of its last ones.
    """
    dialect = dialects.detect(sample, options.delimiter)
    rows = [row for row in dialects.parse(sample[dialect.preamble :], dialect) if any(row)]
    if not rows:
        raise not_a_table()
    has_header = options.header if options.header is not None else dialects.header_found(rows)
    body = rows[1:] if has_header else rows
    widths = Counter(len(row) for row in body)
    width = len(rows[0])
    usual = width if not widths or widths[width] else max(widths, key=lambda w: (widths[w], w))
    if not has_header:
        wide = max(widths, key=lambda w: (widths[w], w), default=width)
        return Layout(dialect, None, wide, wide)
    header = tuple(rows[0])
    if usual == width + 1 and any(row[-1] for row in body if len(row) == usual):
        header = ("", *header)
    return Layout(dialect, header, max(width, usual), usual)


def _stage_quickly(
    encoded: Encoded, layout: Layout, target: Path, progress: Callable[[int], None] | None
) -> tuple[TextWriter, list[Issue]]:
    dialect = layout.dialect
    if (
        dialect.delimiter in (None, dialects.WHITE_SPACE)
        or dialect.preamble
        or layout.width == 1
        or layout.usual != layout.width
    ):
        raise _Irregular
    names = [f"c{i}" for i in range(layout.width)]
    source = str(encoded.path) if encoded.raw else pa.PythonFile(open_clean(encoded), mode="r")
    reader = arrow_csv.open_csv(
        source,
        arrow_csv.ReadOptions(
            column_names=names,
            skip_rows_after_names=int(layout.header is not None),
            block_size=ARROW_BLOCK,
            use_threads=False,
        ),
        arrow_csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quotechar if encoded.quotes else False,
            double_quote=dialect.escapechar is None,
            escape_char=dialect.escapechar or False,
            newlines_in_values=encoded.quotes,
            ignore_empty_lines=False,
        ),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    header_lines = 1 + sum(cell.count("\n") for cell in layout.header or ())
    line = 1 + (header_lines if layout.header is not None else 0)
    broken = 0
    with TextWriter(target, layout.width, progress) as writer:
        for batch in reader:
            columns = batch.columns
            _refuse_trouble(columns)
            spans = _line_breaks(columns) if encoded.quotes else None
            starts = _starts(line, batch.num_rows, spans)
            writer.write(columns, starts)
            broken = spans[-1].as_py() if spans is not None and batch.num_rows else 0
            line += batch.num_rows + (pc.sum(spans).as_py() or 0 if spans is not None else 0)
        if broken:  # the last cell holds line breaks: perhaps its quote never closes
            raise _Irregular
    return writer, []


def _refuse_trouble(columns: Sequence[pa.Array]) -> None:
    """A blank line, a cell above the cap or one that swallowed lines is for the careful reader."""
    blank = None
    for column in columns:
        lengths = pc.binary_length(column)
        if (pc.max(lengths).as_py() or 0) > 4_000:
            raise _Irregular
        empty = pc.equal(lengths, 0)
        blank = empty if blank is None else pc.and_(blank, empty)
    if pc.any(blank).as_py():
        raise _Irregular


def _line_breaks(columns: Sequence[pa.Array]) -> pa.Array:
    counts = None
    for column in columns:
        inside = pc.count_substring(column, "\n")
        counts = inside if counts is None else pc.add(counts, inside)
    return counts


def _starts(line: int, rows: int, spans: pa.Array | None) -> pa.Array:
    """The line on which each record starts, the first on `line`."""
    index = pa.array(range(line, line + rows), pa.int64())
    if spans is None or not rows:
        return index
    before = pc.subtract(pc.cumulative_sum(spans.cast(pa.int64())), spans.cast(pa.int64()))
    return pc.add(index, before)


def _stage_carefully(
    encoded: Encoded,
    layout: Layout,
    target: Path,
    rejects: Rejects,
    progress: Callable[[int], None] | None,
) -> tuple[TextWriter, list[Issue]]:
    trimmed: list[int] = []
    with open_text(encoded) as text, TextWriter(target, layout.width, progress) as writer:
        records = _records(text, layout.dialect, rejects)
        if layout.header is not None:
            next(records, None)
        rows = _fitted(records, layout, rejects, trimmed)
        while chunk := list(itertools.islice(rows, CHUNK)):
            cells = zip(*(row for _, row in chunk), strict=True)
            columns = [pa.array(column, pa.string()) for column in cells]
            writer.write(columns, pa.array([line for line, _ in chunk], pa.int64()))
    if not trimmed:
        return writer, []
    shorter = Issue(
        "extra_empty_cells",
        "info",
        N_("Some lines end in empty cells beyond the last column; these were left out."),
        rows=tuple(trimmed[:5]),
        count=len(trimmed),
    )
    return writer, [shorter]


def _records(
    text: Iterator[str], dialect: Dialect, rejects: Rejects
) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, with the line on which each starts.

    A record that runs into the end of the file or beyond the cap of a cell loses its first line to
    `rejects`; the lines after it are read anew.
    """
    lines = _Lines(itertools.islice(text, dialect.preamble, None), dialect.preamble)
    reader = dialects.parse(lines, dialect)
    while True:
        lines.mark()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            code = "unclosed_quote" if len(lines.held) > 1 else "cell_too_large"
            rejects.add(lines.start, "", lines.held[0], code)
            lines.back()
            reader = dialects.parse(lines, dialect)
            continue
        if len(lines.held) > 1 and lines.ended and _is_open("".join(lines.held), dialect):
            rejects.add(lines.start, "", lines.held[0].rstrip("\r\n"), "unclosed_quote")
            lines.back()
            reader = dialects.parse(lines, dialect)
            continue
        if len(lines.held[0]) > MAX_CELL and any(len(cell) > MAX_CELL for cell in row):
            rejects.add(lines.start, "", lines.held[0], "cell_too_large")
            continue
        if any(cell.strip() for cell in row) or len(row) > 1:
            yield lines.start, row


def _is_open(record: str, dialect: Dialect) -> bool:
    """Whether a record ends inside a quote: it would swallow the next line too."""
    return list(dialects.parse([record, "x\n"], dialect))[-1] != ["x"]


def _fitted(
    records: Iterator[tuple[int, list[str]]], layout: Layout, rejects: Rejects, trimmed: list[int]
) -> Iterator[tuple[int, list[str]]]:
    """Records of the table's width; others are rejected, but for cells beyond it that are empty."""
    width, usual = layout.width, layout.usual
    for line, row in records:
        if len(row) == width:
            yield line, row
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            trimmed.append(line)
            yield line, row[:width]
        elif len(row) == usual:
            yield line, [*row, *[""] * (width - len(row))]
        else:
            delimiter = layout.dialect.delimiter or ""
            rejects.add(line, "", delimiter.join(row), "ragged_row")


class _Lines:
    """Lines that can be handed out again from the last mark on."""

    def __init__(self, source: Iterator[str], before: int) -> None:
        self._source = source
        self._again: list[str] = []
        self.held: list[str] = []
        self.start = before + 1
        self.ended = False

    def mark(self) -> None:
        """A new record begins with the next line."""
        self.start += len(self.held)
        self.held = []

    def back(self) -> None:
        """Give up the first line since the mark; hand the others out again."""
        self._again = self.held[1:] + self._again
        self.held = self.held[:1]
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._again:
            line = self._again.pop(0)
        else:
            try:
                line = next(self._source)
            except StopIteration:
                self.ended = True
                raise
        self.held.append(line)
        return line


def _lines(text: str) -> list[str]:
    """The whole lines of a sample; the last one only if there is no other."""
    lines = text.splitlines(keepends=True) if "\x0b" not in text else text.split("\n")
    full = len(text) < SAMPLE_CHARACTERS or len(lines) == 1
    return lines if full else lines[:-1]


def _encoding_issues(encoded: Encoded) -> list[Issue]:
    issues = []
    if not encoded.certain:
        issues.append(
            Issue(
                "encoding_guessed",
                "info",
                N_("The file does not say its encoding; it was read as {encoding}."),
                N_("If letters look wrong, choose another encoding."),
                {"encoding": encoded.encoding},
            )
        )
    if encoded.nuls:
        issues.append(
            Issue(
                "nul_bytes",
                "warning",
                N_("{count} NUL bytes were left out."),
                N_("Export the file again if text is missing."),
                {"count": encoded.nuls},
                count=encoded.nuls,
            )
        )
    if encoded.undecodable:
        issues.append(
            Issue(
                "undecodable",
                "warning",
                N_("{count} characters have no meaning in {encoding} and are shown as �."),
                N_("Choose another encoding."),
                {"count": encoded.undecodable, "encoding": encoded.encoding},
                count=encoded.undecodable,
            )
        )
    return issues


def _dialect_issues(layout: Layout) -> list[Issue]:
    issues = []
    if not layout.dialect.sure:
        issues.append(
            Issue(
                "delimiter_unsure",
                "warning",
                N_("It is not certain how the cells are parted; the best guess is shown."),
                N_("If the columns look wrong, choose the delimiter."),
            )
        )
    if layout.dialect.preamble:
        issues.append(
            Issue(
                "preamble",
                "info",
                N_("{count} lines before the table were left out."),
                params={"count": layout.dialect.preamble},
                rows=(1,),
                count=layout.dialect.preamble,
            )
        )
    return issues
