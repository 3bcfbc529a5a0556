"""Columns that know the answer: a model that looks at them is right in the past and useless ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Issue
from cxlib.value.churn_features import Features
from cxlib.value.classification import placements

TELLING = 0.98  # AUC of a single column beyond which it is the answer in other words
PURE = 0.98  # share of leavers among those for whom a column is filled (or empty)
SEEN = 20  # customers without whom a share says nothing

CURE = N_(
    "Leave it out (--without, or “Left out” on the page), or give its values as they were before."
)


class Leak(CxError):
    """A column holds what can be known only after a customer has left; `column` names it."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.column = str(issues[0].params["column"])
        super().__init__("leak", issues[0].message, CURE, tuple(issues), **dict(issues[0].params))


def check(features: Features, left: NDArray[np.bool_]) -> None:
    """Refuse features that all but name who left. Raises Leak, with an issue a column."""
    found = [
        issue
        for k, name in enumerate(features.names)
        for issue in _judged(name, features.values[:, k], features.categorical[k], left)
    ]
    if found:
        raise Leak(found)


def check_days(attributes: pd.DataFrame, cut: dt.date) -> None:
    """Refuse attributes with a day after `cut`, on which the window opens. Raises Leak."""
    found = []
    for column in attributes.columns:
        if not pd.api.types.is_datetime64_any_dtype(attributes[column]):
            continue
        last = attributes[column].max()
        if not pd.isna(last) and last.date() > cut:
            found.append(
                Issue(
                    "known_too_late",
                    "error",
                    N_(
                        "The column “{column}” reaches to {day}, and who leaves is watched from"
                        " {cut} on: it was not known yet."
                    ),
                    CURE,
                    {
                        "column": str(column),
                        "day": last.date().isoformat(),
                        "cut": cut.isoformat(),
                    },
                    str(column),
                )
            )
    if found:
        raise Leak(found)


def _judged(name: str, values: NDArray[np.float64], categorical: bool, left: Any) -> list[Issue]:
    empty = np.isnan(values)
    for chosen, message in (
        (
            ~empty,
            N_("The column “{column}” is filled for customers who left and hardly for others."),
        ),
        (empty, N_("The column “{column}” is empty for customers who left and hardly for others.")),
    ):
        if SEEN <= chosen.sum() < len(left) and left[chosen].mean() >= PURE:
            return [_issue(name, message)]
    score = _rates(values, left) if categorical else values
    known, there = score[~empty], left[~empty]
    if min(there.sum(), (~there).sum()) < 2:
        return []
    area = float(placements(there, known)[0].mean())
    if max(area, 1 - area) >= TELLING:
        return [_issue(name, N_("The column “{column}” all but says who left."))]
    return []


def _rates(codes: NDArray[np.float64], left: NDArray[np.bool_]) -> NDArray[np.float64]:
    """For each customer the share who left among those of the same level."""
    by_level: pd.Series[Any] = pd.Series(left.astype("float64")).groupby(codes).mean()
    return pd.Series(codes).map(by_level).to_numpy(dtype=np.float64)


def _issue(name: str, message: str) -> Issue:
    return Issue("leak", "error", message, CURE, {"column": name}, name)
