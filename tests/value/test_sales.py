import datetime as dt
from decimal import Decimal
from importlib import resources

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.errors import NotEnoughData
from cxlib.frames.spend import customer_spend, monthly_spend
from cxlib.value.sales import analyse


@pytest.fixture(scope="module")
def cdnow():
    text = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "day", "quantity", "amount"]
    with text.open() as file:
        rows = pd.read_csv(file, sep=r"\s+", header=None, names=names, dtype=str)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "day": pd.to_datetime(rows["day"], format="%Y%m%d"),
            "amount": rows["amount"].astype(float),
        }
    )


@pytest.fixture(scope="module")
def shop():
    """Two years of a small shop with refunds, rows without a customer, and attributes."""
    generator = np.random.default_rng(11)
    n = 3000
    customer = generator.integers(0, 400, size=n).astype(str).astype(object)
    customer[generator.random(n) < 0.1] = None
    channel = generator.choice(["web", "app", "store", None], size=n).astype(object)
    place = np.array([f"place {i:02}" for i in generator.integers(0, 30, size=n)])
    amount = np.round(generator.gamma(2, 50_000, size=n), 2)
    refund = generator.random(n) < 0.05
    amount[refund] *= -0.3
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 731, size=n), "D")
    return pd.DataFrame(
        {
            "customer_id": pd.Series(customer, dtype="str"),
            "day": days,
            "amount": np.round(amount, 2),
            "channel": pd.Series(channel, dtype="str"),
            "place": pd.Series(place, dtype="str"),
            "status": np.where(refund, "refund", "sale"),
        }
    )


def by_key(result):
    return {kpi.key: kpi for kpi in result.headline}


def test_cdnow_has_its_published_totals(cdnow):
    result = analyse(cdnow)
    assert result.facts["orders"].value == 6919
    assert result.facts["buyers"].value == 2357
    exact = sum(Decimal(str(a)) for a in cdnow["amount"])
    assert Decimal(str(result.facts["revenue"].value)) == exact == Decimal("244091.94")
    assert len(result.monthly) == 18
    assert result.monthly["complete"].all()
    assert (result.month.name, result.previous.name, result.last_year.name) == (
        "1998-06",
        "1998-05",
        "1997-06",
    )


def test_averages_agree_with_pandas(cdnow):
    result = analyse(cdnow)
    visits = cdnow.drop_duplicates(["customer_id", "day"]).groupby("customer_id").size()
    assert result.average_order.value == pytest.approx(cdnow["amount"].sum() / len(cdnow))
    assert result.orders_per_buyer.value == pytest.approx(len(cdnow) / 2357)
    assert result.repeat_rate.value == (visits > 1).mean()
    assert (result.average_order.method, result.repeat_rate.method) == ("bootstrap", "wilson")
    spent = cdnow.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert result.concentration.top_10.value == pytest.approx(spent[:236].sum() / spent.sum())
    assert result.concentration.top_20.value == pytest.approx(spent[:472].sum() / spent.sum())
    x = spent.to_numpy()
    pairs = np.abs(x[:, None] - x).mean() / (2 * x.mean())
    assert result.concentration.gini.value == pytest.approx(pairs)


def test_months_agree_with_pandas(shop):
    monthly = analyse(shop).monthly.set_index("name")
    month = shop["day"].dt.strftime("%Y-%m")
    days = shop.dropna(subset="customer_id").groupby(["customer_id", "day"])["amount"].sum()
    days = days[days > 0].reset_index()
    first_month = days.groupby("customer_id")["day"].min().dt.strftime("%Y-%m")
    for name, rows in shop.groupby(month):
        found = monthly.loc[name]
        assert found["revenue"] == pytest.approx(rows["amount"].sum(), abs=1e-6)
        assert found["refunds"] == pytest.approx(-rows.loc[rows["amount"] < 0, "amount"].sum())
        assert found["gross"] - found["refunds"] == pytest.approx(found["revenue"])
        parts = found[["new_revenue", "returning_revenue", "anonymous_revenue"]].sum()
        assert parts == pytest.approx(found["revenue"])
        assert found["orders"] == (rows["status"] == "sale").sum()
        assert found["average_order"] == pytest.approx(found["revenue"] / found["orders"])
        buyers = days.loc[days["day"].dt.strftime("%Y-%m") == name, "customer_id"].unique()
        assert found["buyers"] == len(buyers)
        returning = (first_month[buyers] < name).mean()
        assert found["returning_share"] == pytest.approx(returning)


