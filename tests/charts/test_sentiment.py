"""Charts of sentiment: what they say is what was counted, under names that a chart could stumble over."""

from __future__ import annotations

import numpy as np
import pytest

from cxlib.charts import emotions, sentiment_groups
from cxlib.charts import sentiment as charts
from cxlib.export import spec
from cxlib.export.image import to_image
from cxlib.voice import sentiment
from cxlib.voice.comment_list import comment_list
from tests.voice.test_sentiment import ByFirstWord, table


@pytest.fixture(scope="module")
def result(names):
    rows = table()
    rows["channel"] = np.array(names[:4])[np.arange(len(rows)) % 4]
    return sentiment.analyse(rows, by=("channel",), model=ByFirstWord())


def test_what_a_click_selects_is_in_the_data(result, lang, look):
    # A link to the comments is made of it.
    for chart, name, fields in (
        (charts.in_all(result, lang, look), "label", ["key"]),
        (charts.monthly(result, (), lang, look), "month", ["name", "key"]),
        (sentiment_groups.groups(result, "channel", lang, look), "group", ["group"]),
        (sentiment_groups.ratings(result, lang, look), "stars", ["rating", "key"]),
        (emotions.emotions(result, lang, look), "emotion", ["key"]),
    ):
        made = spec.apart(chart)
        (picked,) = [p for p in made["params"] if p["name"] == name]
        assert picked["select"]["fields"] == fields
        assert any(set(fields) <= set(frame) for frame in made["datasets"].values())
        assert to_image(chart, "svg", look).startswith(b"<svg")


def test_tables_hold_what_was_counted(result, lang, names):
    shown = charts.in_all_table(result, lang).set_index("key")
    assert shown["comments"].to_dict() == result.counts
    assert shown["label_share"].sum() == pytest.approx(1)
    assert charts.monthly_table(result, lang)["comments"].sum() == result.receipt.rows_used
    groups = sentiment_groups.groups_table(result, "channel", lang)
    assert set(groups["group"]) == set(names[:4])
    assert groups["comments"].sum() == result.receipt.rows_used
    stars = sentiment_groups.ratings_table(result, lang).set_index("rating_given")
    assert stars.loc[1.0, "negative_share"] == 1.0
    felt = emotions.emotion_table(result, lang).set_index("key")
    assert (
        felt["comments"].to_dict()
        == result.comments["emotion"]
        .value_counts()
        .reindex(emotions.EMOTIONS, fill_value=0)
        .to_dict()
    )
    read = charts.read_table(result, lang)
    assert read["comments"].sum() == sum(result.counts.values())


def test_columns_are_all_there(result, lang):
    assert set(charts.IN_ALL) <= set(charts.in_all_table(result, lang))
    assert set(charts.MONTHLY) == set(charts.monthly_table(result, lang))
    assert set(sentiment_groups.GROUPS) == set(
        sentiment_groups.groups_table(result, "channel", lang)
    )
    assert set(emotions.COLUMNS) < set(emotions.emotion_table(result, lang))
    assert set(charts.READ) == set(charts.read_table(result, lang))
    rows = charts.listed_table(comment_list(result), lang)
    assert set(rows["sentiment"]) <= {lang(word) for word in charts.LABELS.values()}
    assert set(rows["comment_language"]) == {lang("In English"), lang("In another language")}
