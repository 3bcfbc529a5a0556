"""Topics: against direct computations, and against what was planted in the demo company."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib.demo import company
from cxlib.value.clv import lifetime
from cxlib.voice import topics
from cxlib.voice.new_words import new_words
from cxlib.voice.topic_figures import impact
from tests.contracts.test_analyses import feedback


@pytest.fixture(scope="module")
def shop():
    made = company.company(0)
    reviews = made.feedback.assign(
        day=made.feedback["timestamp"].dt.floor("D"), line=np.arange(2, len(made.feedback) + 2)
    )
    orders = made.transactions.assign(day=made.transactions["timestamp"].dt.floor("D"))
    value = lifetime.analyse(orders.groupby(["customer_id", "day"], as_index=False)["amount"].sum())
    return reviews, value, topics.analyse(reviews, value=value)


def test_the_delivery_failure_is_the_worst_topic_of_its_month(shop):
    _, _, result = shop
    assert result.worst("2025-08") == "delivery"
    row = result.trends[
        (result.trends["topic"] == "delivery") & (result.trends["name"] == "2025-08")
    ]
    assert row["state"].item() == "up"


def test_comments_in_other_languages_speak_of_no_topic():
    texts = ["Alles bestens, gerne wieder!", "Kopinya enak", "Great coffee"] * 5
    rows = feedback().head(15).assign(text=texts)
    said = topics.analyse(rows).said
    assert set(said["topic"]) == {"taste"}
    assert set(said["line"]) == set(rows["line"][rows["text"] != texts[0]])


def test_money_is_the_sum_of_its_customers_values(shop):
    _, value, result = shop
    said = result.said
    blamed = said[(said["topic"] == "delivery") & (said["mood"] == "negative")]["customer_id"]
    known = value.customers[value.customers["customer_id"].isin(blamed)]
    row = result.money.set_index("topic").loc["delivery"]
    assert row["customers"] == len(known)
    assert row["expected"] == pytest.approx(known["clv"].sum(), rel=1e-6)
    assert row["low"] < row["expected_low"] < row["expected"] < row["expected_high"] < row["high"]


def test_impact_is_the_score_without_its_respondents(shop):
    reviews, _, result = shop
    row = result.topics.set_index("topic").loc["delivery"]
    speaks = np.zeros(len(reviews), bool)
    at = result.said.loc[result.said["topic"] == "delivery", "line"]
    speaks[reviews["line"].isin(at)] = True
    stars = reviews["rating"].astype(float)
    assert row["impact"] == pytest.approx(stars.mean() - stars[~speaks].mean())


def test_the_interval_of_the_impact_is_that_of_a_bootstrap_over_customers():
    rng = np.random.default_rng(3)
    who = rng.integers(0, 150, 600)
    value, speaks = rng.normal(size=600) + who % 3, rng.random(600) < 0.3
    table = pd.DataFrame({"customer_id": who.astype(str)})
    found = impact(table, speaks, value)
    rows = [np.flatnonzero(who == c) for c in range(150)]
    drawn = []
    for _ in range(1_000):
        i = np.concatenate([rows[c] for c in rng.integers(0, 150, 150)])
        drawn.append(value[i].mean() - value[i][~speaks[i]].mean())
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(np.std(drawn), rel=0.12)


def test_quotes_are_masked_and_marked():
    table = feedback()
    table["text"] = "WA 0812-3456-7890 ya, kirimnya lama " + table["line"].astype(str)
    quotes = topics.analyse(table).quotes
    assert len(quotes)
    for row in quotes.itertuples():
        assert "0812" not in row.quote
        assert row.quote[row.start : row.end].startswith("kirimnya lama")


def test_small_topics_keep_their_figures():
    table = feedback().head(60)
    table["text"] = ["harga murah"] * 51 + ["refund lama"] * 9
    found = topics.analyse(table).topics.set_index("topic")
    assert np.isnan(found.loc["refund", "negative"])
    assert found.loc["price", "positive"] == 1.0
    assert "refund" not in set(topics.analyse(table).quotes["topic"])


def test_answers_to_a_survey_have_an_nps_impact():
    rng = np.random.default_rng(1)
    n = 300
    late = rng.random(n) < 0.4
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
    row = result.topics.set_index("topic").loc["delivery"]
    assert result.metric == "nps"
    assert row["impact"] == pytest.approx(100 * (1 - 2 * late.mean()) - 100)
    assert row["detractors"] == 1.0


def test_a_new_complaint_is_new_and_noise_is_not():
    rng = np.random.default_rng(5)
    table = feedback()
    assert new_words(table, pd.DataFrame(columns=["text", "topic"]), ()).empty
    table["text"] = np.where(rng.random(len(table)) < 0.5, "barang bagus", "harga murah")
    assert topics.analyse(table).new.empty
    newest = table["day"] >= "2024-12-01"
    table.loc[newest & (np.arange(len(table)) % 3 > 0), "text"] = "segel terbuka kemasan rusak"
    names = set(topics.analyse(table, as_of=dt.date(2024, 12, 31)).new["name"])
    assert {"segel", "packaging"} <= names
    assert "harga" not in names