def test_month_sums_add_up_to_the_totals(shop):
    result = analyse(shop)
    for column in ("revenue", "gross", "refunds", "new_revenue", "returning_revenue"):
        assert result.monthly[column].sum() == pytest.approx(result.facts[column].value)
    assert result.monthly["new_buyers"].sum() == result.facts["buyers"].value


def test_all_engines_agree(shop):
    expected = analyse(shop)
    with engine.connect() as connection:
        connection.register("orders", shop)
        relation = connection.sql(
            "select * replace (day::date as day, amount::decimal(18, 4) as amount) from orders"
        )
        others = [analyse(relation), analyse(pl.from_pandas(shop))]
    for other in others:
        assert other.facts == expected.facts
        assert other.receipt == expected.receipt
        assert other.average_order.value == pytest.approx(expected.average_order.value)
        pd.testing.assert_frame_equal(other.monthly, expected.monthly, rtol=1e-9)
        for by, table in expected.breakdowns.items():
            pd.testing.assert_frame_equal(other.breakdowns[by], table)
        assert [k.verdict and k.verdict.state for k in other.headline] == [
            k.verdict and k.verdict.state for k in expected.headline
        ]


def test_breakdowns_add_up_exactly_with_the_rest_and_those_without(shop):
    result = analyse(shop, top=5)
    assert set(result.breakdowns) == {"channel", "place"}
    place = result.breakdowns["place"]
    assert place["role"].tolist() == ["value"] * 5 + ["rest"]
    assert place["revenue"].iloc[:5].is_monotonic_decreasing
    channel = result.breakdowns["channel"]
    assert channel["role"].tolist() == ["value"] * 3 + ["without"]
    for table in (place, channel):
        exact = sum(Decimal(str(round(v, 4))) for v in table["revenue"])
        assert exact == Decimal(str(result.facts["revenue"].value))
        assert table["share"].sum() == pytest.approx(1)
        assert table["orders"].sum() == result.facts["orders"].value


def test_products_come_from_the_lines():
    day = pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02"])
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "order_id": ["1", "1", "2"],
            "day": day,
            "product": ["tea", "cup", "tea"],
            "amount": [10.0, 5.0, 20.0],
        }
    )
    orders = pd.DataFrame({"customer_id": ["a", "b"], "day": day[1:], "amount": [15.0, 20.0]})
    product = analyse(orders, lines=lines).breakdowns["product"]
    assert product[["value", "revenue", "orders", "buyers"]].to_numpy().tolist() == [
        ["tea", 30.0, 2, 2],
        ["cup", 5.0, 1, 1],
    ]


def test_rows_without_a_customer_count_in_money_and_orders_only(shop):
    result = analyse(shop)
    nobody = shop["customer_id"].isna()
    expected = shop.loc[nobody, "amount"].sum()
    assert result.facts["anonymous_revenue"].value == pytest.approx(expected)
    assert result.receipt.excluded == {
        "without a customer: in revenue and orders, not in buyers": nobody.sum()
    }
    assert result.receipt.rows_used + nobody.sum() == result.receipt.rows_in == len(shop)


def test_only_rows_without_a_customer_still_have_revenue():
    table = pd.DataFrame(
        {
            "customer_id": pd.Series([None, None], dtype="str"),
            "day": pd.to_datetime(["2024-01-05", "2024-02-05"]),
            "amount": [5.0, 6.0],
        }
    )
    result = analyse(table)
    assert result.facts["revenue"].value == 11
    assert result.facts["buyers"].value == 0
    assert result.repeat_rate is result.orders_per_buyer is result.concentration is None
    assert result.average_order.value == 5.5


def test_a_file_without_amounts_has_counts_only(cdnow):
    result = analyse(cdnow[["customer_id", "day"]])
    assert set(result.facts) == {"orders", "buyers"}
    assert result.average_order is result.concentration is None
    assert result.monthly[["revenue", "average_order", "gross"]].isna().all(axis=None)
    assert [k.key for k in result.headline][:2] == ["orders", "buyers"]


