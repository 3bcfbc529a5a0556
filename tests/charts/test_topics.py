"""Charts of topics: what they say is what was counted, in every language and look."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import topics as charts
from cxlib.export import spec
from cxlib.export.image import to_image
from cxlib.voice import topics
from cxlib.voice.aspects import LABELS, shipped
from cxlib.voice.topic_money import COLUMNS
from tests.contracts.test_analyses import feedback


@pytest.fixture(scope="module", params=range(0, 12, 3))
def result(request, names):
    """Reviews, with a topic that the user named like a trap."""
    lexicon = shipped().adding(names[request.param], ["keeps"], "words")
    return topics.analyse(feedback(), lexicon=lexicon)


@pytest.fixture
def money(names):
    rows = [(name, 20 + i, 9.0e6 + i, 8e6, 1e7, 1e6, 2e7, "money") for i, name in enumerate(names)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_a_click_selects_the_topic(result, lang, look):
    made = spec.apart(charts.moods(result, LABELS, lang, look))
    (picked,) = [p for p in made["params"] if p["name"] == "topic"]
    assert picked["select"]["fields"] == ["key"]
    assert any({"key"} <= set(frame) for frame in made["datasets"].values())


def test_each_is_drawn(result, money, lang, look):
    for chart in (
        charts.moods(result, LABELS, lang, look),
        charts.trends(result, LABELS, lang, look),
        charts.impact(result, LABELS, lang, look),
        charts.money(money, LABELS, "IDR", lang, look),
    ):
        assert to_image(chart, "svg", look).startswith(b"<svg")


def test_tables_hold_what_was_counted(result, money, lang):
    table = charts.topic_table(result, LABELS, lang)
    assert table["comments"].tolist() == result.topics["n"].tolist()
    assert table["topic"].tolist() == [lang(LABELS.get(t, t)) for t in table["key"]]
    whole = table["positive_share"] + table["neutral_share"] + table["negative_share"]
    assert np.allclose(whole.dropna(), 1)
    worst = result.monthly.groupby("topic")["negative"].sum()
    shown = charts.trend_table(result, LABELS, lang).groupby("topic")["complaints"].sum()
    assert shown.max() <= worst.max()
    assert set(charts.MONEY) <= set(charts.money_table(money, LABELS, "IDR", lang))
    for columns, made in (
        (charts.COLUMNS, table),
        (charts.NEW, charts.new_table(result, LABELS, lang)),
        (charts.DISCOVERED, charts.discovered_table(result)),
        (charts.TREND, charts.trend_table(result, LABELS, lang)),
        (charts.SPOKEN, charts.detractors_table(result, LABELS, lang)),
    ):
        assert set(columns) <= set(made)


def test_detractors_are_drawn_where_there_is_a_score_of_them(lang, look):
    n = 300
    late = np.arange(n) % 3 == 0
    table = pd.DataFrame(
        {
            "line": np.arange(n),
            "customer_id": [f"c{i}" for i in range(n)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="D"),
            "comment": np.where(late, "kirimnya lama", "harga murah"),
            "score": np.where(late, 3.0, 10.0),
        }
    )
    result = topics.analyse(table)
    shown = charts.detractors_table(result, LABELS, lang).set_index("topic")
    assert shown.loc[lang("Delivery"), "topic_detractors"] == 1.0
    assert shown.loc[lang("Price"), "topic_detractors"] == 0.0
    assert to_image(charts.detractors(result, LABELS, lang, look), "svg", look).startswith(b"<svg")


def test_money_says_its_currency_and_purchases_have_none(money, lang, look):
    made = spec.apart(charts.money(money, LABELS, "IDR", lang, look))
    texts = [row["text"] for frame in made["datasets"].values() for row in frame.to_dict("records")
             if "text" in row]  # fmt: skip
    assert texts
    assert all(text.startswith("Rp ") for text in texts)
    bought = money.assign(unit="count")
    made = spec.apart(charts.money(bought, LABELS, "IDR", lang, look))
    texts = [row["text"] for frame in made["datasets"].values() for row in frame.to_dict("records")
             if "text" in row]  # fmt: skip
    assert not any("Rp" in text for text in texts)
