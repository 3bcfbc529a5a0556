"""The only file that knows lifetimes: its fitters as base classes, with our own fit beneath.

The classes take and give what lifetimes' do (`fit`, `params_`, `summary`, `predict`,
`conditional_probability_alive` …), so code written for it runs on them. What they do differently:
duplicate histories are merged into weights, parameters are free of scale, gradients are analytic,
an optimum is checked before it is believed, predictions hold at every history, and a model knows
its unit of time.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxlib.value.clv import discount, gammagamma
from cxlib.value.clv.betabinomial import BetaBinomial, Occasions
from cxlib.value.clv.betageometric import BetaGeometric
from cxlib.value.clv.maximum import Objective, Optimum, approached
from cxlib.value.clv.pareto import Pareto
from cxlib.value.clv.patterns import Array, Patterns

# Importing lifetimes silences every FutureWarning of the process and sets a pandas option; both are
# put back. Its packages carry no types, hence the ignores on the class lines below.
_OPTION = "mode.chained_assignment"
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _before = pd.get_option(_OPTION)
    from lifetimes import (
        BetaGeoBetaBinomFitter,
        BetaGeoFitter,
        GammaGammaFitter,
        ModifiedBetaGeoFitter,
        ParetoNBDFitter,
    )

    pd.set_option(_OPTION, _before)

DAYS = {"D": 1.0, "W": 7.0}
"""Days in each unit that a model may count time in."""


class Process(Protocol):
    """What a purchase model is, apart from being fitted."""

    parameters: ClassVar[tuple[str, ...]]
    in_time_units: ClassVar[tuple[str, ...]]
    dropout: ClassVar[tuple[str, ...]]

    def surface(
        self, log_params: Array, patterns: Patterns
    ) -> tuple[float, Array, Array | None]: ...
    def probability_alive(self, log_params: Array, x: Array, t_x: Array, T: Array) -> Array: ...
    def alive_with_slopes(
        self, log_params: Array, x: Array, t_x: Array, T: Array
    ) -> tuple[Array, Array]: ...
    def purchase_rate(self, log_params: Array, ahead: Array, x: Array, T: Array) -> Array: ...
    def decay(self, log_params: Array, x: Array, T: Array) -> Array: ...


class _Checked:
    """What our fitters share: scale-free maximisation, its proof, and parameters with errors."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]

    def _learn(self, optimum: Optimum, rescale: Array) -> None:
        """Take the optimum as fitted state; `rescale` (k,) multiplies the parameters."""
        names = list(self.parameters)
        values = np.exp(optimum.log_params) * rescale
        self.params_ = pd.Series(values, index=names)
        self.optimum_ = optimum
        k = len(names)
        logs = optimum.covariance if optimum.covariance is not None else np.full((k, k), np.nan)
        self.log_covariance_ = pd.DataFrame(logs, columns=names, index=names)
        self.variance_matrix_ = self.log_covariance_ * np.outer(values, values)
        self.standard_errors_ = pd.Series(
            np.sqrt(np.diag(self.variance_matrix_)), index=names, name="se"
        )
        # Positive by construction, and nearer to the profile likelihood than ± 1.96 se.
        reach = 1.959964 * np.sqrt(np.diag(logs))
        self.confidence_intervals_ = pd.DataFrame(
            {
                "lower 95% bound": values * np.exp(-reach),
                "upper 95% bound": values * np.exp(reach),
            },
            index=names,
        )

    @property
    def log_params(self) -> Array:
        """Logarithms of the parameters, shape (k,), in the model's unit."""
        return np.log(self.params_.to_numpy(dtype=float))


