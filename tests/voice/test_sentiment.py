"""Sentiment: against direct computations, with a reader of our own whose labels are known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.errors import NotEnoughData
from cxlib.statistics import wilson
from cxlib.voice import sentiment
from cxlib.voice.classifier import Readings, shipped
from cxlib.voice.comment_list import comment_list
from tests.contracts.test_analyses import responses

WORDS = {
    "good": "positive",
    "so": "neutral",
    "bad": "negative",
    "hm": "unsure",
    "hola": "unlabelled",
}
FEELINGS = {"good": "joy", "so": "unsure", "bad": "anger"}
LABELS = ("negative", "neutral", "positive")


@dataclass
class ByFirstWord:
    """Reads the first word of a comment, and counts what it was given."""

    version: str = "test"
    threshold: float = 0.6
    given: int = 0

    def read(self, texts):
        self.given += len(texts)
        label = np.array([WORDS[t.split()[0]] for t in texts], object)
        told = label != "unlabelled"
        sure = np.where(told, np.where(label == "unsure", 0.5, 0.9), np.nan)
        language = np.where(told, "en", "other").astype(object)
        emotion = np.array([FEELINGS.get(t.split()[0], "unlabelled") for t in texts], object)
        return Readings(label, sure, language, np.full((len(texts), 3), np.nan), emotion)


def table(n=600, seed=7):
    """Two years of comments, each by somebody else; the shop's are blamed more, and August is bad."""
    rng = np.random.default_rng(seed)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 731, n)), unit="D")
    channel = rng.choice(["web", "app", "shop"], n)
    p_bad = np.where(channel == "shop", 0.6, 0.2)
    p_bad = np.where((day >= "2025-08-01") & (day < "2025-09-01"), 0.95, p_bad)
    word = np.where(
        rng.random(n) < p_bad,
        "bad",
        rng.choice(["good", "so", "hm", "hola"], n, p=[0.7, 0.1, 0.1, 0.1]),
    )
    stars = pd.Series(word).map({"good": 5.0, "so": 3.0, "bad": 1.0}).to_numpy()
    return pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "text": [f"{w} thing {i % 40}" for i, w in enumerate(word)],
            "customer_id": [f"c{i}" for i in range(n)],
            "rating": stars,
            "channel": channel,
            "a0": rng.choice(["red", "blue"], n),
            "day": day,
        }
    )


def labels_of(rows):
    return rows["text"].str.split().str[0].map(WORDS)


@pytest.fixture(scope="module")
def shop():
    rows = table()
    return rows, sentiment.analyse(rows, by=("channel", "a0"), model=ByFirstWord())


def test_counts_and_shares_are_those_of_the_labels(shop):
    rows, result = shop
    said = labels_of(rows)
    assert result.counts == said.value_counts().reindex(sentiment.LABELS).to_dict()
    labelled = int(said.isin(LABELS).sum())
    assert sum(result.counts.values()) == len(rows)
    for label in LABELS:
        # Everybody wrote once: comments are independent, and Wilson's interval is the plain one.
        k = int(said.eq(label).sum())
        assert result.shares[label] == wilson(k, labelled)
    assert result.unsure.value == said.eq("unsure").mean()
    assert result.unlabelled.value == said.eq("unlabelled").mean()
    assert result.receipt.rows_used == labelled
    assert result.receipt.parameters["model"] == "test"
    assert result.receipt.parameters["threshold"] == 0.6


def test_comments_of_one_customer_are_not_independent():
    rows = pd.concat([table(100)] * 4, ignore_index=True)
    once = sentiment.analyse(table(100), model=ByFirstWord()).shares["negative"]
    again = sentiment.analyse(rows, model=ByFirstWord()).shares["negative"]
    assert again.value == once.value
    assert again.n == 4 * once.n
    assert (again.low, again.high) == pytest.approx((once.low, once.high), abs=0.002)


