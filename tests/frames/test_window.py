"""Net revenue within a window, and one customer's days of purchase."""

import datetime as dt
from itertools import pairwise

import pandas as pd
import polars as pl
import pytest

from cxlib import engine
from cxlib.frames.history import purchase_days
from cxlib.frames.summary import customer_summary
from cxlib.frames.window import window_revenue

ORDERS = pd.DataFrame(
    [
        ("a", "2024-01-01", "2024-01-01", 10.1, "sale", "web"),
        ("a", "2024-02-01", "2024-02-01", 0.1, "sale", "shop"),
        ("a", "2024-02-01", "2024-02-01", 0.2, "sale", "web"),
        ("a", "2024-02-20", "2024-01-01", -10.1, "refund", "web"),
        ("a", "2024-03-01", "2024-03-01", 5.0, "sale", "web"),
        ("b", "2024-01-10", "2024-01-10", 7.0, "sale", "web"),
        ("c", "2024-02-29", "2024-02-29", 0.0, "sale", "web"),
        (None, "2024-02-15", "2024-02-15", 99.0, "sale", "web"),
    ],
    columns=["customer_id", "day", "purchase_day", "amount", "status", "channel"],
).assign(
    day=lambda t: pd.to_datetime(t["day"]), purchase_day=lambda t: pd.to_datetime(t["purchase_day"])
)
AFTER, UNTIL = dt.date(2024, 1, 10), dt.date(2024, 2, 29)


def engines():
    yield ORDERS
    yield pl.from_pandas(ORDERS)
    yield pl.from_pandas(ORDERS).lazy()
    with engine.connect() as connection:
        connection.register("orders", ORDERS)
        yield connection.sql(
            "select * replace (day::date as day, amount::decimal(18, 4) as amount) from orders"
        )


def test_a_refund_counts_on_its_own_day_and_the_first_day_is_outside():
    for table in engines():
        found = window_revenue(table, AFTER, UNTIL)
        assert found.to_dict("list") == {
            "customer_id": ["a", "c"],
            "revenue": [pytest.approx(-9.8, abs=1e-12), 0.0],
            "rows": [4, 1],  # up to the end of the window, those before it included
        }


def test_windows_add_up_to_what_customers_brought():
    ends = [dt.date(2023, 12, 31), dt.date(2024, 1, 31), dt.date(2024, 2, 10), dt.date(2024, 3, 1)]
    parts = [window_revenue(ORDERS, a, b) for a, b in pairwise(ends)]
    total = pd.concat(parts).groupby("customer_id")["revenue"].sum()
    revenue = customer_summary(ORDERS).set_index("customer_id")["revenue"]
    assert total.to_dict() == pytest.approx(revenue.to_dict())


def test_without_amounts_there_is_no_revenue():
    found = window_revenue(ORDERS.drop(columns="amount"), AFTER, UNTIL)
    assert found["revenue"].isna().all()
    assert found["rows"].tolist() == [4, 1]


def test_days_of_purchase_are_those_that_the_summary_counts():
    for table in engines():
        days = purchase_days(table, "a")
        # 1 January was undone by the refund in February; two orders of a day are one purchase.
        assert days.dt.strftime("%Y-%m-%d").tolist() == ["2024-02-01", "2024-03-01"]
        row = customer_summary(table).set_index("customer_id").loc["a"]
        assert (len(days), days.iloc[0], days.iloc[-1]) == (
            row["purchases"],
            row["first_day"],
            row["last_day"],
        )
        early = purchase_days(table, "a", dt.date(2024, 2, 10))
        assert early.dt.strftime("%Y-%m-%d").tolist() == ["2024-01-01", "2024-02-01"]


def test_days_of_purchase_of_a_part_and_of_nobody():
    shop = purchase_days(ORDERS, "a", conditions=(("channel", ("shop",)),))
    assert shop.dt.strftime("%Y-%m-%d").tolist() == ["2024-02-01"]
    assert purchase_days(ORDERS, "nobody").empty
