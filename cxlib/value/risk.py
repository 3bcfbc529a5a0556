"""The risk of leaving: two models, tested on people whom they have not seen, the better one offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.results import Estimate
from cxlib.value.churn_features import Features
from cxlib.value.classification import (
    Quality,
    auc_difference,
    calibration_table,
    difference,
    placements,
    quality,
)
from cxlib.value.classifiers import NAMES, TRAINED, fit, predict, sampled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Basis = Literal["snapshot", "time"]

NEEDED = 100  # of those who left and of those who stayed
PERMUTED = 20_000  # customers on whom importance is measured
FOLDS, REPEATS = 5, 5


@dataclass(frozen=True, slots=True)
class Sample:
    """Customers whose answer is known: their features, whether they left, and how rules rank them.

    `rules` are simple scores by name (a message id) that rise with the risk: what a model has to
    beat.
    """

    features: Features
    left: Bools
    rules: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A model of who leaves, and how it did on people whom it was not fitted to.

    `basis`: ``snapshot`` was tested by stratified cross-validation (an association), ``time`` on a
    window later than all that it was fitted to (a forecast). `offered` names the model with the
    lower log loss; `qualities` has both, then the simple rules, whose gain in AUC by the model is in
    `gains` (rule → estimate). `calibration` is the table of `classification.calibration_table` and
    `importance` has a row a feature, the strongest first: ``column, feature, importance, low, high``,
    the AUC that is lost when its values are shuffled among customers. `tested` customers, `left` of
    whom left; it was fitted to `trained`.
    """

    basis: Basis
    offered: str
    qualities: tuple[Quality, ...]
    gains: Mapping[str, Estimate]
    calibration: pd.DataFrame
    importance: pd.DataFrame
    tested: int
    left: int
    trained: int

    @property
    def quality(self) -> Quality:
        """How good the offered model is."""
        return next(q for q in self.qualities if q.name == NAMES[self.offered])


def by_cross_validation(
    sample: Sample, seed: int, groups: NDArray[Any] | None = None
) -> tuple[RiskModel, Floats]:
    """Test on every customer by the model of the other folds, five of them, stratified.

    More than `TRAINED` rows are judged by as many of them, drawn at random. `groups` says whose each
    row is where a customer has several: they are in one fold.

    Returns
    -------
    RiskModel, array of float, shape (n,)
        The model, and the risk of each row by models that have not seen it.
    """
    enough(sample.left)
    drawn = sampled(len(sample.left), TRAINED, seed)
    features, left = sample.features.rows(drawn), sample.left[drawn]
    folds = list(
        StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features.values, left)
        if groups is None
        else StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
            features.values, left, groups[drawn]
        )
    )
    models = {
        name: [fit(name, features.rows(train), left[train], seed) for train, _ in folds]
        for name in NAMES
    }
    tests = [test for _, test in folds]
    seen = Sample(features, left, {name: rule[drawn] for name, rule in sample.rules.items()})
    model, risks = _judged("snapshot", models, tests, seen, len(left) - len(tests[0]), seed)
    everyone = np.empty(len(sample.left))
    everyone[drawn] = risks
    others = np.setdiff1d(np.arange(len(everyone)), drawn)
    if len(others):
        unseen = sample.features.values[others]
        everyone[others] = np.mean([predict(m, unseen) for m in models[model.offered]], axis=0)
    return model, everyone


def by_time(earlier: Sample, later: Sample, seed: int = 0) -> RiskModel:
    """Fit to one window, test on a later one, which begins when the answers of the first are in."""
    enough(earlier.left)
    enough(later.left)
    models = {name: [fit(name, earlier.features, earlier.left, seed)] for name in NAMES}
    everyone = [np.arange(len(later.left))]
    trained = min(len(earlier.left), TRAINED)
    return _judged("time", models, everyone, later, trained, seed)[0]


def enough(left: Bools) -> None:
    """Raises NotEnoughData for fewer than `NEEDED` customers who left, or who stayed."""
    gone, here = int(left.sum()), int((~left).sum())
    if min(gone, here) < NEEDED:
        raise NotEnoughData(
            "not_enough_data",
            N_(
                "A model of who leaves needs {needed} customers who left and {needed} who stayed;"
                " here {gone} left and {here} stayed."
            ),
            N_("Rates of churn and survival need no model: they are shown with any number."),
            needed=NEEDED,
            gone=gone,
            here=here,
        )


