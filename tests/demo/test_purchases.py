"""Purchases against the parameters that made them, fitted by lifetimes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.demo.population import population
from cxlib.demo.purchases import _one_a_day, purchases
from cxlib.demo.truth import TRUTH


def base_customers(customers: pd.DataFrame) -> pd.Series:
    """The base population, as data/README.md states it."""
    return customers.loc[
        (customers["city"] != TRUTH.lapse.place)
        & (customers["acquisition_campaign"] != TRUTH.discount_cohort.campaign),
        "customer_id",
    ]


@pytest.fixture(scope="module")
def summary(shop) -> pd.DataFrame:
    """Frequency, recency, T and mean repeat spend, from the order lines alone."""
    orders = shop.transactions
    orders = orders[orders["customer_id"].isin(base_customers(shop.customers))]
    orders = orders.assign(day=orders["timestamp"].dt.normalize())
    days = orders.groupby(["customer_id", "day"], as_index=False)["amount"].sum()
    first = days.groupby("customer_id")["day"].transform("min")
    repeats = days[days["day"] > first].groupby("customer_id")["amount"].mean()
    whole = days.groupby("customer_id")["day"].agg(["min", "max", "size"])
    return pd.DataFrame(
        {
            "frequency": whole["size"] - 1,
            "recency": (whole["max"] - whole["min"]).dt.days,
            "T": (pd.Timestamp(TRUTH.window.last) - whole["min"]).dt.days,
            "monetary_value": repeats,
        }
    )


def within_three_standard_errors(fitted: pd.DataFrame, truth: dict[str, float]) -> None:
    for name, value in truth.items():
        off = (fitted.loc[name, "coef"] - value) / fitted.loc[name, "se(coef)"]
        assert abs(off) < 3, f"{name}: {off:.2f} standard errors off"


def test_bgnbd_parameters_are_recovered(summary):
    lifetimes = pytest.importorskip("lifetimes")
    model = lifetimes.BetaGeoFitter()
    model.fit(summary["frequency"], summary["recency"], summary["T"])
    truth = TRUTH.purchases
    within_three_standard_errors(
        model.summary, {"r": truth.r, "alpha": truth.alpha, "a": truth.a, "b": truth.b}
    )


def test_gamma_gamma_parameters_are_recovered(summary):
    lifetimes = pytest.importorskip("lifetimes")
    repeat = summary[summary["frequency"] > 0]
    unit = 100_000
    model = lifetimes.GammaGammaFitter()
    model.fit(repeat["frequency"], repeat["monetary_value"] / unit)
    truth = TRUTH.spend
    within_three_standard_errors(model.summary, {"p": truth.p, "q": truth.q, "v": truth.v / unit})


def test_spend_does_not_depend_on_frequency(summary):
    repeat = summary[summary["frequency"] > 0]
    assert abs(repeat["frequency"].corr(repeat["monetary_value"])) < 0.1


def test_the_lapsed_place_buys_until_its_day_and_never_after(shop):
    lapse = TRUTH.lapse
    there = shop.transactions[shop.transactions["place"] == lapse.place]
    last = pd.Timestamp(lapse.last_day)
    before = there[there["timestamp"] > last - pd.Timedelta(days=90)]
    assert before["order_id"].nunique() > 50
    assert there["timestamp"].dt.normalize().max() <= last
    elsewhere = shop.transactions[shop.transactions["place"] != lapse.place]
    assert (elsewhere["timestamp"] > last).mean() > 0.3
    members = shop.customers["city"] == lapse.place
    assert members.mean() == pytest.approx(lapse.share_of_customers * 0.72, abs=0.015)


def test_the_discount_cohort_buys_with_discount(shop):
    cohort = TRUTH.discount_cohort
    members = shop.customers[shop.customers["acquisition_campaign"] == cohort.campaign]
    assert len(members) == cohort.customers
    assert members["signed_up"].dt.to_period("M").unique().astype(str).tolist() == ["2024-11"]
    orders = shop.transactions.assign(day=shop.transactions["timestamp"].dt.normalize())
    days = orders.groupby(["customer_id", "day"])["discount"].sum().gt(0).reset_index()
    first = days.groupby("customer_id")["day"].transform("min")
    repeats = days[days["day"] > first]
    is_member = repeats["customer_id"].isin(members["customer_id"])
    assert repeats.loc[is_member, "discount"].mean() == pytest.approx(
        cohort.discounted_purchases, abs=0.05
    )
    assert repeats.loc[~is_member, "discount"].mean() == pytest.approx(
        TRUTH.discounted_purchases, abs=0.01
    )


def test_purchases_fall_on_different_days_of_the_window():
    people = population(5)
    bought = purchases(people, 5)
    assert not bought.duplicated(["who", "day"]).any()
    assert bought["is_first"].sum() == len(people)
    assert (bought.loc[bought["is_first"], "day"].to_numpy() == people.first).all()
    assert bought["day"].between(0, 730).all()


@given(st.lists(st.integers(1, 12), max_size=12), st.lists(st.integers(1, 12), max_size=12))
def test_one_a_day_keeps_every_purchase_on_its_own_day_within_the_span(mine, yours):
    span = np.array([12, 12])
    who = np.repeat([0, 1], [len(mine), len(yours)]).astype(np.int64)
    out, day = _one_a_day(who, np.array(mine + yours, dtype=np.int64), span)
    for customer, given_days in enumerate((mine, yours)):
        days = day[out == customer].tolist()
        assert len(set(days)) == len(given_days)
        assert all(1 <= d <= 12 for d in days)
        if len(set(given_days)) == len(given_days):
            assert days == sorted(given_days)
