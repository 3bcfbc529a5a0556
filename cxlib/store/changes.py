"""What a new file changes against the version before: new, restated and vanished records, by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cxlib import engine
from cxlib.engine import Connection
from cxlib.ingest.canonical import Imported
from cxlib.ingest.staged import visible_names
from cxlib.store.records import SIDES, Laid, Side, lay

EXAMPLES = 5

Cells = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Restated:
    """A record that says something else now: the fields that differ, by label, in both versions.

    Several rows of an order are one: their amounts are summed, other values that differ are listed.
    """

    key: Cells
    before: Cells
    after: Cells


@dataclass(frozen=True, slots=True)
class Month:
    """A month (its first day; None: records without a day) in both versions.

    `records` are rows of the table; revenue is exact, None where the kind has no amounts.
    """

    month: dt.date | None
    records_before: int
    records_after: int
    revenue_before: Decimal | None
    revenue_after: Decimal | None

    @property
    def differs(self) -> bool:
        before = (self.records_before, self.revenue_before)
        return before != (self.records_after, self.revenue_after)


@dataclass(frozen=True, slots=True)
class Changes:
    """Records of the version before = unchanged + restated + vanished; of the one after =
    unchanged + restated + new.

    `key` is what names a record: then one with the same key and another content is restated. Where
    it is empty, rows are known by their whole content alone. Only columns with values in both
    versions are compared; `appeared` and `gone` are the others.
    """

    kind: str
    key: tuple[str, ...]
    new: int
    unchanged: int
    restated: int
    vanished: int
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    examples: tuple[Restated, ...]
    months: tuple[Month, ...]
    currencies: tuple[str | None, str | None]

    @property
    def same(self) -> bool:
        """Whether both versions say the same of what they have in common."""
        return self.new == self.restated == self.vanished == 0


def changes(before: Imported, after: Imported) -> Changes:
    """Compare two versions of one kind, their files where they lie; works before anything is kept.

    Runs in the embedded engine, out of core, within its memory limit.
    """
    if before.kind != after.kind:
        raise ValueError(f"{before.kind} and {after.kind} cannot be compared")
    with engine.connect(before.table.parent, after.table.parent) as connection:
        laid = lay(connection, before, after)
        new, unchanged, restated, vanished = counted(connection)
        return Changes(
            kind=before.kind,
            key=_key(laid),
            new=new,
            unchanged=unchanged,
            restated=restated,
            vanished=vanished,
            appeared=laid.appeared,
            gone=laid.gone,
            examples=_examples(connection, laid) if restated else (),
            months=_months(connection, before.kind == "transactions"),
            currencies=(before.currency, after.currency),
        )


def counted(connection: Connection) -> tuple[int, int, int, int]:
    """New, unchanged, restated and vanished records of what `records.lay` made."""
    found = connection.execute(
        """
        SELECT
            coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0)::BIGINT,
            coalesce(sum(least(a.n, b.n)) FILTER (a.content = b.content), 0)::BIGINT,
            coalesce(sum(a.n) FILTER (a.content <> b.content), 0)::BIGINT,
            coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0)::BIGINT
        FROM before_records AS b FULL JOIN after_records AS a
        ON coalesce(a.key, a.content) = coalesce(b.key, b.content)
        """
    ).fetchone()
    assert found is not None
    return found


def _months(connection: Connection, money: bool) -> tuple[Month, ...]:
    found = connection.execute(
        """
        WITH
        b AS (SELECT date_trunc('month', day)::DATE AS month, count(*) AS n,
            sum(amount) AS amount FROM before_rows GROUP BY ALL),
        a AS (SELECT date_trunc('month', day)::DATE AS month, count(*) AS n,
            sum(amount) AS amount FROM after_rows GROUP BY ALL)
        SELECT coalesce(a.month, b.month) AS month, coalesce(b.n, 0), coalesce(a.n, 0),
            coalesce(b.amount, 0), coalesce(a.amount, 0)
        FROM b FULL JOIN a ON a.month IS NOT DISTINCT FROM b.month ORDER BY month NULLS LAST
        """
    ).fetchall()
    months = []
    for month, rows_before, rows_after, was, now in found:
        revenue = (was, now) if money else (None, None)
        months.append(Month(month, rows_before, rows_after, *revenue))
    return tuple(months)


def _examples(connection: Connection, laid: Laid) -> tuple[Restated, ...]:
    """The restated records whose amount changed most, else the first by their key."""
    connection.execute(
        f"""
        CREATE TABLE shown AS
        SELECT key FROM before_records AS b JOIN after_records AS a USING (key)
        LEFT JOIN (SELECT key, sum(amount) AS was FROM before_rows GROUP BY key) USING (key)
        LEFT JOIN (SELECT key, sum(amount) AS now FROM after_rows GROUP BY key) USING (key)
        WHERE a.content <> b.content
        ORDER BY abs(coalesce(now, 0) - coalesce(was, 0)) DESC, key LIMIT {EXAMPLES}
        """
    )
    keys = [key for (key,) in connection.execute("FROM shown").fetchall()]
    both = [_shown(connection, side, laid) for side in SIDES]
    examples = []
    for key in keys:
        was, now = (cells[key] for cells in both)
        differing = [label for label in was if was[label] != now[label]]
        examples.append(
            Restated(
                {label: was[label] for label in _key(laid)},
                {label: was[label] for label in differing},
                {label: now[label] for label in differing},
            )
        )
    return tuple(examples)


def _shown(connection: Connection, side: Side, laid: Laid) -> dict[str, dict[str, str | None]]:
    """Each shown record as one value a label."""
    labels, names = _labels(laid), ", ".join(f'held."{c.name}"' for c in laid.compared)
    rows = connection.execute(
        f"SELECT key, {names} FROM {side}_table AS held "
        f"JOIN (SELECT row, key FROM {side}_rows SEMI JOIN shown USING (key)) USING (row) "
        f"ORDER BY key, row"
    ).fetchall()
    grouped: dict[str, list[tuple[Any, ...]]] = {}
    for key, *cells in rows:
        grouped.setdefault(key, []).append(tuple(cells))
    return {
        key: {
            labels[column.name]: _together([row[i] for row in held], column.type == "money")
            for i, column in enumerate(laid.compared)
        }
        for key, held in grouped.items()
    }


def _key(laid: Laid) -> tuple[str, ...]:
    labels = _labels(laid)
    return tuple(labels[name] for name in laid.key)


def _labels(laid: Laid) -> dict[str, str]:
    """What each column is called, by its name; a column of the file may be called like a
    field."""
    labels, _ = visible_names([column.label for column in laid.columns], len(laid.columns))
    return {column.name: label for column, label in zip(laid.columns, labels, strict=True)}


def _together(values: list[Any], summed: bool) -> str | None:
    there = [value for value in values if value is not None]
    if not there:
        return None
    if summed:
        return str(sum(there))
    return ", ".join(dict.fromkeys(str(value) for value in there))
