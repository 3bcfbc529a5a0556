"""How well are polluted CSV files read? Own files of each kind of pollution, beside other readers.

The kinds, the weights (how often each kind was met in the wild) and the score are those of
Vitagliano et al., "Pollock: A Data Loading Benchmark", PVLDB 16 (2023). The files are our own. The
score of a file is the sum of ten numbers from 0 to 1: read at all; precision, recall and F1 of the
cells of the header, of the records, and of all cells, each as multisets.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cxlib.errors import CxError
from cxlib.ingest.read import stage
from cxlib.ingest.text import write_text

Cells = list[list[str]]


@dataclass(frozen=True)
class Source:
    """A table: its rows, the header first, and the numbers of the columns that are in quotes."""

    name: str
    rows: Cells
    quoted: frozenset[int]


@dataclass(frozen=True)
class Polluted:
    """A file, and the rows that a reader should find in it (the header first, if there is one)."""

    kind: str
    name: str
    content: bytes
    expected: Cells


WEIGHTS = {
    "none": 1, "no_payload": 15, "no_trailing_newline": 184, "double_trailing_newline": 5,
    "no_header": 470, "header_2_rows": 47, "header_3_rows": 47, "preamble": 282,
    "tables_same": 63, "tables_more": 63, "tables_less": 63, "header_only": 3, "one_row": 4,
    "record_cr": 7, "record_lf": 1691, "delimiter_tab": 4, "delimiter_semicolon": 834,
    "delimiter_space": 4, "delimiter_comma_space": 101, "quote_single": 11, "escape_backslash": 1,
    "escape_none": 7, "row_less_delimiter": 304, "row_more_delimiter": 304, "row_extra_quote": 15,
    "row_other_delimiter": 7,
}  # fmt: skip
"""How often each kind was met, rounded; kinds that the paper does not have weigh nothing."""
ENDS = {
    "LFCR": "\n\r", "CRCRLF": "\r\r\n", "RS": "\x1e", "RSLF": "\x1e\n", "GS": "\x1d", "FS": "\x1c",
    "VT": "\v", "FF": "\f", "NEL": "\x85", "LS": "\u2028", "PS": "\u2029",
}  # fmt: skip
"""Signs that end records where no line end does."""


def sources() -> list[Source]:
    """Five tables: an order book, a survey, prices, measurements and an address list."""
    chance = random.Random(3)
    things = ["Kettle", "Desk lamp", "Sewing kit", "Men's parka", "Garden hose", "Tea set"]
    traits = [
        "Keeps warm, dries fast and lasts", "Light, small and easy to carry; made to last",
        'A "classic" shape, now in red', "Simple and sturdy", "Two sizes, one price\nShips today",
        "The smallest of the range, for cups",
    ]  # fmt: skip
    orders = [["DAY", "HOUR", "Pieces", "SKU", "UnitPrice", "Article", "About", "Link", "Remark"]]
    for i in range(83):
        sku = f"{chance.choice('ABC')}{chance.choice('XYZ')}-{1000 + i}"
        orders.append([
            f"{1 + i % 28:02d}/0{1 + i % 9}/2021", f"{8 + i % 12:02d}:{i % 4 * 15:02d}", str(1 + i % 5), sku,
            f"${chance.randint(2, 90)}.{chance.randint(10, 99)}", things[i % 6], traits[i * 5 % 6],
            f"https://shop.example/{sku.lower()}.html", "gift, please" if i % 7 == 0 else "",
        ])  # fmt: skip
    survey = [["respondent", "submitted", "score", "country", "comment"]]
    for i in range(24):
        said = ["", "Fast, friendly", 'They said "soon" twice', "ok", "Too slow; too dear"][i % 5]
        survey.append(
            [f"{i:05d}", f"2024-03-{1 + i:02d}", str(i * 7 % 11), ["ID", "DE", "BR"][i % 3], said]
        )
    prices = [
        ["item", "price"],
        *([f"{t} no. {i}", f"{9 + i}.50"] for i, t in enumerate(things * 3)),
    ]
    wide = [
        [f"m{j}" for j in range(20)],
        *([str((i * 31 + j * 7) % 997 / 10) for j in range(20)] for i in range(20)),
    ]
    people = [["first name", "surname", "town", "since"]]
    names = ["Ana", "Budi", "Chloé", "Dewi", "Emre", "Fatma", "Görkem", "Hana", "Ines"]
    towns = ["Bandung, West Java", "Köln", "São Paulo", "Jakarta", "Lyon"]
    for i in range(27):
        people.append(
            [
                names[i % 9],
                names[i * 4 % 9] + "son",
                towns[i % 5],
                f"{1 + i % 28}.{1 + i % 12}.20{10 + i % 14}",
            ]
        )
    return [
        Source("orders", orders, frozenset({5, 6})),
        Source("survey", survey, frozenset({4})),
        Source("prices", prices, frozenset()),
        Source("measurements", wide, frozenset()),
        Source("people", people, frozenset(range(4))),
    ]


def line(
    source: Source, row: list[str], delimiter: str = ",", quote: str = '"', escape: str = '"'
) -> list[str]:
    """The cells of a row as they are written; `escape` stands before quotes inside of quotes."""
    written = []
    for i, cell in enumerate(row):
        needs = any(mark in cell for mark in (delimiter, quote, "\n", "\r"))
        if needs or i in source.quoted:
            inner = cell.replace(quote, escape + quote)
            written.append(f"{quote}{inner}{quote}")
        else:
            written.append(cell)
    return written


def text(
    source: Source, rows: Cells, delimiter: str = ",", eol: str = "\r\n", **how: str | None
) -> str:
    """Rows as a file."""
    return "".join(delimiter.join(line(source, row, delimiter, **how)) + eol for row in rows)


def polluted(source: Source, every: int = 1) -> Iterator[Polluted]:
    """The files made of a table; of the pollutions of one row or cell, each `every`-th."""
    rows, width = source.rows, len(source.rows[0])
    plain = text(source, rows)

    def made(kind: str, content: str | bytes, expected: Cells = rows, name: str = "") -> Polluted:
        raw = content if isinstance(content, bytes) else content.encode()
        return Polluted(kind, f"{source.name} {kind} {name}".strip(), raw, expected)

    yield made("none", plain)
    yield made("no_payload", "", [])
    yield made("no_trailing_newline", plain.removesuffix("\r\n"))
    yield made("double_trailing_newline", plain + "\r\n")
    yield made("no_header", text(source, rows[1:]), rows[1:])
    for n in (2, 3):
        joined = [" ".join([cell] * n) for cell in rows[0]]
        yield made(f"header_{n}_rows", text(source, [rows[0]] * n + rows[1:]), [joined, *rows[1:]])
    blank = "," * (width - 1) + "\r\n"
    yield made("preamble", "EXPORT" + blank + blank + plain)
    yield made("preamble", ("EXPORT" + blank) * 3 + blank + plain, name="three")
    yield made("preamble", ("EXPORT" + blank) * 3 + plain, name="three, no blank")
    yield made("preamble_bare", "Exported by the shop\r\nJanuary, 2024\r\n\r\n" + plain)
    yield made("tables_same", plain + plain)
    for name, between in (("few", ""), ("few, apart", blank), ("few, blank", "\r\n")):
        few = rows[:10]
        yield made("tables_same", plain + between + text(source, few), name=name)
        more = [
            [*row, *([f"col{k}" for k in range(3)] if row is rows[0] else [row[-1]] * 3)]
            for row in few
        ]
        yield made("tables_more", plain + between + text(source, more), name=name)
        if width > 3:
            less = [row[: width // 2 + 1] for row in few]
            yield made("tables_less", plain + between + text(source, less), name=name)
    yield made("tables_more", plain + text(source, [[*row, f"x{i}"] for i, row in enumerate(rows)]))
    if width > 2:
        yield made("tables_less", plain + text(source, [row[:-1] for row in rows]))
    yield made("header_only", text(source, rows[:1]), rows[:1])
    yield made("one_row", text(source, rows[:2]), rows[:2])
    yield made("record_cr", text(source, rows, eol="\r"))
    yield made("record_lf", text(source, rows, eol="\n"))
    for kind, delimiter in [
        ("tab", "\t"), ("semicolon", ";"), ("space", " "), ("comma_space", ", "), ("pipe", "|"),
        ("colon", ":"), ("double_bar", "||"), ("tildes", "~~"), ("section", "§"), ("caret", "^"),
    ]:  # fmt: skip
        yield made(f"delimiter_{kind}", text(source, rows, delimiter))
    yield made("quote_single", text(source, rows, quote="'", escape="'"))
    few = text(source, rows[:3], quote="'", escape="'")
    yield made("quote_single", few, rows[:3], name="few")
    yield made("escape_backslash", text(source, rows, escape="\\"))
    yield made("escape_none", text(source, rows, escape=""))
    yield from _unlike_csv(source, made)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        yield made("encoding", plain.encode(encoding), name=encoding)
    yield made("footer", plain + "\r\nSource: the shop\r\n")
    yield made("footer", plain + "\r\n" + "Source: the shop\r\n" * 3, name="three")
    yield made("footer", plain + blank + ("Source: the shop" + blank) * 3, name="three, apart")
    yield from _rows(source, every, made)


def _unlike_csv(source: Source, made: Callable[..., Polluted]) -> Iterator[Polluted]:
    """Other ways to end records, to quote and to escape."""
    rows, chance = source.rows, random.Random(1)
    for name, end in ENDS.items():
        for delimiter in (",", ";", "\t", "\x1f"):
            content = text(source, rows, delimiter, eol=end)
            yield made("record_other", content, name=f"{name} {delimiter!r}")
    for pair in (("\r\n", "\n"), ("\r", "\n"), ("\r\n", "\r")):
        lines = [",".join(line(source, row)) for row in rows]
        mixed = "".join(cells + chance.choice(pair) for cells in lines)
        yield made("record_mixed", mixed, name=repr(pair))
    for i in (1, len(rows) // 2, len(rows) - 1):
        lines = [text(source, [row]) for row in rows]
        other = [*lines[:i], lines[i].removesuffix("\r\n") + "\n", *lines[i + 1 :]]
        yield made("record_one_lf", "".join(other), name=str(i))
    for delimiter in (",", "\t", ";"):
        for end in ("\n", "\r\n"):
            yield made("unloaded", _unloaded(rows, delimiter, end), name=f"{delimiter!r} {end!r}")
    bare = [[cell.replace(",", " ") for cell in row] for row in rows]
    loose = "".join(",".join(cell.replace('"', "”") for cell in row) + "\r\n" for row in bare)
    yield made("record_crlf_lf_in_cells", loose, [[c.replace('"', "”") for c in r] for r in bare])
    swapped = [[f"'{cell}'" if set(cell) & set(',"\n') else cell for cell in row] for row in rows]
    content = "".join(",".join(row) + "\r\n" for row in swapped)
    yield made("quote_single_bare", content, rows)
    for delimiter in ("\t\t", "\\t", ";;", "^|"):
        yield made("delimiter_several", text(source, rows, delimiter), name=repr(delimiter))
    for i in (1, len(rows) // 2, len(rows) - 1):
        lines = [text(source, [row]) for row in rows]
        for name, how in (("quote", {"quote": "'", "escape": "'"}), ("escape", {"escape": "\\"})):
            changed = text(source, [rows[i]], **how)
            content = "".join([*lines[:i], changed, *lines[i + 1 :]])
            yield made(f"row_other_{name}", content, name=str(i))
        changed = ";".join(line(source, rows[i], ";")) + "\r\n"
        content = "".join([*lines[:i], changed, *lines[i + 1 :]])
        yield made("row_semicolon", content, name=str(i))
    hollow = [["" if k == 1 else name for k, name in enumerate(rows[0])], *rows[1:]]
    yield made("header_gap", text(source, hollow), hollow)
    twice = [[rows[0][0] if k == 1 else name for k, name in enumerate(rows[0])], *rows[1:]]
    yield made("header_twice", text(source, twice), twice)
    yield made("column_one", text(source, [row[:1] for row in rows]), [row[:1] for row in rows])
    many = [
        [*row, *([f"c{k}" for k in range(1000)] if i == 0 else [row[-1]] * 1000)]
        for i, row in enumerate(rows)
    ]
    yield made("columns_many", text(source, many), many)


def _unloaded(rows: Cells, delimiter: str, end: str) -> str:
    """Rows as MySQL and MariaDB write them: escapes for quotes, nothing as ``\\N``."""

    def cell(text: str) -> str:
        if not text:
            return "\\N"
        for sign in ("\\", delimiter, end[0]):
            text = text.replace(sign, "\\" + sign)
        return text

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def _rows(source: Source, every: int, made: Callable[..., Polluted]) -> Iterator[Polluted]:
    """One row or one cell of the file is polluted."""
    rows, count = source.rows, 0
    lines = [line(source, row) for row in rows]

    def file(i: int, changed: str) -> str:
        return "".join(
            (changed if k == i else ",".join(row)) + "\r\n" for k, row in enumerate(lines)
        )

    for i, cells in enumerate(lines):
        for j in range(len(cells)):
            count += 1
            if count % every:
                continue
            name = f"{i} {j}"
            more = ",".join([*cells[:j], "", *cells[j:]])
            yield made("row_more_delimiter", file(i, more), name=name)
            if j:
                less = ",".join([*cells[: j - 1], cells[j - 1] + cells[j], *cells[j + 1 :]])
                yield made("row_less_delimiter", file(i, less), name=name)
            cell = cells[j]
            stray = '""' + cell[1:] if cell.startswith('"') else '"' + cell
            extra = ",".join([*cells[:j], stray, *cells[j + 1 :]])
            wanted = [list(row) for row in rows]
            wanted[i][j] = '"' + wanted[i][j]
            yield made("row_extra_quote", file(i, extra), wanted, name=name)
        if not i % every:
            yield made("row_other_delimiter", file(i, " ".join(cells)), name=str(i))


def score(expected: Cells, found: Cells | None) -> float:
    """The ten numbers of a file, summed; `found` None where it could not be read."""
    if found is None:
        return 0.0
    if not expected:
        return 10.0
    tidy = lambda row: [" ".join(cell.split()) for cell in row]  # noqa: E731
    return 1.0 + sum(
        _measures(want, got)
        for want, got in [
            (tidy(expected[0]), tidy(found[0]) if found else []),
            (
                ["".join(tidy(row)) for row in expected[1:]],
                ["".join(tidy(row)) for row in found[1:]],
            ),
            ([cell for row in expected for cell in row], [cell for row in found for cell in row]),
        ]
    )


def _measures(want: list[str], got: list[str]) -> float:
    """Precision, recall and F1 of a multiset, summed."""
    if not want:
        return 3.0
    shared = (Counter(want) & Counter(got)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(got), shared / len(want)
    return precision + recall + 2 * precision * recall / (precision + recall)


def ours(path: Path) -> Cells | None:
    """What `read` writes."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            written = write_text(stage(path, Path(folder)), Path(folder) / "out.csv")
        except CxError as error:
            return [] if error.code == "empty_file" else None
        with written.open(encoding="utf-8", newline="") as handle:
            return list(csv.reader(handle))


