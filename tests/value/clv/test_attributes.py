"""An attribute of each customer, wherever it is kept."""

import datetime as dt

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.frames.summary import customer_summary
from cxlib.value.clv.attributes import SEVERAL, attribute

ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "bob", "bob", "cid", "dan"],
        "day": pd.to_datetime(
            ["2024-01-05", "2024-02-05", "2024-01-20", "2024-01-20", "2024-02-01", "2024-06-01"]
        ),
        "channel": ["web", "shop", "web", "shop", None, "web"],
        "status": "sale",
    }
)
LINES = ORDERS.assign(product=["tea", "tea", "tea", "tea", "cup", "cup"]).drop(columns="channel")
PEOPLE = pd.DataFrame({"customer_id": ["cid", "ann", "eve"], "city": ["Solo", "Bogor", "Depok"]})


@pytest.fixture
def summary():
    return customer_summary(ORDERS).sort_values("customer_id", ascending=False)


def test_it_is_that_of_the_first_purchase_in_the_order_of_the_summary(summary):
    found = attribute(ORDERS, "channel", summary)
    assert found.index.equals(summary.index)
    assert found.tolist() == ["web", None, SEVERAL, "web"]  # dan, cid, bob, ann


def test_lines_and_customers_have_attributes_too(summary):
    assert attribute(ORDERS, "product", summary, lines=LINES).tolist() == [
        "cup",
        "cup",
        "tea",
        "tea",
    ]
    assert attribute(ORDERS, "city", summary, customers=PEOPLE).tolist() == [
        None, "Solo", None, "Bogor",
    ]  # fmt: skip


def test_only_the_part_that_is_looked_at_counts():
    part = ORDERS[ORDERS["channel"] == "shop"]
    summary = customer_summary(part)
    found = attribute(ORDERS, "channel", summary, conditions=(("channel", ("shop",)),))
    assert found.tolist() == ["shop", "shop"]
    end = dt.date(2024, 3, 1)
    early = attribute(ORDERS, "channel", customer_summary(ORDERS), end=end)
    assert early[customer_summary(ORDERS)["customer_id"] == "dan"].tolist() == [None]


def test_a_column_that_is_nowhere_is_refused(summary):
    with pytest.raises(CxError) as caught:
        attribute(ORDERS, "colour", summary, lines=LINES, customers=PEOPLE)
    assert (caught.value.code, caught.value.params["by"]) == ("bad_option", "colour")
