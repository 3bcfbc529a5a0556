"""Two calibrated classifiers of who leaves, on one thread, of at most so many customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import ThreadpoolController

from cxlib.i18n import N_
from cxlib.value.churn_features import Features

TRAINED = 50_000  # customers whom a model is fitted to
INNER = 3  # folds whose scores calibrate

NAMES: Mapping[str, str] = {
    "logistic": N_("Logistic regression"),
    "boosting": N_("Gradient boosting"),
}


def fit(name: str, features: Features, left: NDArray[np.bool_], seed: int) -> Any:
    """A calibrated classifier (Platt's sigmoid on out-of-fold scores) of at most `TRAINED` customers.

    References
    ----------
    Platt (1999), Probabilistic outputs for support vector machines; Friedman (2001), Greedy function
    approximation: a gradient boosting machine, Annals of Statistics 29.
    """
    chosen = sampled(len(left), TRAINED, seed)
    model: Any = _MAKERS[name](features, seed)
    calibrated = CalibratedClassifierCV(
        model,
        method="sigmoid",
        cv=StratifiedKFold(INNER, shuffle=True, random_state=seed),
        ensemble=False,
    )
    # Threads that wait for one another cost more than they bring where others compute as well.
    with _controller().limit(limits=1):
        return calibrated.fit(features.values[chosen], left[chosen])


def predict(model: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability of leaving, by row."""
    if not len(values):
        return np.empty(0)
    with _controller().limit(limits=1):
        risk: NDArray[np.float64] = model.predict_proba(values)[:, 1]
    return risk


def sampled(n: int, most: int, seed: int) -> NDArray[np.int64]:
    """Indices, in order, of at most `most` of n."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # it searches all loaded libraries: once is enough


def _logistic(features: Features, seed: int) -> Any:
    """Standardised numbers, skewed ones on a log scale, and one column a level."""
    values, categorical = features.values, np.array(features.categorical, dtype=np.bool_)
    positive = np.nanmin(values, axis=0, initial=0.0) >= 0
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    logged = make_pipeline(FunctionTransformer(np.log1p), numbers)
    levels = OneHotEncoder(handle_unknown="ignore", drop="if_binary")
    return make_pipeline(
        ColumnTransformer(
            [
                ("logged", logged, np.flatnonzero(~categorical & positive)),
                ("numbers", numbers, np.flatnonzero(~categorical)),
                ("levels", levels, np.flatnonzero(categorical)),
            ]
        ),
        LogisticRegression(max_iter=2_000),
    )


def _boosting(features: Features, seed: int) -> Any:
    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=400,
        max_leaf_nodes=8,
        min_samples_leaf=30,
        l2_regularization=1.0,
        early_stopping=True,
        n_iter_no_change=20,
        categorical_features=np.array(features.categorical, dtype=np.bool_),
        random_state=seed,
    )


_MAKERS: Mapping[str, Callable[[Features, int], Any]] = {
    "logistic": _logistic,
    "boosting": _boosting,
}