def standard(path: Path) -> Cells | None:
    """The standard library: its sniffer on the whole text, then its reader."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(content) if content else csv.excel
    except (csv.Error, UnicodeError):
        dialect = csv.excel
        content = path.read_bytes().decode("latin-1")
    try:
        return list(csv.reader(io.StringIO(content, newline=""), dialect))
    except csv.Error:
        return None


def pandas(path: Path) -> Cells | None:
    """pandas with its own sniffing, lines that do not fit skipped."""
    import pandas as pd

    try:
        frame = pd.read_csv(
            path, sep=None, engine="python", header=None, dtype=str, keep_default_na=False,
            on_bad_lines="skip", encoding_errors="replace",
        )  # fmt: skip
    except pd.errors.EmptyDataError:
        return []
    except (ValueError, csv.Error, UnicodeError):
        return None
    return [["" if cell != cell else cell for cell in row] for row in frame.to_numpy().tolist()]


def clever(path: Path) -> Cells | None:
    """CleverCSV's detector and reader."""
    import clevercsv

    failures = (clevercsv.exceptions.Error, clevercsv.exceptions.NoDetectionResult)
    try:
        return [list(row) for row in clevercsv.read_table(str(path))]
    except (*failures, UnicodeError, ValueError, csv.Error):
        return None


