"""P(alive) through time, against the customer's history evaluated at each date by itself."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlib.frames.history import purchase_days
from cxlib.frames.summary import customer_summary
from cxlib.value.clv import lifetime
from cxlib.value.clv.alive_path import MOST, alive_path
from cxlib.value.clv.ladder import Fit
from tests.value.clv.conftest import END


def test_the_last_point_is_the_published_value(orders, result, golden):
    """Customer 1 of CDNOW: x = 2, t_x = 30.43, T = 38.86 weeks."""
    path = alive_path(result.fitted, purchase_days(orders, "0001", END), END)
    wanted = golden["cdnow"]["predictions"]["bgnbd_conditional_expected_purchases"]["p_alive"]
    assert path["p_alive"].iloc[-1] == pytest.approx(wanted, rel=1e-3)
    assert path["day"].iloc[-1] == pd.Timestamp(END)
    assert (path["day"].iloc[0], path["p_alive"].iloc[0]) == (pd.Timestamp("1997-01-01"), 1.0)


@pytest.mark.parametrize(
    ("model", "parameters", "prediction"),
    [
        ("bgnbd", "bgnbd", "bgnbd_customer_26_30.857_31"),
        ("pareto", "pareto_nbd", "pareto_customer_26_30.857_31"),
    ],
)
def test_a_frequent_customer_of_the_papers(result, golden, model, parameters, prediction):
    printed = golden["cdnow"][parameters]
    names = {"bgnbd": ("r", "alpha", "a", "b"), "pareto": ("r", "alpha", "s", "beta")}[model]
    fit = Fit(model, "W", {n: printed[n] for n in names}, ((0.0,) * 4,) * 4, 0.0, 0.0, 2357)
    # 26 repeat purchases, the last after 216 days (30.857 weeks), seen for 217 (31 weeks).
    days = [0, *range(8, 208, 8), 216]
    purchases = pd.Series(pd.Timestamp("1997-01-01") + pd.to_timedelta(days, unit="D"))
    assert len(purchases) == 27
    path = alive_path(
        replace(result.fitted, fit=fit), purchases, dt.date(1997, 1, 1) + dt.timedelta(days=217)
    )
    wanted = golden["cdnow"]["predictions"][prediction]
    assert path["p_alive"].iloc[-1] == pytest.approx(
        wanted.get("p_alive", wanted.get("value")), rel=1e-4
    )


def bgnbd_alive(params, x, t_x, T):
    """Fader, Hardie & Lee (2008), eq. 7, as printed."""
    r, alpha, a, b = (params[n] for n in ("r", "alpha", "a", "b"))
    if x == 0:
        return 1.0
    return 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))


@pytest.mark.parametrize("customer", ["0001", "0008", "0018", "0111"])
def test_each_day_is_what_a_file_that_ends_on_it_would_give(orders, result, customer):
    path = alive_path(result.fitted, purchase_days(orders, customer, END), END)
    assert len(path) == (END - path["day"].iloc[0].date()).days + 1
    own = orders[orders["customer_id"] == customer]
    for point in path.iloc[::13].itertuples():
        (then,) = customer_summary(own, point.day.date()).itertuples()
        history = (then.frequency, then.recency / 7, then.T / 7)
        assert point.purchases == then.purchases
        assert point.p_alive == pytest.approx(
            bgnbd_alive(result.fitted.fit.params, *history), abs=1e-12
        )


def test_every_customer_ends_where_the_list_has_them(orders, result):
    people = result.customers.set_index("customer_id")["p_alive"]
    for customer in people.index[::97]:
        path = alive_path(result.fitted, purchase_days(orders, customer, END), END)
        assert path["p_alive"].iloc[-1] == pytest.approx(people[customer], abs=1e-12)


@pytest.mark.parametrize("model", ["bgnbd", "mbgnbd", "pareto"])
def test_silence_only_lowers_it(orders, model):
    fitted = lifetime.fit(orders, as_of=END, model=model)
    path = alive_path(fitted, purchase_days(orders, "0001", END), END)
    silent = ~path["bought"].to_numpy()[1:]
    assert (np.diff(path["p_alive"])[silent] <= 1e-12).all()
    assert path["bought"].sum() == 3
    inside = (path["alive_low"] <= path["p_alive"]) & (path["p_alive"] <= path["alive_high"])
    assert inside.all()
    assert path[["alive_low", "alive_high"]].stack().between(0, 1).all()


def test_the_interval_is_what_draws_of_the_parameters_spread(orders, result):
    """The delta method against 4,000 draws of the parameters."""
    fit = result.fitted.fit
    path = alive_path(result.fitted, purchase_days(orders, "0001", END), END)
    drawn = np.exp(
        np.random.default_rng(1).multivariate_normal(fit.log_params, fit.covariance, 4_000)
    )
    names = list(fit.params)
    values = [
        bgnbd_alive(dict(zip(names, theta, strict=True)), 2, 213 / 7, 272 / 7) for theta in drawn
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    last = path.iloc[-1]
    assert last["alive_low"] == pytest.approx(low, abs=0.01)
    assert last["alive_high"] == pytest.approx(high, abs=0.01)


@pytest.mark.parametrize("span", [0, 1, 397, 398, 399, 2_786, 2_787, 30_000])
def test_points_are_few_and_the_ends_are_there(result, span):
    first = dt.date(1950, 1, 1)
    end = first + dt.timedelta(days=span)
    path = alive_path(result.fitted, pd.Series([pd.Timestamp(first)]), end)
    assert len(path) <= MOST
    assert (path["day"].iloc[0].date(), path["day"].iloc[-1].date()) == (first, end)
    steps = np.diff(path["day"]).astype("timedelta64[D]").astype(int)
    assert (steps[1:] == (1 if span <= 398 else 7 * -(-span // 2_786))).all()


def test_purchases_between_weekly_points_are_not_lost(result):
    days = pd.Series(pd.to_datetime(["2020-01-01", "2021-01-02", "2021-01-03", "2022-06-01"]))
    path = alive_path(result.fitted, days, dt.date(2023, 1, 1))
    assert path["purchases"].iloc[-1] == 4
    assert path["bought"].sum() == 3  # two of them fall between the same two points


def test_without_a_model_there_is_no_path(result):
    bare = replace(result.fitted, fit=None)
    assert alive_path(bare, pd.Series([pd.Timestamp("1997-01-01")]), END).empty
    assert alive_path(result.fitted, pd.Series([], dtype="datetime64[s]"), END).empty
