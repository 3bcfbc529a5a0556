"""The catalogue of workspaces and snapshots: the only file that knows SQLAlchemy.

SQLite in WAL mode unless a PostgreSQL URL is given. Every change is one transaction whose first
statement writes the workspace's row: that takes SQLite's write lock at once (no deadlock by
upgrading a read) and PostgreSQL's row lock, so changes to one workspace happen one after another.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.store.disk import disk_full

Json = Any

WAIT = 30.0  # seconds to wait for another process that is writing
_POSTGRESQL_FULL = "53100"


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, kept as naive UTC: SQLite stores no time zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


_metadata = sa.MetaData()

_workspaces = sa.Table(
    "workspaces",
    _metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("last_used", UtcDateTime, nullable=False),
    sa.Column("warned", UtcDateTime),
)

_snapshots = sa.Table(
    "snapshots",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("workspace", sa.ForeignKey("workspaces.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("parent", sa.String(32)),
    sa.Column("report", sa.JSON, nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.UniqueConstraint("workspace", "kind", "digest"),
)
_is_current = _snapshots.c.state == "current"
sa.Index(
    "one_current_snapshot",
    _snapshots.c.workspace,
    _snapshots.c.kind,
    unique=True,
    sqlite_where=_is_current,
    postgresql_where=_is_current,
)

_settings = sa.Table(
    "settings",
    _metadata,
    sa.Column("workspace", sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)

_entries = sa.Table(
    "entries",
    _metadata,
    sa.Column("workspace", sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("created", UtcDateTime, nullable=False),
    sa.Column("value", sa.JSON, nullable=False),
)

_changes = sa.Table(
    "entry_changes",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("workspace", sa.ForeignKey("workspaces.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("version", sa.String(32), nullable=False),
    sa.Column("moment", UtcDateTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("changed", sa.JSON, nullable=False),
)
sa.Index("changes_of_an_entry", _changes.c.workspace, _changes.c.kind, _changes.c.entry)


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace; `warned` is when its owner was told that it will go for want of use."""

    id: str
    account: str
    owner: str
    role: str
    purpose: str
    name: str
    created: datetime
    last_used: datetime
    warned: datetime | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A version of one kind of data; `parent` is the one that it followed.

    `rows` maps each file of the snapshot to its number of rows (None for a file without rows);
    `state` is ``current`` or ``superseded``.
    """

    id: str
    workspace: str
    kind: str
    digest: str
    source: str
    created: datetime
    report: Mapping[str, Json]
    rows: Mapping[str, int | None]
    parent: str | None = None
    state: str = "current"


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A small thing that people write into a workspace, and that two may change at once.

    `id` is its own within the kind (``annotation``, ``target``); `version` is another after every
    change, so that an entry which went and came back is not taken for the one that was read.
    """

    workspace: str
    kind: str
    id: str
    version: str
    created: datetime
    value: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of an entry that keeps a history: who made which `version` of it, and when.

    `changed` maps a field to what it was and what it is; of a new entry it is empty.
    """

    workspace: str
    kind: str
    entry: str
    version: str
    moment: datetime
    who: str
    changed: Mapping[str, tuple[Json, Json]]


_snapshot_columns = [_snapshots.c[name] for name in SnapshotRow.__slots__]


class Catalogue:
    """The catalogue at a path (SQLite) or a URL (PostgreSQL)."""

    def __init__(self, place: Path | str) -> None:
        url = sa.URL.create("sqlite", database=str(place)) if isinstance(place, Path) else place
        dumps = partial(json.dumps, allow_nan=False)
        try:
            self._engine = sa.create_engine(url, json_serializer=dumps, pool_pre_ping=True)
        except ModuleNotFoundError as missing:
            raise CxError(
                "missing_package",
                N_("This catalogue needs the Python package “{package}”."),
                N_("Install it beside the app: pip install {package}"),
                package=missing.name or "",
            ) from missing
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_up_sqlite)
        self._create_tables()

    def close(self) -> None:
        self._engine.dispose()

    def add_workspace(self, row: WorkspaceRow) -> None:
        with self._writing() as connection:
            connection.execute(sa.insert(_workspaces).values(asdict(row)))

    def workspace(self, workspace: str) -> WorkspaceRow | None:
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(_workspaces).where(_workspaces.c.id == workspace)
            ).one_or_none()
        return None if found is None else WorkspaceRow(**found._mapping)

    def workspaces(self) -> list[WorkspaceRow]:
        """Every workspace, for the janitor; no page may show this."""
        with self._engine.connect() as connection:
            return [
                WorkspaceRow(**row._mapping) for row in connection.execute(_workspaces.select())
            ]

    def touch(self, workspace: str, now: datetime) -> bool:
        """The workspace was used; False where there is no such workspace."""
        with self._writing() as connection:
            return self._claim(connection, workspace, last_used=now, warned=None)

    def warn(self, workspace: str, now: datetime) -> bool:
        with self._writing() as connection:
            return self._claim(connection, workspace, warned=now)

    def describe(self, workspace: str, now: datetime, **said: str) -> WorkspaceRow | None:
        """Change `name` or `purpose`; None where there is no such workspace."""
        with self._writing() as connection:
            self._claim(connection, workspace, last_used=now, warned=None, **said)
        return self.workspace(workspace)

    def add_snapshot(self, row: SnapshotRow, onto: str | None = None) -> SnapshotRow | None:
        """Make the snapshot current; one of the same digest that exists already becomes current
        instead. Returns the snapshot that is now current, None where there is no such workspace.

        Raises CxError ``changed_meanwhile`` where another snapshot than `onto` is current.
        """
        with self._writing() as connection:
            if not self._claim(connection, row.workspace, last_used=row.created, warned=None):
                return None
            before = self._one(connection, _of(row.workspace, row.kind) & _is_current)
            if onto is not None and (before is None or before.id != onto):
                raise CxError(
                    "changed_meanwhile",
                    N_("The data changed while the file was being added, so nothing was saved."),
                    N_("Look at what is there now, then add the file again."),
                )
            same = _of(row.workspace, row.kind) & (_snapshots.c.digest == row.digest)
            known = self._one(connection, same)
            if known:
                return self._make_current(connection, known)
            self._supersede(connection, row.workspace, row.kind)
            values = asdict(row) | {"state": "current", "parent": before.id if before else None}
            connection.execute(sa.insert(_snapshots).values(values))
            return SnapshotRow(**values)

    def make_current(
        self, workspace: str, kind: str, snapshot: str, now: datetime
    ) -> SnapshotRow | None:
        """Go back (or forward) to a snapshot; None where the workspace has no such one."""
        with self._writing() as connection:
            if not self._claim(connection, workspace, last_used=now, warned=None):
                return None
            found = self._one(connection, _of(workspace, kind) & (_snapshots.c.id == snapshot))
            return self._make_current(connection, found) if found else None

    def snapshot(self, workspace: str, snapshot: str) -> SnapshotRow | None:
        with self._engine.connect() as connection:
            mine = (_snapshots.c.workspace == workspace) & (_snapshots.c.id == snapshot)
            return self._one(connection, mine)

    def current(self, workspace: str, kind: str) -> SnapshotRow | None:
        with self._engine.connect() as connection:
            return self._one(connection, _of(workspace, kind) & _is_current)

    def snapshots(self, workspace: str, kind: str | None = None) -> list[SnapshotRow]:
        """The snapshots of a workspace, newest first."""
        wanted = _snapshots.c.workspace == workspace if kind is None else _of(workspace, kind)
        query = sa.select(*_snapshot_columns).where(wanted).order_by(_snapshots.c.number.desc())
        with self._engine.connect() as connection:
            return [SnapshotRow(**row._mapping) for row in connection.execute(query)]

    def settings(self, workspace: str) -> dict[str, Json]:
        query = sa.select(_settings.c.key, _settings.c.value)
        with self._engine.connect() as connection:
            found = connection.execute(query.where(_settings.c.workspace == workspace))
            return {row.key: row.value for row in found}

    def remember(self, workspace: str, key: str, value: Json, now: datetime) -> bool:
        """Keep one setting (None: drop it); False where there is no such workspace."""
        with self._writing() as connection:
            if not self._claim(connection, workspace, last_used=now, warned=None):
                return False
            this = (_settings.c.workspace == workspace) & (_settings.c.key == key)
            connection.execute(sa.delete(_settings).where(this))
            if value is not None:
                connection.execute(
                    sa.insert(_settings).values(workspace=workspace, key=key, value=value)
                )
            return True

    def entries(self, workspace: str, kind: str) -> list[EntryRow]:
        """The entries of a kind, the oldest first."""
        mine = (_entries.c.workspace == workspace) & (_entries.c.kind == kind)
        query = sa.select(_entries).where(mine).order_by(_entries.c.created, _entries.c.id)
        with self._engine.connect() as connection:
            return [EntryRow(**row._mapping) for row in connection.execute(query)]

    def entry(self, workspace: str, kind: str, entry: str) -> EntryRow | None:
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(_entries).where(_entry(workspace, kind, entry))
            ).one_or_none()
        return None if found is None else EntryRow(**found._mapping)

    def write(
        self, row: EntryRow, seen: str | None, now: datetime, change: ChangeRow | None = None
    ) -> bool:
        """Keep an entry in place of its version `seen` (None: there was none), and `change` in its
        history; False where there is no such workspace.

        Raises CxError ``changed_meanwhile`` where another version is there, or none any more.
        """
        with self._writing() as connection:
            if not self._claim(connection, row.workspace, last_used=now, warned=None):
                return False
            if self._version(connection, row.workspace, row.kind, row.id) != seen:
                raise changed_meanwhile()
            connection.execute(sa.delete(_entries).where(_entry(row.workspace, row.kind, row.id)))
            connection.execute(sa.insert(_entries).values(asdict(row)))
            if change is not None:
                connection.execute(sa.insert(_changes).values(asdict(change)))
            return True

    def write_new(
        self,
        workspace: str,
        kind: str,
        rows: Mapping[str, tuple[EntryRow, ChangeRow]],
        now: datetime,
    ) -> list[EntryRow] | None:
        """Keep those entries of a kind that are not there, by their ids, in one transaction.

        Returns those that were kept, None where there is no such workspace.
        """
        with self._writing() as connection:
            if not self._claim(connection, workspace, last_used=now, warned=None):
                return None
            mine = (_entries.c.workspace == workspace) & (_entries.c.kind == kind)
            there = set(connection.scalars(sa.select(_entries.c.id).where(mine)))
            new = [pair for entry, pair in rows.items() if entry not in there]
            if new:
                connection.execute(sa.insert(_entries), [asdict(row) for row, _ in new])
                connection.execute(sa.insert(_changes), [asdict(change) for _, change in new])
            return [row for row, _ in new]

    def changes(self, workspace: str, kind: str, entry: str | None = None) -> list[ChangeRow]:
        """The history of an entry, or of all of a kind, the oldest first."""
        mine = (_changes.c.workspace == workspace) & (_changes.c.kind == kind)
        if entry is not None:
            mine &= _changes.c.entry == entry
        columns = [_changes.c[name] for name in ChangeRow.__slots__]
        query = sa.select(*columns).where(mine).order_by(_changes.c.number)
        with self._engine.connect() as connection:
            return [ChangeRow(**row._mapping) for row in connection.execute(query)]

    def drop(self, workspace: str, kind: str, entry: str, seen: str, now: datetime) -> bool:
        """Remove an entry of version `seen` and its history, if it is still there; False where there
        is no such workspace. Raises CxError ``changed_meanwhile`` where another version is there."""
        with self._writing() as connection:
            if not self._claim(connection, workspace, last_used=now, warned=None):
                return False
            if self._version(connection, workspace, kind, entry) not in (seen, None):
                raise changed_meanwhile()
            connection.execute(sa.delete(_entries).where(_entry(workspace, kind, entry)))
            of_it = (_changes.c.workspace == workspace) & (_changes.c.kind == kind)
            connection.execute(sa.delete(_changes).where(of_it & (_changes.c.entry == entry)))
            return True

    def forget(self, workspace: str) -> None:
        """Delete everything that the catalogue knows of a workspace."""
        with self._writing() as connection:
            for table in (_changes, _entries, _settings, _snapshots):
                connection.execute(sa.delete(table).where(table.c.workspace == workspace))
            connection.execute(sa.delete(_workspaces).where(_workspaces.c.id == workspace))

    def _create_tables(self) -> None:
        with self._writing() as connection:
            if connection.dialect.name == "postgresql":
                # IF NOT EXISTS alone is not safe there when two servers start at once.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x63786C6962)))
            for table in _metadata.sorted_tables:
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(CreateIndex(index, if_not_exists=True))

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction; what it wrote is there when the block ends well, and else nothing."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or (
                getattr(error.orig, "sqlstate", None) == _POSTGRESQL_FULL
            ):
                raise disk_full() from error
            raise

    @staticmethod
    def _claim(connection: sa.Connection, workspace: str, **values: Json) -> bool:
        claimed = connection.execute(
            sa.update(_workspaces).where(_workspaces.c.id == workspace).values(values)
        )
        return bool(claimed.rowcount)

    @staticmethod
    def _version(connection: sa.Connection, workspace: str, kind: str, entry: str) -> str | None:
        query = sa.select(_entries.c.version).where(_entry(workspace, kind, entry))
        found: str | None = connection.execute(query).scalar_one_or_none()
        return found

    @staticmethod
    def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> SnapshotRow | None:
        query = sa.select(*_snapshot_columns).where(condition)
        found = connection.execute(query).one_or_none()
        return None if found is None else SnapshotRow(**found._mapping)

    @staticmethod
    def _supersede(connection: sa.Connection, workspace: str, kind: str) -> None:
        connection.execute(
            sa.update(_snapshots).where(_of(workspace, kind)).values(state="superseded")
        )

    def _make_current(self, connection: sa.Connection, row: SnapshotRow) -> SnapshotRow:
        self._supersede(connection, row.workspace, row.kind)
        this = _snapshots.c.id == row.id
        connection.execute(sa.update(_snapshots).where(this).values(state="current"))
        return SnapshotRow(**asdict(row) | {"state": "current"})


def changed_meanwhile() -> CxError:
    """What the second of two people who change the same thing is told."""
    return CxError(
        "changed_meanwhile",
        N_("Someone else changed this meanwhile, so nothing was saved."),
        N_("Look at what is there now, then change it again."),
    )


def _of(workspace: str, kind: str) -> sa.ColumnElement[bool]:
    return (_snapshots.c.workspace == workspace) & (_snapshots.c.kind == kind)


def _entry(workspace: str, kind: str, entry: str) -> sa.ColumnElement[bool]:
    of_kind = (_entries.c.workspace == workspace) & (_entries.c.kind == kind)
    return of_kind & (_entries.c.id == entry)


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {int(WAIT * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit that was told outlives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what was erased leaves the file too
