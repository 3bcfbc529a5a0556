"""What marketing planted: cost per customer, two experiments, subscriptions that churn."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from cxlib.demo.truth import TRUTH


def arms(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby("variant")["outcome"].agg(["sum", "size", "mean"])


def test_new_customers_of_the_campaigns_are_those_of_the_customers_table(shop):
    reported = shop.campaigns.groupby("channel")["new_customers"].sum()
    actual = shop.customers["acquisition_channel"].value_counts()
    for channel in TRUTH.acquisition.cac:
        assert reported[channel] == actual[channel]


def test_cost_of_a_new_customer_is_as_stated(shop):
    sums = shop.campaigns.groupby("channel")[["cost", "new_customers"]].sum()
    cac = sums["cost"] / sums["new_customers"]
    for channel, truth in TRUTH.acquisition.cac.items():
        assert cac[channel] == pytest.approx(truth, rel=1e-5)


def test_only_the_bad_channel_is_never_paid_back(shop):
    truth = TRUTH.acquisition
    acquired = shop.customers.set_index("customer_id")["acquisition_channel"]
    channel = shop.transactions["customer_id"].map(acquired)
    margin = shop.transactions["amount"].groupby(channel).sum() * truth.margin
    earned = margin / acquired.value_counts()
    for name, cac in truth.cac.items():
        assert (earned[name] < 0.6 * cac) == (name == truth.bad_channel)


def test_the_first_order_carries_the_channel_of_acquisition(shop):
    first = shop.transactions.drop_duplicates("customer_id").set_index("customer_id")["channel"]
    acquired = shop.customers.set_index("customer_id")["acquisition_channel"]
    assert (first == acquired[first.index]).all()


def test_campaign_steps_never_grow(shop):
    table = shop.campaigns
    for wider, narrower in (
        ("impressions", "clicks"),
        ("clicks", "leads"),
        ("leads", "new_customers"),
        ("sent", "delivered"),
        ("delivered", "opened"),
        ("opened", "clicks"),
    ):
        both = table[[wider, narrower]].dropna()
        assert len(both) > 20
        assert (both[wider] >= both[narrower]).all()


def test_the_working_experiment_has_its_lift_and_a_sound_ratio(shop):
    truth = TRUTH.working_experiment
    found = arms(shop.experiments)
    low, high = confint_proportions_2indep(
        found.loc["treatment", "sum"],
        found.loc["treatment", "size"],
        found.loc["control", "sum"],
        found.loc["control", "size"],
        method="wald",
    )
    assert 0 < low < truth.lift < high
    assert stats.chisquare(found["size"]).pvalue > 0.01
    assert shop.experiments["unit_id"].is_unique


def test_the_broken_experiment_fails_its_ratio_and_has_no_lift(shop):
    truth = TRUTH.broken_experiment
    found = arms(shop.experiments_broken)
    assert stats.chisquare(found["size"]).pvalue < 1e-3
    share = found.loc["treatment", "size"] / found["size"].sum()
    assert share == pytest.approx(truth.actual_share, abs=0.03)
    error = math.sqrt((found["mean"] * (1 - found["mean"]) / found["size"]).sum())
    assert abs(found.loc["treatment", "mean"] - found.loc["control", "mean"]) < 3 * error


def test_subscribers_leave_at_the_stated_monthly_rate(shop):
    """Departures over months at risk estimate the chance; three binomial standard errors."""
    truth = TRUTH.subscription
    for plan, rate in truth.monthly_churn.items():
        rows = shop.subscriptions[shop.subscriptions["plan"] == plan]
        months = rows["tenure"].sum()
        error = math.sqrt(rate * (1 - rate) / months)
        assert abs(rows["churned"].sum() / months - rate) < 3 * error, plan
        assert (rows["mrr"] == truth.price[plan]).all()


def test_spells_of_a_subscriber_follow_each_other(shop):
    table = shop.subscriptions.sort_values(["customer_id", "start"])
    later = table["customer_id"].duplicated()
    earlier = table["customer_id"].duplicated(keep="last")
    assert later.sum() > 10
    assert (table.loc[earlier, "end"].to_numpy() == table.loc[later, "start"].to_numpy()).all()
    assert not table.loc[earlier, "churned"].any()
    assert (table.loc[later, "mrr"].to_numpy() > table.loc[earlier, "mrr"].to_numpy()).all()
    assert not (table["churned"] & table["end"].isna()).any()
    ended = table.dropna(subset="end")
    months = (ended["end"] - ended["start"]).dt.days / 30.44
    assert np.abs(months - ended["tenure"]).max() < 0.2
