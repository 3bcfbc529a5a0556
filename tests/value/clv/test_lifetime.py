"""Whole files: ordinary, too small, without money, and strange ones."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose

from cxlib.errors import CxError, NotEnoughData
from cxlib.value.clv import lifetime
from cxlib.value.clv.simulate import simulate_purchases

PURCHASES = {"r": 0.5, "alpha": 40.0, "a": 0.8, "b": 2.5}
MONEY = ["expected_spend", "clv", "clv_low", "clv_high"]


def shop(n=700, days=300, seed=0, **spend):
    """Orders of BG/NBD customers, `amount` Gamma-Gamma."""
    generator = np.random.default_rng(seed)
    T = generator.integers(days // 2, days + 1, n).astype(float)
    T[0] = days
    table = simulate_purchases(generator, T, PURCHASES, {"p": 6.0, "q": 4.0, "v": 150.0} | spend)
    offset = np.floor(days - T[table["customer"]] + table["time"])
    return pd.DataFrame(
        {
            "customer_id": "C" + table["customer"].astype(str),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(offset, unit="D"),
            "amount": table["value"].round(2),
        }
    )


@pytest.fixture(scope="module")
def orders_of_a_shop():
    return shop()


@pytest.fixture(scope="module")
def shop_result(orders_of_a_shop):
    return lifetime.analyse(orders_of_a_shop)


def failed(result):
    return {gate.code for gate in result.gates if not gate.passed}


def test_an_ordinary_shop_passes_every_gate(shop_result):
    assert failed(shop_result) == set()
    assert shop_result.customers.notna().drop(columns="monetary_value").all(axis=None)
    assert [kpi.key for kpi in shop_result.headline][:2] == ["customers", "total_clv"]
    assert shop_result.receipt.rows_used + sum(shop_result.receipt.excluded.values()) == (
        shop_result.receipt.rows_in
    )


def test_any_engine_and_any_order_of_rows(orders_of_a_shop, shop_result):
    shuffled = pl.from_pandas(orders_of_a_shop.sample(frac=1, random_state=5))
    again = lifetime.analyse(shuffled)
    pd.testing.assert_frame_equal(again.customers, shop_result.customers, rtol=1e-9)
    assert again.backtest.model == shop_result.backtest.model


def test_money_scales_with_the_currency(orders_of_a_shop, shop_result):
    rupiah = lifetime.analyse(orders_of_a_shop.assign(amount=orders_of_a_shop["amount"] * 16_000))
    for column in MONEY:
        assert_allclose(rupiah.customers[column], shop_result.customers[column] * 16_000, rtol=1e-4)
    assert_allclose(rupiah.customers["p_alive"], shop_result.customers["p_alive"])


def test_without_amounts_all_but_money(orders_of_a_shop, shop_result):
    result = lifetime.analyse(orders_of_a_shop.drop(columns="amount"))
    assert failed(result) == {"amounts"}
    assert result.spend is None
    assert result.total_clv is None
    assert result.customers[MONEY].isna().all(axis=None)
    assert_allclose(result.customers["p_alive"], shop_result.customers["p_alive"], rtol=1e-6)


@pytest.mark.parametrize(
    ("orders", "gate"),
    [(shop(n=300), "buyers"), (shop(days=150), "days"), (shop(q=0.6), "spend_tail")],
    ids=["300 buyers", "150 days", "heavy tail"],
)
def test_a_failed_money_gate_withholds_money_alone(orders, gate):
    result = lifetime.analyse(orders)
    assert gate in failed(result)
    assert result.total_clv is None
    assert result.customers[MONEY].isna().all(axis=None)
    assert result.customers[["p_alive", "expected_purchases"]].notna().all(axis=None)
    assert result.params


@pytest.mark.parametrize("kind", ["one-time buyers", "one day", "one customer"])
def test_nothing_is_made_up(kind):
    generator = np.random.default_rng(0)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 300, 800), unit="D")
    if kind == "one-time buyers":
        ids = [f"C{i}" for i in range(800)]
    elif kind == "one day":
        ids, day = [f"C{i % 600}" for i in range(800)], day[[0] * 800]
    else:
        ids, day = ["C"] * 3, day[:3]
    result = lifetime.analyse(pd.DataFrame({"customer_id": ids, "day": day, "amount": 10.0}))
    assert "converged" in failed(result)
    assert result.params == {}
    assert result.total_clv is None
    assert result.log_likelihood is None
    assert result.customers[["p_alive", "expected_purchases", *MONEY]].isna().all(axis=None)
    assert "converged" in {gate.code for gate in result.gates if gate.blocks == "all"}


def test_customers_with_a_negative_net_stay_in_the_purchase_model(orders_of_a_shop):
    """A refund that costs more than all repeat purchases leaves a customer without spend."""
    refunds = orders_of_a_shop.groupby("customer_id").tail(1).head(50).copy()
    refunds["amount"], refunds["status"] = -1e6, "refund"
    result = lifetime.analyse(pd.concat([orders_of_a_shop.assign(status="sale"), refunds]))
    assert np.isfinite(result.customers["clv"]).all()
    assert (result.customers["clv"] >= 0).all()


def test_nobody_bought():
    orders = pd.DataFrame(
        {"customer_id": ["a"], "day": [pd.Timestamp("2024-01-01")], "amount": [-5.0]}
    )
    for table in (orders, orders.iloc[:0]):
        with pytest.raises(NotEnoughData):
            lifetime.analyse(table)


def test_the_input_is_not_changed(orders_of_a_shop):
    before = orders_of_a_shop.copy()
    lifetime.analyse(orders_of_a_shop)
    pd.testing.assert_frame_equal(orders_of_a_shop, before)


@pytest.mark.parametrize("option", [{"model": "weibull"}, {"unit": "M"}])
def test_unknown_options_are_refused(orders_of_a_shop, option):
    with pytest.raises(CxError) as caught:
        lifetime.analyse(orders_of_a_shop, **option)
    assert caught.value.code == "bad_option"


def test_a_summary_gives_what_its_orders_gave(shop_result):
    columns = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    summary = shop_result.customers[columns].fillna(0)
    result = lifetime.analyse_summary(summary)
    assert failed(result) == {"holdout"}
    assert result.backtest is None
    assert_allclose(result.customers["clv"], shop_result.customers["clv"], rtol=1e-6)
    bare = lifetime.analyse_summary(summary.drop(columns="monetary_value"))
    assert "amounts" in failed(bare)
    assert bare.total_clv is None
