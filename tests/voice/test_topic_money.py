"""Complaint to money of the planted delivery failure, computed here by other ways than the library's.

Who complained is read from the phrases that the demo company is written with; their value and its
interval from a BG/NBD and Gamma-Gamma model written down anew: likelihoods as the papers print them,
a general optimiser, covariances by differences, the expectation in its closed form with ₂F₁. What
they bring in fact is simulated from the rates that the demo company's customers were made with.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from scipy.special import gammaln, hyp2f1

from cxlib.demo import company, phrases
from cxlib.demo.moments import days_since_start
from cxlib.demo.population import population
from cxlib.demo.purchases import purchases
from cxlib.demo.truth import TRUTH
from cxlib.demo.voice import feedback
from cxlib.value.clv import lifetime
from cxlib.voice import topics
from cxlib.voice.topic_money import topic_money

MONTH = "2025-08"
HORIZON, FORCE = 365.0, np.log(1.10) / 365
BLAMING = {text for lang in ("id", "en") for text in phrases.comments(lang, "negative", "delivery")}


def complaints(reviews: pd.DataFrame) -> pd.DataFrame:
    """The reviews of the month that blame the delivery, by what they were made of."""
    in_month = reviews["timestamp"].dt.strftime("%Y-%m") == MONTH
    return reviews[in_month & reviews["text"].isin(BLAMING)]


@pytest.fixture(scope="module")
def shop():
    return company.company(0)


@pytest.fixture(scope="module")
def days(shop):
    """A row a customer and day of purchase."""
    bought = shop.transactions.assign(day=shop.transactions["timestamp"].dt.normalize())
    return bought.groupby(["customer_id", "day"], as_index=False)["amount"].sum()


@pytest.fixture(scope="module")
def found(shop, days):
    """What the library says: the result, and the money of the month's complaints by topic."""
    reviews = shop.feedback.assign(
        day=shop.feedback["timestamp"].dt.floor("D"), line=np.arange(2, len(shop.feedback) + 2)
    )
    value = lifetime.analyse(days)
    result = topics.analyse(reviews, value=value)
    return result, topic_money(result.said, value, MONTH).set_index("topic")


class Model:
    """BG/NBD and Gamma-Gamma of customers with x repeats, the last at t, observed until T."""

    def __init__(self, days: pd.DataFrame) -> None:
        of = days.groupby("customer_id")["day"]
        first, last = of.min(), of.max()
        repeats = days[days["day"] > days["customer_id"].map(first)]
        self.customers = first.index
        self.x = (of.size() - 1).to_numpy(float)
        self.t = (last - first).dt.days.to_numpy(float)
        self.T = (days["day"].max() - first).dt.days.to_numpy(float)
        mean = repeats.groupby("customer_id")["amount"].mean()
        self.mean = mean.reindex(first.index).fillna(0).to_numpy(float)
        start = np.log([1.0, 80, 1, 2]), np.log([6.0, 4, 1e5])
        self.bought, self.bought_covariance = fitted(self.log_bought, start[0], len(first))
        self.spent, self.spent_covariance = fitted(self.log_spent, start[1], len(first))

    def log_bought(self, logs):
        """Fader, Hardie & Lee (2005a), eq. 6."""
        (r, alpha, a, b), x, t, T = np.exp(logs), self.x, self.t, self.T
        first = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        second = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        alive = -(r + x) * np.log(alpha + T)
        gone = np.log(a / (b + np.maximum(x, 1) - 1)) - (r + x) * np.log(alpha + t)
        return (first + second + np.where(x > 0, np.logaddexp(alive, gone), alive)).sum()

    def log_spent(self, logs):
        """Fader & Hardie (2013), eq. 1a."""
        (p, q, v), some = np.exp(logs), self.x > 0
        x, mean = self.x[some], self.mean[some]
        return (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(v + x * mean)
        ).sum()  # fmt: skip

    def value(self, who, bought, spent):
        """What customers are expected to bring within a year, discounted: the sum over `who`.

        ∫ e^(−δs) dE(s) is e^(−δh) E(h) + δ ∫ e^(−δs) E(s) ds, with E(s) of Fader, Hardie & Lee
        (2005a), eq. 10.
        """
        (r, alpha, a, b), (p, q, v) = np.exp(bought), np.exp(spent)
        x, t, T, mean = self.x[who], self.t[who], self.T[who], self.mean[who]
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + T) / (alpha + t)) ** (r + x)
        alive = 1 / (1 + np.where(x > 0, odds, 0))

        def until(s):
            shrunk = ((alpha + T) / (alpha + T + s)) ** (r + x)
            hyper = hyp2f1(r + x, b + x, a + b + x - 1, s / (alpha + T + s))
            return (a + b + x - 1) / (a - 1) * (1 - shrunk * hyper)

        nodes, weights = np.polynomial.legendre.leggauss(12)
        at = (nodes + 1) * HORIZON / 2
        earlier = sum(
            w * HORIZON / 2 * np.exp(-FORCE * s) * until(s)
            for s, w in zip(at, weights, strict=True)
        )
        purchases = alive * (np.exp(-FORCE * HORIZON) * until(HORIZON) + FORCE * earlier)
        return float((purchases * p * (v + x * mean) / (p * x + q - 1)).sum())


