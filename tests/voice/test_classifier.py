"""The sentiment model that ships: its exam by hand, and what no comment may do to it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.model import CARD, MARK, table
from bench.sentiment import likeliest
from cxlib.voice.classifier import FOLDER, LABELS, loaded, save, shipped
from tests.shared import shared

HERE = Path(__file__).parent
CHALLENGE = pd.DataFrame(tomllib.loads((HERE / "challenge.toml").read_text("utf-8"))["comment"])


@pytest.fixture(scope="module")
def challenge() -> pd.DataFrame:
    read = shipped().read(CHALLENGE["text"].tolist())
    return CHALLENGE.assign(
        said=likeliest(read.probabilities), told=read.language, marked=read.label
    )


def test_the_challenge_is_as_large_as_it_must_be():
    assert CHALLENGE.groupby("language").size().min() >= 150
    assert not CHALLENGE["text"].duplicated().any()


@pytest.mark.parametrize("category", sorted(set(CHALLENGE["category"]) - {"sarcasm"}))
def test_no_category_of_the_challenge_is_below_seven_tenths(challenge, category):
    group = challenge[challenge["category"] == category]
    assert (group["said"] == group["label"]).mean() >= 0.7


def test_what_is_not_unsure_is_more_often_right(challenge):
    right = challenge["said"] == challenge["label"]
    sure = challenge["marked"].isin(LABELS)
    assert right[sure].mean() > right.mean() + 0.03


def test_the_model_card_says_how_the_challenge_went():
    assert CARD.read_text("utf-8").split(MARK)[1] == table(shipped())


def test_the_language_of_short_comments_is_told(challenge):
    mixed = challenge["category"].isin(["code_mixing", "emoji_only"])
    plain = challenge[~mixed]
    assert (plain["told"] == plain["language"]).mean() >= 0.95
    assert set(challenge.loc[challenge["category"] == "emoji_only", "told"]) == {"none"}


@pytest.mark.parametrize(
    "text",
    [
        "¿Dónde está mi pedido? Todavía no ha llegado y nadie responde",
        "Die Lieferung kam viel zu spät und das Paket war beschädigt",
        "Le produit est arrivé cassé, je suis très déçu du service",
        "Alles bestens, gerne wieder!",
        "Livraison rapide, produit conforme",
        "商品很好，快递也很快",
        "配送が遅すぎます",
        "الخدمة ممتازة والتوصيل سريع",
        "Очень хороший товар, спасибо",
    ],
)
def test_other_languages_are_recognised_and_left_unlabelled(text):
    read = shipped().read([text])
    assert (read.language[0], read.label[0]) == ("other", "unlabelled")
    assert np.isnan(read.probabilities).all()


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b", "\x00\x01"])
def test_no_text_is_no_label(text):
    assert shipped().read([text]).label[0] == "unlabelled"


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("barang bagus banget", "brg bagus bgt"),
        ("mantap sekali", "MANTAAAAP sekali"),
        ("the food was so good", "the food was sooooo goooood"),
        ("tidak sesuai pesanan", "gak sesuai pesanan"),
        ("terima kasih barangnya bagus", "makasih barang nya bagus"),
    ],
)
def test_spelling_changes_little(plain, written):
    read = shipped().read([plain, written])
    assert read.label[0] == read.label[1]


def test_one_comment_is_read_the_same_alone_and_among_others(challenge):
    texts = challenge["text"].tolist()
    alone = np.concatenate([shipped().read([t]).probabilities for t in texts[::20]])
    np.testing.assert_allclose(alone, shipped().read(texts).probabilities[::20], rtol=1e-5)


def test_a_negation_turns_a_word():
    read = shipped().read(["enak", "tidak enak", "good", "not good", "not bad"])
    assert read.label[:4].tolist() == ["positive", "negative", "positive", "negative"]
    assert read.probabilities[4, 2] > shipped().read(["bad"]).probabilities[0, 2] + 0.3


def test_a_megabyte_and_control_characters_do_no_harm():
    texts = ["a" * 1_000_000, "bagus " * 200_000, "\x00\x1f\ufeff\u202ebagus\u2028", "é" * 9_000]
    read = shipped().read(texts)
    assert len(read.label) == 4
    assert read.label[1] == "positive"


def test_naughty_strings_do_no_harm():
    found = [p for p in shared("corpora/blns").rglob("*") if p.suffix in {".txt", ".json"}]
    texts = [line for p in found for line in p.read_text("utf-8", "replace").split("\n")]
    read = shipped().read(texts)
    sums = read.probabilities.sum(axis=1)
    assert len(texts) > 500
    assert (np.isnan(sums) == (read.label == "unlabelled")).all()
    np.testing.assert_allclose(sums[~np.isnan(sums)], 1)


def test_a_model_is_the_same_after_it_was_kept(tmp_path, challenge):
    save(shipped(), tmp_path, {})
    texts = challenge["text"].tolist()
    again = loaded(tmp_path).read(texts).probabilities
    np.testing.assert_array_equal(again, shipped().read(texts).probabilities)


def test_the_package_data_are_small_and_no_pickle():
    files = [*FOLDER.iterdir(), *(FOLDER.parent / "lexicon").iterdir()]
    assert sum(f.stat().st_size for f in files) <= 10_000_000
    assert {f.suffix for f in files} <= {".npz", ".json", ".md", ".tsv", ".toml", ".txt"}


def test_probabilities_out_of_fold_are_calibrated():
    pooled = json.loads((FOLDER / "model.json").read_text("utf-8"))["out_of_fold"]["pooled"]
    assert pooled["n"] >= 5_000
    assert pooled["ece"] <= 0.05


def test_the_validation_sets_are_read_as_the_card_says():
    data = shared("data/sentiment")
    from bench._sentiment import HELD, read

    held = read(data, HELD)
    got = shipped().read(held["text"].tolist())
    right = likeliest(got.probabilities) == held["label"].to_numpy()
    sure = np.isin(got.label, LABELS)
    assert sure.mean() >= 0.75
    assert right[sure].mean() >= 0.90


def test_an_emotion_is_named_in_indonesian_alone():
    read = shipped().read(
        [
            "Barang bagus, cepat sampai, mantap",
            "Penjual bohong, marah saya, kurang ajar",
            "😡",
            "I am so angry",
        ]
    )
    assert read.emotion.tolist() == ["joy", "anger", "unlabelled", "unlabelled"]
