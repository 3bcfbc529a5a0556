"""The records of two versions of a kind of data, laid side by side to be compared or joined.

Written in SQL for the embedded engine. A record is what its key names: an order (all rows with its
order id and customer), a ticket, a customer; where a kind has no key, or a file repeats it, a record
is a row, known by its whole content, and equal rows are counted.

`lay` makes, for each side (``before``, ``after``), the tables

- ``{side}_table``, the rows under common names: a field's own name, ``s0…`` and ``a0…`` for the
  scores and attributes of both, and `row`, the row's place in the file;
- ``{side}_rows``: row, line, key (null: known by content), content, day, amount, and whether it is
  a refund with a paper of its own (an order that was called refunded later has none);
- ``{side}_records``: key, content, n (how many; 1 with a key); no key is ever equal to a content.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxlib.engine import Connection
from cxlib.ingest.canonical import Imported
from cxlib.ingest.fold import LINE_COLUMNS, quoted
from cxlib.ingest.plan import Score
from cxlib.tables.kind import FieldType, kind

Side = Literal["before", "after"]
SIDES: tuple[Side, Side] = ("before", "after")

SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "category": "VARCHAR",
    "number": "DOUBLE",
    "money": "DECIMAL(18, 4)",
    "timestamp": "TIMESTAMP",
    "flag": "BOOLEAN",
}
ORDER_FIELDS: tuple[tuple[str, FieldType], ...] = (
    ("customer_id", "id"),
    ("order_id", "id"),
    ("timestamp", "timestamp"),
    ("amount", "money"),
    ("discount", "money"),
    ("quantity", "money"),
    ("channel", "category"),
    ("place", "category"),
    ("currency", "category"),
    ("status", "category"),
)
# What names a record. Kinds that are not here (events, answers, reviews) are compared row by row: one
# customer may well say two things on one day. Campaigns and experiments are also parted by the
# dimensions that no field claims, so a row for another region is another row.
KEYS: dict[str, tuple[str, ...]] = {
    "tickets": ("ticket_id",),
    "customers": ("customer_id",),
    "subscriptions": ("customer_id", "start"),
    "campaigns": ("timestamp", "channel", "campaign"),
    "experiments": ("unit_id",),
}
_PARTED = {"campaigns", "experiments"}
# `purchase_day` follows from the other rows of its file, `line` from their order.
_LINE_CONTENT = tuple(
    name for name in LINE_COLUMNS.split(", ") if name not in ("line", "purchase_day")
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of either version: `place` is what it is called in each file, None where absent."""

    name: str
    label: str
    type: FieldType
    role: Literal["field", "score", "attribute"]
    before: str | None
    after: str | None
    same_type: bool = True

    def place(self, side: Side) -> str | None:
        return self.before if side == "before" else self.after


