"""The model of a workspace: what was learned is applied, stated in receipts, and checked when it is read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import softmax

from cxlib.errors import CxError
from cxlib.voice import adapted, sentiment, topics
from cxlib.voice.classifier import shipped
from tests.contracts.test_analyses import feedback

TEXTS = [
    "barang bagus",
    "tidak enak, kecewa",
    "biasa aja",
    "great service!",
    "it broke",
    "😡",
    "。",
    "商品很好",
]
STRICT = {"version": shipped().version, "threshold": 0.9, "n": 60, "refit": None}


def refitted(dislike: float = 0.0) -> dict[str, object]:
    """Parameters with a refit that was drawn, or that calls what it reads negative by so much more."""
    rng = np.random.default_rng(1)
    drawn = 0.0 if dislike else 1.0
    refit = adapted.Refit(
        np.eye(3) + drawn * rng.normal(0, 0.2, (3, 3)),
        drawn * rng.normal(0, 0.3, (30, 3)),
        drawn * rng.normal(0, 0.3, 3) + [dislike, 0, 0],
    )
    known = {name: getattr(refit, name).tolist() for name in adapted.SHAPES}
    return {**STRICT, "threshold": 0.8, "n": 212, "refit": known}


def test_a_refit_turns_the_shipped_weights_and_nothing_else():
    parameters = refitted()
    refit = adapted.Refit(**{name: np.array(v) for name, v in parameters["refit"].items()})
    own = adapted.adapted(adapted.written(json.loads(json.dumps(parameters))))
    expected = softmax(refit.logits(*shipped().evidence(TEXTS)), axis=1)
    read = own.read(TEXTS)
    np.testing.assert_allclose(read.probabilities, expected, rtol=2e-3, atol=1e-5)
    assert own.threshold == 0.8
    assert own.version != shipped().version
    assert (read.label[read.confidence < 0.8] == "unsure").all()
    assert read.label[-1] == "unlabelled"


def test_what_was_learned_for_another_model_is_not_used():
    said = {**STRICT, "version": "another"}
    assert adapted.applied(shipped(), said) is shipped()
    assert adapted.applied(shipped(), None) is adapted.adapted(None) is shipped()
    assert adapted.current(said) is adapted.current(None) is None
    with pytest.raises(CxError, match="other_model"):
        adapted.adapted(adapted.written(said))


def test_a_threshold_alone_leaves_the_probabilities():
    own = adapted.adapted(adapted.current(STRICT))
    np.testing.assert_array_equal(
        own.read(TEXTS).probabilities, shipped().read(TEXTS).probabilities
    )
    assert own.threshold == 0.9


def test_the_same_is_the_same_text():
    turned = dict(reversed(STRICT.items()))
    assert adapted.written(turned) == adapted.written(STRICT)
    assert adapted.written(json.loads(adapted.written(refitted()))) == adapted.written(refitted())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        adapted.digest(adapted.written(STRICT)),
        json.dumps({**STRICT, "threshold": 7.0}),
        json.dumps({**STRICT, "refit": {"turn": [[1.0]]}}),
        json.dumps({**STRICT, "refit": {**refitted()["refit"], "intercept": [0, 0, "x"]}}),
        json.dumps({**STRICT, "refit": {**refitted()["refit"], "intercept": [0, 0, np.nan]}}),
        json.dumps({**STRICT, "refit": {**refitted()["refit"], "turn": [[1.0] * 3] * 2}}),
    ],
)
def test_what_is_no_adaptation_is_said(text):
    with pytest.raises(CxError, match="no_adaptation"):
        adapted.adapted(text)


@pytest.mark.parametrize("parameters", [STRICT, refitted(4.0)], ids=["threshold", "refit"])
def test_an_analysis_reads_with_it_and_states_it(parameters):
    text = adapted.written(parameters)
    was, now = (sentiment.analyse(feedback(), adaptation=a) for a in (None, text))
    by_hand = sentiment.analyse(feedback(), model=adapted.applied(shipped(), parameters))
    assert now.counts == by_hand.counts != was.counts
    assert now.receipt != was.receipt
    stated = now.receipt.parameters
    assert (stated["adaptation"], stated["adapted_labels"]) == (
        adapted.digest(text), parameters["n"],
    )  # fmt: skip
    assert stated["model_version"] == f"{shipped().version}+{adapted.digest(text)}"
    assert was.receipt.parameters["adaptation"] is None


def test_topics_read_with_it():
    # "Naik": no word of the lexicon says how the courier was; the model does, and this one dislikes.
    table = feedback().assign(text="kurirnya naik motor")
    text = adapted.written(refitted(9.0))
    was, now = (topics.analyse(table, adaptation=a) for a in (None, text))
    assert (was.said["mood"] != "negative").all()
    assert (now.said["mood"] == "negative").all()
    assert now.receipt.parameters["adapted_labels"] == 212
    assert (topics.analyse(table, read=False).said["mood"] == "neutral").all()
