"""Folding in pieces: the orders of a file do not depend on where its pieces end."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.ingest import convert, match, plan, read, repeats, staged, unusual
from cxlib.ingest.plain import to_plain
from cxlib.ingest.staged import ReadOptions

DAY = dt.date(2025, 1, 1)
ROW = st.tuples(
    st.sampled_from(["", "A1", "A2", "A3", "C4"]),
    st.sampled_from(["", "7", "8"]),
    st.integers(0, 3),
    st.sampled_from(["tea", "mug", ""]),
    st.integers(1, 3),
    st.sampled_from(["10.5", "4", "-10.5", "0"]),
    st.sampled_from(["web", "shop", ""]),
)
HEADER = ["order_id", "customer_id", "date", "product", "quantity", "amount", "channel"]
MAPPING = {"timestamp": "date"} | {n: n for n in HEADER if n != "date"}


def imported(rows, folder):
    folder.mkdir()
    path = folder / "orders.csv"
    table = pd.DataFrame([(o, c, DAY + dt.timedelta(d), *rest) for o, c, d, *rest in rows])
    table.to_csv(path, header=HEADER, index=False)
    text = read.stage(path, folder, ReadOptions(header=1))
    proposal = match.propose(text, "transactions", MAPPING)
    return convert.convert(text, plan.plan(proposal, decimal="."), folder)


def reference(rows):
    """Orders by the rules of DEFINITIONS, row by row."""
    sales = [(i, r) for i, r in enumerate(rows) if Decimal(r[5]) >= 0]
    orders, matched = defaultdict(list), {}
    for i, (order, customer, day, *_rest) in enumerate(rows):
        if Decimal(rows[i][5]) < 0:
            same = [r[2] for _, r in sales if order and r[:2] == (order, customer) and r[2] <= day]
            matched[i] = max(same) if same else None
    for i, row in enumerate(rows):
        order, customer, day, _product, quantity, amount, channel = row
        status = "refund" if Decimal(amount) < 0 else "sale"
        at = day if matched.get(i) is None else matched[i]
        key = (customer, order, day, at, status, None if order else i)
        orders[key].append((i, amount, quantity, channel))
    return {
        (
            *key[:5],
            sum(Decimal(a) for _, a, _, _ in held),
            sum(q for _, _, q, _ in held),
            next((c for _, _, _, c in held if c), None),
            len(held),
            min(i for i, *_ in held) + 2,
        )
        for key, held in orders.items()
    }


def found(path):
    return [
        (
            r["customer_id"] or "",
            r["order_id"] or "",
            (r["day"] - DAY).days,
            (r["purchase_day"] - DAY).days,
            r["status"],
            r["amount"],
            int(r["quantity"]),
            r["channel"],
            r["lines"],
            r["line"],
        )
        for r in pq.read_table(path).to_pylist()
    ]


@pytest.fixture
def small_pieces(monkeypatch):
    """A row group for every few rows."""
    monkeypatch.setattr(staged, "GROUP", 1)
    monkeypatch.setattr("cxlib.ingest.delimited.CHUNK", 3)
    monkeypatch.setattr("cxlib.ingest.delimited._stage_quickly", _irregular)


def _irregular(*_):
    from cxlib.ingest.delimited import _Irregular

    raise _Irregular


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROW, min_size=1, max_size=25))
def test_orders_are_those_of_the_rules_wherever_pieces_end(rows, small_pieces, tmp_path_factory):
    made = imported(rows, tmp_path_factory.mktemp("fold") / "in")
    assert pq.ParquetFile(made.table).num_row_groups >= (len(rows) > 3)
    orders = found(made.table)
    assert set(orders) == reference(rows)
    assert len(orders) == len(reference(rows))
    assert [o[-1] for o in orders] == sorted(o[-1] for o in orders), "in the order of the file"
    assert sum(o[-2] for o in orders) == len(rows) == pq.read_metadata(made.lines).num_rows
    sums = pq.read_table(made.lines).column("amount").to_pylist()
    assert sum(sums) == sum(o[5] for o in orders) == Decimal(made.revenue)
    assert made.customers == len({r[1] for r in rows if r[1] and Decimal(r[5]) >= 0})


def test_pieces_and_dictionaries_do_not_change_the_digest(tmp_path, monkeypatch):
    rows = [(f"A{i // 3}", str(i % 5), i % 4, "tea", 1, "4", "web") for i in range(40)]
    whole = imported(rows, tmp_path / "whole")
    monkeypatch.setattr(staged, "GROUP", 1)
    monkeypatch.setattr("cxlib.ingest.delimited.CHUNK", 7)
    monkeypatch.setattr("cxlib.ingest.delimited._stage_quickly", _irregular)
    parted = imported(rows, tmp_path / "parted")
    assert pq.ParquetFile(parted.table).num_row_groups > 1
    monkeypatch.setattr(staged, "repetitive", lambda table: [])
    plain = imported(rows, tmp_path / "plain")
    assert whole.digest == parted.digest == plain.digest
    assert whole.digest != imported(rows[:-1], tmp_path / "less").digest


def test_orders_too_many_to_sort_are_merged_all_the_same(tmp_path, monkeypatch):
    rows = [(f"A{i % 7}", "7", 0, "tea", 1, "4", "web") for i in range(30)]
    few = imported(rows, tmp_path / "few")
    monkeypatch.setattr(repeats, "SORTED", 5)
    many = imported([*rows, rows[0]], tmp_path / "many")
    assert few.rows_accepted == many.rows_accepted == 7
    assert many.rows_merged == 24


def test_an_order_that_is_too_large_is_a_typed_error(tmp_path):
    rows = [("A1", "7", 0, "tea", 1, "60000000000000", "web")] * 2
    with pytest.raises(convert.CxError, match="sum_too_large"):
        imported(rows, tmp_path / "in")
    apart = [rows[0], ("A2", "7", 0, "tea", 1, "4", "web"), rows[1]]
    with pytest.raises(convert.CxError, match="sum_too_large"):
        imported(apart, tmp_path / "apart")


ALONE = st.lists(
    st.tuples(
        st.sampled_from(["", "7", "8"]),
        st.integers(0, 3),
        st.sampled_from(["tea", "mug", ""]),
        st.integers(1, 3),
        st.sampled_from(["10.5", "4", "0"]),
        st.sampled_from(["web", "shop", ""]),
    ),
    min_size=1,
    max_size=25,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ALONE, unnamed=st.booleans())
def test_rows_that_are_an_order_each_are_written_as_if_they_were_merged(
    rows, unnamed, small_pieces, tmp_path_factory
):
    named = [("" if unnamed and i % 3 == 0 else f"A{i}", *row) for i, row in enumerate(rows)]
    folder = tmp_path_factory.mktemp("alone")
    alone = imported(named, folder / "alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unusual, "repeated", lambda numbers: np.ones(len(numbers), bool))
        merged = imported(named, folder / "merged")
    assert pq.read_table(alone.table).equals(pq.read_table(merged.table))
    assert pq.read_table(alone.lines).equals(pq.read_table(merged.lines))
    same = {"table", "lines", "rejects"}
    told = [{k: v for k, v in to_plain(one).items() if k not in same} for one in (alone, merged)]
    assert told[0] == told[1]


def test_an_order_that_comes_back_in_a_later_piece_is_one_order(small_pieces, tmp_path):
    rows = [(f"A{i}", "7", 0, "tea", 1, "4", "web") for i in range(10)]
    made = imported([*rows, rows[0]], tmp_path / "in")
    assert (made.rows_accepted, made.rows_merged) == (10, 1)
    assert [issue.code for issue in made.issues if issue.code == "duplicate_rows"]