@dataclass(frozen=True, slots=True)
class Laid:
    """What was laid: `compared` are the columns that make up the content of a record, `appeared` and
    `gone` the labels of those with values on one side only; `key` is empty where rows are counted.
    """

    columns: tuple[Column, ...]
    compared: tuple[Column, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    key: tuple[str, ...]


def lay(connection: Connection, before: Imported, after: Imported) -> Laid:
    """Make the tables that the module names, from two versions of one kind."""
    columns = align(before, after)
    for side, version in zip(SIDES, (before, after), strict=True):
        chosen = ", ".join(f"{_cell(column, side)} AS {name(column)}" for column in columns)
        connection.execute(
            f"CREATE VIEW {side}_table AS SELECT file_row_number AS row, line, "
            f"{_derived(version.kind)}, {chosen} "
            f"FROM read_parquet({quoted(str(version.table))}, file_row_number = true)"
        )
    filled = {side: _filled(connection, side, columns) for side in SIDES}
    one_sided = filled["before"] ^ filled["after"]
    compared = tuple(c for c in columns if c.name not in one_sided and c.same_type)
    named = ("order_id" in filled["before"], "order_id" in filled["after"])
    if before.kind == "transactions":
        key: tuple[str, ...] = ("order_id", "customer_id") if all(named) else ()
    else:
        key = _key(connection, before.kind, compared)
    # The products of an order cannot be held against those of rows that no order holds together.
    with_lines = before.lines is not None and after.lines is not None and named[0] == named[1]
    for side, version in zip(SIDES, (before, after), strict=True):
        _lay_rows(connection, side, compared, key, before.kind == "transactions")
        _lay_records(connection, side, version.lines if with_lines else None)
    return Laid(
        columns=columns,
        compared=compared,
        appeared=_labels(columns, filled["after"] - filled["before"]),
        gone=_labels(columns, filled["before"] - filled["after"]),
        key=key,
    )


def align(before: Imported, after: Imported) -> tuple[Column, ...]:
    """The columns of both: fields by their name, scores and attributes by what their file calls them.

    The primary scores belong together whatever their columns are called. An attribute that is read
    as two types is text.
    """
    if before.kind == "transactions":
        return tuple(Column(n, n, t, "field", n, n) for n, t in ORDER_FIELDS)
    found = [
        Column(f.name, f.name, f.type, "field", f.name, f.name) for f in kind(before.kind).fields
    ]
    # The first is the field `score` where the kind has one: paired, and under its latest name.
    old, new = ({score.column: i for i, score in enumerate(v.scores)} for v in (before, after))
    if before.scores and after.scores and _has_score(before.kind):
        was_called, is_called = before.scores[0].column, after.scores[0].column
        if is_called not in old and was_called not in new:
            old = {is_called: 0} | {label: i for label, i in old.items() if i}
    for i, label in enumerate(dict.fromkeys([*new, *old])):
        places = (_numbered("s", old.get(label)), _numbered("s", new.get(label)))
        found.append(Column(f"s{i}", label, "number", "score", *places))
    was = {a.column: (i, a.type) for i, a in enumerate(before.attributes)}
    now = {a.column: (i, a.type) for i, a in enumerate(after.attributes)}
    for i, label in enumerate(dict.fromkeys([*now, *was])):
        types = {held[label][1] for held in (was, now) if label in held}
        type_: FieldType = types.pop() if len(types) == 1 else "text"
        places = (
            _numbered("a", was[label][0] if label in was else None),
            _numbered("a", now[label][0] if label in now else None),
        )
        found.append(Column(f"a{i}", label, type_, "attribute", *places, same_type=not types))
    return tuple(found)


def aligned_scores(
    columns: Iterable[Column], before: Imported, after: Imported
) -> tuple[Score, ...]:
    """The scores of both, each under its label and as the later file says of it."""
    given = {score.column: score for score in (*before.scores, *after.scores)}
    return tuple(given[column.label] for column in columns if column.role == "score")


def name(column: Column) -> str:
    """The column's name as SQL: fields are called `end`, `group`, …"""
    return f'"{column.name}"'


def _has_score(kind_name: str) -> bool:
    """Whether the kind has the field `score`, whose column is also the first of the scores."""
    return any(field.name == "score" for field in kind(kind_name).fields)


def _derived(kind_name: str) -> str:
    """Columns that canonical tables have beside their fields."""
    if kind_name == "transactions":
        return "day, purchase_day, lines"
    timed = any(field.name == "timestamp" for field in kind(kind_name).fields)
    return "day" if timed else "NULL::DATE AS day"


def _cell(column: Column, side: Side) -> str:
    place = column.place(side)
    type_ = SQL_TYPES[column.type]
    if place is None:
        return f"NULL::{type_}"
    if column.same_type:
        return f'"{place}"'
    return f"regexp_replace(CAST(\"{place}\" AS VARCHAR), '\\.0$', '')"


def _filled(connection: Connection, side: Side, columns: tuple[Column, ...]) -> set[str]:
    counts = ", ".join(f"count({name(column)})" for column in columns)
    found = connection.execute(f"SELECT {counts} FROM {side}_table").fetchone()
    assert found is not None
    return {column.name for column, count in zip(columns, found, strict=True) if count}


def _key(connection: Connection, kind_name: str, compared: tuple[Column, ...]) -> tuple[str, ...]:
    """The names of the key, empty where rows are counted: no key, or one that does not hold."""
    known = {column.name for column in compared}
    key = [field for field in KEYS.get(kind_name, ()) if field in known]
    if kind_name in _PARTED:
        key += [c.name for c in compared if c.role == "attribute" and c.type == "text"]
    if not key or key[0] != KEYS[kind_name][0]:
        return ()
    for side in SIDES:
        found = connection.execute(
            f'SELECT count(*) = count(DISTINCT {_text(key)}) AND count(*) = count("{key[0]}") '
            f"FROM {side}_table"
        ).fetchone()
        if found != (True,):
            return ()
    return tuple(key)


def _lay_rows(
    connection: Connection,
    side: Side,
    compared: tuple[Column, ...],
    key: tuple[str, ...],
    transactions: bool,
) -> None:
    keyed = _text(key) if key else "NULL::VARCHAR"
    if key and transactions:
        keyed = f"CASE WHEN order_id IS NOT NULL THEN {keyed} END"
    content = [column.name for column in compared]
    money = "NULL::DECIMAL(18, 4) AS amount, false AS refund"
    if transactions:
        refund = "coalesce(status = 'refund' AND coalesce(amount, quantity) < 0, false)"
        money = f"amount, {refund} AS refund"
    connection.execute(
        f"CREATE TABLE {side}_rows AS SELECT row, line, {keyed} AS key, "
        f"{_hash(content)} AS content, day, "
        f"{money} "
        f"FROM {side}_table"
    )


def _lay_records(connection: Connection, side: Side, lines: Path | None) -> None:
    """Rows folded to records; the products of an order are part of what it holds."""
    if lines is None:
        pieces = f"SELECT key, row, content FROM {side}_rows"
    else:
        connection.execute(
            f"CREATE TABLE {side}_pieces AS SELECT line, order_id, {_text(('order_id', 'customer_id'))} "
            f"AS key, {_hash(_LINE_CONTENT)} AS content FROM read_parquet({quoted(str(lines))})"
        )
        pieces = (
            f"SELECT key, row, content FROM {side}_rows UNION ALL "
            f"SELECT key, NULL, content FROM {side}_pieces WHERE order_id IS NOT NULL UNION ALL "
            f"SELECT NULL, row, piece.content FROM {side}_pieces AS piece "
            f"JOIN {side}_rows AS rows USING (line) WHERE piece.order_id IS NULL"
        )
    # A row without a key is first folded with its own products, then counted with its equals.
    connection.execute(
        f"CREATE TABLE {side}_known AS SELECT key, CASE WHEN key IS NULL THEN row END AS row, "
        f"md5(array_to_string(list_sort(list(content)), '')) AS content "
        f"FROM ({pieces}) GROUP BY ALL"
    )
    connection.execute(
        f"CREATE TABLE {side}_records AS SELECT key, content, count(*) AS n "
        f"FROM {side}_known GROUP BY ALL"
    )


def _hash(names: Iterable[str]) -> str:
    """128 bits, in hex, of the text of cells; a list tells null from empty and one cell from the next."""
    return f"md5({_text(names)})"


def _text(names: Iterable[str]) -> str:
    cells = ", ".join(f'"{each}"::VARCHAR' for each in names)
    return f"to_json([{cells}])::VARCHAR"


def _labels(columns: tuple[Column, ...], names: set[str]) -> tuple[str, ...]:
    return tuple(column.label for column in columns if column.name in names)


def _numbered(letter: str, number: int | None) -> str | None:
    return None if number is None else f"{letter}{number}"
