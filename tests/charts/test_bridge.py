"""The bridge as a waterfall: what is drawn leads from our share to the other one."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import bridge
from cxlib.charts.theme import LIGHT
from cxlib.i18n import language
from cxlib.labels import LABELS
from cxlib.value.bridge import analyse, analyse_subscriptions

EN = language("en")
MARKS = 30


@pytest.fixture(scope="module")
def results(bridge_result):
    """Of orders, and of subscriptions that grow so much that net churn is below 0."""
    rng = np.random.default_rng(5)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 200, 90), "D")
    rows = pd.DataFrame({"customer_id": [f"s{i % 60}" for i in range(90)], "start": start,
                         "mrr": rng.integers(10, 90, 90).astype(float)})  # fmt: skip
    rows["end"] = (rows["start"] + pd.Timedelta(days=150)).where(rng.random(90) < 0.2)
    return bridge_result, analyse_subscriptions(rows, as_of=dt.date(2024, 7, 10))


def pairs(results):
    return [
        (result, b.id, a.convention.id) for result in results for b in result.bridges for a in b.others
    ]  # fmt: skip


def test_bars_lead_from_ours_to_theirs(results):
    assert len(pairs(results)) == 6 + 4 + 4 + 5
    for result, question, convention in pairs(results):
        table = bridge.waterfall_table(result, question, convention, EN)
        found = next(b for b in result.bridges if b.id == question)
        theirs = found.answer(convention)
        assert len(table) == len(theirs.steps) + 2
        assert table["place"].tolist() == list(range(len(table)))
        ends = table.iloc[[0, -1]]
        assert ends["effect"].tolist() == [found.ours.value.value, theirs.value.value]
        # Bars of both ends stand on the axis, each step on the one before it.
        assert (ends["low"].clip(upper=0) + ends["high"].clip(lower=0)).tolist() == ends[
            "rate"
        ].tolist()
        for before, step in zip(table["rate"], table.iloc[1:-1].itertuples(), strict=False):
            assert [step.low, step.high] == sorted([before, step.rate])
        assert table["rate"].iloc[-2] == theirs.value.value
        assert table["effect"].iloc[:-1].sum() == pytest.approx(theirs.value.value, abs=1e-12)


def test_marks_are_few_and_words_are_short(results, lang, look):
    for result, question, convention in pairs(results):
        spec = bridge.waterfall(result, question, convention, lang, look).to_dict(validate=True)
        (rows,) = spec["datasets"].values()
        assert 2 * len(rows) <= MARKS
        lines = [line for row in rows for line in row["lines"].split("\n")]
        assert max(map(len, lines)) <= bridge.WRAPPED
        assert len({row["lines"] for row in rows}) == len(rows)
        low, high = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
        assert low <= min(0, *(row["low"] for row in rows))
        assert high > max(row["high"] for row in rows)


def test_steps_are_told_in_points_and_ends_in_per_cent(results):
    spec = bridge.waterfall(results[0], "returning", "peel", EN, LIGHT).to_dict(validate=False)
    (rows,) = spec["datasets"].values()
    assert rows[0]["text"] == EN.percent(rows[0]["rate"])
    assert rows[-1]["text"] == EN.percent(rows[-1]["rate"])
    step = rows[2]
    assert step["effect"] < 0
    assert step["text"] == EN.number(100 * step["effect"], 1)
    assert step["text"].startswith("-")


def test_columns_have_labels():
    assert {*bridge.STEPS, *bridge.CONVENTIONS} <= set(LABELS)


@pytest.mark.parametrize("question", ["returning", "silence"])
def test_the_table_has_every_convention(results, question):
    table = bridge.convention_table(results[0], question, EN)
    found = next(b for b in results[0].bridges if b.id == question)
    assert table["vendor"].tolist() == ["cxlib", *(a.convention.vendor for a in found.others)]
    known = table[table["denominator"] > 0]
    assert known["rate"].tolist() == (known["numerator"] / known["denominator"]).tolist()


def test_a_convention_that_asks_about_nobody_has_a_row_and_no_bars():
    one = pd.DataFrame({"customer_id": ["a"], "day": [pd.Timestamp("2024-05-05")]})
    result = analyse(one)
    table = bridge.convention_table(result, "returning", EN).set_index("vendor")
    assert np.isnan(table.loc["Klaviyo", "rate"])
    assert bridge.waterfall_table(result, "returning", "klaviyo", EN).empty
