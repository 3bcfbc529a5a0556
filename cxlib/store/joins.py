"""How well the tables of a workspace fit together: customers in both, and rows that join to nobody."""

from __future__ import annotations

from dataclasses import dataclass

from cxlib.store.identity import identified
from cxlib.store.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Join:
    """What of table `right` finds its customer in table `left`.

    `customers_left` and `customers_right` are different ids, `both` those in both; `people` are in
    both by the id map (`store.identity`). Of the `rows` of `right` that name a customer, `joined`
    have an id of `left`, and `joined_by_map` a person of it. Masked ids count nowhere but in
    `masked_rows` of `right`.
    """

    left: str
    right: str
    customers_left: int
    customers_right: int
    both: int
    people: int
    rows: int
    joined: int
    joined_by_map: int
    masked_rows: int

    @property
    def only_left(self) -> int:
        """Ids of `left` that `right` does not have: customers without transactions, …"""
        return self.customers_left - self.both

    @property
    def orphans(self) -> int:
        """Rows of `right` whose customer is nobody in `left`, by the map neither."""
        return self.rows - self.joined_by_map

    @property
    def share(self) -> float | None:
        """Of the rows of `right`, how many find their customer in `left`; None without rows."""
        return self.joined_by_map / self.rows if self.rows else None


_PAIRS = """
WITH
sizes AS (
    SELECT kind, count(*) FILTER (NOT masked) AS customers,
        coalesce(sum(rows) FILTER (NOT masked), 0)::BIGINT AS rows,
        coalesce(sum(rows) FILTER (masked), 0)::BIGINT AS masked
    FROM ids GROUP BY kind
),
exact AS (
    SELECT a.kind AS l, b.kind AS r, count(*) AS both, sum(b.rows)::BIGINT AS rows
    FROM persons AS a JOIN persons AS b ON a.id = b.id AND a.kind <> b.kind GROUP BY ALL
),
people AS (SELECT kind, person, sum(rows) AS rows FROM persons GROUP BY ALL),
mapped AS (
    SELECT a.kind AS l, b.kind AS r, count(*) AS both, sum(b.rows)::BIGINT AS rows
    FROM people AS a JOIN people AS b ON a.person = b.person AND a.kind <> b.kind GROUP BY ALL
)
SELECT a.kind, b.kind, a.customers, b.customers, coalesce(exact.both, 0), coalesce(mapped.both, 0),
    b.rows, coalesce(exact.rows, 0), coalesce(mapped.rows, 0), b.masked
FROM sizes AS a JOIN sizes AS b ON a.kind <> b.kind
LEFT JOIN exact ON exact.l = a.kind AND exact.r = b.kind
LEFT JOIN mapped ON mapped.l = a.kind AND mapped.r = b.kind
ORDER BY a.kind, b.kind
"""


def health(workspace: Workspace) -> tuple[Join, ...]:
    """Each pair of kinds whose current versions name customers, in both directions."""
    with identified(workspace) as (connection, _):
        return tuple(Join(*found) for found in connection.execute(_PAIRS).fetchall())
