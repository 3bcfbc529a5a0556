"""Who is who, and which rows join to whom."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from uuid import uuid4

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cxlib.store.identity import decide, identities
from cxlib.store.joins import health
from cxlib.store.workspaces import Store
from tests.store import tables
from tests.store.tables import order

WHEN = dt.datetime(2026, 3, 1)


@pytest.fixture
def workspace(store):
    return store.create("p", "n")


@pytest.fixture
def keep(workspace, tmp_path):
    """Makes rows the current table of a kind."""

    def keeping(kind, rows):
        folder = tmp_path / f"{kind}{len(workspace.snapshots(kind))}"
        write = tables.orders if kind == "transactions" else None
        made = write(folder, rows) if write else tables.table(folder, kind, rows)
        return workspace.commit(kind, [made.table], digest=made.digest, source="a", report={})

    return keeping


def customers(*rows):
    names = ("customer_id", "email", "phone")
    return [dict(zip(names, row, strict=False)) for row in rows]


def tickets(*ids):
    return [{"ticket_id": str(i), "timestamp": WHEN, "customer_id": c} for i, c in enumerate(ids)]


def persons(found):
    return {row["id"]: row["person"] for row in found.aliases.to_pylist()}


def test_an_empty_workspace_has_nobody(workspace):
    found = identities(workspace)
    assert (found.ids, found.people, found.masked, found.candidates) == (0, 0, 0, ())
    assert health(workspace) == ()


def test_rows_find_their_customers(workspace, keep):
    keep("customers", customers(("C1", "Ayu@X.id", "0812 3456 7890"), ("C2",), ("C3",)))
    keep(
        "transactions",
        [order("C1", "1", 0, "1"), order("C1", "2", 1, "1"), order("C9", "3", 1, "1")],
    )
    keep("tickets", tickets("ayu@x.id ", "+62 812-3456-7890", "C2", "nobody@x.id", "b***i", None))
    joins = {(j.left, j.right): j for j in health(workspace)}
    bought = joins["customers", "transactions"]
    assert (bought.customers_left, bought.both, bought.only_left) == (3, 1, 2)
    assert (bought.rows, bought.joined, bought.orphans) == (3, 2, 1)
    asked = joins["customers", "tickets"]
    assert (asked.both, asked.people) == (1, 2)
    assert (asked.rows, asked.joined, asked.joined_by_map) == (4, 1, 3)
    assert (asked.orphans, asked.masked_rows, asked.share) == (1, 1, 0.75)
    assert joins["transactions", "tickets"].people == 1
    found = identities(workspace)
    assert persons(found) == {"ayu@x.id ": "C1", "+62 812-3456-7890": "C1"}
    assert (found.ids, found.people, found.masked, found.masked_rows) == (7, 5, 1, 1)


def test_masked_buyers_are_nobody_anywhere(workspace, keep):
    keep("transactions", [order("b***i", str(i), 0, "1") for i in range(3)])
    keep("tickets", tickets("b***i", "****1234"))
    assert all(join.both == join.people == join.rows == 0 for join in health(workspace))
    assert identities(workspace).masked_rows == 5


def test_a_contact_of_two_customers_joins_nobody_until_the_user_says_so(workspace, keep):
    keep("customers", customers(("C1", "toko@x.id"), ("C2", "Toko@x.id"), ("C3", "a@x.id")))
    keep("tickets", tickets("TOKO@x.id", "C1", "A@x.id"))
    found = identities(workspace)
    (candidate,) = found.candidates
    assert (candidate.left, candidate.right, candidate.reason) == ("C1", "C2", "email")
    assert persons(found) == {"A@x.id": "C3"}
    decide(workspace, "C2", "C1", same=True)
    found = identities(workspace)
    assert found.candidates == ()
    assert persons(found) == {"A@x.id": "C3", "C2": "C1"}
    decide(workspace, "C1", "C2", same=False)
    assert identities(workspace).candidates == ()
    assert persons(identities(workspace)) == {"A@x.id": "C3"}
    decide(workspace, "C1", "C2", same=None)
    assert identities(workspace).candidates == (candidate,)


def test_nearly_the_same_is_not_the_same(workspace, keep):
    keep("customers", customers(("C1", "ayu+a@gmail.com"), ("C2", "a.yu@gmail.com")))
    keep("tickets", tickets("ayu@gmail.com", "c1", " C1", "Ayu"))
    assert persons(identities(workspace)) == {}
    assert all(join.both == 0 for join in health(workspace))


ids = st.sampled_from(["C1", "C2", "x@y.id", "X@y.id", "081234567890", "+6281234567890", "b**i"])


@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.generate])
@given(left=st.lists(ids, max_size=6), right=st.lists(ids, max_size=6))
def test_counts_by_hand(tmp_path_factory, left, right):
    """Without a customers table: equal ids, and spellings of one address or phone."""
    root = tmp_path_factory.mktemp("joins")
    store = Store(root, None, lambda: dt.datetime.now(dt.UTC), lambda: uuid4().hex)
    workspace = store.create("p", "n")
    folder = tmp_path_factory.mktemp("tables")
    for kind, held in (("tickets", left), ("feedback", right)):
        rows = (
            tickets(*held) if kind == "tickets" else [{"text": "a", "customer_id": c} for c in held]
        )
        made = tables.table(folder, kind, rows)
        workspace.commit(kind, [made.table], digest=kind, source="a", report={})
    one = {"X@y.id": "x@y.id", "081234567890": "+6281234567890"}
    known = {"tickets": left, "feedback": right}
    known = {kind: [c for c in held if c != "b**i"] for kind, held in known.items()}
    groups = defaultdict(set)
    for held in known.values():
        for customer in held:
            groups[one.get(customer, customer)].add(customer)
    assert identities(workspace).people == len(groups)
    for join in health(workspace):
        a, b = known[join.left], known[join.right]
        mine = {one.get(c, c) for c in a}
        assert join.joined == sum(c in a for c in b)
        assert join.joined_by_map == sum(one.get(c, c) in mine for c in b)
        assert join.people == len(mine & {one.get(c, c) for c in b})
        assert join.rows == len(b)
    store.close()
