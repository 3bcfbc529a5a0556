"""What running contracts may still bring: renewals to come, and what they are worth today."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cxlib.results import Estimate
from cxlib.statistics import Z
from cxlib.value.clv.contracts import errors, expected_residual, residual
from cxlib.value.clv.differences import central
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array
from cxlib.value.terms import MONTHS, Term

RENEWALS = ("expected_renewals", "renewals_low", "renewals_high")
VALUES = ("residual_value", "value_low", "value_high")
COLUMNS = ("customer_id", "plan", "start", "renewals", "mrr", *RENEWALS, *VALUES)


def by_age(running: pd.DataFrame, fit: Fit | None, rate: float, term: Term) -> pd.DataFrame:
    """Running contracts by the renewals that they have made, and what they may bring.

    Parameters
    ----------
    running : pandas.DataFrame
        Of `cxlib.value.terms.aged`: those without a `stop`.
    fit : Fit or None
        Without one the figures to come are NaN.
    rate : float
        Of discount, a period.

    Returns
    -------
    pandas.DataFrame
        ``renewals, contracts, mrr`` (a month, of all together), `RENEWALS` of each contract and
        `VALUES` of all together.
    """
    groups = running.groupby("age")
    table = (
        pd.DataFrame({"contracts": groups.size(), "mrr": groups["mrr"].sum(min_count=1)})
        .rename_axis("renewals")
        .reset_index()
    )
    found = [np.full(len(table), np.nan)] * 3
    if fit is not None and len(table):
        band = residual(fit, table["renewals"].to_numpy(), rate)
        found = [band.value, band.low, band.high]
    table = table.assign(**dict(zip(RENEWALS, found, strict=True)))
    return _valued(table, term)


def customers(running: pd.DataFrame, to_come: pd.DataFrame, term: Term) -> pd.DataFrame:
    """Running contracts, the most valuable first, with what each may bring: `COLUMNS`."""
    people = running.rename(columns={"age": "renewals"}).merge(
        to_come[["renewals", *RENEWALS]], on="renewals", how="left"
    )
    return _valued(people, term).sort_values(
        ["residual_value", "renewals", "customer_id", "start"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )[list(COLUMNS)]


def totals(
    to_come: pd.DataFrame, fit: Fit | None, rate: float, term: Term
) -> tuple[Estimate | None, Estimate | None]:
    """Renewals to come of a running contract on average, and what all of them are worth."""
    if fit is None or to_come.empty:
        return None, None
    n, made = to_come["contracts"].to_numpy(float), to_come["renewals"].to_numpy(float)
    paid = to_come["mrr"].to_numpy(float) * MONTHS[term]

    def mean(weights: Array, unit: Literal["ratio", "money"]) -> Estimate | None:
        def log_sum(log_params: Array) -> Array:
            to_come = expected_residual(fit.model, log_params, made, rate)
            return np.asarray(np.log([weights @ to_come]))

        if not weights.sum() > 0:
            return None
        value = float(np.exp(log_sum(fit.log_params))[0])
        if not np.isfinite(value):
            return None
        reach = float(np.exp(Z * errors(fit, central(log_sum, fit.log_params)))[0])
        return Estimate(value, value / reach, value * reach, int(n.sum()), unit, "delta")

    return mean(n / n.sum(), "ratio"), mean(paid, "money")


def _valued(table: pd.DataFrame, term: Term) -> pd.DataFrame:
    paid = table["mrr"] * MONTHS[term]
    return table.assign(
        **{value: paid * table[renewals] for value, renewals in zip(VALUES, RENEWALS, strict=True)}
    )