def test_months_are_counted_and_the_bad_one_is_found(shop):
    rows, result = shop
    said = rows.assign(label=labels_of(rows))
    said = said[said["label"].isin(LABELS)]
    for month in result.monthly.itertuples():
        part = said[said["day"].dt.strftime("%Y-%m") == month.name]
        assert month.n == len(part)
        if len(part) >= 10:
            assert month.negative == pytest.approx((part["label"] == "negative").mean())
    state = result.monthly.set_index("name")["negative_state"]
    assert state["2025-08"] == "up"
    assert state["2025-09"] == "down"


def test_groups_are_judged_against_the_others_in_one_family(shop):
    rows, result = shop
    said = rows.assign(bad=labels_of(rows).eq("negative"))[labels_of(rows).isin(LABELS)]
    raw = []
    for group in result.groups.itertuples():
        own, rest = (
            said[said[group.by].eq(group.group) == inside]["bad"] for inside in (True, False)
        )
        assert group.change == pytest.approx(own.mean() - rest.mean())
        a, b = (wilson(int(x.sum()), len(x)) for x in (own, rest))
        error = np.hypot(a.high - a.low, b.high - b.low) / (2 * stats.norm.ppf(0.975))
        raw.append(2 * stats.norm.sf(abs(group.change) / error))
    adjusted = stats.false_discovery_control(raw)
    assert result.groups["p_adjusted"].to_numpy() == pytest.approx(adjusted, rel=0.02)
    state = result.groups.set_index("group")["state"]
    assert state["shop"] == "up"
    assert state["red"] == state["blue"] == "none"


def test_small_groups_are_held_back():
    rows = table(200)
    rows["channel"] = np.where(np.arange(200) < 5, "tiny", np.where(np.arange(200) < 80, "a", "b"))
    groups = sentiment.analyse(rows, model=ByFirstWord()).groups.set_index("group")
    assert not groups.loc["tiny", "shown"]
    assert np.isnan(groups.loc["tiny", ["negative", "positive", "change"]].astype(float)).all()
    # With the whole known, one hidden group would follow from the others.
    assert (~groups["shown"]).sum() >= 2


def test_words_against_stars_are_listed():
    rows = table(300)
    said = labels_of(rows).to_numpy()
    good, bad = np.flatnonzero(said == "positive")[:3], np.flatnonzero(said == "negative")[:2]
    rows.loc[good, "rating"], rows.loc[bad, "rating"] = [1.0, 2.0, 3.0], [4.0, 5.0]
    result = sentiment.analyse(rows, model=ByFirstWord())
    found = comment_list(result, contradicting=True)
    # Three stars are neither good nor bad.
    assert set(found["line"]) == set(rows.loc[[*good[:2], *bad], "line"])
    rated = int((np.isin(said, LABELS) & (rows["rating"] != 3.0)).sum())
    assert result.contradiction == wilson(4, rated)


def test_scales_of_ten_are_read_as_such():
    rows = table(300)
    rows["rating"] = np.where(labels_of(rows) == "negative", 8.0, 9.0)
    result = sentiment.analyse(rows, model=ByFirstWord())
    assert set(comment_list(result, contradicting=True)["sentiment"]) == {"negative"}
    rows["rating"] = np.where(labels_of(rows) == "negative", 7.0, 9.0)
    assert not sentiment.analyse(rows, model=ByFirstWord()).comments["contradicts"].any()


def test_answers_to_a_survey_give_the_same_columns():
    rows = responses()
    rows["comment"] = rows["comment"].replace({"late and rude": "bad", "fine": "good"})
    result = sentiment.analyse(rows, by=("a4",), model=ByFirstWord())
    of_reviews = sentiment.analyse(table(), by=("a0",), model=ByFirstWord())
    assert list(result.comments.drop(columns="a4")) == list(of_reviews.comments.drop(columns="a0"))
    assert set(result.groups["by"]) == {"a4"}
    assert result.receipt.excluded["without a comment"] == rows["comment"].isna().sum()


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_numbers_to_compare_by_are_written_as_people_do(engine):
    rows = table(300)
    rows["a0"] = np.resize([4.0, 4.5, np.nan], 300)
    given = duckdb.from_df(rows) if engine == "duckdb" else rows
    result = sentiment.analyse(given, by=("a0",), model=ByFirstWord())
    assert set(result.groups["group"]) == {"4", "4.5"}
    found = comment_list(result, groups=(("a0", ("4",)),))
    assert set(found["line"]) == set(rows.loc[rows["a0"] == 4.0, "line"])


