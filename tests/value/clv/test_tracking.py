"""Tracking: the published cumulative curve, and sums that can be done by hand."""

import datetime as dt

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from cxlib.frames.repeats import repeats
from cxlib.value.clv import lifetime
from cxlib.value.clv.tracking import expected_purchases, track

CUT, END = dt.date(1997, 9, 30), dt.date(1998, 6, 30)


@pytest.fixture(scope="module")
def fit(orders):
    return lifetime.fit(orders, as_of=CUT, unit="W").fit


def test_published_cumulative_purchases(orders, fit, golden):
    expected = golden["cdnow"]["predictions"]["cumulative_tracking_weeks_20_25"]
    tracked = track(repeats(orders, CUT, END), fit, CUT, END)
    weeks = tracked.periods.iloc[19:25]
    assert weeks["actual_so_far"].tolist() == expected["actual"]
    assert_allclose(weeks["expected_so_far"], expected["bgnbd"], rtol=1e-5)


def test_published_purchases_of_a_new_customer(fit, golden):
    printed = golden["cdnow"]["predictions"]["bgnbd_expected_purchases_new_customer"]
    days = pd.Series([7 * float(weeks) for weeks in printed]).to_numpy()
    assert_allclose(expected_purchases(fit, days), list(printed.values()), rtol=2e-3, atol=5e-5)


def test_the_curve_goes_on_after_the_cut(orders, fit):
    tracked = track(repeats(orders, CUT, END), fit, CUT, END)
    periods = tracked.periods
    assert tracked.days == 7
    assert_allclose(periods["actual"].cumsum(), periods["actual_so_far"])
    assert_allclose(periods["expected"].cumsum(), periods["expected_so_far"])
    held = periods[periods["holdout"]]
    # Whole weeks alone: the first begins on the day after the cut or later.
    assert held["last_day"].iloc[0] >= pd.Timestamp(CUT) + pd.Timedelta(days=7)
    assert not periods["holdout"].iloc[len(periods) - len(held) - 1]
    assert tracked.total_error == pytest.approx(held["expected"].sum() / held["actual"].sum() - 1)


def test_purchases_by_hand():
    day = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in (0, 0, 3, 3, 9, 20)]
    orders = pd.DataFrame({"customer_id": list("abaacb"), "day": pd.to_datetime(day)})
    found = repeats(orders, dt.date(2025, 1, 8))
    assert found.to_dict("list") == {
        "day": list(pd.to_datetime(["2025-01-01", "2025-01-04", "2025-01-21"])),
        "acquired": [2, 0, 0],
        "repeats": [0, 1, 1],
    }
    assert len(repeats(orders, dt.date(2025, 1, 10))) == 4


def test_nothing_to_track(fit):
    one = pd.DataFrame({"customer_id": ["a"], "day": [pd.Timestamp("2025-01-01")]})
    assert track(repeats(one, dt.date(2024, 1, 1)), fit, CUT, END) is None
    last = dt.date(2025, 1, 3)
    assert track(repeats(one, last), fit, dt.date(2025, 1, 1), last) is None
