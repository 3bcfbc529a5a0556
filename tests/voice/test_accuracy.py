"""The accuracy check: the sample speaks for all comments, and nobody's labels make the model worse."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from cxlib.errors import NotEnoughData
from cxlib.statistics import wilson
from cxlib.voice import accuracy, adaptation, labelling
from cxlib.voice.classifier import LABELS, Readings, shipped
from tests.shared import shared

NAMES = np.array(LABELS, object)


def readings(logits: np.ndarray, threshold: float = 0.6) -> Readings:
    probabilities = softmax(logits, axis=1)
    confidence = probabilities.max(axis=1)
    label = NAMES[probabilities.argmax(axis=1)]
    label[confidence < threshold] = "unsure"
    language, emotion = (np.full(len(label), word, object) for word in ("id", "unsure"))
    return Readings(label, confidence, language, probabilities, emotion)


class Told:
    """A model whose evidence of a comment is known: the comment is its number."""

    version, threshold = "1", 0.6

    def __init__(self, logits: np.ndarray, dense: np.ndarray) -> None:
        self.logits, self.dense = logits, dense

    def evidence(self, texts):
        at = [int(t) for t in texts]
        return self.logits[at], self.dense[at]


def world(n: int = 6_000, seed: int = 1):
    """Logits that are calibrated: labels are drawn from their probabilities; positive is common."""
    rng = np.random.default_rng(seed)
    logits = rng.normal([0.0, -1.0, 1.2], 2.2, (n, 3))
    truth = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    return logits, rng.normal(size=(n, 30)), truth


@pytest.fixture(scope="module")
def population():
    logits, _, truth = world(3_000)
    return [str(i) for i in range(len(truth))], readings(logits), NAMES[truth]


def labelled(population, n: int, seed: int) -> pd.DataFrame:
    texts, read, truth = population
    drawn = labelling.sample(texts, read, n, seed)
    return drawn.assign(truth=truth[drawn["row"]])


def test_accuracy_is_unbiased_and_its_interval_holds_the_whole(population):
    _, read, truth = population
    whole = (NAMES[read.probabilities.argmax(axis=1)] == truth).mean()
    found = [accuracy.assess(labelled(population, 100, seed)).accuracy for seed in range(200)]
    error = np.std([f.value for f in found]) / np.sqrt(200)
    assert abs(np.mean([f.value for f in found]) - whole) < 3 * error
    assert np.mean([f.low <= whole <= f.high for f in found]) >= 0.92
    plain = [
        (d["truth"] == d["said"]).mean() for d in (labelled(population, 100, s) for s in range(200))
    ]
    assert abs(np.mean(plain) - whole) > 3 * error  # without weights it would be another number


def test_every_beginning_is_a_sample_that_sees_rare_labels(population):
    texts, read, _ = population
    long = labelling.sample(texts, read, 200, 7)
    pd.testing.assert_frame_equal(labelling.sample(texts, read, 50, 7), long.head(50))
    strata = long["stratum"].nunique()
    assert set(long["stratum"].head(strata)) == set(long["stratum"])
    drawn = long.head(50)
    assert (~drawn["sure"]).mean() > (read.label == "unsure").mean()
    assert not long["row"].duplicated().any()
    assert not labelling.sample(texts, read, 50, 8)["row"].equals(drawn["row"])


def test_new_comments_come_between_and_the_order_stays():
    logits = np.tile([0.0, 0.0, 3.0], (300, 1))
    texts = [f"c{i}" for i in range(300)]
    old = labelling.sample(texts[:200], readings(logits[:200]), 50, 7)["text"].tolist()
    new = labelling.sample(texts, readings(logits), 300, 7)["text"].tolist()
    assert [t for t in new if t in set(old)] == old


def test_all_of_a_small_table_can_be_labelled_and_what_is_not_read_is_not_asked():
    read = readings(np.tile([0.0, 0.0, 3.0], (5, 1)))
    read.probabilities[3] = read.confidence[3] = np.nan
    assert sorted(labelling.sample(list("abcde"), read, 50)["row"]) == [0, 1, 2, 4]
    read.confidence[:] = np.nan
    assert labelling.sample(list("abcde"), read).empty


def test_a_text_that_is_there_often_counts_as_often_as_it_was_drawn():
    drawn = pd.DataFrame({"stratum": [0, 0, 0, 1], "text": list("abab"), "size": [90, 90, 90, 9]})
    found = labelling.answered(drawn, list("abab"), {"a": "neutral"})
    assert found["text"].tolist() == ["a"]  # the second "a" comes after an unanswered one
    found = labelling.answered(drawn, list("abab"), {"a": "neutral", "b": "skip"})
    assert found["truth"].tolist() == ["neutral", "skip", "neutral", "skip"]
    assert accuracy.weights(found).tolist() == [30, 30, 30, 9]


def rows(pairs, stratum=0, size=100) -> pd.DataFrame:
    frame = pd.DataFrame(pairs, columns=["truth", "said"])
    return frame.assign(sure=True, stratum=stratum, size=size, text="x")


def test_with_one_stratum_it_is_wilsons_interval():
    pairs = [("positive", "positive")] * 30 + [("negative", "positive")] * 10
    found = accuracy.assess(rows(pairs))
    expected = wilson(30, 40)
    assert (found.accuracy.value, found.accuracy.low, found.accuracy.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )
    assert found.effective == pytest.approx(40)
    by = found.labels.set_index("label")
    assert by.loc["positive", ["precision", "recall", "n_said", "n_truth"]].tolist() == [
        0.75,
        1,
        40,
        30,
    ]
    assert np.isnan(by.loc["neutral", "recall"])
    assert by.loc["negative", "recall"] == 0


def test_weights_are_those_of_the_strata():
    a = rows([("positive", "positive")] * 20, 0, 900)
    b = rows([("negative", "positive")] * 20, 1, 100)
    found = accuracy.assess(pd.concat([a, b, rows([("skip", "positive")] * 3, 1, 100)]))
    assert found.accuracy.value == pytest.approx(0.9)
    assert (found.n, found.skipped) == (40, 3)
    assert found.confusion["n"].sum() == 40
    assert found.confusion.groupby("truth")["share"].sum(min_count=1).dropna().tolist() == [1, 1]


def test_below_thirty_labels_nothing_is_said():
    with pytest.raises(NotEnoughData):
        accuracy.assess(rows([("positive", "positive")] * 29 + [("skip", "positive")] * 9))


def test_what_is_asked_adds_up_and_finds_contradictions():
    said = [
        "Barang bagus sekali, puas",
        "Jelek, rusak, kecewa",
        "Das ist leider kaputt angekommen",
        None,
    ]
    table = pd.DataFrame(
        {
            "line": range(2, 22), "text": pd.Series(said * 5, dtype="str"),
            "rating": [5.0, 5.0, 1.0, 3.0] * 5, "day": pd.Timestamp("2025-01-01"),
        }
    )  # fmt: skip
    found = labelling.asked(table, digests=("d",))
    assert found.receipt.rows_in == 20
    assert found.receipt.rows_used == len(found.sample) == 10
    assert found.disagreements["text"].tolist() == [said[1]]
    known = found.sample.assign(truth="positive")
    with pytest.raises(NotEnoughData):
        accuracy.assess(known, receipt=found.receipt)
    assert len(found.comments) == 11


def taught(logits, dense, truth, n, seed=3):
    """A model of that evidence, and n labels of a stratified sample."""
    texts = [str(i) for i in range(len(truth))]
    drawn = labelling.sample(texts, readings(logits), n, seed).assign(weight=0.0)
    drawn["truth"] = NAMES[truth[drawn["row"]]]
    drawn["weight"] = accuracy.weights(drawn)
    return Told(logits, dense), drawn


def right(found, logits, dense, truth) -> float:
    used = logits if found.refit is None else found.refit.logits(logits, dense)
    return float((used.argmax(axis=1) == truth).mean())


def test_the_threshold_keeps_its_promise_for_new_comments():
    logits, dense, truth = world()
    confidence = softmax(logits, axis=1).max(axis=1)
    kept = []
    for seed in range(40):
        found = adaptation.fitted(*taught(logits, dense, truth, 100, seed))
        above = confidence >= found.threshold
        if found.kept:
            kept.append((logits.argmax(axis=1) == truth)[above].mean())
        assert found.refit is None
        assert found.gain is None
    assert len(kept) >= 20
    assert np.mean(kept) >= 0.9
    assert np.mean([k >= 0.88 for k in kept]) >= 0.9


def test_a_user_whose_neutral_is_wider_gets_a_model_of_their_own():
    logits, dense, truth = world()
    truth = np.where(np.abs(logits[:, 2] - logits[:, 0]) < 2.5, 1, truth)
    found = adaptation.fitted(*taught(logits, dense, truth, 300))
    assert found.gain.low > 0
    assert right(found, logits, dense, truth) > (logits.argmax(axis=1) == truth).mean() + 0.05
    # What cross-validation said of new comments is so.
    assert found.refitted == pytest.approx(right(found, logits, dense, truth), abs=0.08)


@pytest.mark.parametrize("n", [60, 200, 400])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_user_who_errs_in_a_fifth_does_not_make_it_worse(n, seed):
    logits, dense, truth = world()
    rng = np.random.default_rng(seed)
    noisy = np.where(rng.random(len(truth)) < 0.2, rng.integers(0, 3, len(truth)), truth)
    found = adaptation.fitted(*taught(logits, dense, noisy, n, seed))
    before = (logits.argmax(axis=1) == truth).mean()
    assert right(found, logits, dense, truth) >= before - 0.01


def test_what_the_shipped_model_misses_is_learned_from_dense_features():
    logits, dense, truth = world()
    dense = dense + 0.0
    dense[:, 4] = (truth == 0) * 2.0 + np.random.default_rng(5).normal(0, 0.4, len(truth))
    found = adaptation.fitted(*taught(logits, dense, truth, 300))
    assert right(found, logits, dense, truth) > (logits.argmax(axis=1) == truth).mean() + 0.05


def test_disagreements_teach_and_do_not_judge():
    logits, dense, truth = world()
    model, drawn = taught(logits, dense, truth, 60)
    wrong = np.flatnonzero(logits.argmax(axis=1) != truth)[:100]
    more = pd.DataFrame(
        {"text": [str(i) for i in wrong], "truth": NAMES[truth[wrong]], "weight": 0.0}
    )
    alone = adaptation.fitted(model, drawn)
    both = adaptation.fitted(model, pd.concat([drawn[~drawn["text"].isin(more["text"])], more]))
    assert both.n <= alone.n == 60
    with pytest.raises(NotEnoughData):
        adaptation.fitted(model, more)


def test_the_same_labels_give_the_same_parameters_in_any_order():
    logits, dense, truth = world(2_000)
    model, drawn = taught(logits, dense, truth, 200)
    said = adaptation.fitted(model, drawn).parameters()
    assert adaptation.fitted(model, drawn.sample(frac=1, random_state=1)).parameters() == said
    assert json.loads(json.dumps(said)) == said


def public(name: str) -> pd.DataFrame:
    path = shared(f"data/sentiment/{name}")
    return pd.read_csv(path, sep="\t" if name.endswith("tsv") else ",")


@pytest.mark.parametrize("user", ["plain", "noisy", "wide"])
@pytest.mark.parametrize("name", ["smsa_valid.tsv"])
def test_on_public_comments_no_user_makes_it_worse(name, user):
    # Reviews of cameras and phones (pros, cons) have words of their own; half is never labelled.
    found = public(name).drop_duplicates("text").sample(1_200, random_state=1)
    texts, truth = found["text"].tolist(), found["label"].to_numpy(object)
    logits, dense = shipped().evidence(texts)
    known = ~np.isnan(logits[:, 0])
    logits, dense = logits[known], dense[known]
    clean = np.array([LABELS.index(t) for t in truth[known]])
    rng = np.random.default_rng(2)
    said = clean.copy()
    if user == "noisy":
        said = np.where(rng.random(len(said)) < 0.2, rng.integers(0, 3, len(said)), said)
    if user == "wide":
        said = clean = np.where(softmax(logits, axis=1).max(axis=1) < 0.93, 1, clean)
    half = np.arange(len(clean)) < 600
    model, drawn = taught(logits[half], dense[half], said[half], 250)
    fit = adaptation.fitted(model, drawn)
    rest = (logits[~half], dense[~half], clean[~half])
    before = (rest[0].argmax(axis=1) == rest[2]).mean()
    assert right(fit, *rest) >= before - 0.015
    if user == "wide":
        assert right(fit, *rest) >= before