def differences(f, at, step=1e-4):
    return np.array([(f(at + step * e) - f(at - step * e)) / (2 * step) for e in np.eye(len(at))])


def curvature(f, at, step=1e-3):
    return differences(lambda here: differences(f, here, step), at, step)


def fitted(log_likelihood, start, n):
    """The logarithms of the most likely parameters, and their covariance."""
    at = optimize.minimize(lambda logs: -log_likelihood(logs) / n, start, method="BFGS").x
    for _ in range(6):
        at = at - np.linalg.solve(curvature(log_likelihood, at), differences(log_likelihood, at))
    return at, -np.linalg.inv(curvature(log_likelihood, at))


@pytest.fixture(scope="module")
def model(days):
    return Model(days)


@pytest.fixture(scope="module")
def who(shop, model):
    """The customers who complained of the delivery in the month."""
    return np.flatnonzero(model.customers.isin(complaints(shop.feedback)["customer_id"]))


def test_those_who_complained_are_found_all_and_no_other(shop, found):
    result, money = found
    said = result.said[result.said["day"].dt.strftime("%Y-%m") == MONTH]
    blamed = said[(said["topic"] == "delivery") & (said["mood"] == "negative")]
    assert set(blamed["customer_id"]) == set(complaints(shop.feedback)["customer_id"])
    assert result.worst(MONTH) == "delivery"
    assert money.index[0] == "delivery"


def test_their_value_is_that_of_the_model_written_down_anew(model, who, found):
    row = found[1].loc["delivery"]
    assert row["customers"] == len(who)
    assert row["expected"] == pytest.approx(model.value(who, model.bought, model.spent), rel=1e-6)


def test_the_ends_are_those_of_drawn_parameters_and_of_slopes(model, who, found):
    row = found[1].loc["delivery"]
    bought, spent = model.bought, model.spent
    by_bought = differences(lambda at: np.log(model.value(who, at, spent)), bought)
    by_spent = differences(lambda at: np.log(model.value(who, bought, at)), spent)
    error = np.sqrt(
        by_bought @ model.bought_covariance @ by_bought
        + by_spent @ model.spent_covariance @ by_spent
    )
    reach = np.exp(1.959964 * error)
    assert row["expected_low"] == pytest.approx(row["expected"] / reach, rel=1e-4)
    assert row["expected_high"] == pytest.approx(row["expected"] * reach, rel=1e-4)
    # A quantile of 800 draws has a standard error of 0.095 of their spread (√(pq/n)/density).
    rng = np.random.default_rng(0)
    drawn = [
        model.value(who, b, s)
        for b, s in zip(
            rng.multivariate_normal(bought, model.bought_covariance, 800),
            rng.multivariate_normal(spent, model.spent_covariance, 800),
            strict=True,
        )
    ]
    tolerance = 3 * 0.095 * np.std(drawn)
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert row["expected_low"] == pytest.approx(low, abs=tolerance)
    assert row["expected_high"] == pytest.approx(high, abs=tolerance)
    assert tolerance < 0.15 * (row["expected_high"] - row["expected_low"])


def future(rng, people, bought, who) -> float:
    """What customers bring in the next year, discounted, at the rates that they were made with."""
    rate, dropout, spend = people.rate[who], people.dropout[who], people.spend_rate[who]
    seen = bought.groupby("who")["day"].agg(["max", "size"]).loc[who]
    silence = days_since_start(TRUTH.window.last) - seen["max"].to_numpy()
    stayed = (1 - dropout) * np.exp(-rate * silence)
    alive = np.where(seen["size"] > 1, stayed / (dropout + stayed), 1.0)
    there, clock, brought = rng.random(len(who)) < alive, np.zeros(len(who)), np.zeros(len(who))
    while there.any():
        clock += rng.exponential(1 / rate)
        there &= clock < HORIZON
        brought += there * np.exp(-FORCE * clock) * rng.gamma(TRUTH.spend.p, 1 / spend)
        there &= rng.random(len(who)) >= dropout
    return float(brought.sum())


def test_what_they_bring_in_fact_lies_within_the_limits():
    """Eight companies. Limits of 95 % miss two or more of eight with a probability of 0.06;
    the expectation is right on average."""
    inside, ratios = 0, []
    for seed in range(8):
        people = population(seed)
        bought = purchases(people, seed)
        ids = people.customers["customer_id"]
        complained = complaints(feedback(people, bought, seed))
        orders = pd.DataFrame(
            {
                "customer_id": ids.to_numpy()[bought["who"]],
                "day": pd.Timestamp(TRUTH.window.first) + pd.to_timedelta(bought["day"], unit="D"),
                "amount": bought["spend"].astype(float),
            }
        )
        said = complained.assign(topic="delivery", mood="negative")
        value = lifetime.analyse(orders, as_of=TRUTH.window.last)
        row = topic_money(said, value).iloc[0]
        who = np.flatnonzero(ids.isin(complained["customer_id"]))
        brought = future(np.random.default_rng([seed, 1]), people, bought, who)
        inside += row["low"] <= brought <= row["high"]
        ratios.append(brought / row["expected"])
    assert inside >= 7
    assert np.mean(ratios) == pytest.approx(1, abs=3 * np.std(ratios) / np.sqrt(8))
