"""Who falls silent next: a model of orders, fitted to one window and tested on the one after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.lookback import came_back, lookback
from cxlib.i18n import N_
from cxlib.value import leakage, risk
from cxlib.value.churn_features import NAMES, encode
from cxlib.value.classifiers import fit, predict
from cxlib.value.risk import RiskModel, Sample

WINDOWS = 4  # that the data must span: two to look back on, one to learn, one to be tested
LOOKED_AT = (
    "purchases",
    "silent_days",
    "tenure_days",
    "mean_gap",
    "overdue",
    "recent_purchases",
    "earlier_purchases",
    "refunds",
    "average_value",
)


def forecast(
    table: Any,
    now: pd.DataFrame,
    end: dt.date,
    window: int,
    rule_days: int,
    observed: int,
    attributes: pd.DataFrame | None,
    without: Sequence[str],
    seed: int,
) -> tuple[RiskModel, NDArray[np.float64]]:
    """The model, and the risk of each customer of `now` who has not churned, in their order.

    It learns at ``end - 2 windows`` who was back a window later, is tested at ``end - 1 window`` on
    the last window, and is fitted again there for the risk at `end`. Only customers are looked at who
    had not churned by the rule at the cut.

    Parameters
    ----------
    table : orders of any engine
    now : pandas.DataFrame
        As `lookback` gives it for `end`, with ``churned``.
    observed : int
        Days of data.
    """
    if observed < WINDOWS * window:
        raise NotEnoughData(
            "not_enough_data",
            N_("A forecast of who falls silent needs {needed} days of orders; here are {days}."),
            N_("The rule of silence needs no forecast: it is shown with any number of orders."),
            needed=WINDOWS * window,
            days=observed,
        )
    cuts = [end - dt.timedelta(days=k * window) for k in (2, 1)]
    known = [lookback(table, cut, window) for cut in cuts]
    known = [seen[seen["silent_days"] <= rule_days] for seen in known]
    lefts = [
        ~seen["customer_id"].isin(came_back(table, cut, window)).to_numpy(np.bool_)
        for seen, cut in zip(known, cuts, strict=True)
    ]
    active = now[~now["churned"]]
    everyone = pd.concat([*known, active], ignore_index=True)
    columns = list(LOOKED_AT)
    if attributes is not None:
        leakage.check_days(attributes, cuts[0])
        everyone, more = _joined(everyone, attributes, without)
        columns += more
    features, _ = encode(everyone, columns)
    edges = np.cumsum([len(part) for part in known])
    parts = [features.rows(rows) for rows in np.split(np.arange(len(everyone)), edges)]
    for part, left in zip(parts, lefts, strict=False):
        # Only of what others have computed: our own features end at the cut.
        leakage.check(part.only(set(columns) - set(LOOKED_AT)), left)
    samples = [
        Sample(part, left, _rules(seen))
        for part, left, seen in zip(parts, lefts, known, strict=False)
    ]
    model = risk.by_time(samples[0], samples[1], seed)
    fitted = fit(model.offered, parts[1], lefts[1], seed)
    return model, predict(fitted, parts[2].values)


def _rules(seen: pd.DataFrame) -> dict[str, Any]:
    """The simple scores that a model has to beat; who bought once has the usual gap of all."""
    usual = seen["mean_gap"].fillna(seen["mean_gap"].median())
    scores = {"silent_days": seen["silent_days"], "overdue": seen["silent_days"] / usual}
    return {NAMES[key]: score.fillna(0).to_numpy(np.float64) for key, score in scores.items()}


def _joined(
    customers: pd.DataFrame, attributes: pd.DataFrame, without: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Customers with their attributes, and the attributes' names."""
    if attributes["customer_id"].duplicated().any():
        raise CxError(
            "bad_option",
            N_("The attributes have more than one row of a customer."),
            N_("Give one row a customer, as it was known before the window."),
        )
    chosen = [c for c in attributes.columns if c != "customer_id" and c not in without]
    more = attributes[["customer_id", *chosen]]
    more = more.rename(columns={c: f"given {c}" for c in chosen if c in customers})
    return customers.merge(more, on="customer_id", how="left"), list(more.columns[1:])
