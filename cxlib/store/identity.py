"""Who is who across tables: one person under several ids.

Equal ids are one person. Another id joins one by rule alone: it is an e-mail address or a phone
number, and exactly that, in normal spelling, is held by one customer of the customers table, or is
another id. An address or phone that several customers hold joins nobody: those are candidates, for
the user to decide. Masked buyers stand for many people and join nobody, not even an equal mask.

Computed from the current versions whenever it is asked for: nothing of it is kept but decisions,
which go with the workspace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import pyarrow as pa

from cxlib import engine
from cxlib.engine import Connection
from cxlib.ingest.fold import quoted
from cxlib.privacy.identifiers import (
    MASKED,
    kind_of_identifier,
    normalise_email,
    normalise_phone,
)
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds

CANDIDATES = 1_000
_KEY = "pair:"

Reason = Literal["email", "phone"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two customers who hold the same address or phone: one person, a household, a shared inbox?"""

    left: str
    right: str
    reason: Reason
    contact: str


@dataclass(frozen=True, slots=True)
class Identities:
    """Who is who in a workspace.

    `ids` are different ids without masked ones, `people` how many persons they are. `aliases` has a
    row for each id whose person has another: id, person. `masked` are different masked ids, in
    `masked_rows` rows. `candidates` are open questions, the first 1,000 of `questions`.
    """

    ids: int
    people: int
    masked: int
    masked_rows: int
    questions: int
    candidates: tuple[Candidate, ...]
    aliases: pa.Table


def identities(workspace: Workspace) -> Identities:
    """Who is who across the current versions of all kinds."""
    with identified(workspace) as (_, found):
        return found


def decide(workspace: Workspace, left: str, right: str, same: bool | None) -> None:
    """Keep that two ids are one person, or are not; None forgets it. Raises NotFound."""
    pair = sorted((left, right))
    digest = hashlib.sha256("\x1f".join(pair).encode("utf-8", "surrogatepass")).hexdigest()
    decided = None if same is None else {"ids": pair, "same": same}
    workspace.remember(_KEY + digest[:32], decided)


@contextmanager
def identified(workspace: Workspace) -> Iterator[tuple[Connection, Identities]]:
    """A connection with the tables ``ids`` (kind, id, rows, masked) and ``persons`` (kind, id,
    person, rows; without the masked), and what was found."""
    current = {name: workspace.current(name) for name in kinds()}
    held = [version for version in current.values() if version is not None and _names(version)]
    with engine.connect(*(version.folder for version in held)) as connection:
        connection.execute(
            "CREATE TABLE ids (kind VARCHAR, id VARCHAR, rows BIGINT, masked BOOLEAN)"
        )
        for version in held:
            connection.execute(
                f"INSERT INTO ids SELECT '{version.kind}', customer_id, count(*), "
                f"regexp_matches(trim(customer_id), {quoted(MASKED)}) "
                f"FROM read_parquet({quoted(str(version.table))}) "
                f"WHERE customer_id IS NOT NULL GROUP BY customer_id"
            )
        holders = _holders(connection, current.get("customers"))
        decisions = _decisions(workspace)
        aliases, candidates = _joined(_contact_ids(connection), holders, decisions)
        connection.register("aliases", aliases)
        connection.execute(
            "CREATE TABLE persons AS SELECT kind, id, coalesce(person, id) AS person, rows "
            "FROM ids LEFT JOIN aliases USING (id) WHERE NOT masked"
        )
        counts = connection.execute(
            "SELECT (SELECT count(DISTINCT id) FROM persons), "
            "(SELECT count(DISTINCT person) FROM persons), count(DISTINCT id), "
            "coalesce(sum(rows), 0)::BIGINT FROM ids WHERE masked"
        ).fetchone()
        assert counts is not None
        shown = tuple(candidates[:CANDIDATES])
        ids, people, masked, masked_rows = counts
        yield (
            connection,
            Identities(ids, people, masked, masked_rows, len(candidates), shown, aliases),
        )


def _names(version: Snapshot) -> bool:
    """Whether the kind's table says which customer a row is of."""
    return any(field.name == "customer_id" for field in kinds()[version.kind].fields)