def steady_shop(last_month_factor=1.0):
    """Forty customers who buy for 100 each month of 2024 with a little noise, and a last month."""
    generator = np.random.default_rng(3)
    rows = []
    for number in range(1, 13):
        factor = last_month_factor if number == 12 else 1.0
        for customer in range(40):
            day = dt.date(2024, number, 1 if customer == 0 else int(generator.integers(1, 28)))
            rows.append((f"c{customer}", day, round(factor * generator.normal(100, 8), 2)))
    rows.append(("c0", dt.date(2024, 12, 31), 1.0))
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


@pytest.mark.parametrize(
    ("factor", "state", "words"),
    [(2.0, "up", "more"), (0.4, "down", "less"), (1.0, "none", "clearly")],
)
def test_a_real_change_is_called_and_the_usual_is_not(factor, state, words):
    result = analyse(steady_shop(factor))
    kpi = by_key(result)["revenue"]
    assert kpi.verdict.state == state
    assert (kpi.verdict.before, kpi.verdict.after) == ("2024-11", "2024-12")
    assert kpi.latest.value == result.monthly["revenue"].iloc[-1]
    assert by_key(result)["average_order"].verdict.state == state
    assert f" {words} " in result.meaning.message
    assert {e.name for e in result.effects_previous} == {"11.11", "12.12"}


def test_an_incomplete_month_is_marked_and_not_compared():
    table = steady_shop()
    result = analyse(table, as_of=dt.date(2024, 12, 15))
    assert result.monthly["complete"].tolist() == [True] * 11 + [False]
    assert by_key(result)["revenue"].verdict.after == "2024-11"
    assert len(by_key(result)["revenue"].series) == 11
    assert result.receipt.excluded == {
        "after the end of observation": (table["day"] > "2024-12-15").sum()
    }


def test_a_month_without_a_row_sold_nothing():
    day = pd.to_datetime(["2024-01-01", "2024-03-31"])
    table = pd.DataFrame({"customer_id": ["a", "a"], "day": day, "amount": [5.0, 6.0]})
    monthly = analyse(table).monthly
    assert monthly["revenue"].tolist() == [5, 0, 6]
    assert monthly["orders"].tolist() == [1, 0, 1]
    assert np.isnan(monthly["average_order"].iloc[1])


def test_a_file_of_a_few_days_compares_nothing():
    table = pd.DataFrame(
        {"customer_id": ["a"], "day": pd.to_datetime(["2024-01-05"]), "amount": [5.0]}
    )
    result = analyse(table)
    assert result.month is result.previous is result.last_year is None
    assert all(k.verdict is None for k in result.headline)
    assert "no calendar month" in result.meaning.message


def test_no_row_is_an_answer():
    empty = pd.DataFrame({"customer_id": ["a"], "day": pd.to_datetime(["2024-01-05"])}).iloc[:0]
    with pytest.raises(NotEnoughData, match="no sale"):
        analyse(empty)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.sampled_from([10, 1000]))
def test_row_order_changes_nothing_and_scale_only_the_money(shop, seed, factor):
    part = shop.sample(60, random_state=seed)
    result, shuffled = analyse(part), analyse(part.sample(frac=1, random_state=seed))
    assert result.facts == shuffled.facts
    assert result.average_order == shuffled.average_order
    pd.testing.assert_frame_equal(result.monthly, shuffled.monthly, rtol=1e-12)
    scaled = analyse(part.assign(amount=part["amount"] * factor))
    assert scaled.facts["orders"] == result.facts["orders"]
    assert scaled.facts["revenue"].value == pytest.approx(factor * result.facts["revenue"].value)


def test_the_input_is_not_changed_and_the_seed_decides(shop):
    before = shop.copy(deep=True)
    first = analyse(shop, seed=1)
    pd.testing.assert_frame_equal(shop, before)
    assert analyse(shop, seed=1).average_order == first.average_order
    assert analyse(shop, seed=2).average_order != first.average_order


def test_units_of_spend_are_customers_and_loose_rows(shop):
    spend = customer_spend(shop)
    named = spend["customer_id"].notna()
    assert named.sum() == shop["customer_id"].nunique()
    assert (~named).sum() == shop["customer_id"].isna().sum()
    assert spend["revenue"].sum() == pytest.approx(shop["amount"].sum())
    sums = monthly_spend(shop)
    assert sums["revenue"].sum() == pytest.approx(shop["amount"].sum())
    assert sums["month"].is_monotonic_increasing
