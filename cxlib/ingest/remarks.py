"""What was noticed while a delimited text was read, as issues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxlib.i18n import N_
from cxlib.ingest.encoding import Encoded
from cxlib.ingest.frame import Frame
from cxlib.ingest.records import EXAMPLES, Mended
from cxlib.results import Issue

MENDED: dict[str, tuple[str, str]] = {
    "unclosed_quote": (
        N_("A quote opens and never closes; it was read as part of the text."),
        N_("Close the quote, or double it where it belongs to the text."),
    ),
    "stray_quotes": (
        N_("Quotes inside of cells are not doubled; they were read as part of the text."),
        N_("Check that the cells of these lines are as you meant them."),
    ),
    "split_cells": (
        N_("A delimiter is missing between two cells; the quotes show where it belongs."),
        N_("Check that the cells of these lines are as you meant them."),
    ),
    "joined_cells": (
        N_("A text holds the delimiter without being quoted; it was read as one cell."),
        N_("Put quotes around text that holds the delimiter."),
    ),
    "empty_cell_dropped": (
        N_("Lines have an empty cell too many; it was left out where the other cells show it."),
        N_("Check that the cells of these lines are as you meant them."),
    ),
    "padded_rows": (
        N_("Lines end early; the cells that they lack at their end were left empty."),
        N_("Check that these lines are complete."),
    ),
    "repeated_header": (
        N_("The header stands again inside of the table; these lines were left out."),
        N_(
            "It looks as if files were put one after the other. Check that no rows are in it twice."
        ),
    ),
    "other_delimiter": (
        N_("Lines part their cells in another way than the rest; they were read that way."),
        N_("Check that the cells of these lines are as you meant them."),
    ),
    "extra_empty_cells": (
        N_("Some lines end in empty cells beyond the last column; these were left out."),
        "",
    ),
}


def encoding_issues(encoded: Encoded) -> Iterator[Issue]:
    """What was guessed and left out on the way from bytes to text."""
    if not encoded.certain:
        yield Issue(
            "encoding_guessed",
            "info",
            N_("The file does not say its encoding; it was read as {encoding}."),
            N_("If letters look wrong, choose another encoding."),
            {"encoding": encoded.encoding},
        )
    if encoded.nuls:
        yield Issue(
            "nul_bytes",
            "warning",
            N_("{count} NUL bytes were left out."),
            N_("Export the file again if text is missing."),
            {"count": encoded.nuls},
            count=encoded.nuls,
        )
    if encoded.undecodable:
        yield Issue(
            "undecodable",
            "warning",
            N_("{count} characters have no meaning in {encoding} and are shown as �."),
            N_("Choose another encoding."),
            {"count": encoded.undecodable, "encoding": encoded.encoding},
            count=encoded.undecodable,
        )


def frame_issues(frame: Frame, footer: Sequence[int], again: int | None) -> Iterator[Issue]:
    """What stands around the table; `again` is the line on which its header stands once more."""
    if not frame.dialect.sure:
        yield Issue(
            "delimiter_unsure",
            "warning",
            N_("It is not certain how the cells are parted; the best guess is shown."),
            N_("If the columns look wrong, choose the delimiter."),
        )
    if frame.quoted:
        yield Issue(
            "quote_unsure",
            "warning",
            N_("Cells begin and end with a quotation mark that may enclose them or be their text."),
            N_("If these cells look wrong, choose the quotation mark."),
            rows=frame.quoted[:EXAMPLES],
            count=len(frame.quoted),
        )
    if frame.hinted is not None:
        yield Issue(
            "delimiter_line",
            "info",
            N_("The first line says that the cells are parted by “{delimiter}”; it was left out."),
            params={"delimiter": frame.hinted},
            rows=(1,),
            count=1,
        )
    if frame.preamble:
        yield Issue(
            "preamble",
            "info",
            N_("{count} lines before the table were left out."),
            params={"count": len(frame.preamble)},
            rows=frame.preamble[:EXAMPLES],
            count=len(frame.preamble),
        )
    if frame.named > 1:
        yield Issue(
            "header_rows",
            "info",
            N_("The columns are named by {count} lines; their names were joined."),
            params={"count": frame.named},
            rows=(frame.start,),
            count=frame.named,
        )
    if footer:
        yield Issue(
            "footer",
            "info",
            N_("{count} lines after the table were left out."),
            N_("They look like notes or totals."),
            {"count": len(footer)},
            rows=tuple(footer[:EXAMPLES]),
            count=len(footer),
        )
    starts = [*frame.starts, *([] if again is None else [again])]
    if len(starts) > 1:
        yield Issue(
            "other_tables",
            "warning",
            N_("The file holds {count} tables; table {table} was read."),
            N_("Choose another table by its number, or split the file on that line."),
            {"count": len(starts), "table": frame.table},
            rows=tuple(starts[:EXAMPLES]),
            count=len(starts) - 1,
        )


def mended_issues(mended: Mended) -> Iterator[Issue]:
    """Records that were read another way than they stand, by the way."""
    for how, count in sorted(mended.counts.items()):
        message, hint = MENDED[how]
        harmless = how in ("extra_empty_cells", "padded_rows")
        yield Issue(
            how,
            "info" if harmless else "warning",
            message,
            hint,
            rows=tuple(mended.lines[how]),
            count=count,
        )


def total_issue(line: int) -> Issue:
    """The last row may be a sum of the others."""
    return Issue(
        "total_row",
        "warning",
        N_("The last row looks like a total; it was read like the others."),
        N_("Delete it if it is the sum of the rows above: else it is counted twice."),
        rows=(line,),
        count=1,
    )
