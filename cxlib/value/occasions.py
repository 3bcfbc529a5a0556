"""Who buys at the next occasions: donations, events, orders by year, where a customer takes part or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.coverage import coverage
from cxlib.frames.occasions import MONTHS, Every, last_whole, occasions
from cxlib.frames.summary import last_day
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Fact, Gate, Receipt, Sentence
from cxlib.statistics import Z
from cxlib.value.clv.betabinomial import BetaBinomial, Occasions
from cxlib.value.clv.differences import central
from cxlib.value.clv.distinct import merged
from cxlib.value.clv.fitters import BgBb
from cxlib.value.clv.ladder import Fit, plain
from cxlib.value.clv.patterns import Array

ENOUGH = 5  # occasions
REPEATERS = 30  # customers who bought at an occasion after their first purchase
FARTHEST = 60
COLUMNS = (
    "customer_id", "x", "t_x", "n", "p_alive", "expected", "expected_low", "expected_high",
    "residual",
)  # fmt: skip

DEFINITIONS = (
    Definition(
        id="value.occasions",
        version=1,
        name=N_("Purchases at the next occasions"),
        formula=N_(
            "BG/BB: at each occasion a living customer buys with probability p ~ Beta(α, β), and"
            " leaves before it with θ ~ Beta(γ, δ). An occasion is a whole calendar period after that"
            " of the first purchase; x of n were used, the last at t_x. By maximum likelihood."
        ),
        good_for=N_("Donations, events and renewals by year, where a customer takes part or not."),
        not_good_for=N_(
            "Customers who buy whenever they like, several times a period: lifetime value counts"
            " purchases in continuous time."
        ),
        pitfalls=N_(
            "The answer depends on what is called an occasion: take the period in which people"
            " decide, such as a year for an event that is held every year. A period that is not"
            " over is left out."
        ),
        source=(
            "Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual"
            " setting, Marketing Science 29(6)"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class OccasionsResult:
    """Occasions that customers used, and those that they are expected to use.

    `customers` has a row a customer with `COLUMNS`: ``p_alive`` at the next occasion, ``expected``
    purchases at the next `ahead` occasions with the 95 % interval of that expectation, and
    ``residual``, all to come, discounted; NaN where a gate withholds them. `total` is what all
    customers together are expected to use. `fit` is None where none converged.
    """

    every: Every
    ahead: int
    customers: pd.DataFrame
    fit: Fit | None
    gates: tuple[Gate, ...]
    offered: bool
    total: Estimate | None
    last_day: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    every: Every = "year",
    ahead: int = 1,
    annual_discount_rate: float = 0.10,
    timezone: str = "Asia/Jakarta",
) -> OccasionsResult:
    """Expected purchases at the next occasions of every customer.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``.
    as_of : date, optional
        The last day of data unless given; what lies after the newest whole period is ignored.
    every : {"month", "quarter", "year"}
        What an occasion is.
    ahead : int
        Occasions to look ahead, 1 to 60.
    annual_discount_rate : float
        Effective, a year, above 0; of ``residual``.

    Raises
    ------
    NotEnoughData
        No customer has a purchase in a period that is over.
    CxError
        An option that cannot be (`bad_option`).
    """
    if every not in MONTHS or not 1 <= ahead <= FARTHEST or annual_discount_rate <= 0:
        raise CxError(
            "bad_option",
            N_("Occasions are months, quarters or years, 1 to {most} ahead, discounted above 0."),
            most=FARTHEST,
        )
    end = as_of or last_day(table)
    found = occasions(table, every, end)
    if end is None or found.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer in this file has a purchase in a period that is over."),
            N_("Choose shorter occasions, or a file that reaches further back."),
        )
    end = last_whole(end, every)
    distinct, of = merged(found["x"], found["t_x"], found["n"])
    x, t_x, n = (column.astype(np.int64) for column in distinct)
    histories = Occasions.of_rows(x, t_x, n, np.bincount(of).astype(np.float64))
    fit = _fit(histories)
    gates = _gates(histories, fit)
    offered = all(gate.passed for gate in gates)
    rate = (1 + annual_discount_rate) ** (MONTHS[every] / 12) - 1
    columns, total = _ahead(histories, fit if offered else None, ahead, rate)
    rows = coverage(table, end)
    return OccasionsResult(
        every=every,
        ahead=ahead,
        customers=found.assign(**{name: column[of] for name, column in columns.items()}),
        fit=fit,
        gates=gates,
        offered=offered,
        total=total,
        last_day=end,
        headline=_headline(histories, total),
        meaning=_meaning(histories, total, ahead),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": end.isoformat(),
                "every": every,
                "ahead": ahead,
                "annual_discount_rate": annual_discount_rate,
            },
            timezone=timezone,
        ),
    )


def _fit(histories: Occasions) -> Fit | None:
    """BG/BB, or None: nobody came back, nobody stayed away, or it does not converge."""
    if not histories.whole_x.any() or (histories.whole_x == histories.n).all():
        return None
    fitter = BgBb().fit_occasions(histories)
    if not fitter.optimum_.converged:
        return None
    return plain(fitter, histories.customers)


def _ahead(
    histories: Occasions, fit: Fit | None, ahead: int, rate: float
) -> tuple[dict[str, Array], Estimate | None]:
    """What each history is expected to do, and all customers together; intervals by the delta
    method on the log scale."""
    names = COLUMNS[4:]
    if fit is None:
        return {name: np.full(len(histories.n), np.nan) for name in names}, None
    process, weights = BetaBinomial(), histories.weights

    def logs(log_params: Array) -> Array:
        expected = process.expected(log_params, histories, ahead)
        return np.log(np.append(expected, weights @ expected))

    slopes = central(logs, fit.log_params)
    variance = np.einsum("kn,kj,jn->n", slopes, np.asarray(fit.covariance), slopes)
    value, reach = np.exp(logs(fit.log_params)), np.exp(Z * np.sqrt(np.maximum(variance, 0)))
    low, high = value / reach, value * reach
    columns = (
        process.probability_alive(fit.log_params, histories),
        value[:-1],
        low[:-1],
        high[:-1],
        process.residual(fit.log_params, histories, rate),
    )
    total = Estimate(
        float(value[-1]), float(low[-1]), float(high[-1]), fit.n, "count", "delta"
    )  # fmt: skip
    return dict(zip(names, columns, strict=True)), total


def _gates(histories: Occasions, fit: Fit | None) -> tuple[Gate, ...]:
    """What a file must show before the next occasions are foretold; each withholds everything."""
    longest = int(histories.n.max())
    again = round(float(histories.weights[histories.whole_x > 0].sum()))
    return (
        Gate.at_least(
            "occasions", longest, ENOUGH,
            (
                N_("{measured} occasions observed, at least {required} needed."),
                N_("A forecast needs {required} occasions after the first purchase; here are {measured}. Shorter ones may do."),
            ),
            "all",
        ),
        Gate.at_least(
            "repeaters", again, REPEATERS,
            (
                N_("{measured} customers bought at a later occasion, at least {required} needed."),
                N_("A forecast needs {required} customers who bought at a later occasion; here are {measured}."),
            ),
            "all",
        ),
        Gate(
            "converged",
            fit is not None,
            N_("The model of occasions converged: its likelihood peaks at these parameters.")
            if fit
            else N_("The model of occasions does not converge on this file."),
            fit.gradient if fit else None,
            1e-6,
            "all",
        ),
    )  # fmt: skip


def _headline(histories: Occasions, total: Estimate | None) -> tuple[KPI, ...]:
    n = round(histories.customers)
    used = float(histories.weights @ histories.whole_x)
    offered = float(histories.weights @ histories.n)
    shown = [
        KPI("customers", N_("Buyers"), Fact(n, "count", n)),
        KPI("used", N_("Occasions used"), Fact(used / offered if offered else 0.0, "share", n)),
    ]
    if total is not None:
        shown.append(KPI("expected", N_("Expected purchases"), total))
    return tuple(shown)


def _meaning(histories: Occasions, total: Estimate | None, ahead: int) -> Sentence:
    n = round(histories.customers)
    if total is None:
        return Sentence(
            N_("What {n} customers will do at the next occasions cannot be said yet."),
            {"n": n},
            {"n": "count"},
        )
    return Sentence(
        N_("At the next {ahead} occasions {n} customers are expected to buy {expected} times."),
        {"ahead": ahead, "n": n, "expected": total.value},
        {"ahead": "count", "n": "count", "expected": "count"},
    )
