"""Purchases against the parameters that made them, fitted by lifetimes."""

from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln, gammaln
from scipy.stats import chi2

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


def bgnbd_log_likelihood(
    summary: pd.DataFrame, r: float, alpha: float, a: float, b: float
) -> float:
    """Fader, Hardie and Lee (2005), equation 6, summed over the customers."""
    x, t, T = (summary[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + x) - (r + x) * np.log(alpha + T)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t)
    return float((common + np.logaddexp(alive, np.where(x > 0, gone, -np.inf))).sum())


def gamma_gamma_log_likelihood(summary: pd.DataFrame, p: float, q: float, v: float) -> float:
    """Fader and Hardie's note on the Gamma-Gamma model (2013), equation 1a."""
    x, z = summary["frequency"].to_numpy(float), summary["monetary_value"].to_numpy(float)
    return float(
        (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(x * z + v)
        ).sum()
    )  # fmt: skip


def assert_recovered(fitted: pd.DataFrame, truth: dict[str, float], log_likelihood) -> None:
    """Each parameter within three standard errors, and all of them together.

    a and b (p and v) lean on each other so much that each alone may stray far from a wrong truth:
    the likelihood ratio judges them jointly, at the same 0.27 %.
    """
    for name, value in truth.items():
        off = (fitted.loc[name, "coef"] - value) / fitted.loc[name, "se(coef)"]
        assert abs(off) < 3, f"{name}: {off:.2f} standard errors off"
    gain = log_likelihood(**fitted["coef"]) - log_likelihood(**truth)
    assert 0 <= 2 * gain < chi2.isf(0.0027, len(truth))


def test_bgnbd_parameters_are_recovered(summary):
    lifetimes = pytest.importorskip("lifetimes")
    model = lifetimes.BetaGeoFitter()
    model.fit(summary["frequency"], summary["recency"], summary["T"])
    assert_recovered(model.summary, asdict(TRUTH.purchases), partial(bgnbd_log_likelihood, summary))


def test_gamma_gamma_parameters_are_recovered(summary):
    lifetimes = pytest.importorskip("lifetimes")
    unit = 100_000
    repeat = summary[summary["frequency"] > 0]
    repeat = repeat.assign(monetary_value=repeat["monetary_value"] / unit)
    model = lifetimes.GammaGammaFitter()
    model.fit(repeat["frequency"], repeat["monetary_value"])
    truth = asdict(TRUTH.spend)
    assert_recovered(
        model.summary,
        truth | {"v": truth["v"] / unit},
        partial(gamma_gamma_log_likelihood, repeat),
    )


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
