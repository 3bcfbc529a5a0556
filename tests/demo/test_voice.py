"""Answers, reviews and tickets: the month of the failed deliveries, and what drives the score."""

import numpy as np
import pandas as pd
import pytest

from cxlib.demo.truth import TRUTH

FAILURE = TRUTH.delivery_failure


def is_failed(moments: pd.Series) -> pd.Series:
    day = moments.dt.date
    return (day >= FAILURE.month.first) & (day <= FAILURE.month.last)


def nps(scores: pd.Series) -> float:
    return 100 * float((scores >= 9).mean() - (scores <= 6).mean())


def test_nps_falls_by_the_stated_points_in_the_failed_month(shop):
    failed = is_failed(shop.responses["timestamp"])
    assert failed.sum() > 150
    assert nps(shop.responses.loc[failed, "nps"]) == pytest.approx(FAILURE.nps, abs=1)
    assert nps(shop.responses.loc[~failed, "nps"]) == pytest.approx(FAILURE.nps_otherwise, abs=0.1)
    monthly = shop.responses.groupby(shop.responses["timestamp"].dt.to_period("M"))["nps"].agg(nps)
    assert str(monthly.idxmin()) == "2025-08"


def test_only_the_rating_of_delivery_falls_in_the_failed_month(shop):
    failed = is_failed(shop.responses["timestamp"])
    fall = shop.responses[~failed].mean(numeric_only=True) - shop.responses[failed].mean(
        numeric_only=True
    )
    assert fall["delivery"] > 1
    assert fall[["product", "service", "price"]].abs().max() < 0.3


def test_scores_stay_on_their_scales(shop):
    for column, top in {"nps": 10, "csat": 5, "ces": 7, "delivery": 5, "price": 5}.items():
        assert shop.responses[column].between(0 if column == "nps" else 1, top).all()
        assert shop.responses[column].nunique() == top + (column == "nps")


def test_the_drivers_matter_in_the_stated_order(shop):
    usual = shop.responses[~is_failed(shop.responses["timestamp"])]
    ratings = usual[list(TRUTH.drivers)].to_numpy(float)
    standard = (ratings - ratings.mean(axis=0)) / ratings.std(axis=0)
    weight, *_ = np.linalg.lstsq(
        np.column_stack([np.ones(len(usual)), standard]), usual["nps"].to_numpy(float), rcond=None
    )
    ranked = [name for _, name in sorted(zip(-weight[1:], TRUTH.drivers, strict=True))]
    assert ranked == list(TRUTH.drivers)


def test_satisfied_customers_go_on_buying(shop):
    """The chain: NPS of a customer's first answer against purchases in the 180 days after it."""
    first = shop.responses.drop_duplicates("customer_id")
    first = first[first["timestamp"] < pd.Timestamp(2025, 7, 1)]
    orders = shop.transactions.merge(
        first[["customer_id", "timestamp"]], on="customer_id", suffixes=("", "_asked")
    )
    after = orders["timestamp"] - orders["timestamp_asked"]
    bought = orders[(after > pd.Timedelta(0)) & (after <= pd.Timedelta(days=180))]
    came_back = first["customer_id"].isin(bought["customer_id"])
    assert came_back[first["nps"] >= 9].mean() - came_back[first["nps"] <= 6].mean() > 0.05


@pytest.mark.parametrize("table", ["tickets", "feedback"])
def test_complaints_about_delivery_surge(shop, table):
    rows = shop.tables[table]
    rows = rows[rows["topic"] == "delivery"] if table == "tickets" else rows[rows["rating"] <= 2]
    by_month = rows.groupby(rows["timestamp"].dt.to_period("M")).size()
    assert by_month["2025-08"] > 5 * by_month.drop("2025-08").tail(12).mean()


def test_the_extra_tickets_are_the_stated_share_of_purchases(shop):
    orders = shop.transactions[is_failed(shop.transactions["timestamp"])]
    purchases = orders.groupby(["customer_id", orders["timestamp"].dt.date]).ngroups
    delivery = shop.tickets[shop.tickets["topic"] == "delivery"]
    delivery = delivery[is_failed(delivery["timestamp"])]
    usual = 0.045 * 0.30 * purchases
    assert (len(delivery) - usual) / purchases == pytest.approx(FAILURE.complaint_rate, abs=0.03)


def test_tickets_run_forward_in_time(shop):
    tickets = shop.tickets
    responded, resolved = tickets["first_response_at"], tickets["resolved_at"]
    assert (responded.dropna() >= tickets["timestamp"][responded.notna()]).all()
    assert (resolved.dropna() >= responded[resolved.notna()]).all()
    assert (resolved.isna() == (tickets["status"] == "open")).all()
    slow = is_failed(tickets["timestamp"])
    hours = (responded - tickets["timestamp"]).dt.total_seconds() / 3600
    assert hours[slow].median() > 2 * hours[~slow].median()
    assert hours[~slow].median() == pytest.approx(2, rel=0.25)


def test_comments_vary_and_come_in_two_languages(shop):
    said = pd.concat([shop.responses["comment"].dropna(), shop.feedback["text"]])
    assert said.nunique() > 500
    speaks = shop.customers.set_index("customer_id")["language"]
    spoken = shop.feedback["customer_id"].map(speaks)
    english = shop.feedback["text"].str.contains(r"\b(?:the|my|was|for)\b", case=False)
    assert english[spoken == "en"].mean() > 0.4
    assert english[spoken == "id"].mean() < 0.02
