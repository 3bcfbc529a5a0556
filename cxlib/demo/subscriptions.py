"""The coffee subscription: plans with a monthly price, left at a constant rate."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.moments import DAY, clock
from cxlib.demo.population import Population
from cxlib.demo.stream import Floats, Integers, stream
from cxlib.demo.truth import TRUTH

PLANS = list(TRUTH.subscription.price)
PRICE = np.array([TRUTH.subscription.price[plan] for plan in PLANS])
CHURN: Floats = np.array([TRUTH.subscription.monthly_churn[plan] for plan in PLANS])
STARTED_ON = (0.50, 0.35, 0.15)
MOVES_UP, MOVES_AFTER = 0.1, 6


def subscriptions(people: Population, seed: int) -> pd.DataFrame:
    """A row a customer and plan: monthly price, whole months held, and whether they left.

    A tenth of those who stay longer than six months then move up a plan: their old spell ends,
    unchurned, on the day on which the new one starts.
    """
    rng = stream(seed, "subscriptions")
    member = np.flatnonzero(rng.random(len(people)) < TRUTH.subscription.share_of_customers)
    plan = rng.choice(len(PLANS), len(member), p=STARTED_ON)
    start = people.first[member] + rng.integers(0, 60, len(member))
    months = rng.geometric(CHURN[plan])
    up = (rng.random(len(member)) < MOVES_UP) & (months > MOVES_AFTER) & (plan + 1 < len(PLANS))
    first = _spells(member, plan, clock(start * DAY), np.where(up, MOVES_AFTER, months), ~up)
    again = first[up]
    second = _spells(
        member[up],
        plan[up] + 1,
        pd.DatetimeIndex(again["end"]),
        rng.geometric(CHURN[plan[up] + 1]),
        np.ones(len(again), dtype=np.bool_),
    )
    table = pd.concat([first, second], ignore_index=True)
    close = pd.Timestamp(TRUTH.window.last)
    table = table[table["start"] <= close]
    over = table["end"] <= close
    return pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[table["who"]],
            "start": table["start"],
            "end": table["end"].where(over),
            "plan": np.array(PLANS)[table["plan"]],
            "mrr": PRICE[table["plan"]],
            "tenure": table["months"].where(over, _whole_months(table["start"], close)),
            "churned": over & table["leaves"],
        }
    ).sort_values(["start", "customer_id"], ignore_index=True)


def _spells(
    who: Integers, plan: Integers, start: pd.DatetimeIndex, months: Integers, leaves: np.ndarray
) -> pd.DataFrame:
    """Spells of whole months, ending on the same day of the month (or its last)."""
    ends = [day + pd.DateOffset(months=int(n)) for day, n in zip(start, months, strict=True)]
    return pd.DataFrame(
        {
            "who": who,
            "plan": plan,
            "start": start,
            "end": pd.DatetimeIndex(ends).as_unit("s"),
            "months": months,
            "leaves": leaves,
        }
    )


def _whole_months(start: pd.Series[pd.Timestamp], end: pd.Timestamp) -> pd.Series[int]:
    """Whole months from `start` to `end`."""
    months = (end.year - start.dt.year) * 12 + end.month - start.dt.month
    return months - (start.dt.day > end.day)
