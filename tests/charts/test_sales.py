"""The customers behind a month and behind a value, however it is called."""

import datetime as dt

import pandas as pd

from cxlib.charts import sales
from cxlib.charts.theme import LIGHT
from cxlib.frames.buyers import buyers
from cxlib.i18n import language

EN = language("en")


def marks(drawing) -> pd.DataFrame:
    return pd.DataFrame(max(drawing.to_dict()["datasets"].values(), key=len))


def test_a_bar_has_the_buyers_that_it_says(sales_result, orders):
    bars = marks(sales.breakdown(sales_result, "product", EN, LIGHT))
    assert set(bars["raw"]) == set(orders["product"])
    for bar in bars.itertuples():
        people = buyers(orders, (("product", (bar.raw,)),))
        assert len(people) == bar.buyers
        assert abs(people["revenue"].sum() - bar.revenue) < 1e-6


def test_the_months_hold_all_revenue(sales_result, orders):
    bars = marks(sales.monthly(sales_result, (), EN, LIGHT))
    total = 0.0
    for day, month in bars.groupby("day"):
        first = dt.date.fromisoformat(str(day)[:10])
        last = (pd.Timestamp(first) + pd.offsets.MonthEnd(0)).date()
        revenue = buyers(orders, first=first, last=last)["revenue"].sum()
        assert abs(revenue - month["amount"].sum()) < 1e-6
        total += revenue
    assert abs(total - orders["amount"].sum()) < 1e-6