def test_texts_are_masked_and_read_once():
    rows = table(200).assign(text="good, WA 0812-3456-7890")
    rows["text"] = rows["text"].str.replace("good,", "good")
    model = ByFirstWord()
    result = sentiment.analyse(rows, model=model)
    assert model.given == 1
    assert not result.comments["text"].str.contains("0812").any()


def test_later_rows_are_left_out():
    rows = table()
    result = sentiment.analyse(rows, as_of=dt.date(2024, 12, 31), model=ByFirstWord())
    assert result.comments["day"].max() <= pd.Timestamp("2024-12-31")
    later = int((rows["day"] > "2024-12-31").sum())
    assert result.receipt.excluded["after the end of observation"] == later


def test_too_few_labels_are_refused():
    rows = table(300).assign(text="hola")
    with pytest.raises(NotEnoughData, match="not_enough_data"):
        sentiment.analyse(rows, model=ByFirstWord())


def test_the_list_meets_every_condition(shop):
    rows, result = shop
    found = comment_list(
        result,
        labels=("negative",),
        month="2025-08",
        groups=(("channel", ("shop",)),),
        search="THING bad",
        lines=range(600),
    )
    wanted = rows[
        labels_of(rows).eq("negative")
        & rows["day"].dt.strftime("%Y-%m").eq("2025-08")
        & rows["channel"].eq("shop")
        & rows["line"].lt(600)
    ]
    assert len(wanted)
    assert sorted(found["line"]) == sorted(wanted["line"])
    assert found["day"].is_monotonic_decreasing
    assert len(comment_list(result)) == len(rows)
    assert comment_list(result, search="(thing").empty  # no pattern
    assert comment_list(result, lines=()).empty


def test_the_shipped_model_reads_both_languages():
    rows = table(60)
    rows["text"] = ["barang bagus, pelayanan ramah", "terrible service, very rude"] * 30
    result = sentiment.analyse(rows)
    assert result.receipt.parameters["model"] is None
    assert result.receipt.parameters["model_version"] == shipped().version
    assert dict(zip(result.languages["language"], result.languages["n"], strict=True)) == {
        "id": 30,
        "en": 30,
    }
    assert result.counts["positive"] == result.counts["negative"] == 30


def test_emotions_are_of_what_is_named(shop):
    rows, result = shop
    word = rows["text"].str.split().str[0]
    joy, anger = (word == "good").sum(), (word == "bad").sum()
    found = result.emotions.set_index("emotion")
    assert found["n"].to_dict() == {"anger": anger, "joy": joy, "fear": 0, "love": 0, "sadness": 0}
    expected = wilson(int(anger), int(anger + joy))
    assert found.loc["anger", ["share", "low", "high"]].tolist() == pytest.approx(
        [expected.value, expected.low, expected.high]
    )
    assert result.felt is not None
    unsure = (word == "so").sum()
    assert result.felt.value == pytest.approx((joy + anger) / (joy + anger + unsure))
    listed = comment_list(result, emotions=("joy",))
    assert set(listed["text"].str.split().str[0]) == {"good"}
    assert len(listed) == joy


def test_few_emotions_are_not_shown():
    few = table(600)
    few.loc[~few["text"].str.startswith("hm"), "text"] = "so thing"
    few.loc[few.index[:9], "text"] = "bad thing"
    result = sentiment.analyse(few, model=ByFirstWord())
    assert result.emotions.empty
    assert result.felt is not None
    assert result.felt.value > 0
