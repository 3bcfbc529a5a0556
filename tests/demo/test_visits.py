"""The web shop: the funnel, and the fortnight in which its checkout failed."""

import itertools

import pandas as pd
import pytest

from cxlib.demo.truth import TRUTH

BUG = TRUTH.checkout_bug
FUNNEL = ["view_product", "add_to_cart", "begin_checkout", "purchase"]


@pytest.fixture(scope="module")
def sessions(shop) -> pd.DataFrame:
    events = shop.events
    table = (events.groupby(["session_id", "event"]).size().unstack(fill_value=0) > 0).astype(bool)
    day = events.groupby("session_id")["timestamp"].max().dt.date
    table["device"] = events.groupby("session_id")["channel"].first()
    table["in_window"] = (day >= BUG.window.first) & (day <= BUG.window.last)
    return table


def completed(sessions: pd.DataFrame) -> float:
    began = sessions[sessions["begin_checkout"]]
    return float(began["purchase"].mean())


def test_checkout_completes_as_stated_inside_and_outside_the_bug(sessions):
    broken = sessions["in_window"] & (sessions["device"] == BUG.device)
    assert (sessions["begin_checkout"] & broken).sum() > 200
    assert completed(sessions[broken]) == pytest.approx(BUG.completed, abs=0.06)
    assert completed(sessions[~broken]) == pytest.approx(BUG.completed_otherwise, abs=0.02)
    other = sessions["in_window"] & (sessions["device"] != BUG.device)
    assert completed(sessions[other]) == pytest.approx(BUG.completed_otherwise, abs=0.10)


def test_errors_appear_only_where_the_bug_is(sessions):
    erred = sessions[sessions["checkout_error"]]
    assert erred["in_window"].all()
    assert set(erred["device"]) == {BUG.device}
    assert not erred["purchase"].any()


def test_sessions_go_down_the_funnel_in_order(shop, sessions):
    for before, after in itertools.pairwise(FUNNEL):
        assert (sessions[before] | ~sessions[after]).all()
    assert shop.events["timestamp"].is_monotonic_increasing
    gaps = shop.events.groupby("session_id")["timestamp"].diff().dt.total_seconds().dropna()
    assert gaps.between(0, 1799).all()
    assert (
        (shop.events.groupby("session_id")[["customer_id", "channel"]].nunique() == 1).all().all()
    )


def test_some_customers_visit_without_buying(shop):
    late = shop.events[shop.events["timestamp"] >= pd.Timestamp(2025, 10, 3)]
    visits = late.groupby("customer_id")["session_id"].nunique()
    buyers = late.loc[late["event"] == "purchase", "customer_id"]
    assert ((visits >= 3) & ~visits.index.isin(buyers)).sum() > 50