def ranked(
    customers: pd.DataFrame, risk: Floats, value: Sequence[float] | pd.Series[Any] | None
) -> pd.DataFrame:
    """Customers by what is at stake: risk × value, or by risk alone where there is no value.

    Adds ``risk, worth, at_stake`` and ``rank`` (1 is to be saved first).
    """
    found = customers.assign(
        risk=risk, worth=np.nan if value is None else np.asarray(value, dtype=np.float64)
    )
    found["at_stake"] = found["risk"] * found["worth"]
    by = ["at_stake", "risk"] if found["worth"].notna().any() else ["risk"]
    found = found.sort_values(
        [*by, "customer_id"], ascending=[*(False for _ in by), True], ignore_index=True
    )
    return found.assign(rank=np.arange(1, len(found) + 1))


def _judged(
    basis: Basis,
    models: Mapping[str, list[Any]],
    tests: list[NDArray[np.int64]],
    sample: Sample,
    trained: int,
    seed: int,
) -> tuple[RiskModel, Floats]:
    """The model, and the risks that the offered one gives to those whom it has not seen."""
    left = sample.left
    risks = {name: _over(tests, fitted, sample.features.values) for name, fitted in models.items()}
    judged = {name: quality(NAMES[name], left, risk) for name, risk in risks.items()}
    offered = min(judged, key=lambda name: judged[name].log_loss or 0.0)
    model = RiskModel(
        basis=basis,
        offered=offered,
        qualities=(
            *judged.values(),
            *(quality(rule, left, score, False) for rule, score in sample.rules.items()),
        ),
        gains={
            rule: auc_difference(left, risks[offered], score)
            for rule, score in sample.rules.items()
        },
        calibration=calibration_table(left, risks[offered]),
        importance=_importance(models[offered], tests, sample, seed),
        tested=len(left),
        left=int(left.sum()),
        trained=trained,
    )
    return model, risks[offered]


def _over(tests: list[NDArray[np.int64]], models: list[Any], values: Floats) -> Floats:
    """The risk of each customer by the model that has not seen them."""
    risk = np.empty(len(values))
    for test, model in zip(tests, models, strict=True):
        risk[test] = predict(model, values[test])
    return risk


def _importance(
    models: list[Any], tests: list[NDArray[np.int64]], sample: Sample, seed: int
) -> pd.DataFrame:
    """The AUC that each feature carries: what is lost when its values are shuffled.

    The mean of `REPEATS` shufflings, each within the people that a model has not seen. The interval
    is DeLong's over customers, for the mean placements.

    References
    ----------
    Breiman (2001), Random forests, Machine Learning 45.
    """
    generator = np.random.default_rng(seed)
    chosen = np.zeros(len(sample.left), dtype=np.bool_)
    chosen[sampled(len(sample.left), PERMUTED, seed)] = True
    place = np.cumsum(chosen) - 1
    tests = [place[test[chosen[test]]] for test in tests]
    values, left = sample.features.values[chosen], sample.left[chosen]
    whole = placements(left, _over(tests, models, values))
    rows = []
    for k, (column, name) in enumerate(
        zip(sample.features.columns, sample.features.names, strict=True)
    ):
        shuffled = np.tile(values, (REPEATS, 1))
        for r in range(REPEATS):
            for test in tests:
                shuffled[r * len(left) + test, k] = values[generator.permutation(test), k]
        again = [np.concatenate([test + r * len(left) for r in range(REPEATS)]) for test in tests]
        risks = _over(again, models, shuffled).reshape(REPEATS, len(left))
        without = [placements(left, risk) for risk in risks]
        lost = [
            whole[side] - np.mean([parts[side] for parts in without], axis=0) for side in (0, 1)
        ]
        found = difference((lost[0], lost[1]))
        rows.append((column, name, found.value, found.low, found.high))
    table = pd.DataFrame(rows, columns=["column", "feature", "importance", "low", "high"])
    return table.sort_values(["importance", "column"], ascending=[False, True], ignore_index=True)
