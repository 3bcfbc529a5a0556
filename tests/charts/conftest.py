"""One seeded shop for all charts, with names that a chart could stumble over."""

from __future__ import annotations

import datetime as dt
from itertools import cycle

import numpy as np
import pandas as pd
import pytest

from cxlib.charts.theme import DARK, LIGHT
from cxlib.growth import engagement
from cxlib.i18n import language, languages
from cxlib.value import (
    bridge,
    churn,
    churn_model,
    clusters,
    migration,
    recurring,
    renewals,
    retention,
    rfm,
    sales,
)
from cxlib.value.clv import lifetime
from cxlib.value.clv.cohort_fits import compare_groups
from cxlib.value.clv.comparison import compare
from cxlib.value.clv.covariates import with_covariates
from cxlib.value.clv.simulate import simulate_purchases

CUSTOMERS, DAYS = 1_200, 540
FIRST = dt.date(2024, 1, 1)
# Shorthand, paths, expressions, markup, direction marks: all of it data.
NAMES = (
    "a:b",
    "a.b",
    "x[0]",
    "count()",
    "datum.amount > 0",
    "<img src=x onerror=alert(1)>",
    "[klik](javascript:alert(1))",
    "=1+1",
    "\u202egnissap",
    "c0",
    "\\",
    "'\"`",
)


def shop(customers: int = CUSTOMERS, seed: int = 7) -> pd.DataFrame:
    """Orders of BG/NBD customers, a row an order, product and channel named like a trap."""
    generator = np.random.default_rng(seed)
    joined = generator.integers(0, DAYS // 2, customers)
    purchases = {"r": 0.9, "alpha": 60.0, "a": 0.7, "b": 2.6}
    bought = simulate_purchases(
        generator, (DAYS - joined).astype(float), purchases, {"p": 6.0, "q": 4.0, "v": 15.0}
    )
    who = bought["customer"].to_numpy()
    day = joined[who] + bought["time"].to_numpy().astype(int)
    n = len(bought)
    return pd.DataFrame(
        {
            "customer_id": [f"{NAMES[i % len(NAMES)]} {i}" for i in who],
            "order_id": [f"o{i}" for i in range(n)],
            "day": pd.Timestamp(FIRST) + pd.to_timedelta(day, unit="D"),
            "amount": bought["value"].round(2).to_numpy(),
            "product": generator.choice(NAMES, n),
            "channel": generator.choice(["web", "toko"], n),
            "status": "sale",
        }
    )


@pytest.fixture(scope="session")
def names():
    return NAMES


@pytest.fixture(scope="session")
def orders():
    return shop()


@pytest.fixture(scope="session")
def rfm_result(orders):
    return rfm.analyse(orders)


@pytest.fixture(scope="session")
def migration_result(orders):
    return migration.analyse(orders)


@pytest.fixture(scope="session")
def sales_result(orders):
    return sales.analyse(orders, lines=orders, currency="IDR")


@pytest.fixture(scope="session")
def clusters_result(orders):
    return clusters.analyse(orders, k=3)


@pytest.fixture(scope="session")
def clv_result(orders):
    return lifetime.analyse(orders)


@pytest.fixture(scope="session")
def groups_result(clv_result):
    """Two groups of 600, named like a trap."""
    of = np.array(NAMES[:2])[np.arange(CUSTOMERS) % 2]
    return compare_groups(clv_result.fitted, clv_result.terms, of.tolist())


@pytest.fixture(scope="session")
def covariates_result(clv_result):
    of = np.array(NAMES[:3])[np.arange(CUSTOMERS) % 3]
    return with_covariates(
        clv_result.fitted, clv_result.terms, {"channel": of, "age": np.arange(CUSTOMERS) % 50}
    )


@pytest.fixture(scope="session")
def comparison():
    return compare(shop(300))


@pytest.fixture(scope="session")
def churn_result(orders):
    return churn.analyse(orders)


@pytest.fixture(scope="session")
def subscriptions():
    """Two years of subscriptions to plans named like a trap, left at a rate of their plan."""
    generator = np.random.default_rng(7)
    n = CUSTOMERS
    start, plan = generator.integers(0, 700, n), generator.integers(0, 4, n)
    end = start + 1 + generator.exponential(80.0 * (plan + 1)).astype(int)
    day = pd.Timestamp(FIRST)
    return pd.DataFrame(
        {
            "customer_id": [f"{NAMES[i % len(NAMES)]} {i}" for i in range(n)],
            "start": day + pd.to_timedelta(start, unit="D"),
            "end": pd.Series(day + pd.to_timedelta(end, unit="D")).where(end <= 730),
            "plan": np.array(NAMES)[plan],
            "mrr": np.array([9.9, 19.5, 49.0, 99.0])[plan],
            "tenure": np.minimum(end, 730) - start,
            "churned": end <= 730,
            "a0": generator.choice(NAMES, n),
        }
    )


@pytest.fixture(scope="session")
def recurring_result(subscriptions):
    return recurring.analyse(subscriptions)


@pytest.fixture(scope="session")
def churn_model_result(subscriptions):
    return churn_model.analyse(
        subscriptions.drop(columns=["start", "end"]), names={"a0": "count()"}
    )


@pytest.fixture(scope="session")
def renewals_result(subscriptions):
    return renewals.analyse(subscriptions)


@pytest.fixture(scope="session")
def bridge_result(orders):
    return bridge.analyse(orders)


@pytest.fixture(scope="session")
def retention_result(orders):
    return retention.analyse(orders, by="product")


@pytest.fixture(scope="session")
def events():
    """A year of visits, three events at most, of customers and channels named like a trap."""
    generator = np.random.default_rng(7)
    n = 4 * CUSTOMERS
    who = generator.integers(0, 300, n)
    at = pd.Timestamp(FIRST) + pd.to_timedelta(generator.integers(0, 365 * 86_400, n), unit="s")
    visit = np.repeat(np.arange(n), generator.integers(1, 4, n))
    time = pd.Series(at[visit]) + pd.to_timedelta(generator.integers(0, 300, len(visit)), unit="s")
    return pd.DataFrame(
        {
            "customer_id": [f"{NAMES[i % len(NAMES)]} {i}" for i in who[visit]],
            "timestamp": time,
            "event": generator.choice(["view_item", "buy"], len(visit)),
            "channel": np.array(NAMES)[visit % len(NAMES)],
            "a0": np.array(NAMES)[who[visit] % 5],
            "day": time.dt.floor("D"),
        }
    )


@pytest.fixture(scope="session")
def engagement_result(events):
    day = pd.Timestamp(FIRST)
    shown = pd.DataFrame({"channel": NAMES, "impressions": 1e4, "clicks": 123.0, "day": day})
    return engagement.analyse(events, by="a0", campaigns=shown)


# A language and a mode have nothing to do with one another: each is there once, in pairs.
PAIRS = [(code, look) for code, look in zip(languages(), cycle((LIGHT, DARK)))]


@pytest.fixture(params=PAIRS, ids=[code for code, _ in PAIRS])
def pair(request):
    return request.param


@pytest.fixture
def lang(pair):
    return language(pair[0])


@pytest.fixture
def look(pair):
    return pair[1]
