"""Why a customer has this value, and how value lies over frequency and recency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlib.errors import NotFound
from cxlib.i18n import N_
from cxlib.value.clv import gammagamma
from cxlib.value.clv.discount import force_of_interest, purchases_while_alive
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.value import FittedClv

CELLS = 40
AVERAGE, RATE, SILENCE, SPEND = (
    N_("Average customer"),
    N_("How often they buy"),
    N_("Days since last purchase"),
    N_("What they spend"),
)


@dataclass(frozen=True, slots=True)
class Reasons:
    """What stands behind one customer's value.

    Rates are repeat purchases in 365 days: the customer's own past (None where the first purchase
    is the end of observation), and the mean of all; `rate_weight` (0-1) is what the own past counts
    for in the rate that the model expects while they are alive, None without a model.

    `own_gap_days` is the customer's mean time between purchases, None with one. `usual_gap_days` is
    how often a living customer with such gaps buys: (α + t_x) / (r + x), which is the own mean for
    the part `gap_weight`, x / (r + x), and `average_gap_days`, α / r, for the rest; without a model
    the own mean. `overdue_days` is how much longer than that they have been silent (negative while
    there is time). `median_gap_days` is the median of the own means, None where nobody came back.

    `own_spend` is the mean of the customer's repeat purchases and counts for `own_weight` (0-1) of
    the expected spend, `population_spend` for the rest; None where money is not modelled.
    """

    customer_id: str
    purchases: int
    own_rate: float | None
    population_rate: float
    rate_weight: float | None
    days_since: float
    own_gap_days: float | None
    average_gap_days: float | None
    median_gap_days: float | None
    gap_weight: float | None
    usual_gap_days: float | None
    overdue_days: float | None
    p_alive: float | None
    own_spend: float | None
    population_spend: float | None
    own_weight: float | None


def reasons(fitted: FittedClv, customer_id: str) -> Reasons:
    """Raises `NotFound` for a customer who is not in the summary."""
    summary = fitted.summary
    row = row_of(summary, customer_id)
    x, recency, age = float(row["frequency"]), float(row["recency"]), float(row["T"])
    observed = float(summary["T"].sum())
    own_gap = usual_gap = recency / x if x else None
    p_alive = rate_weight = gap_weight = average_gap = None
    if fitted.fit is not None:
        days = fitted.fit.days_per_unit
        history = (np.array([x]), np.array([recency / days]), np.array([age / days]))
        process = MODELS[fitted.fit.model].process
        p_alive = float(process.probability_alive(fitted.fit.log_params, *history)[0])
        r, alpha = fitted.fit.params["r"], fitted.fit.params["alpha"] * days
        # (r + x) / (α + T) is T / (α + T) of x / T, and for the rest r / α; gaps alike.
        rate_weight, gap_weight, average_gap = age / (alpha + age), x / (r + x), alpha / r
        usual_gap = (alpha + recency) / (r + x) if x else None
    came_back = summary[summary["frequency"] > 0]
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
        rate_weight=rate_weight,
        days_since=age - recency,
        own_gap_days=own_gap,
        average_gap_days=average_gap,
        median_gap_days=float((came_back["recency"] / came_back["frequency"]).median())
        if len(came_back)
        else None,
        gap_weight=gap_weight,
        usual_gap_days=usual_gap,
        overdue_days=None if usual_gap is None else age - recency - usual_gap,
        p_alive=p_alive,
        own_spend=own,
        population_spend=population,
        own_weight=weight,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One step towards a customer's value: by how much it moves, and to which level."""

    name: str
    change: float
    level: float


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How a customer's value comes from the average customer's; the last level is the customer's.

    `unit` is ``money`` (CLV), or ``count`` (expected purchases) where money is withheld.
    """

    unit: Literal["money", "count"]
    steps: tuple[Step, ...]


def breakdown(valued: ClvResult, customer_id: str) -> Breakdown | None:
    """A customer's value, one of its factors after the other; None where nothing is forecast.

    Value = S · P · D: margin and expected spend, P(alive), and the discounted purchases of a living
    customer with this many purchases in this time. The steps are the mean over all customers of
    S·P·D, then of S·P · (own D), of S · (own P · own D), and S·P·D of the customer. Each is what the
    model says, so they add up; in another order the same sum would be shared otherwise.

    Raises `NotFound` for a customer who is not in the result.
    """
    fitted, people, terms = valued.fitted, valued.customers, valued.terms
    place = _place(people, customer_id)
    if fitted.fit is None or people["p_alive"].isna().any():
        return None
    money = bool(people["clv"].notna().all())
    days, logs = fitted.fit.days_per_unit, fitted.fit.log_params
    row = fitted.summary.iloc[place]
    x, T = np.array([float(row["frequency"])]), np.array([float(row["T"]) / days])
    process = MODELS[fitted.fit.model].process
    ahead = purchases_while_alive(process, logs, x, T, terms.horizon_days / days)
    force = force_of_interest(terms.annual_discount_rate, days) if money else 0.0
    own = float(ahead.total(force)[0])
    alive = people["p_alive"].to_numpy(float)
    spend = (
        terms.margin * people["expected_spend"].to_numpy(float) if money else np.ones(len(alive))
    )
    levels = {
        AVERAGE: float(people["clv" if money else "expected_purchases"].mean()),
        RATE: float((spend * alive).mean()) * own,
        SILENCE: float(spend.mean()) * float(alive[place]) * own,
    }
    if money:
        levels[SPEND] = float(spend[place] * alive[place]) * own
    before = [0.0, *levels.values()]
    return Breakdown(
        "money" if money else "count",
        tuple(
            Step(name, level - start, level)
            for (name, level), start in zip(levels.items(), before, strict=False)
        ),
    )


def row_of(table: pd.DataFrame, customer_id: str) -> pd.Series[Any]:
    """The row of a customer; `NotFound` where there is none."""
    return table.iloc[_place(table, customer_id)]


def _place(table: pd.DataFrame, customer_id: str) -> int:
    found = np.flatnonzero(table["customer_id"].to_numpy() == customer_id)
    if not len(found):
        raise NotFound("not_found", N_("There is no customer “{customer}”."), customer=customer_id)
    return int(found[0])


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
