"""Aspects clause by clause: the exam of two-aspect sentences, grammar, and texts that mean harm."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from cxlib.errors import CxError
from cxlib.voice.aspects import LABELS, Lexicon, shipped
from cxlib.voice.polarities import aspect_polarities, aspects_of
from tests.shared import shared

EXAMS = ("two_aspects", "two_aspects_unseen", "two_aspects_third")
WORDS = {1: "positive", 0: "neutral", -1: "negative", None: "unknown"}


def read(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for said in aspects_of(text, shipped()):
        found.setdefault(said.aspect, set()).add(WORDS[said.polarity])
    return found


@pytest.mark.parametrize("exam", EXAMS)
def test_the_exam_is_passed(exam):
    paper = Path(__file__).with_name(f"{exam}.toml")
    sentences = tomllib.loads(paper.read_text("utf-8"))["sentence"]
    pairs = [(s["text"], aspect, polarity) for s in sentences for aspect, polarity in s["pairs"]]
    assert len(pairs) == 2 * len(sentences) >= 400
    right = [read(text).get(aspect, set()) - {"unknown"} == {p} for text, aspect, p in pairs]
    assert sum(right) / len(right) >= 0.85


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("barang bagus tapi kirimnya lama", {"quality": "positive", "delivery": "negative"}),
        ("barang bgs tp ngirimnya lamaaa bgt", {"quality": "positive", "delivery": "negative"}),
        ("Walaupun mahal kualitasnya oke", {"price": "negative", "quality": "positive"}),
        ("fast delivery and friendly staff", {"delivery": "positive", "service": "positive"}),
        ("pelayanan dan kemasan bagus", {"service": "positive", "packaging": "positive"}),
        ("harganya murah, kualitasnya juga", {"price": "positive", "quality": "positive"}),
        ("Everything great except the delivery", {"delivery": "negative"}),
        ("The price is great but not the quality", {"price": "positive", "quality": "negative"}),
        ("pengiriman tidak terlalu lama, harga lumayan", {"delivery": "positive", "price": "positive"}),
        ("not expensive and the taste is not bad", {"price": "positive", "taste": "positive"}),
        ("kainnya murahan", {"quality": "negative"}),
        ("harganya murah", {"price": "positive"}),
        ("Delivery could be faster", {"delivery": "negative"}),
        ("paket belum sampai", {"delivery": "negative"}),
        ("The waiter couldn't have been kinder", {"service": "positive"}),
        ("Never had better noodles", {"taste": "positive"}),
        ("nothing is ever sold out", {"stock": "positive"}),
        ("The seller responds quickly", {"seller": "positive"}),
        ("tokonya bersih", {"place": "positive"}),
        ("got here in three days", {"delivery": "positive"}),
        ("refund took 7 weeks", {"refund": "negative"}),
        ("The steak was delicious, though overpriced", {"taste": "positive", "price": "negative"}),
        ("Pasti beli lagi", {}),
        ("Bagus", {}),
        ("", {}),
    ],
)  # fmt: skip
def test_clauses(text, said):
    assert read(text) == {aspect: {polarity} for aspect, polarity in said.items()}


def test_the_clause_is_the_evidence():
    text = "Jujur, barangnya bagus! Tapi kirimnya lama..."
    clauses = {text[s.start : s.end] for s in aspects_of(text, shipped())}
    assert clauses == {"barangnya bagus", "kirimnya lama"}


def test_a_reader_is_asked_only_where_words_do_not_tell():
    asked: list[str] = []

    def reader(texts):
        asked.extend(texts)
        return ["negative"] * len(texts)

    table = aspect_polarities(["kurirnya begitulah", None, "harga murah"], shipped(), reader)
    assert asked == ["kurirnya begitulah"]
    assert table[["text", "aspect", "polarity"]].values.tolist() == [
        [0, "delivery", "negative"],
        [2, "price", "positive"],
    ]


def test_the_lexicon_is_edited_by_making_another():
    before = shipped()
    after = before.adding("parfum", ["parfum isi ulang", " Botolnya "]).adding(
        "parfum", ["menyengat"], "negative"
    )
    assert after["parfum"].words == ("parfum isi ulang", "botolnya")
    text = "parfum isi ulang menyengat"
    assert [(s.aspect, s.polarity) for s in aspects_of(text, after)] == [("parfum", -1)]
    assert "parfum" not in before.names
    assert after.without("parfum") == before
    assert not aspects_of("kurir", before.removing("delivery", ["kurir"]))
    assert Lexicon.from_dict(json.loads(json.dumps(after.to_dict()))) == after
    for wrong in (lambda: before["nothing"], lambda: before.adding("price", ["x"], "lists")):
        with pytest.raises(CxError):
            wrong()


def test_each_aspect_has_a_name_and_words():
    assert set(shipped().names) == set(LABELS)
    assert all(shipped()[name].words for name in LABELS)


@pytest.mark.parametrize("part", ["a", "dan ", "tapi ", "kirim lama ", "tidak ", "\x00", "👍", "'"])
def test_a_long_text_is_no_harm(part):
    text = part * (1_000_000 // len(part))
    assert all(0 <= s.start < s.end <= len(text) for s in aspects_of(text, shipped()))


def test_naughty_strings_are_no_harm():
    naughty = json.loads(shared("corpora/blns/blns.json").read_text("utf-8"))
    table = aspect_polarities(naughty, shipped())
    assert (table["start"] < table["end"]).all()
