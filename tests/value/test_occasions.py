"""Occasions: counts by hand on every engine, and what is withheld."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlib import engine
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.occasions import last_whole, occasions
from cxlib.value.clv.fitters import BgBb
from cxlib.value.occasions import analyse


def gifts(customers=1500, years=8, seed=2):
    """Gifts by year of BG/BB people, the last year not over."""
    rng = np.random.default_rng(seed)
    first = rng.integers(2010, 2010 + years - 2, customers)
    p, theta = rng.beta(1.2, 0.75, customers), rng.beta(0.7, 2.8, customers)
    rows = [(i, year) for i, year in enumerate(first)]
    for i, year in enumerate(first):
        life = rng.geometric(theta[i]) - 1
        rows += [
            (i, year + k)
            for k in range(1, 2010 + years - year)
            if k <= life and rng.random() < p[i]
        ]
    day = [dt.date(int(y), int(rng.integers(1, 13)), int(rng.integers(1, 29))) for _, y in rows]
    return pd.DataFrame(
        {"customer_id": [f"d{i}" for i, _ in rows], "day": pd.to_datetime(day), "amount": 10.0}
    )


END = dt.date(2017, 12, 31)


@pytest.mark.parametrize(("every", "code"), [("year", "Y"), ("quarter", "Q"), ("month", "M")])
def test_counts_are_those_by_hand_on_every_engine(every, code):
    table, end = gifts(200), dt.date(2017, 11, 10)
    found = occasions(table, every, end)
    whole = last_whole(end, every)
    kept = table[table["day"] <= pd.Timestamp(whole)]
    period = kept["day"].dt.to_period(code)
    last = pd.Timestamp(whole).to_period(code)
    expected = [
        (who, len(set(p)) - 1, (max(p) - min(p)).n, (last - min(p)).n)
        for who, p in period.groupby(kept["customer_id"])
    ]
    assert list(found.itertuples(index=False, name=None)) == sorted(expected)
    with engine.connect() as connection:
        connection.register("orders", table)
        for other in (connection.sql("select * from orders"), pl.from_pandas(table).lazy()):
            pd.testing.assert_frame_equal(occasions(other, every, end), found)


def test_a_period_counts_once_it_is_over():
    assert last_whole(dt.date(2024, 12, 31), "year") == dt.date(2024, 12, 31)
    assert last_whole(dt.date(2024, 12, 30), "year") == dt.date(2023, 12, 31)
    assert last_whole(dt.date(2024, 7, 1), "quarter") == dt.date(2024, 6, 30)
    assert last_whole(dt.date(2024, 2, 29), "month") == dt.date(2024, 2, 29)


def test_customers_add_up_to_the_total():
    table = gifts()
    result = analyse(table, as_of=END, ahead=5)
    assert result.offered
    people = result.customers
    assert people["expected"].sum() == pytest.approx(result.total.value)
    assert (people["expected_low"] < people["expected"]).all()
    assert (people["expected"] < people["expected_high"]).all()
    alone = BgBb().fit(people["x"], people["t_x"], people["n"])
    assert dict(result.fit.params) == pytest.approx(alone.params_.to_dict(), rel=1e-5)
    direct = alone.predict(5, people["x"], people["t_x"], people["n"])
    np.testing.assert_allclose(people["expected"], direct, rtol=1e-5)
    assert result.receipt.rows_in == len(table)
    assert result.receipt.rows_used + sum(result.receipt.excluded.values()) == len(table)


@pytest.mark.parametrize(
    ("table", "gate"),
    [
        (gifts(years=5), "occasions"),
        (gifts().drop_duplicates("customer_id"), "repeaters"),
        (gifts(20), "repeaters"),
    ],
    ids=["few occasions", "nobody repeats", "few people"],
)
def test_too_little_is_withheld(table, gate):
    end = dt.date(int(table["day"].dt.year.max()), 12, 31)
    result = analyse(table, as_of=end)
    assert gate in [g.code for g in result.gates if not g.passed]
    assert result.total is None
    assert result.customers[["p_alive", "expected", "residual"]].isna().all(axis=None)


def test_no_buyer_and_bad_options_are_answers():
    with pytest.raises(NotEnoughData, match="period that is over"):
        analyse(gifts().head(0))
    with pytest.raises(NotEnoughData, match="period that is over"):
        analyse(gifts(5).assign(day=pd.Timestamp("2017-05-01")))
    for option in ({"every": "week"}, {"ahead": 0}, {"annual_discount_rate": 0.0}):
        with pytest.raises(CxError, match="bad_option"):
            analyse(gifts(5), **option)