class PurchaseFitter(_Checked):
    """A purchase model: its process, fitted to patterns in a unit of time.

    Parameters
    ----------
    penalizer_coef : float
        Times (log θ)² summed over the dropout parameters, taken from the mean log-likelihood: it
        keeps them from running away where nobody seems to drop out. 0 is no penalty. (lifetimes
        penalises all parameters, on a scale that depends on the data.)
    unit : {"D", "W"}
        What a unit of time is: days or weeks.
    """

    process: ClassVar[Process]

    def __init__(self, penalizer_coef: float = 0.0, unit: str = "D") -> None:
        self.penalizer_coef = penalizer_coef
        self.unit = unit

    def fit(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        weights: ArrayLike | None = None,
        initial_params: ArrayLike | None = None,
        verbose: bool = False,
        tol: float = 1e-7,
        index: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Fit to purchase histories; the signature is lifetimes'.

        `initial_params` are logarithms of parameters, with time in units of the mean T. `verbose`,
        `tol` and `kwargs` have no effect: an optimum is always taken to the precision that its
        check needs. Raises `CxError` for impossible histories; whether the optimum is one is in
        `optimum_.converged`.
        """
        self.fit_patterns(Patterns.merged(frequency, recency, T, weights), initial_params)
        self.data = pd.DataFrame(
            {
                "frequency": np.asarray(frequency),
                "recency": np.asarray(recency),
                "T": np.asarray(T),
                "weights": 1 if weights is None else np.asarray(weights),
            },
            index=index,
        )
        return self

    def fit_patterns(
        self,
        patterns: Patterns,
        initial_params: ArrayLike | None = None,
        time_scale: float | None = None,
    ) -> Self:
        """Fit to merged histories, with time counted in `time_scale` (default: the mean T)."""
        names, process = self.parameters, self.process
        scale = time_scale or float(np.average(patterns.T, weights=patterns.weights))
        scaled = patterns.scaled(scale)
        penalised = np.array([name in process.dropout for name in names], dtype=float)

        def objective_on(some: Patterns) -> Objective:
            strength = self.penalizer_coef * some.customers

            def objective(log_params: Array) -> tuple[float, Array, Array | None]:
                value, gradient, hessian = process.surface(log_params, some)
                held = penalised * log_params
                value -= strength * float(held @ held)
                gradient = gradient - 2 * strength * held
                if hessian is not None:
                    hessian = hessian - 2 * strength * np.diag(penalised)
                return value, gradient, hessian

            return objective

        start = np.zeros(len(names)) if initial_params is None else np.asarray(initial_params)
        optimum = approached(objective_on, scaled, start)
        rescale = np.array([scale if name in process.in_time_units else 1.0 for name in names])
        self._learn(optimum, rescale)
        held = penalised * optimum.log_params
        # Without the penalty, and a density for each purchase in the model's unit of time.
        self.log_likelihood_ = (
            optimum.log_likelihood
            + self.penalizer_coef * scaled.customers * float(held @ held)
            - float(patterns.weights @ patterns.x) * float(np.log(scale))
        )
        self._negative_log_likelihood_ = -self.log_likelihood_ / patterns.customers
        self.predict = self.conditional_expected_number_of_purchases_up_to_time
        return self

    def log_likelihood(self, patterns: Patterns) -> float:
        """Total log-likelihood of histories in the model's unit, without the penalty."""
        return self.process.surface(self.log_params, patterns)[0]

    def conditional_probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Array:
        """P(alive at T) of customers with these histories."""
        x, t_x, age = _float_arrays(frequency, recency, T)
        return self.process.probability_alive(self.log_params, x, t_x, age)

    def conditional_expected_number_of_purchases_up_to_time(
        self, t: float, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> Array:
        """Expected purchases in (T, T + t] of customers with these histories."""
        x, t_x, age = _float_arrays(frequency, recency, T)
        ahead = discount.purchases_while_alive(
            self.process, self.log_params, x, age, float(t)
        ).total()
        return ahead * self.process.probability_alive(self.log_params, x, t_x, age)


def _float_arrays(*columns: ArrayLike) -> tuple[Array, ...]:
    whole = np.broadcast_arrays(*(np.atleast_1d(np.asarray(c, dtype=float)) for c in columns))
    return tuple(np.asarray(c) for c in whole)


class BgNbd(PurchaseFitter, BetaGeoFitter):  # type: ignore[misc]
    """BG/NBD (Fader, Hardie & Lee 2005)."""

    name = "bgnbd"
    process = BetaGeometric(extra_chances=0)
    parameters = process.parameters


class MbgNbd(PurchaseFitter, ModifiedBetaGeoFitter):  # type: ignore[misc]
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007): the first purchase can be the last."""

    name = "mbgnbd"
    process = BetaGeometric(extra_chances=1)
    parameters = process.parameters


class ParetoNbd(PurchaseFitter, ParetoNBDFitter):  # type: ignore[misc]
    """Pareto/NBD (Schmittlein, Morrison & Colombo 1987)."""

    name = "pareto"
    process = Pareto()
    parameters = process.parameters


MODELS: dict[str, type[PurchaseFitter]] = {cls.name: cls for cls in (BgNbd, MbgNbd, ParetoNbd)}


class BgBb(_Checked, BetaGeoBetaBinomFitter):  # type: ignore[misc]
    """BG/BB (Fader, Hardie & Shang 2010), whose time is occasions and has no unit."""

    name = "bgbb"
    process = BetaBinomial()
    parameters = process.parameters

    def __init__(self) -> None:
        super().__init__(penalizer_coef=0.0)

    def fit(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        n_periods: ArrayLike,
        weights: ArrayLike | None = None,
        initial_params: ArrayLike | None = None,
        verbose: bool = False,
        tol: float = 1e-7,
        index: Any = None,
        **kwargs: Any,
    ) -> Self:
        """Fit to occasions with a purchase, the last of them, and how many there were.

        `initial_params` are logarithms of parameters; `verbose`, `tol` and `kwargs` have no effect.
        Raises `CxError` for impossible histories; see `optimum_.converged`.
        """
        self.fit_occasions(Occasions.merged(frequency, recency, n_periods, weights), initial_params)
        self.data = pd.DataFrame(
            {
                "frequency": np.asarray(frequency),
                "recency": np.asarray(recency),
                "n_periods": np.asarray(n_periods),
                "weights": 1 if weights is None else np.asarray(weights),
            },
            index=index,
        )
        return self

    def fit_occasions(self, histories: Occasions, initial_params: ArrayLike | None = None) -> Self:
        """Fit to merged histories."""

        def objective_on(some: Occasions) -> Objective:
            return lambda log_params: self.process.surface(log_params, some)

        start = np.zeros(4) if initial_params is None else np.asarray(initial_params, float)
        optimum = approached(objective_on, histories, start)
        self._learn(optimum, np.ones(4))
        self.log_likelihood_ = optimum.log_likelihood
        self._negative_log_likelihood_ = -self.log_likelihood_ / histories.customers
        self.predict = self.conditional_expected_number_of_purchases_up_to_time
        return self

    def conditional_expected_number_of_purchases_up_to_time(
        self,
        m_periods_in_future: int,
        frequency: ArrayLike,
        recency: ArrayLike,
        n_periods: ArrayLike,
    ) -> Array:
        """Expected purchases at the next so many occasions of customers with these histories."""
        some = _occasions(frequency, recency, n_periods)
        return self.process.expected(self.log_params, some, int(m_periods_in_future))

    def conditional_probability_alive(
        self,
        m_periods_in_future: int,
        frequency: ArrayLike,
        recency: ArrayLike,
        n_periods: ArrayLike,
    ) -> Array:
        """P(alive) at occasion n + m of customers with these histories."""
        some = _occasions(frequency, recency, n_periods)
        return self.process.probability_alive(self.log_params, some, int(m_periods_in_future))

    def expected_number_of_transactions_in_first_n_periods(self, n: int) -> pd.DataFrame:
        """How many of the customers of the fit buy at 0 … n of n occasions."""
        customers = float(self.data["weights"].sum())
        counts = customers * self.process.counts(self.log_params, int(n))
        return pd.DataFrame({"model": counts}, index=pd.RangeIndex(len(counts), name="frequency"))


def _occasions(*columns: ArrayLike) -> Occasions:
    """Histories row by row, as they come."""
    x, t_x, n = (c.astype(np.int64) for c in _float_arrays(*columns))
    return Occasions.of_rows(x, t_x, n, np.ones(len(x)))


class GammaGamma(_Checked, GammaGammaFitter):  # type: ignore[misc]
    """Gamma-Gamma spend (Fader, Hardie & Lee 2005), without the penalty that turns means negative."""

    name = "gammagamma"
    parameters = gammagamma.PARAMETERS

    def __init__(self) -> None:
        super().__init__(penalizer_coef=0.0)

    def fit(
        self,
        frequency: ArrayLike,
        monetary_value: ArrayLike,
        weights: ArrayLike | None = None,
        initial_params: ArrayLike | None = None,
        verbose: bool = False,
        tol: float = 1e-7,
        index: Any = None,
        q_constraint: bool = False,
        **kwargs: Any,
    ) -> Self:
        """Fit to customers with `frequency` purchases of a mean of `monetary_value`, both positive.

        `initial_params` are logarithms, with money in units of its mean. There is no q constraint:
        a fit with q <= 1 is an answer, namely that the model has no population mean here.
        """
        x, mean = np.asarray(frequency, float), np.asarray(monetary_value, float)
        n = np.ones(len(x)) if weights is None else np.asarray(weights, float)
        if not ((x > 0).all() and (mean > 0).all()):
            raise ValueError("Gamma-Gamma is fitted on positive counts of positive means")
        scale = float(np.average(mean, weights=n))
        scaled = gammagamma.Spenders.of(x, mean / scale, n)

        def objective_on(some: gammagamma.Spenders) -> Objective:
            return lambda log_params: gammagamma.log_likelihood(log_params, some)

        start = np.log([2.0, 3.0, 1.0]) if initial_params is None else np.asarray(initial_params)
        optimum = approached(objective_on, scaled, start)
        self._learn(optimum, np.array([1.0, 1.0, scale]))
        # In money as it is: each of n densities is that of the scaled mean, over the scale.
        self.log_likelihood_ = optimum.log_likelihood - scaled.customers * float(np.log(scale))
        self._negative_log_likelihood_ = -self.log_likelihood_ / float(n.sum())
        self.data = pd.DataFrame({"frequency": x, "monetary_value": mean, "weights": n})
        return self

    def conditional_expected_average_profit(
        self, frequency: ArrayLike | None = None, monetary_value: ArrayLike | None = None
    ) -> Array:
        """Expected value of a purchase of customers with `frequency` purchases of that mean."""
        x = self.data["frequency"] if frequency is None else frequency
        mean = self.data["monetary_value"] if monetary_value is None else monetary_value
        return gammagamma.expected_spend(self.log_params, *_float_arrays(x, mean))
