"""Real files, against counts made without the importer."""

from decimal import Decimal

import pandas as pd
import pytest

from cxlib.ingest import convert, match, plan


def counted(imported):
    return {issue.code: issue.count for issue in imported.issues}


@pytest.fixture
def online_retail(shared, do_import):
    path = shared("data/transactions/online_retail_ii_2009_2010.parquet")
    return do_import(path), pd.read_parquet(path)


def test_online_retail(online_retail):
    imported, raw = online_retail
    credit = raw["Invoice"].str.startswith("C")
    noticed = counted(imported)
    assert noticed["missing_customer"] == raw["Customer ID"].isna().sum() == 107_927
    assert noticed["cancellation"] == credit.sum() == 10_206
    assert noticed["duplicate_rows"] == raw.duplicated().sum() == 6_865
    assert noticed["negative_price"] == (raw["Price"] < 0).sum()
    assert imported.rows_read == len(raw) == 525_461
    assert imported.rows_rejected == 0
    assert imported.rows_accepted + imported.rows_merged == len(raw)
    exact = sum(
        Decimal(str(q)) * Decimal(str(p))
        for q, p in zip(raw["Quantity"], raw["Price"], strict=True)
    )
    assert Decimal(imported.revenue) == exact
    orders = pd.read_parquet(imported.table)
    assert orders["lines"].sum() == len(raw)
    sales = orders[orders["status"] == "sale"]
    known = raw[~credit & (raw["Quantity"] > 0) & raw["Customer ID"].notna()]
    assert set(sales["customer_id"].dropna()) == set(known["Customer ID"].astype(int).astype(str))
    back = orders[orders["status"] == "refund"]
    assert (back["purchase_day"] <= back["day"]).all()
    assert (back["purchase_day"] < back["day"]).sum() > 1_000


def test_cdnow_master(shared, do_import):
    path = shared("data/transactions/cdnow_master.txt")
    imported = do_import(path)
    raw = pd.read_csv(path, sep=r"\s+", dtype=str)
    assert imported.rows_read == imported.rows_accepted == len(raw) == 69_659
    assert counted(imported) == {
        "duplicate_rows": raw.duplicated().sum(),
        "zero_amount": (raw["dollar_value"].astype(float) == 0).sum(),
    }
    assert counted(imported) == {"duplicate_rows": 255, "zero_amount": 80}
    assert Decimal(imported.revenue) == sum(map(Decimal, raw["dollar_value"]))
    assert imported.customers == raw["customer_id"].nunique() == 23_570


def test_cdnow_sample(shared, stage, tmp_path):
    staged = stage(shared("data/transactions/cdnow_sample.txt"))
    said = {
        name: staged.column(n)
        for name, n in (("customer_id", "1"), ("timestamp", "3"), ("amount", "5"))
    }
    imported = convert.convert(staged, plan.plan(match.propose(staged, None, said)), tmp_path)
    assert staged.titles is None
    assert imported.rows_read == imported.rows_accepted == 6_919
    assert imported.customers == 2_357
    assert counted(imported) == {"duplicate_rows": 21, "zero_amount": 8}
    assert (imported.first_day, imported.last_day) == ("1997-01-01", "1998-06-30")
