"""Two files as one: what is new is added, what both have counts once."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from cxlib.errors import CxError
from cxlib.ingest import convert, match, plan, read
from cxlib.ingest.plan import Attribute, Score
from cxlib.ingest.staged import ReadOptions
from cxlib.store.append import append
from tests.store import tables
from tests.store.tables import order

few = st.sampled_from


def some(ids, days):
    return st.lists(
        st.builds(
            order,
            few(["Ayu", "Budi", None]),
            few(ids),
            few(days),
            few(["10", "0.0001", "-10", None]),
            channel=few(["web", "toko", None]),
            status=few(["sale", "sale", "refund"]),
        ),
        max_size=7,
        unique_by=lambda r: (
            (r["customer_id"], r["order_id"], r["day"], r["status"]) if r["order_id"] else object()
        ),
    )


overlapping = some(["1", "2", None, None], [0, 1])
quick = settings(max_examples=12, deadline=None, derandomize=True, phases=[Phase.generate])


def rows(path):
    """The rows as a multiset, without what depends on the others."""
    return Counter(
        tuple(sorted((k, str(v)) for k, v in row.items() if k not in ("line", "purchase_day")))
        for row in parquet.read_table(path).to_pylist()
    )


def made(folder, name, held):
    return tables.orders(folder / name, held)


def out(folder, name="out"):
    (folder / name).mkdir()
    return folder / name


@quick
@given(a=some(["1", "2", None], [0, 1]), b=some(["3", "4", None], [2, 3]))
def test_files_that_share_nothing_are_added_up_in_either_order(tmp_path_factory, a, b):
    folder = tmp_path_factory.mktemp("append")
    first, second = made(folder, "a", a), made(folder, "b", b)
    one, counts = append(first, second, out(folder))
    other, _ = append(second, first, out(folder, "other"))
    assert rows(one.table) == rows(first.table) + rows(second.table)
    assert one.digest == other.digest
    assert (counts.restated, counts.repeated) == (0, 0)
    assert Decimal(one.revenue or 0) == sum((r["amount"] or 0 for r in a + b), Decimal(0))


@quick
@given(a=overlapping, b=overlapping)
def test_what_both_have_counts_once(tmp_path_factory, a, b):
    folder = tmp_path_factory.mktemp("append")
    first, second = made(folder, "a", a), made(folder, "b", b)
    both, _ = append(first, second, out(folder))
    again, counts = append(both, second, out(folder, "again"))
    assert rows(again.table).total() == rows(both.table).total()
    assert counts.new == 0
    keyed = [defaultdict(list), defaultdict(list)]
    for groups, held in zip(keyed, (a, b), strict=True):
        for row in held:
            if row["order_id"]:
                groups[row["order_id"], row["customer_id"]].append(row)
    kept = parquet.read_table(both.table).to_pylist()
    assert {(r["order_id"], r["customer_id"]) for r in kept if r["order_id"]} == {
        *keyed[0],
        *keyed[1],
    }
    if all(any(r["order_id"] for r in held) for held in (a, b)):
        for key, group in keyed[1].items():
            earlier = keyed[0].get(key, [])
            wanted = [r for r in group if not refund(r)] or [r for r in earlier if not refund(r)]
            days = {r["day"] for r in group if refund(r)}
            wanted += [r for r in group if refund(r)]
            wanted += [r for r in earlier if refund(r) and r["day"] not in days]
            found = [r["amount"] for r in kept if (r["order_id"], r["customer_id"]) == key]
            assert Counter(found) == Counter(r["amount"] for r in wanted)


def refund(row):
    return row["status"] == "refund" and (row["amount"] or 0) < 0


@quick
@given(a=overlapping)
def test_a_file_added_to_itself_is_itself(tmp_path_factory, a):
    folder = tmp_path_factory.mktemp("append")
    first = made(folder, "a", a)
    same, counts = append(first, first, out(folder))
    assert counts.nothing
    assert rows(same.table) == rows(first.table)


def test_a_refund_in_another_file_does_not_take_the_sale_away(tmp_path):
    sale = order("Ayu", "1", 0, "100")
    refund_ = order("Ayu", "1", 40, "-30", status="refund")
    first, second = made(tmp_path, "a", [sale]), made(tmp_path, "b", [refund_])
    for number, (left, right) in enumerate([(first, second), (second, first)]):
        both, _ = append(left, right, out(tmp_path, f"both{number}"))
        again, _ = append(both, left, out(tmp_path, f"again{number}"))
        assert both.revenue == again.revenue == "70.0000"
        days = {r["status"]: r["purchase_day"] for r in parquet.read_table(both.table).to_pylist()}
        assert days == {"sale": sale["day"], "refund": sale["day"]}


@pytest.mark.parametrize("status", ["refund", "cancellation"])
def test_an_order_that_is_called_off_later_is_no_sale_any_more(tmp_path, status):
    """An import writes such an order with nothing: it was sold and paid back, or never paid."""
    first = made(tmp_path, "a", [order("Ayu", "1", 0, "100")])
    second = made(tmp_path, "b", [order("Ayu", "1", 0, "0", status=status)])
    both, counts = append(first, second, out(tmp_path))
    assert (both.revenue, both.order_count, counts.restated) == ("0.0000", 0, 1)


PLAIN = "customer_id,date,order_id,product,amount\n"
JANUARY = (
    "Ayu,2026-01-05,A1,kopi,10\nAyu,2026-01-05,A1,teh,5\nBudi,2026-01-07,A2,kopi,10\n"
    "Budi,2026-01-07,A2,kopi,10\n,2026-01-09,,teh,5\n"
)
FEBRUARY = "Ayu,2026-02-01,A3,teh,5\nBudi,2026-02-02,A2,kopi,-10\n,2026-02-09,,teh,5\n,2026-02-09,,kopi,10\n"


def imported(folder, text):
    folder.mkdir()
    (folder / "file.csv").write_text(text)
    staged = read.stage(folder / "file.csv", folder, ReadOptions())
    proposal = match.propose(staged, "transactions", {})
    return convert.convert(staged, plan.plan(proposal), folder)


def test_months_added_are_the_file_of_both(tmp_path):
    """Orders, their products and a refund that goes back to the month before."""
    first = imported(tmp_path / "a", PLAIN + JANUARY)
    second = imported(tmp_path / "b", PLAIN + FEBRUARY)
    whole = imported(tmp_path / "c", PLAIN + JANUARY + FEBRUARY)
    both, counts = append(first, second, out(tmp_path))
    for made_, wanted in ((both.table, whole.table), (both.lines, whole.lines)):
        held = [
            Counter(str({k: v for k, v in row.items() if k != "line"}) for row in found.to_pylist())
            for found in map(parquet.read_table, (made_, wanted))
        ]
        assert held[0] == held[1]
    assert (both.revenue, both.customers) == (whole.revenue, whole.customers)
    assert (both.first_day, both.last_day) == ("2026-01-05", "2026-02-09")
    assert (counts.new, counts.restated, counts.repeated) == (3, 1, 0)
    orders = {r["line"] for r in parquet.read_table(both.table).to_pylist()}
    assert orders <= {r["line"] for r in parquet.read_table(both.lines).to_pylist()}


def test_orders_of_a_file_without_products_are_among_the_lines(tmp_path):
    first = imported(tmp_path / "a", PLAIN + JANUARY)
    second = imported(tmp_path / "b", "customer_id,date,order_id,amount\nAyu,2026-02-01,A3,5\n")
    for number, (left, right) in enumerate([(first, second), (second, first)]):
        both, _ = append(left, right, out(tmp_path, str(number)))
        lines = parquet.read_table(both.lines).to_pylist()
        assert sum(line["amount"] for line in lines) == Decimal(both.revenue)
        assert [line["product"] for line in lines if line["order_id"] == "A3"] == [None]


def nps(column="NPS", high=10):
    return Score(column, "nps", 0, high)


def answers(folder, held, score, *attributes):
    made_ = [
        {"customer_id": c, "score": s, "s0": s, **dict(zip(("a0", "a1"), more, strict=False))}
        for c, s, *more in held
    ]
    return tables.table(folder, "responses", made_, (score,), attributes)


def test_columns_of_surveys_are_joined_by_what_they_are_called(tmp_path):
    city, age = Attribute("City", "text"), Attribute("Age", "number")
    first = answers(tmp_path / "a", [("Ayu", 9.0, "Solo", 31.0)], nps(), city, age)
    second = answers(tmp_path / "b", [("Budi", 3.0, 40.5, "Medan")], nps("Score"), age, city)
    both, _ = append(first, second, out(tmp_path))
    names = [a.column for a in both.attributes]
    assert [s.column for s in both.scores] == ["Score"]
    cells = {
        row["customer_id"]: (row["score"], row["s0"], row[f"a{names.index('City')}"])
        for row in parquet.read_table(both.table).to_pylist()
    }
    assert cells == {"Ayu": (9.0, 9.0, "Solo"), "Budi": (3.0, 3.0, "Medan")}


def test_a_column_of_two_types_becomes_text(tmp_path):
    first = answers(tmp_path / "a", [("Ayu", 9.0, 7.0)], nps(), Attribute("Shop", "number"))
    second = answers(tmp_path / "b", [("Budi", 3.0, "007")], nps(), Attribute("Shop", "text"))
    both, _ = append(first, second, out(tmp_path))
    assert both.attributes == (Attribute("Shop", "text"),)
    assert {r["a0"] for r in parquet.read_table(both.table).to_pylist()} == {"7", "007"}


def test_tickets_are_as_the_later_file_says(tmp_path):
    when = dt.datetime(2026, 3, 1)
    open_ = [{"ticket_id": i, "timestamp": when, "status": "open"} for i in ("1", "2")]
    later = [open_[1] | {"status": "closed"}, open_[1] | {"ticket_id": "3"}]
    first = tables.table(tmp_path / "a", "tickets", open_)
    second = tables.table(tmp_path / "b", "tickets", later)
    both, counts = append(first, second, out(tmp_path))
    states = {r["ticket_id"]: r["status"] for r in parquet.read_table(both.table).to_pylist()}
    assert states == {"1": "open", "2": "closed", "3": "open"}
    assert (counts.new, counts.restated, counts.repeated) == (1, 1, 0)
    assert parquet.read_schema(both.table).names == parquet.read_schema(first.table).names


def test_other_money_and_other_scales_are_refused(tmp_path):
    first = made(tmp_path, "a", [order("Ayu", "1", 0, "1")])
    dollars = tables.orders(tmp_path / "b", [order("Ayu", "2", 0, "1")], "USD")
    with pytest.raises(CxError, match="other_currency"):
        append(first, dollars, tmp_path)
    ten = answers(tmp_path / "c", [("Ayu", 9.0)], nps())
    five = answers(tmp_path / "d", [("Ayu", 4.0)], nps(high=5))
    with pytest.raises(CxError, match="other_scale"):
        append(ten, five, tmp_path)
