"""What each customer is expected to bring, how far one may be from that, and how well it is known.

Mean and variance are closed forms or one-dimensional integrals, so that totals of any customers have
their predictive variance without a simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxlib.value.clv import gammagamma
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.counts import at_least
from cxlib.value.clv.differences import central
from cxlib.value.clv.discount import Purchases, purchases_while_alive
from cxlib.value.clv.distinct import Distinct
from cxlib.value.clv.fitters import MODELS, Process
from cxlib.value.clv.ladder import Fit
from cxlib.value.clv.patterns import Array


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of n customers, at known parameters: the expectation `mean`, the `variance` around it, and
    `log_none`, the logarithm of the probability of no purchase at all, each (n,). For each fit that
    went into it the `slopes` (k, n) of the mean by the logarithms of its parameters, with their
    covariance in `covariances` (k, k)."""

    mean: Array
    variance: Array
    log_none: Array
    slopes: tuple[Array, ...]
    covariances: tuple[Array, ...]


def purchases_ahead(fit: Fit, x: Array, t_x: Array, T: Array, horizon: float) -> Outlook:
    """The purchases of customers in (T, T + horizon], times in the model's unit.

    E(N) = P(alive) · E(N | alive), and Var(N) = E(N(N−1)) + E(N) − E(N)².
    """
    made = _Made.of(fit, x, t_x, T, horizon, 0.0)
    return Outlook(
        mean=made.first,
        variance=made.second - made.first**2,
        log_none=made.log_none,
        slopes=(made.first * made.d_log_first,),
        covariances=(np.array(fit.covariance),),
    )


def money_ahead(
    fit: Fit,
    spend: Fit,
    x: Array,
    t_x: Array,
    T: Array,
    paid: Array,
    mean: Array,
    horizon: float,
    force: float = 0.0,
    margin: float = 1.0,
) -> Outlook:
    """What customers will bring in (T, T + horizon], a purchase after s counting e^(−force·s).

    With D the discounted purchases and M the customer's own mean spend, whose variance for one
    purchase is M²/p: E = E(D) E(M) and Var = E(D²) E(M²) + E(Σ e^(−2·force·s)) E(M²)/p − E², times
    the margin and its square. Given the data 1/M is Gamma, so that E(M²) is infinite, and the
    variance too, for customers with q + p·paid ≤ 2.

    Parameters
    ----------
    spend : Fit
        Of Gamma-Gamma, with q above 1.
    paid, mean : array, shape (n,)
        Repeat purchases of a positive value, and their mean (anything where `paid` is 0).
    force : float
        Of interest, per unit of the model's time (`discount.force_of_interest`).
    """
    made = _Made.of(fit, x, t_x, T, horizon, force)
    own = np.where(paid > 0, mean, 0.0)
    expected = gammagamma.expected_spend(spend.log_params, paid, own)
    d_log_spend = gammagamma.spend_slopes(spend.log_params, paid, own)
    p, q = spend.params["p"], spend.params["q"]
    shape = q + p * paid
    with np.errstate(divide="ignore", invalid="ignore"):
        square = np.where(shape > 2, expected**2 * (shape - 1) / (shape - 2), np.inf)
        variance = square * (made.second + made.squares / p) - (made.first * expected) ** 2
    value = margin * made.first * expected
    return Outlook(
        mean=value,
        # Nobody who will not buy is uncertain, however wild their spend.
        variance=margin**2 * np.where(made.first > 0, variance, 0.0),
        log_none=made.log_none,
        slopes=(value * made.d_log_first, value * d_log_spend),
        covariances=(np.array(fit.covariance), np.array(spend.covariance)),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """Moments of D, the sum of e^(−force·s) over purchases: `first` E(D), `second` E(D²), and
    `squares`, the expectation of the sum of e^(−2·force·s), and the logarithm of P(no purchase), each
    (n,); `d_log_first` is (k, n)."""

    first: Array
    second: Array
    squares: Array
    log_none: Array
    d_log_first: Array

    @classmethod
    def of(cls, fit: Fit, x: Array, t_x: Array, T: Array, horizon: float, force: float) -> _Made:
        process, here = MODELS[fit.model].process, fit.log_params
        known = Distinct.of_customers(x, t_x, T)
        at_x, at_T = known.pair_x, known.pair_T
        made = purchases_while_alive(process, here, at_x, at_T, horizon)
        squares = made.total(2 * force)
        second = squares + _of_two(process, here, at_x, at_T, horizon, force)
        d_log = central(
            lambda at: np.log(purchases_while_alive(process, at, at_x, at_T, horizon).total(force)),
            here,
        )
        alive, d_log_alive = process.alive_with_slopes(here, known.x, known.t_x, known.T)
        some = at_least(process, here, 1, at_x, at_T, horizon)
        of_pair = known.pair[known.of]
        alive = alive[known.of]
        with np.errstate(divide="ignore"):
            log_none = np.log1p(-np.minimum(alive * some[of_pair], 1.0))
        return cls(
            first=alive * made.total(force)[of_pair],
            second=alive * second[of_pair],
            squares=alive * squares[of_pair],
            log_none=log_none,
            d_log_first=d_log_alive[:, known.of] + d_log[:, of_pair],
        )


def _of_two(
    process: Process, log_params: Array, x: Array, T: Array, horizon: float, force: float
) -> Array:
    """E of the sum over ordered pairs of different purchases of e^(−force·(s + s')), if alive.

    A purchase at w and one at u > w happen with the intensity λ² P(no dropout at the first)
    P(none in all of u), which does not depend on w. Its mean over λ and dropout is the initial rate
    of (x, T) times the chance to outlive a purchase, times the rate at u of (x + 1, T).
    """
    rate = process.purchase_rate(log_params, np.zeros_like(x), x, T)
    if isinstance(process, BetaGeometric):
        _, _, a, b = np.exp(log_params)
        let_pass = b + x + process.extra_chances
        rate = rate * let_pass / (a + let_pass)
    later = purchases_while_alive(process, log_params, x + 1, T, horizon)
    ahead = later.ahead
    earlier = ahead if force == 0 else -np.expm1(-force * ahead) / force
    return np.asarray(2 * rate * Purchases(ahead, later.expected * earlier).total(force))
