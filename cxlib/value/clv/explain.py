"""Why a customer has this value, and how value lies over frequency and recency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.errors import NotFound
from cxlib.i18n import N_
from cxlib.value.clv import gammagamma
from cxlib.value.clv.discount import purchases_while_alive
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.value import FittedClv

CELLS = 40


@dataclass(frozen=True, slots=True)
class Reasons:
    """What stands behind one customer's value.

    Rates are repeat purchases in 365 days: the customer's own past (None where the first purchase
    is the end of observation), and the mean of all. `usual_gap_days` is the customer's mean time
    between purchases, None with one purchase; `days_since` the days since the last. `own_spend` is
    the mean of the customer's repeat purchases and counts for `own_weight` (0-1) of the expected
    spend, `population_spend` for the rest; None where money is not modelled.
    """

    customer_id: str
    purchases: int
    own_rate: float | None
    population_rate: float
    days_since: float
    usual_gap_days: float | None
    p_alive: float | None
    own_spend: float | None
    population_spend: float | None
    own_weight: float | None


def reasons(fitted: FittedClv, customer_id: str) -> Reasons:
    """Raises `NotFound` for a customer who is not in the summary."""
    summary = fitted.summary
    found = summary[summary["customer_id"] == customer_id]
    if found.empty:
        raise NotFound("not_found", N_("There is no customer “{customer}”."), customer=customer_id)
    row = found.iloc[0]
    x, recency, age = float(row["frequency"]), float(row["recency"]), float(row["T"])
    observed = float(summary["T"].sum())
    p_alive = None
    if fitted.fit is not None:
        days = fitted.fit.days_per_unit
        history = (np.array([x]), np.array([recency / days]), np.array([age / days]))
        process = MODELS[fitted.fit.model].process
        p_alive = float(process.probability_alive(fitted.fit.log_params, *history)[0])
    own = population = weight = None
    if fitted.spend is not None and not blocked(fitted.gates, "money"):
        paid = np.array([float(row["spend_purchases"])])
        logs = fitted.spend.log_params
        own = float(row["monetary_value"]) if paid[0] else None
        population = float(gammagamma.expected_spend(logs, np.zeros(1), np.zeros(1))[0])
        weight = float(gammagamma.own_weight(logs, paid)[0])
    return Reasons(
        customer_id=customer_id,
        purchases=int(x) + 1,
        own_rate=365 * x / age if age else None,
        population_rate=365 * float(summary["frequency"].sum()) / observed if observed else 0.0,
        days_since=age - recency,
        usual_gap_days=recency / x if x else None,
        p_alive=p_alive,
        own_spend=own,
        population_spend=population,
        own_weight=weight,
    )


def frequency_recency_grid(fitted: FittedClv, horizon_days: float) -> pd.DataFrame:
    """P(alive) and expected purchases over frequency and recency, at the median age.

    A row a cell, at most 40 × 40: ``frequency`` (1 to the 99th percentile), ``recency`` and ``T``
    (in the model's unit), ``p_alive, expected_purchases``. Empty where no model converged or nobody
    has repeated. Customers with one purchase have no recency and are left out.
    """
    columns = ["frequency", "recency", "T", "p_alive", "expected_purchases"]
    summary = fitted.summary
    repeats = summary.loc[summary["frequency"] > 0, "frequency"]
    if fitted.fit is None or repeats.empty:
        return pd.DataFrame(columns=columns, dtype=float)
    days = fitted.fit.days_per_unit
    age = float(summary["T"].median()) / days
    most = max(2.0, float(repeats.quantile(0.99)))
    frequency = np.unique(np.linspace(1, most, CELLS).round())
    x, t_x = (m.ravel() for m in np.meshgrid(frequency, np.linspace(0, age, CELLS), indexing="ij"))
    T = np.full_like(x, age)
    process, logs = MODELS[fitted.fit.model].process, fitted.fit.log_params
    p_alive = process.probability_alive(logs, x, t_x, T)
    ahead = purchases_while_alive(
        process, logs, frequency, T[: len(frequency)], horizon_days / days
    )
    expected = p_alive * np.repeat(ahead.total(), CELLS)
    return pd.DataFrame(dict(zip(columns, (x, t_x, T, p_alive, expected), strict=True)))