def duck(path: Path) -> Cells | None:
    """DuckDB's sniffer, all columns text (it then finds few headers), lines that do not fit left out."""
    import duckdb

    try:
        found = duckdb.execute(
            "FROM read_csv(?, all_varchar = true, ignore_errors = true, null_padding = true)",
            [str(path)],
        )
        header = [column[0] for column in found.description or ()]
        return [header, *([cell or "" for cell in row] for row in found.fetchall())]
    except duckdb.Error:
        return None


READERS = {"cxlib": ours, "csv": standard, "pandas": pandas, "clevercsv": clever, "duckdb": duck}


def measure(
    files: list[Polluted], reader: Callable[[Path], Cells | None]
) -> dict[str, list[tuple[float, str]]]:
    """The scores by kind of pollution, with the names of the files."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        for file in files:
            path.write_bytes(file.content)
            found[file.kind].append((score(file.expected, reader(path)), file.name))
    return found


def summary(found: dict[str, list[tuple[float, str]]]) -> dict[str, float]:
    """The mean over all files of the paper's kinds, and over kinds by their weights."""
    known = {k: [s for s, _ in v] for k, v in found.items() if k in WEIGHTS}
    means = {k: sum(v) / len(v) for k, v in known.items()}
    total = sum(WEIGHTS[k] for k in known)
    return {
        "simple": sum(sum(v) for v in known.values()) / sum(len(v) for v in known.values()),
        "weighted": sum(WEIGHTS[k] * mean for k, mean in means.items()) / total,
    }


