"""Whether a projection of contracts deserves belief: made earlier, beside what came."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.statistics import Z
from cxlib.value.clv.contracts import Renewals, errors, fit_contracts, log_survival
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array
from cxlib.value.terms import Term, aged, counted, later, whole

Integers = NDArray[np.int64]

KNOWN = 2 / 3
"""The part of the periods that the projection may look at."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A projection made on the day `cut` for the contracts that ran then, beside what came.

    `periods` has a row a period after the cut: ``periods`` (1, 2, …), ``expected``, ``low``, ``high``
    and ``actual`` (shares of `contracts` that still run; the range holds what may come with 95 %) and
    ``constant`` (expected by one rate of renewal for all). `expected`, `low`, `high` and `actual` are
    contracts at the end; `gap` is the largest difference of expected and actual share, `constant_gap`
    that of the simple rule.
    """

    cut: dt.date
    end: dt.date
    contracts: int
    expected: float
    low: float
    high: float
    actual: int
    gap: float
    constant_gap: float
    periods: pd.DataFrame


def proof(contracts: pd.DataFrame, end: dt.date, term: Term) -> Proof | None:
    """Fit on the first two thirds of the periods, follow the contracts that ran then to the end.

    Nothing that was known only after the cut enters the fit. Contracts of which the table does not
    say what became of them later (they ended, but were not left) are not followed. None where there
    are fewer than three periods, nothing ran at the cut, or the earlier data have no fit.

    Parameters
    ----------
    contracts : pandas.DataFrame
        Of `cxlib.frames.contracts.contracts`, at the close of `end`.
    """
    first = contracts["start"].min()
    total = int(whole(pd.Series([first]), pd.Timestamp(end), term)[0].iloc[0])
    ahead = total - int(total * KNOWN)
    cut = later(end, -ahead, term)
    known = contracts[contracts["start"] <= pd.Timestamp(cut)]
    gone = (known["stop"] <= pd.Timestamp(cut)).fillna(False)
    then = known.assign(stop=known["stop"].where(gone), left=known["left"] & gone)
    followed = known[~gone & (known["stop"].isna() | known["left"])]
    if total < 3 or followed.empty:
        return None
    renewals = counted(aged(then, cut, term))
    fit = fit_contracts(renewals)
    if fit is None:
        return None
    ages = np.asarray(whole(followed["start"], pd.Timestamp(cut), term)[0], dtype=np.int64)
    stop = followed["stop"].fillna(pd.Timestamp.max.floor("D")).to_numpy()
    days = [np.datetime64(later(cut, h, term), "s") for h in range(1, ahead + 1)]
    actual = np.array([(stop > day).mean() for day in days])
    expected, half = _expected(fit, ages, ahead)
    low, high = np.maximum(expected - half, 0), np.minimum(expected + half, 1)
    constant = _rate(renewals) ** np.arange(1.0, ahead + 1)
    n = len(followed)
    return Proof(
        cut=cut,
        end=end,
        contracts=n,
        expected=float(expected[-1]) * n,
        low=float(low[-1]) * n,
        high=float(high[-1]) * n,
        actual=round(float(actual[-1]) * n),
        gap=float(np.abs(expected - actual).max()),
        constant_gap=float(np.abs(constant - actual).max()),
        periods=pd.DataFrame(
            {
                "periods": np.arange(1, ahead + 1),
                "expected": expected,
                "low": low,
                "high": high,
                "actual": actual,
                "constant": constant,
            }
        ),
    )


def _expected(fit: Fit, ages: Integers, ahead: int) -> tuple[Array, Array]:
    """The share of contracts of these ages that is expected to run after 1 … `ahead` renewals, and
    half the width of the range that holds what may come: chance and doubt about the parameters."""
    distinct, n = np.unique(ages, return_counts=True)
    logs, slopes = log_survival(fit.model, fit.log_params, int(ages.max()) + ahead)
    later_age = distinct[:, None] + np.arange(1, ahead + 1)
    share = np.exp(logs[later_age] - logs[distinct][:, None])
    by = share * (slopes[:, later_age] - slopes[:, distinct][:, :, None])
    total = n.sum()
    chance = n @ (share * (1 - share)) / total**2
    doubt = errors(fit, np.einsum("a,kah->kh", n / total, by))
    return n @ share / total, Z * np.sqrt(chance + doubt**2)


def _rate(renewals: Renewals) -> float:
    return float(1 - renewals.lost.sum() / renewals.at_risk.sum())
