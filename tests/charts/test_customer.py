"""A customer's timeline, however long, and the reasons in words."""

import datetime as dt

import pandas as pd
import pytest

from cxlib.charts import customer
from cxlib.charts.theme import LIGHT
from cxlib.export.image import to_image
from cxlib.i18n import language
from cxlib.value.clv.alive_path import alive_path
from cxlib.value.clv.explain import breakdown, reasons

EN = language("en")


def rows(n: int, **columns) -> pd.DataFrame:
    day = pd.Timestamp(dt.date(2010, 1, 1)) + pd.to_timedelta([i // 2 for i in range(n)], unit="D")
    table = {"day": day, "order_id": [f"o{i}" for i in range(n)], "status": "sale", "amount": 2.5}
    return pd.DataFrame(table | columns)


def test_a_refund_is_marked_and_below_the_line():
    found = rows(2, amount=[10.0, -4.0], status=["sale", "refund"])
    (marks,) = customer.timeline(found, "IDR", EN, LIGHT).to_dict()["datasets"].values()
    assert [(mark["amount"], mark["refund"]) for mark in marks] == [(10, False), (-4, True)]


def test_without_money_every_order_counts_one():
    spec = customer.timeline(rows(3).drop(columns="amount"), None, EN, LIGHT).to_dict()
    (marks,) = spec["datasets"].values()
    assert [mark["amount"] for mark in marks] == [1, 1, 1]


@pytest.mark.parametrize("n", [1_500, 30_000])
def test_a_long_history_is_drawn_whole(n):
    """One account may hold all the sales of a counter: nothing is left out, the marks stay few."""
    drawing = customer.timeline(rows(n), "IDR", EN, LIGHT)
    (marks,) = drawing.to_dict()["datasets"].values()
    assert len(marks) == {1_500: 750, 30_000: 493}[n]  # days, months
    assert sum(mark["amount"] for mark in marks) == pytest.approx(2.5 * n)
    assert len(to_image(drawing, "png", LIGHT)) > 5_000


def test_reasons_fit_the_customer(clv_result):
    people = clv_result.customers
    once = people.loc[people["frequency"] == 0, "customer_id"].iloc[0]
    often = people.loc[people["frequency"].idxmax(), "customer_id"]
    words = {
        who: " ".join(s.message for s in customer.why(reasons(clv_result.fitted, who)))
        for who in (once, often)
    }
    assert "One purchase so far" in words[once]
    assert "They usually buy every" in words[often]
    for sentence in customer.why(reasons(clv_result.fitted, often)):
        assert set(sentence.units) <= set(sentence.params)
        assert language("id")(sentence.message) != sentence.message


def test_late_and_on_time_are_said_in_days(clv_result):
    people = clv_result.customers
    said = {}
    for who in people.loc[people["frequency"] > 0, "customer_id"].head(200):
        found = reasons(clv_result.fitted, who)
        sentence = customer.why(found)[0]
        late = found.overdue_days > 0
        said[late] = sentence
        assert ("overdue" in sentence.message) == late
        assert sentence.params["late" if late else "left"] == abs(found.overdue_days)
        assert set(sentence.units) == set(sentence.params)
    assert set(said) == {True, False}


def test_one_purchase_shows_the_median_of_others(clv_result):
    people = clv_result.customers
    once = people.loc[people["frequency"] == 0, "customer_id"].iloc[0]
    found = reasons(clv_result.fitted, once)
    (rhythm, *_) = customer.why(found)
    assert "no rhythm yet" in rhythm.message
    assert rhythm.params["gap"] == found.median_gap_days
    assert len(customer.shrinkage(found)) == 1


def test_shrinkage_is_told_with_the_number_of_gaps(clv_result):
    people = clv_result.customers
    often = people.loc[people["frequency"].idxmax(), "customer_id"]
    gap, rate = customer.shrinkage(reasons(clv_result.fitted, often))
    assert gap.params["n"] == people["frequency"].max()
    assert 0.5 < gap.params["weight"] < 1
    for sentence in (gap, rate):
        assert set(sentence.units) == set(sentence.params)
        assert language("id")(sentence.message) != sentence.message


def test_the_waterfall_hangs_together(clv_result):
    who = clv_result.customers["customer_id"].iloc[5]
    broken = breakdown(clv_result, who)
    table = customer.step_table(broken, EN)
    assert len(table) == len(broken.steps) + 1
    inner = table.iloc[1:-1]
    assert (inner["level"] - inner["change"]).tolist() == pytest.approx(
        table["level"].tolist()[:-2]
    )
    assert (table["high"] - table["low"]).tolist() == pytest.approx(table["change"].abs().tolist())
    value = clv_result.customers.set_index("customer_id").loc[who, "clv"]
    assert table["level"].iloc[-1] == pytest.approx(value)
    assert table["low"].iloc[-1] == 0


def test_a_tick_a_purchase(clv_result):
    days = pd.Series(pd.to_datetime(["2024-02-01", "2024-03-10", "2024-09-01"]))
    path = alive_path(clv_result.fitted, days, dt.date(2024, 12, 1))
    spec = customer.alive(path, EN, LIGHT).to_dict()
    (marks,) = spec["datasets"].values()
    assert [mark["day"] for mark in marks if mark["bought"]] == [
        "2024-02-01",
        "2024-03-10",
        "2024-09-01",
    ]
    assert marks[-1]["purchases"] == 3
