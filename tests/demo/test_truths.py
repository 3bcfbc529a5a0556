"""The planted truths that the analyses of this version can see: each is found by them."""

from __future__ import annotations

import datetime as dt

import pytest

from cxlib.demo.company import Company
from cxlib.demo.truth import TRUTH
from cxlib.frames.breakdown import breakdown
from cxlib.frames.buyers import buyers
from cxlib.value import rfm, sales
from cxlib.value.clv import lifetime


@pytest.fixture(scope="module")
def orders(shop: Company):
    """One row an order line, as the importer would hand it on, in plain pandas."""
    table = shop.transactions
    return table.assign(day=table["timestamp"].dt.normalize(), status="sale")


@pytest.fixture(scope="module")
def base(shop: Company, orders):
    """The customers for whom the BG/NBD and Gamma-Gamma truths hold."""
    people = shop.customers
    planted = (people["acquisition_campaign"] == TRUTH.discount_cohort.campaign) | (
        people["city"] == TRUTH.lapse.place
    )
    return orders[~orders["customer_id"].isin(people.loc[planted, "customer_id"])]


def test_lifetime_value_recovers_the_parameters(base):
    result = lifetime.analyse(base, as_of=TRUTH.window.last)
    assert all(gate.passed for gate in result.gates)
    assert result.spend is not None
    for truth, found in ((TRUTH.purchases, result.params), (TRUTH.spend, result.spend)):
        for name, estimate in found.items():
            # Half a 95 % interval is 1.96 standard errors; the promise is three.
            spread = 3 / 1.96
            low = estimate.value * (estimate.low / estimate.value) ** spread
            high = estimate.value * (estimate.high / estimate.value) ** spread
            assert low < getattr(truth, name) < high, name


def test_the_model_beats_both_simple_rules_on_the_shops_own_past(base):
    tested = lifetime.analyse(base, as_of=TRUTH.window.last).backtest
    assert tested is not None
    assert all(gain.low > 0 for gain in tested.gains)


def test_sales_show_the_place_that_lapsed(orders):
    place, last = TRUTH.lapse.place, TRUTH.lapse.last_day
    there = (("place", (place,)),)
    assert not buyers(orders, there, last=last).empty
    assert buyers(orders, there, first=last + dt.timedelta(days=1)).empty
    later = orders[orders["day"] > str(last)]
    assert place in set(breakdown(orders, "place")["value"])
    assert place not in set(breakdown(later, "place")["value"])


def test_rfm_puts_the_lapsed_place_among_the_quiet(shop, orders):
    scored = rfm.analyse(orders, as_of=TRUTH.window.last).customers.set_index("customer_id")
    people = shop.customers.set_index("customer_id")
    lapsed = scored.loc[
        people.index[people["city"] == TRUTH.lapse.place].intersection(scored.index)
    ]
    assert lapsed["r"].max() <= 3
    assert lapsed["r"].mean() < 2 < scored["r"].mean()


def test_sales_show_the_month_of_the_discount_campaign(orders):
    monthly = sales.analyse(orders, as_of=TRUTH.window.last).monthly.set_index("name")
    month = f"{TRUTH.discount_cohort.acquired.first:%Y-%m}"
    assert monthly["new_buyers"].idxmax() == month
    others = monthly.drop(index=month)["new_buyers"]
    assert monthly.loc[month, "new_buyers"] > others.median() + TRUTH.discount_cohort.customers / 2
