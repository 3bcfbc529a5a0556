"""Lifetime value by any grouping of customers: segment, cohort, channel, or an attribute."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.value.clv.discount import force_of_interest
from cxlib.value.clv.gates import blocked
from cxlib.value.clv.outlook import money_ahead, purchases_ahead
from cxlib.value.clv.totals import Total, totals
from cxlib.value.clv.value import FittedClv, Terms


def by_group(
    fitted: FittedClv, terms: Terms, groups: Sequence[Hashable] | pd.Series[Any]
) -> tuple[Total, ...]:
    """What each group of customers is expected to bring over the horizon, and may bring in fact.

    CLV where money is modelled, else purchases; nothing where no purchase model converged.

    Parameters
    ----------
    groups : sequence, length n
        The group of each customer of the summary, in its order; missing ones are a group.
    """
    if fitted.fit is None or blocked(fitted.gates, "all"):
        return ()
    days = fitted.fit.days_per_unit
    x, t_x, T = (fitted.summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    history = (x, t_x / days, T / days)
    horizon = terms.horizon_days / days
    if fitted.spend is None or blocked(fitted.gates, "money"):
        return totals(purchases_ahead(fitted.fit, *history, horizon), list(groups), "count")
    paid = fitted.summary["spend_purchases"].to_numpy(float)
    mean = np.nan_to_num(fitted.summary["monetary_value"].to_numpy(float))
    force = force_of_interest(terms.annual_discount_rate, days)
    outlook = money_ahead(
        fitted.fit, fitted.spend, *history, paid, mean, horizon, force, terms.margin
    )
    return totals(outlook, list(groups), "money")


def cohorts(summary: pd.DataFrame) -> pd.Series[Any]:
    """The quarter in which each customer of a summary came, such as 2025-Q1."""
    first = summary["first_day"]
    codes, known = pd.factorize(4 * first.dt.year + first.dt.quarter - 1)
    names = np.array([f"{number // 4}-Q{number % 4 + 1}" for number in known], dtype=object)
    return pd.Series(names[codes], index=summary.index)
