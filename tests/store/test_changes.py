"""What changed, against the same computed by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.ingest.plan import Attribute, Score
from cxlib.store.changes import Changes, changes
from tests.store import tables
from tests.store.tables import order

few = st.sampled_from
rows = st.lists(
    st.builds(
        order,
        few(["Ayu", "Budi", None, 'C","x']),
        few(["1", "2", "0001", None, None]),
        few([0, 1, 31, 59]),
        few(["10", "0.0001", "-10", None]),
        channel=few(["web", "toko", "", None]),
        status=few(["sale", "sale", "refund"]),
    ),
    max_size=8,
)
COMPARED = ("customer_id", "order_id", "timestamp", "amount", "channel", "status")


def content(row, names):
    return tuple(None if row.get(name) is None else str(row[name]) for name in names)


def by_hand(before, after):
    """New, unchanged, restated, vanished; rows of a key together, rows without one counted."""
    names = [
        name
        for name in COMPARED
        if any(r.get(name) is not None for r in before)
        == any(r.get(name) is not None for r in after)
    ]
    ids = all(any(row["order_id"] for row in held) for held in (before, after))
    keyed, loose = [], []
    for held in (before, after):
        groups, alone = defaultdict(list), Counter()
        for row in held:
            if not ids or row["order_id"] is None:
                alone[content(row, names)] += 1
            else:
                groups[row["order_id"], row["customer_id"]].append(content(row, names))
        keyed.append({key: Counter(group) for key, group in groups.items()})
        loose.append(alone)
    (b, a), (was, now) = keyed, loose
    both = set(b) & set(a)
    return (
        len(set(a) - both) + (now - was).total(),
        sum(b[k] == a[k] for k in both) + (now & was).total(),
        sum(b[k] != a[k] for k in both),
        len(set(b) - both) + (was - now).total(),
    )


@settings(max_examples=20, deadline=None, derandomize=True)
@given(before=rows, after=rows)
def test_orders_against_a_count_by_hand(tmp_path_factory, before, after):
    folder = tmp_path_factory.mktemp("changes")
    found = changes(tables.orders(folder / "b", before), tables.orders(folder / "a", after))
    assert (found.new, found.unchanged, found.restated, found.vanished) == by_hand(before, after)
    for side, held in (("before", before), ("after", after)):
        revenue = defaultdict(Decimal)
        for row in held:
            revenue[row["day"].replace(day=1)] += row["amount"] or 0
        shown = {m.month: getattr(m, f"revenue_{side}") for m in found.months}
        assert {m: r for m, r in shown.items() if m in revenue} == revenue
        assert not any(r for m, r in shown.items() if m not in revenue)
        assert sum(getattr(m, f"records_{side}") for m in found.months) == len(held)


def test_a_file_against_itself_changes_nothing(tmp_path):
    made = tables.orders(tmp_path, [order("Ayu", "1", 0, "5"), order("Ayu", None, 0, "5")] * 2)
    found = changes(made, made)
    assert found.same
    assert not any(month.differs for month in found.months)
    assert found.examples == ()


def test_a_restated_order_shows_what_it_said_and_says(tmp_path):
    before = [order("Ayu", "1", 0, "5"), order("Budi", "2", 40, "7.5")]
    after = [order("Ayu", "1", 0, "5"), order("Budi", "2", 40, "8", channel=None)]
    found = changes(tables.orders(tmp_path / "b", before), tables.orders(tmp_path / "a", after))
    (example,) = found.examples
    assert example.key == {"order_id": "2", "customer_id": "Budi"}
    assert (example.before, example.after) == ({"amount": "7.5000"}, {"amount": "8.0000"})
    assert [(m.month, m.revenue_before, m.revenue_after) for m in found.months if m.differs] == [
        (dt.date(2026, 2, 1), Decimal("7.5"), Decimal("8"))
    ]


def test_a_column_that_only_one_file_has_restates_nothing(tmp_path):
    before = [order("Ayu", "1", 0, "5"), order("Budi", "2", 1, "6")]
    after = [row | {"channel": "web"} for row in before]
    found = changes(tables.orders(tmp_path / "b", before), tables.orders(tmp_path / "a", after))
    assert found.same
    assert (found.appeared, found.gone) == (("channel",), ())


NPS = Score("How likely?", "nps", 0, 10)


def answers(folder, called, rows) -> Changes:
    """Answers of (customer, score, city), the city's column moving about."""
    shop = Attribute("Shop", "text")
    city = Attribute("City", "text")
    order_ = (shop, city) if called == "second" else (city, shop)
    at = f"a{order_.index(city)}"
    made = [{"customer_id": c, "score": s, "s0": s, at: place} for c, s, place in rows]
    return tables.table(folder, "responses", made, (NPS,), order_)


def test_attributes_are_known_by_what_the_file_calls_them(tmp_path):
    held = [("Ayu", 9.0, "Jakarta"), ("Ayu", 9.0, "Jakarta"), ("Budi", 3.0, "Medan")]
    before = answers(tmp_path / "b", "first", held)
    after = answers(tmp_path / "a", "second", [*held[1:], ("Budi", 3.0, "Solo")])
    found = changes(before, after)
    assert (found.new, found.unchanged, found.restated, found.vanished) == (1, 2, 0, 1)
    assert found.key == ()
    assert {m.revenue_after for m in found.months} == {None}


@pytest.mark.parametrize(
    ("ids", "restated", "new"),
    [(["T1", "T2"], 1, 0), (["T1", "T1"], 0, 1)],
    ids=["key", "repeated"],
)
def test_tickets_have_a_key_where_it_holds(tmp_path, ids, restated, new):
    when = dt.datetime(2026, 3, 1)
    before = [{"ticket_id": i, "timestamp": when, "status": "open"} for i in ids]
    after = [before[0], before[1] | {"status": "closed"}]
    found = changes(
        tables.table(tmp_path / "b", "tickets", before),
        tables.table(tmp_path / "a", "tickets", after),
    )
    assert (found.restated, found.new, found.vanished) == (restated, new, new)
    assert bool(found.key) == bool(restated)
    assert found.examples == () or found.examples[0].after == {"status": "closed"}
