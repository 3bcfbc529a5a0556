"""The rows of the eight kinds that are not folded: a typed entry for each row of the file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.dates import Order
from cxlib.ingest.flags import parse_flags
from cxlib.ingest.numbers import STORED, parse_floats
from cxlib.ingest.plan import Attribute, Plan, Score
from cxlib.ingest.typed import Rows
from cxlib.tables.kind import Field, FieldType
from cxlib.tables.kind import kind as kind_of

TYPES: dict[FieldType, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "category": pa.string(),
    "number": pa.float64(),
    "money": STORED,
    "timestamp": pa.timestamp("us"),
    "flag": pa.bool_(),
}
ANSWERS = ("outcome",)  # numbers that are often written as yes and no
DAY = "timestamp"  # the field whose day has a column of its own


def schema(plan: Plan) -> pa.Schema:
    """line, the fields of the kind, day, s0…sn of the scores, a0…am of the attributes."""
    kind = kind_of(plan.kind)
    columns = {"line": pa.int64()} | {field.name: TYPES[field.type] for field in kind.fields}
    if DAY in columns:
        columns["day"] = pa.date32()
    columns |= {f"s{i}": pa.float64() for i in range(len(plan.scores))}
    columns |= {f"a{i}": TYPES[a.type] for i, a in enumerate(plan.attributes)}
    return pa.schema(columns)


def columns(plan: Plan) -> tuple[str, ...]:
    """The visible columns that are read."""
    scores = (score.column for score in plan.scores)
    return (*plan.mapping.values(), *scores, *(a.column for a in plan.attributes))


def typed_columns(plan: Plan) -> frozenset[str]:
    """The columns that hold numbers, dates or flags."""
    kind = kind_of(plan.kind)
    words = ("id", "text", "category")
    fields = {c for name, c in plan.mapping.items() if kind.field(name).type not in words}
    attributes = {a.column for a in plan.attributes if a.type != "text"}
    return frozenset(fields | {score.column for score in plan.scores} | attributes)


def required(plan: Plan) -> frozenset[str]:
    """The fields that no row can do without: the kind's own, and those of the shape of the file.

    A respondent without a score stays: analyses leave the answer out and count it.
    """
    kind = kind_of(plan.kind)
    shape = next((s for s in kind.requires if set(s) <= set(plan.mapping)), ())
    always = {field.name for field in kind.fields if field.required}
    return frozenset((always | set(shape)) & set(plan.mapping) - {"score"})


def reader(plan: Plan) -> Callable[[Rows], dict[str, pa.Array | None]]:
    """What makes the columns of `schema` from a batch."""
    return partial(_entries, plan, required(plan))


def _entries(plan: Plan, needed: frozenset[str], rows: Rows) -> dict[str, pa.Array | None]:
    kind = kind_of(plan.kind)
    scored = {score.column: score for score in plan.scores}
    made: dict[str, pa.Array | None] = {}
    points = {column: _points(rows, score) for column, score in scored.items()}
    for name, column in plan.mapping.items():
        field = kind.field(name)
        if column in points and field.type == "number":
            made[name] = points[column]
        else:
            made[name] = _field(rows, field, column, name in needed)
    if DAY in made:
        made["day"] = pc.cast(made[DAY], pa.date32(), safe=False)
    for i, score in enumerate(plan.scores):
        made[f"s{i}"] = points[score.column]
    for i, attribute in enumerate(plan.attributes):
        made[f"a{i}"] = _attribute(rows, attribute)
    return made


def _field(rows: Rows, field: Field, column: str, needed: bool) -> pa.Array:
    name, plan = field.name, rows.plan
    if field.type == "timestamp":
        order: Order = plan.formats[name]  # type: ignore[assignment]
        return rows.times(name, column, order, needed)
    if field.type == "number":
        return rows.floats(name, column, plan.formats[name], needed, name in ANSWERS)
    if field.type == "money":
        return _money(rows, name, column, needed)
    if field.type == "flag":
        return _flags(rows, name, column, needed)
    words = rows.cells[column].words()
    if needed:
        code = "missing_id" if field.type == "id" else "missing_text"
        rows.find(code, name, column, pc.is_null(words), "rejects")
    return words


def _money(rows: Rows, name: str, column: str, needed: bool) -> pa.Array:
    """Amounts of the chosen currency; a row with another one is rejected, not summed."""
    values, _ = rows.numbers(column, rows.plan.formats[name])
    if rows.plan.currency is not None:
        codes = rows.currencies(column)
        other = pc.not_equal(codes, rows.plan.currency)
        rows.find("other_currency", name, column, other, "rejects")
    rows.unread(name, column, values, needed, "unreadable_amount")
    return values


def _flags(rows: Rows, name: str, column: str, needed: bool) -> pa.Array:
    values = rows.cells[column].spread(parse_flags)
    rows.unread(name, column, values, needed, "unreadable_flag", "unread_flag")
    return values


def _points(rows: Rows, score: Score) -> pa.Array:
    """The points of a column of answers; what is none is empty, and counted by its value."""
    cells = rows.cells[score.column]
    values = cells.spread(partial(_answers, score))
    missing = cells.missing()
    empty = pc.is_null(values)
    rows.find("unscored", "score", score.column, pc.and_(empty, missing))
    wrong = pc.and_not(empty, missing)
    rows.find("unreadable_score", "score", score.column, wrong, "empties", "unscored")
    outside = pc.or_(pc.less(values, score.low), pc.greater(values, score.high))
    rows.find("out_of_scale", "score", score.column, outside)
    return values


def _answers(score: Score, values: pa.Array) -> pa.Array:
    """Answers as points: by their words, else as numbers.

    Points have at most three digits, so that a lone comma or point in them is always a decimal mark.
    """
    marked = pc.replace_substring_regex(values, r"^([-+]?[0-9]{1,3}),([0-9]+ ?%?)$", r"\1.\2")
    numbers = parse_floats(marked, ".")
    if not score.words:
        return numbers
    known = pa.array(list(score.words), pa.string())
    points = pa.array(list(score.words.values()), pa.float64())
    folded = pa.array([v.casefold() for v in values.to_pylist()], pa.string())
    return pc.coalesce(pc.take(points, pc.index_in(folded, known)), numbers)


def _attribute(rows: Rows, attribute: Attribute) -> pa.Array:
    column = attribute.column
    if attribute.type == "timestamp":
        order: Order = attribute.format  # type: ignore[assignment]
        return rows.times("", column, order, required=False)
    if attribute.type == "number":
        return rows.floats("", column, attribute.format or ".", required=False)
    if attribute.type == "flag":
        return _flags(rows, "", column, needed=False)
    return rows.cells[column].words()
