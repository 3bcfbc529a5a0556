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


@pytest.fixture
def imported(shared, stage, tmp_path):
    """Import a shared file by what is proposed, the first choice for what is asked."""

    def run(name, kind):
        staged = stage(shared(f"data/{name}"))
        proposal = match.propose(staged)
        assert proposal.kind == kind
        assert len(proposal.questions) <= 1
        answers = {question.id: question.choices[0].value for question in proposal.questions}
        found = convert.convert(staged, plan.plan(proposal, answers), tmp_path)
        parts = found.rows_accepted + found.rows_merged + found.rows_rejected
        assert found.rows_read == parts
        return found

    return run


def noticed(found, code):
    return {issue.column: issue.count for issue in found.issues if issue.code == code}


QUIRKS = {
    "surveys/sfo_2017.csv": ("responses", 2_831, {"out_of_scale": {"NETPRO": 84}, "unscored": {"Q7ALL": 143}}),
    "surveys/fr_retail_nps.csv": ("responses", 13_954, {
        "unscored": {"nps": 342}, "negative_values": {"CaTicket": 220}, "row_numbers": {"column 1": 1}}),
    "feedback/nhs_text.csv": ("feedback", 10_334, {"nearly_numbers": {"criticality": 29}}),
    "subscriptions/Telco-Customer-Churn.csv": ("subscriptions", 7_043, {"empty_cells": {"TotalCharges": 11}}),
    "customers/marketing_campaign.csv": ("customers", 2_240, {"empty_cells": {"Income": 24}, "outlier": {"Income": 1}}),
    "events/retentioneering_ecom_synthetic.csv.gz": ("events", 31_106, {}),
    "tickets/helpdesk_events.csv": ("tickets", 21_348, {}),
    "experiments/cookie_cats.csv": ("experiments", 90_189, {"answers_counted": {"retention_1": 90_189}}),
    "campaigns/facebook_ads.csv": ("campaigns", 1_143, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", QUIRKS)
def test_the_quirks_of_other_kinds_are_counted(imported, name):
    kind, rows, quirks = QUIRKS[name]
    found = imported(name, kind)
    assert (found.rows_read, found.rows_rejected) == (rows, 0)
    for code, columns in quirks.items():
        counts = noticed(found, code)
        assert {column: counts.get(column) for column in columns} == columns


def test_what_is_shown_of_quirks(imported):
    found = imported("surveys/sfo_2017.csv", "responses")
    shown = {(i.code, i.column): i.params.get("values") for i in found.issues}
    assert shown["out_of_scale", "NETPRO"] == "“11” (84)"
    assert shown["unscored", "Q7ALL"] == "“Blank” (143)"
    assert found.scores[0].column == "NETPRO"


def test_churned_customers_of_telco(imported, shared):
    found = imported("subscriptions/Telco-Customer-Churn.csv", "subscriptions")
    table = pd.read_parquet(found.table)
    assert table["churned"].sum() == 1_869
    assert found.customers == 7_043
