"""Reasons of one customer, and the surface over frequency and recency."""

from dataclasses import replace

import numpy as np
import pytest

from cxlib.errors import NotFound
from cxlib.value.clv import lifetime
from cxlib.value.clv.explain import breakdown, frequency_recency_grid, reasons
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.value import Terms
from tests.value.clv.conftest import END


def test_a_repeat_customer(result):
    found = reasons(result.fitted, "0001")
    row = result.customers.set_index("customer_id").loc["0001"]
    assert found.purchases == 3
    assert found.p_alive == pytest.approx(row["p_alive"])
    assert found.days_since == 272 - 213
    assert found.own_gap_days == pytest.approx(106.5)
    assert found.own_rate == pytest.approx(365 * 2 / 272)
    mixed = found.own_weight * found.own_spend + (1 - found.own_weight) * found.population_spend
    assert mixed == pytest.approx(row["expected_spend"])


def test_a_one_time_buyer_has_no_rhythm_and_no_own_weight(result):
    found = reasons(result.fitted, "0003")
    assert found.usual_gap_days is None
    assert found.own_spend is None
    assert found.own_weight == 0
    with pytest.raises(NotFound):
        reasons(result.fitted, "nobody")


def test_the_surface(result):
    grid = frequency_recency_grid(result.fitted, 365)
    assert len(grid) <= 1600
    assert np.isfinite(grid.to_numpy()).all()
    assert (grid["recency"] <= grid["T"] + 1e-9).all()
    # A later last purchase makes a living customer likelier at any frequency.
    assert (grid.groupby("frequency")["p_alive"].diff().dropna() > 0).all()


def test_the_usual_gap_is_the_own_one_drawn_to_the_average(result):
    """By hand: (α + t_x) / (r + x), and the same as a mean of the own gap and α / r."""
    params = result.fitted.fit.params
    found = reasons(result.fitted, "0001")
    assert found.usual_gap_days == pytest.approx((7 * params["alpha"] + 213) / (params["r"] + 2))
    assert found.average_gap_days == pytest.approx(7 * params["alpha"] / params["r"])
    mixed = found.gap_weight * 106.5 + (1 - found.gap_weight) * found.average_gap_days
    assert mixed == pytest.approx(found.usual_gap_days)
    assert found.overdue_days == pytest.approx(272 - 213 - found.usual_gap_days)
    # The rate is a mean in the same way.
    rate = found.rate_weight * 2 / 272 + (1 - found.rate_weight) / found.average_gap_days
    assert rate == pytest.approx((params["r"] + 2) / (7 * params["alpha"] + 272))


def test_more_gaps_count_for_more(result):
    people = result.customers.sort_values("frequency")
    found = [reasons(result.fitted, who) for who in people["customer_id"].iloc[-300::30]]
    weights = [one.gap_weight for one in found]
    assert weights == sorted(weights)
    assert weights[0] < weights[-1] < 1
    for one in found:
        low, high = sorted((one.own_gap_days, one.average_gap_days))
        assert low <= one.usual_gap_days <= high


def test_the_usual_gap_is_nearer_to_the_true_one_than_either(result):
    """Customers with known rates: neither their own mean gap nor the average tells it as well."""
    generator = np.random.default_rng(3)
    r, alpha = 1.5, 60.0
    params = {"r": r, "alpha": alpha, "a": 0.5, "b": 5.0}
    fit = Fit("bgnbd", "D", params, ((0.0,) * 4,) * 4, 0.0, 0.0, 1)
    rates = generator.gamma(r, 1 / alpha, 400)
    gaps = generator.integers(1, 6, 400)
    spans = generator.gamma(gaps) / rates
    summary = result.fitted.summary.head(400).assign(frequency=gaps, recency=spans, T=spans + 1)
    fitted = replace(result.fitted, summary=summary, fit=fit, spend=None)
    usual = np.array([reasons(fitted, who).usual_gap_days for who in summary["customer_id"]])

    def error(guess):
        return np.mean((np.log(guess) + np.log(rates)) ** 2)

    assert error(usual) < 0.85 * min(error(spans / gaps), error(np.full(400, alpha / r)))


def test_one_purchase_leaves_the_median_of_those_who_came_back(result):
    found = reasons(result.fitted, "0003")
    came_back = result.fitted.summary.query("frequency > 0")
    assert found.median_gap_days == np.median(came_back["recency"] / came_back["frequency"])
    assert (found.usual_gap_days, found.own_gap_days, found.overdue_days) == (None, None, None)
    bare = reasons(replace(result.fitted, fit=None), "0001")
    assert bare.usual_gap_days == bare.own_gap_days
    assert (bare.p_alive, bare.gap_weight, bare.rate_weight) == (None, None, None)


@pytest.mark.parametrize("terms", [Terms(), Terms(90, 0.3, 0.25)])
@pytest.mark.parametrize("model", ["bgnbd", "pareto"])
def test_the_steps_add_up_to_the_value(orders, model, terms):
    valued = lifetime.valued(lifetime.fit(orders, as_of=END, model=model, unit="W"), terms)
    people = valued.customers
    for row in people.iloc[::111].itertuples():
        found = breakdown(valued, row.customer_id)
        assert found.unit == "money"
        assert [step.name for step in found.steps] == [
            "Average customer",
            "How often they buy",
            "Days since last purchase",
            "What they spend",
        ]
        assert sum(step.change for step in found.steps) == pytest.approx(row.clv, rel=1e-8)
        assert np.cumsum([step.change for step in found.steps]) == pytest.approx(
            [step.level for step in found.steps]
        )
        assert found.steps[0].level == pytest.approx(people["clv"].mean())


def test_each_step_swaps_one_factor(result):
    """Every customer with this one's factors in turn, valued one by one, and their mean taken."""
    people = result.customers.set_index("customer_id")
    row = people.loc["0001"]
    found = breakdown(result, "0001").steps
    own = row["clv"] / row["p_alive"] / row["expected_spend"]
    assert found[1].level == pytest.approx(
        np.mean(people["expected_spend"] * people["p_alive"] * own)
    )
    assert found[2].level == pytest.approx(np.mean(people["expected_spend"] * row["p_alive"] * own))
    assert found[3].change == pytest.approx(
        (row["expected_spend"] - people["expected_spend"].mean()) * row["p_alive"] * own
    )


def test_without_money_purchases_are_explained(orders):
    valued = lifetime.analyse(orders[["customer_id", "day"]], as_of=END)
    row = valued.customers.iloc[0]
    found = breakdown(valued, row["customer_id"])
    assert (found.unit, len(found.steps)) == ("count", 3)
    assert found.steps[-1].level == pytest.approx(row["expected_purchases"], rel=1e-8)
    assert found.steps[0].level == pytest.approx(valued.customers["expected_purchases"].mean())


def test_without_a_model_nothing_is_explained(orders):
    few = orders[orders["customer_id"] <= "0010"].drop_duplicates("customer_id")
    valued = lifetime.analyse(few, as_of=END)
    assert valued.fitted.fit is None
    assert breakdown(valued, "0001") is None
    with pytest.raises(NotFound):
        breakdown(valued, "nobody")
