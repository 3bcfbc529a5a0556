"""The fit ladder: what is tried, in order, until a fit converges, and what the reader is told.

Check → default start → seeded starts → another scale of time → another model → a tiny penalty on
the dropout parameters. Each rung below the first leaves a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlib.i18n import N_
from cxlib.results import Issue
from cxlib.value.clv.fitters import DAYS, MODELS, BgBb, GammaGamma, PurchaseFitter
from cxlib.value.clv.patterns import Array, Patterns

STARTS = 5
SPREAD = 1.5
# The smallest that suffices: at 1e-6 the log-likelihood gives up about 2e-7 of its size.
PENALTIES = ("0.000001", "0.00001", "0.0001")


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model as plain data: parameters, their uncertainty, and the proof of convergence.

    `params` are in the model's `unit` ("D" or "W"; for spend "" and money as in the file);
    `covariance` (k, k) is of their logarithms; `log_likelihood` is the total, unscaled and without
    penalty; `gradient` is the largest slope of the mean log-likelihood by a log-parameter; `n` are
    customers.
    """

    model: str
    unit: str
    params: Mapping[str, float]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    gradient: float
    n: int

    @property
    def log_params(self) -> Array:
        """Logarithms of the parameters, shape (k,)."""
        return np.asarray(np.log(np.array(list(self.params.values()))))

    @property
    def days_per_unit(self) -> float:
        """How many days the unit of time has."""
        return DAYS[self.unit]


@dataclass(frozen=True, slots=True)
class Climb:
    """Where the ladder ended: a fit or None, and the notes of the rungs that were needed."""

    fit: Fit | None
    notes: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One attempt: a fitter, where it starts, its scale of time and what to say if it holds."""

    fitter: PurchaseFitter
    start: Array | None = None
    time_scale: float | None = None
    note: Issue | None = None


NAMES: Mapping[str, str] = {"bgnbd": "BG/NBD", "mbgnbd": "MBG/NBD", "pareto": "Pareto/NBD"}

OTHER_START = Issue(
    "other_start", "info", N_("The fit converged from another start than the usual one.")
)
OTHER_SCALE = Issue(
    "other_scale", "info", N_("The fit converged with time counted in customers' usual gaps.")
)
OTHER_MODEL = Issue(
    "other_model",
    "warning",
    N_("{wanted} did not converge on this file; {used} is used in its place."),
)
PENALISED = Issue(
    "penalised",
    "warning",
    N_(
        "The fit converged only with a tiny penalty ({penalty}) on the dropout parameters: the file"
        " hardly shows customers leaving."
    ),
)


def climb(
    model: str, patterns: Patterns, unit: str = "D", seed: int = 0, others: bool = True
) -> Climb:
    """Fit a purchase model, or say that none converges.

    Parameters
    ----------
    model : {"bgnbd", "mbgnbd", "pareto"}
        What is wanted; where it does not converge the next rungs may give another.
    patterns : Patterns
        Purchase histories in `unit`.
    seed : int
        For the starts of the second rung.
    others : bool
        Whether another model may be taken; fits that are compared have to be of one.
    """
    if not (patterns.x.any() and patterns.T.any()):
        return Climb(None)
    for rung in _rungs(model, patterns, unit, seed, others):
        fitter = rung.fitter.fit_patterns(patterns, rung.start, rung.time_scale)
        if fitter.optimum_.converged:
            return Climb(plain(fitter, patterns.customers), (rung.note,) if rung.note else ())
    return Climb(None)


def climb_days(
    model: str, customers: pd.DataFrame, unit: str = "D", seed: int = 0, others: bool = True
) -> Climb:
    """`climb` for customers with ``frequency, recency, T`` in days, the model counting in `unit`."""
    x, t_x, T = (customers[c].to_numpy(float) for c in ("frequency", "recency", "T"))
    return climb(model, Patterns.merged(x, t_x, T).scaled(DAYS[unit]), unit, seed, others)


def climb_spend(x: Array, mean: Array, seed: int = 0) -> Climb:
    """Fit Gamma-Gamma to customers with `x` purchases of a positive `mean`, or say that it cannot.

    Two customers at least; equal means throughout leave nothing to fit and do not converge.
    """
    if len(x) < 2:
        return Climb(None)
    generator = np.random.default_rng(seed)
    starts = [None, *generator.normal(0.5, SPREAD, (STARTS, len(GammaGamma.parameters)))]
    for start in starts:
        fitter = GammaGamma().fit(x, mean, initial_params=start)
        if fitter.optimum_.converged:
            return Climb(plain(fitter, len(x)))
    return Climb(None)


def _rungs(model: str, patterns: Patterns, unit: str, seed: int, others: bool) -> Iterator[Rung]:
    wanted = MODELS[model]
    yield Rung(wanted(unit=unit))
    generator = np.random.default_rng(seed)
    for start in generator.normal(0, SPREAD, (STARTS, len(wanted.parameters))):
        yield Rung(wanted(unit=unit), start, note=OTHER_START)
    repeats = patterns.x > 0
    gaps = patterns.t_x[repeats] / patterns.x[repeats]
    gap = float(np.average(gaps, weights=patterns.weights[repeats]))
    if gap > 0:
        yield Rung(wanted(unit=unit), time_scale=gap, note=OTHER_SCALE)
    for other in MODELS:
        if others and other != model:
            names = {"wanted": NAMES[model], "used": NAMES[other]}
            yield Rung(MODELS[other](unit=unit), note=replace(OTHER_MODEL, params=names))
    for penalty in PENALTIES:
        note = replace(PENALISED, params={"penalty": penalty})
        yield Rung(wanted(penalizer_coef=float(penalty), unit=unit), note=note)


def plain(fitter: PurchaseFitter | GammaGamma | BgBb, n: float) -> Fit:
    """What a converged fitter of n customers has found."""
    return Fit(
        model=fitter.name,
        unit=fitter.unit if isinstance(fitter, PurchaseFitter) else "",
        params=dict(zip(fitter.parameters, map(float, fitter.params_), strict=True)),
        covariance=tuple(tuple(map(float, row)) for row in fitter.log_covariance_.to_numpy()),
        log_likelihood=fitter.log_likelihood_,
        gradient=fitter.optimum_.gradient,
        n=round(n),
    )