def main(argv: list[str]) -> int:
    """Print the table; exit 1 when our mean is below 9.90, or 9.60 by weight."""
    parser = argparse.ArgumentParser(prog="bench pollution", description=__doc__)
    parser.add_argument("--every", type=int, default=7, help="use each N-th polluted cell")
    parser.add_argument("--readers", nargs="*", choices=list(READERS), default=list(READERS))
    parser.add_argument("--worst", type=int, default=0, help="name our N worst files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    files = [file for source in sources() for file in polluted(source, options.every)]
    results, seconds = {}, {}
    for name in options.readers:
        began = time.perf_counter()
        results[name] = measure(files, READERS[name])
        seconds[name] = time.perf_counter() - began
    kinds = list(dict.fromkeys(file.kind for file in files))
    table = {
        kind: {
            name: sum(s for s, _ in found[kind]) / len(found[kind])
            for name, found in results.items()
        }
        for kind in kinds
    }
    overall = {name: summary(found) for name, found in results.items()}
    if options.json:
        print(json.dumps({"files": len(files), "kinds": table, "overall": overall}, indent=1))
    else:
        print(f"{len(files)} files\n\n| pollution | " + " | ".join(results) + " |")
        print("|---|" + "---|" * len(results))
        for kind, row in table.items():
            print(f"| {kind} | " + " | ".join(f"{row[name]:.2f}" for name in results) + " |")
        for which in ("simple", "weighted"):
            print(
                f"| **{which}** | " + " | ".join(f"{overall[n][which]:.3f}" for n in results) + " |"
            )
        print("| seconds | " + " | ".join(f"{seconds[n]:.0f}" for n in results) + " |")
        worst = sorted(item for scores in results.get("cxlib", {}).values() for item in scores)
        for points, name in worst[: options.worst]:
            print(f"{points:6.3f} {name}")
    ok = overall.get("cxlib", {"simple": 10, "weighted": 10})
    return 0 if ok["simple"] >= 9.9 and ok["weighted"] >= 9.6 else 1
