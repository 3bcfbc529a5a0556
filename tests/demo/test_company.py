"""The company as a whole: one seed, one shop; every table links to the same customers."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from cxlib.demo.company import company, write
from cxlib.demo.truth import TRUTH

# The fields of DESIGN.md that each kind must have here, the required ones first.
FIELDS = {
    "transactions": "customer_id timestamp amount order_id line_id product category quantity "
    "unit_price discount channel place currency status",
    "responses": "nps csat ces customer_id timestamp comment",
    "feedback": "text customer_id timestamp rating channel",
    "events": "customer_id timestamp event session_id page channel value",
    "tickets": "ticket_id timestamp customer_id first_response_at resolved_at status topic channel "
    "group csat text",
    "subscriptions": "customer_id start end plan mrr tenure churned",
    "campaigns": "timestamp channel campaign cost impressions clicks sent delivered opened leads "
    "new_customers revenue",
    "experiments": "variant outcome unit_id timestamp",
    "experiments_broken": "variant outcome unit_id timestamp",
    "customers": "customer_id email phone name consent",
}
IDS = {"experiments": "unit_id", "experiments_broken": "unit_id"}


def digests(files: dict[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(shop, tmp_path):
    first = digests(write(shop, tmp_path / "a"))
    again = digests(write(company(0), tmp_path / "b"))
    other = digests(write(company(1), tmp_path / "c"))
    assert first == again
    assert all(first[name] != other[name] for name in first)


@pytest.mark.parametrize("name", FIELDS)
def test_each_table_has_its_fields_and_only_known_customers(shop, name):
    table = shop.tables[name]
    assert set(FIELDS[name].split()) <= set(table.columns)
    assert len(table) > 100
    column = IDS.get(name, "customer_id")
    if column in table.columns:
        assert table[column].isin(shop.customers["customer_id"]).all()


def test_all_tables_are_listed(shop):
    assert set(shop.tables) == set(FIELDS)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "customers"])
def test_everything_happened_within_the_window(shop, name):
    table = shop.tables[name]
    after = pd.Timestamp(TRUTH.window.last) + pd.Timedelta(days=1)
    for column in table.select_dtypes("datetime").columns:
        moments = table[column].dropna()
        assert moments.min() >= pd.Timestamp(TRUTH.window.first)
        assert moments.max() < after


def test_keys_are_unique(shop):
    assert len(shop.customers) == TRUTH.customers
    for name, key in {
        "customers": "customer_id",
        "transactions": "line_id",
        "tickets": "ticket_id",
    }.items():
        assert shop.tables[name][key].is_unique


def test_nobody_acts_before_they_joined(shop):
    joined = shop.customers.set_index("customer_id")["signed_up"]
    for name in ("transactions", "responses", "feedback", "events", "tickets"):
        table = shop.tables[name]
        day = table["timestamp"].dt.normalize()
        # A visit late in the evening may begin before the midnight of the day that it counts for.
        slack = pd.Timedelta(days=1 if name == "events" else 0)
        assert (day + slack >= table["customer_id"].map(joined)).all(), name


def test_contacts_reach_nobody(shop):
    assert shop.customers["email"].str.endswith("@example.com").all()
    assert shop.customers["phone"].str.fullmatch(r"\+62800\d{7}").all()


def test_purchase_events_are_the_online_orders(shop):
    bought = shop.events[shop.events["event"] == "purchase"]
    online = shop.transactions[shop.transactions["channel"] != "Store"]
    orders = online.groupby("order_id").agg(at=("timestamp", "first"), value=("amount", "sum"))
    orders = orders[orders["at"] >= bought["timestamp"].min()]
    assert sorted(bought["value"]) == sorted(orders["value"])


def test_written_files_read_back_as_they_were(shop, tmp_path):
    files = write(shop, tmp_path)
    text = pd.read_csv(files["transactions"], parse_dates=["timestamp"])
    pd.testing.assert_frame_equal(text, shop.transactions, check_dtype=False)
    assert b"\r" not in files["transactions"].read_bytes()