def _contact_ids(connection: Connection) -> dict[str, str]:
    """Ids that are themselves an address or a phone → it in normal spelling."""
    found = {}
    looks = r"'@|^\s*(\+|\(?0\s*8|62[\s-]*8)'"
    for (text,) in connection.execute(
        f"SELECT DISTINCT id FROM ids WHERE NOT masked AND regexp_matches(id, {looks})"
    ).fetchall():
        sort = kind_of_identifier(text)
        normal = {"email": normalise_email, "phone": normalise_phone}.get(sort)
        if normal is not None and (contact := normal(text)) is not None:
            found[text] = contact
    return found


def _holders(connection: Connection, customers: Snapshot | None) -> dict[str, list[str]]:
    """Addresses and phones of the customers table → the ids of those who have them."""
    found: dict[str, set[str]] = {}
    if customers is None:
        return {}
    rows = connection.execute(
        f"SELECT DISTINCT customer_id, email, phone FROM read_parquet({quoted(str(customers.table))}) "
        f"WHERE NOT regexp_matches(trim(customer_id), {quoted(MASKED)}) "
        f"AND (email IS NOT NULL OR phone IS NOT NULL)"
    )
    while chunk := rows.fetchmany(10_000):
        for customer, email, phone in chunk:
            for contact in (normalise_email(email or ""), normalise_phone(phone or "")):
                if contact is not None:
                    found.setdefault(contact, set()).add(customer)
    return {contact: sorted(ids) for contact, ids in found.items()}


def _decisions(workspace: Workspace) -> dict[tuple[str, str], bool]:
    kept = [value for key, value in workspace.settings().items() if key.startswith(_KEY)]
    return {(one["ids"][0], one["ids"][1]): bool(one["same"]) for one in kept}


def _joined(
    contact_ids: dict[str, str],
    holders: dict[str, list[str]],
    decisions: dict[tuple[str, str], bool],
) -> tuple[pa.Table, list[Candidate]]:
    """Aliases (id, person) and the candidates about whom nothing was decided."""
    persons = _Persons({customer for ids in holders.values() for customer in ids})
    same_contact: dict[str, str] = {}
    for text, contact in sorted(contact_ids.items()):
        owners = holders.get(contact, [])
        first = same_contact.setdefault(contact, owners[0] if len(owners) == 1 else text)
        # An id that is itself one of several holders is one of the candidates.
        if len(owners) < 2 or text not in owners:
            persons.join(first, text)
    for (left, right), same in decisions.items():
        if same:
            persons.join(left, right)
    candidates = []
    for contact, owners in sorted(holders.items()):
        reason: Reason = "email" if "@" in contact else "phone"
        for left, right in pairwise(owners):
            if (left, right) not in decisions and persons.of(left) != persons.of(right):
                candidates.append(Candidate(left, right, reason, contact))
    pairs = [(text, persons.of(text)) for text in persons.known()]
    pairs = [(text, person) for text, person in pairs if text != person]
    columns = ([text for text, _ in pairs], [person for _, person in pairs])
    schema = pa.schema([("id", pa.string()), ("person", pa.string())])
    return pa.table(
        [pa.array(column, pa.string()) for column in columns], schema=schema
    ), candidates


class _Persons:
    """Sets of ids that are one person, called by a customer's id where one is among them."""

    def __init__(self, customers: Iterable[str]) -> None:
        self._customers = set(customers)
        self._parent: dict[str, str] = {}

    def of(self, text: str) -> str:
        """The id that a person goes by."""
        root = text
        while (above := self._parent.get(root, root)) != root:
            root = above
        while text != root:
            self._parent[text], text = root, self._parent[text]
        return root

    def join(self, left: str, right: str) -> None:
        """Make two ids one person."""
        first, second = sorted((self.of(left), self.of(right)), key=self._rank)
        self._parent.setdefault(first, first)
        self._parent[second] = first

    def known(self) -> list[str]:
        """The ids that were joined to another."""
        return sorted(self._parent)

    def _rank(self, text: str) -> tuple[bool, str]:
        return text not in self._customers, text
