"""Topics without a lexicon: the groups that were planted, called by what tells them apart."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import NotEnoughData
from cxlib.voice.discovered import LEAST, discovered, stop_words

SENTIMENT = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "sentiment"
ABOUT = (
    "kopi susu gelas",
    "kurir paket resi",
    "aplikasi login error",
    "voucher promo kupon",
)
SAID = ("bagus banget", "mantap sekali, makasih", "really good, thank you", "kecewa")


@pytest.fixture
def texts():
    """Four topics in the words of four moods, and what has no words."""
    rng = np.random.default_rng(3)
    rows = [
        f"{SAID[rng.integers(4)]} {' '.join(rng.permutation(ABOUT[i % 4].split())[:2])}"
        for i in range(3 * LEAST)
    ]
    return [*rows, None, "!!!", "bagus banget"]


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_what_was_planted_is_found_and_called_by_its_words(texts):
    found = discovered(texts, seed=1)
    assert len(found.topics) == 4
    assert {frozenset(label.split(", ")) for label in found.topics["label"]} == {
        frozenset(words.split()) for words in ABOUT
    }
    of = found.of[: 3 * LEAST].reshape(-1, 4)
    assert (of == of[0]).all()
    assert (found.of[-3:] == -1).all()
    assert found.topics["n"].sum() == 3 * LEAST
    assert all(texts[i] for of_topic in found.examples for i in of_topic)


def test_the_same_comments_give_the_same_topics(texts):
    first, again = discovered(texts, seed=1), discovered(texts, seed=1)
    pd.testing.assert_frame_equal(first.topics, again.topics)
    assert (first.of == again.of).all()


def test_forms_of_a_word_are_one():
    words = ["barang sampai", "barangnya sampai", "barang sampai", *ABOUT[1:]]
    words += ["battery drains", "batteries drain", "battery drains"]
    found = discovered([words[i % 9] for i in range(3 * LEAST)], k=5)
    labels = set(", ".join(found.topics["label"]).split(", "))
    assert "barang" in labels
    assert "barangnya" not in labels
    assert labels & {"battery", "batteries"} == {"battery"}
    assert len(labels & {"drain", "drains"}) == 1


def test_what_is_too_little_is_said(texts):
    with pytest.raises(NotEnoughData):
        discovered(texts[: LEAST - 1])
    alone = [f"kata{chr(97 + i % 26)}{chr(97 + i // 26)} lain" for i in range(LEAST)]
    with pytest.raises(NotEnoughData):
        discovered(alone)


@pytest.mark.parametrize("file", ["prdect_train.csv", "pros_cons_en.csv"])
def test_labels_of_real_reviews_tell_topics_apart(file):
    path = SENTIMENT / file
    if not path.exists():
        pytest.skip("the folder with public reviews is not here")
    texts = pd.read_csv(path)["text"].dropna().head(4_000).tolist()
    found = discovered(texts)
    words = [word for label in found.topics["label"] for word in label.split(", ")]
    assert len(words) == len(set(words)) == 3 * len(found.topics)
    assert not set(words) & {*stop_words(), "bagus", "mantap", "good", "great", "recommended"}
    held = [text.casefold() for text in texts]
    for row, of in zip(found.topics.itertuples(), range(len(found.topics)), strict=True):
        inside = np.asarray(found.of == of)
        for word in row.label.split(", "):
            has = np.array([word in text for text in held])
            assert has[inside].mean() > 1.5 * has[~inside].mean()
