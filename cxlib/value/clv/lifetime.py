"""Lifetime value from orders or from a summary: fit, check, predict, and say what was done."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.engine import give_back
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.base import customer_base
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Gate, Issue, Receipt, Sentence
from cxlib.statistics import Z
from cxlib.value.clv.backtest import Backtest, backtest
from cxlib.value.clv.classes import classes, worth
from cxlib.value.clv.fitters import DAYS, MODELS
from cxlib.value.clv.gates import gates
from cxlib.value.clv.headline import headline, meaning
from cxlib.value.clv.ladder import Fit, climb_days, climb_spend
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.value import FittedClv, Terms, under, value_customers

Model = Literal["bgnbd", "mbgnbd", "pareto"]
TimeUnit = Literal["D", "W"]

DEFINITIONS = (
    Definition(
        id="value.clv",
        version=1,
        name=N_("Lifetime value (CLV)"),
        formula=N_(
            "Margin × expected spend a purchase (Gamma-Gamma) × P(alive) × the purchases expected"
            " over the horizon (BG/NBD), each discounted by (1 + R)^(-days/365)."
        ),
        good_for=N_(
            "What customers are expected to bring from today on, in total and in comparison: whom"
            " to invest in, and how much."
        ),
        not_good_for=N_(
            "What one customer will do: the interval is of the expectation, and single customers"
            " differ from it widely. Contracts with a known end. Seasons and price changes."
        ),
        pitfalls=N_(
            "It is not what customers have paid so far. Somebody with one purchase can be worth"
            " more than a frequent buyer who has fallen silent, and one large order is weak"
            " evidence: averages are pulled towards those of all."
        ),
        source="Fader, Hardie & Lee (2005a, 2005b); Fader & Hardie (2013)",
    ),
    Definition(
        id="value.p_alive",
        version=1,
        name=N_("P(alive)"),
        formula=N_(
            "The probability that a customer still buys, given how often they bought, when they did"
            " last and how long they have been known."
        ),
        good_for=N_("Seeing who is overdue by their own rhythm."),
        not_good_for=N_(
            "Customers with one purchase: BG/NBD lets nobody leave before the first repeat"
            " purchase, so theirs is always 100 %."
        ),
        pitfalls=N_(
            "It names no day: who is almost surely there may still take a year to buy again."
            " The same silence lowers it quickly for frequent buyers and slowly for rare ones."
        ),
        source="Fader, Hardie & Lee (2008), Computing P(alive) using the BG/NBD model",
    ),
)


@dataclass(frozen=True, slots=True)
class ClvResult:
    """Lifetime value of every customer.

    `customers` has a row a customer: ``customer_id, frequency, recency, T`` (in `unit`: "D" days or
    "W" weeks), ``monetary_value, p_alive, expected_purchases`` (over the horizon),
    ``expected_spend, clv, clv_low, clv_high``; what a failed gate withholds is NaN. `model` is the
    one that was used, `params` are its parameters with 95 % intervals (empty where none converged),
    `log_likelihood` is the total, unscaled. `spend` is None without a spend model. `fitted` is what
    a what-if starts from. `worth` is the column by which customers are compared, ``clv`` or
    ``expected_purchases``; `classes` and `cells` count them by it (`cxlib.value.clv.classes`).
    """

    model: str
    unit: str
    customers: pd.DataFrame
    params: Mapping[str, Estimate]
    log_likelihood: float | None
    spend: Mapping[str, Estimate] | None
    spend_log_likelihood: float | None
    gates: tuple[Gate, ...]
    backtest: Backtest | None
    total_clv: Estimate | None
    terms: Terms
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt
    fitted: FittedClv
    worth: str
    classes: pd.DataFrame
    cells: pd.DataFrame


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    model: Model = "bgnbd",
    unit: TimeUnit = "D",
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> ClvResult:
    """Fit an orders table and value its customers: `valued` of `fit`.

    Parameters
    ----------
    table : orders of any engine, or a `CustomerBase` of them
        Needs ``customer_id`` and ``day``; money needs ``amount``.
    as_of : date, optional
        End of observation, the last day of data unless given. Later rows are ignored.
    model : {"bgnbd", "mbgnbd", "pareto"}
    unit : {"D", "W"}
        What times and time parameters are counted in: days, or weeks of seven days. The values of
        customers do not depend on it.
    horizon_days, annual_discount_rate, margin
        See `Terms`.
    seed : int
        For further starts of the fit and the backtest's bootstrap.

    Raises
    ------
    NotEnoughData
        No customer has a purchase.
    CxError
        ``bad_option``.
    """
    terms = Terms(horizon_days, annual_discount_rate, margin)
    return valued(
        fit(
            table,
            as_of=as_of,
            digests=digests,
            model=model,
            unit=unit,
            seed=seed,
            timezone=timezone,
        ),
        terms,
    )


def analyse_summary(
    summary: pd.DataFrame,
    *,
    digests: tuple[str, ...] = (),
    model: Model = "bgnbd",
    unit: TimeUnit = "D",
    horizon_days: float = 365,
    annual_discount_rate: float = 0.10,
    margin: float = 1.0,
    seed: int = 0,
) -> ClvResult:
    """Fit a ready-made summary and value its customers; there is nothing to backtest on.

    `summary` has ``customer_id, frequency, recency, T`` and, for money, ``monetary_value`` (the mean
    of the repeat purchases; 0 or missing without one), times in `unit`.
    """
    _known(model, unit)
    rows = summary.reset_index(drop=True).copy()
    if rows.empty:
        raise _nobody()
    if "monetary_value" not in rows:
        rows["monetary_value"] = np.nan
    paid = (rows["frequency"] > 0) & (rows["monetary_value"] > 0)
    rows["monetary_value"] = rows["monetary_value"].where(paid)
    rows["spend_purchases"] = rows["frequency"].where(paid, 0)
    Patterns.merged(rows["frequency"], rows["recency"], rows["T"])  # refuses what cannot be
    rows = rows.astype({"frequency": "int64", "spend_purchases": "int64"})
    rows["purchases"] = rows["frequency"] + 1
    rows["revenue"] = np.nan
    for column in ("recency", "T"):
        rows[column] = rows[column] * DAYS[unit]
    terms = Terms(horizon_days, annual_discount_rate, margin)
    receipt = DEFINITIONS[0].receipt(
        snapshots=digests,
        rows_in=len(rows),
        excluded={},
        parameters={"as_of": None, "model": model, "unit": unit, "seed": seed},
        timezone="",
        date_basis=N_("as in the summary"),
    )
    return valued(_fitted(rows, model, unit, seed, None, receipt, dated=False), terms)


def fit(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    model: Model = "bgnbd",
    unit: TimeUnit = "D",
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> FittedClv:
    """All that takes time: the summary, both fits and the backtest; parameters as for `analyse`."""
    _known(model, unit)
    base = customer_base(table, as_of)
    end, rows = base.end, base.coverage
    if end is None or base.summary.empty:
        raise _nobody()
    receipt = DEFINITIONS[0].receipt(
        snapshots=digests,
        rows_in=rows.rows,
        excluded=rows.excluded,
        parameters={"as_of": end.isoformat(), "model": model, "unit": unit, "seed": seed},
        timezone=timezone,
    )
    tested = backtest(base.splits[0], model, end, unit=unit, seed=seed) if base.splits else None
    fitted = _fitted(base.summary, model, unit, seed, tested, receipt, dated=True)
    give_back()
    return fitted


def valued(fitted: FittedClv, terms: Terms) -> ClvResult:
    """The result under these terms; nothing is fitted again."""
    valuation = value_customers(fitted, terms)
    by_value, cells = classes(valuation.customers)
    return ClvResult(
        model=fitted.fit.model if fitted.fit else fitted.requested,
        unit=fitted.unit,
        customers=valuation.customers,
        params=_estimates(fitted.fit),
        log_likelihood=fitted.fit.log_likelihood if fitted.fit else None,
        spend=_estimates(fitted.spend) if fitted.spend else None,
        spend_log_likelihood=fitted.spend.log_likelihood if fitted.spend else None,
        gates=fitted.gates,
        backtest=fitted.backtest,
        total_clv=valuation.clv,
        terms=terms,
        headline=headline(valuation),
        meaning=meaning(valuation, terms),
        notes=fitted.notes,
        receipt=under(fitted, terms),
        fitted=fitted,
        worth=worth(valuation.customers),
        classes=by_value,
        cells=cells,
    )


def _known(model: str, unit: str) -> None:
    for name, value, choices in (("model", model, MODELS), ("unit", unit, DAYS)):
        if value not in choices:
            raise CxError(
                "bad_option",
                N_("{option} cannot be “{value}”."),
                N_("Choose one of: {choices}."),
                option=name,
                value=value,
                choices=", ".join(choices),
            )


def _nobody() -> NotEnoughData:
    return NotEnoughData(
        "not_enough_data",
        N_("No customer in this file has a purchase."),
        N_("Check the columns of customer, date and amount, and the end of observation."),
    )


def _fitted(
    summary: pd.DataFrame,
    model: str,
    unit: str,
    seed: int,
    tested: Backtest | None,
    receipt: Receipt,
    *,
    dated: bool,
) -> FittedClv:
    purchases = climb_days(model, summary, unit, seed)
    paid = summary["spend_purchases"] > 0
    count, mean = (summary[c][paid] for c in ("spend_purchases", "monetary_value"))
    spend = climb_spend(count.to_numpy(float), mean.to_numpy(float), seed)
    return FittedClv(
        requested=model,
        unit=unit,
        summary=summary,
        fit=purchases.fit,
        spend=spend.fit,
        gates=gates(summary, purchases.fit, spend.fit, tested, dated),
        backtest=tested,
        notes=purchases.notes + spend.notes,
        receipt=receipt,
    )


def _estimates(fit: Fit | None) -> dict[str, Estimate]:
    """Parameters with 95 % intervals on the log scale."""
    if fit is None:
        return {}
    errors = np.sqrt(np.diag(np.array(fit.covariance)))
    return {
        name: Estimate(
            value,
            value * math.exp(-Z * error),
            value * math.exp(Z * error),
            fit.n,
            "money" if name == "v" else "ratio",
            "hessian",
        )
        for (name, value), error in zip(fit.params.items(), errors, strict=True)
    }
