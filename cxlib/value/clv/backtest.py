"""The backtest: fit on the first part of the time, predict the rest, compare with simple rules."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.frames.base import Split
from cxlib.i18n import N_
from cxlib.results import Estimate, Param, Sentence, Unit
from cxlib.statistics import wilson
from cxlib.value.clv.ages import Ages
from cxlib.value.clv.discount import purchases_while_alive
from cxlib.value.clv.fitters import DAYS, MODELS
from cxlib.value.clv.ladder import NAMES, Fit, climb_days
from cxlib.value.clv.patterns import Array
from cxlib.value.clv.predictive import limits

RESAMPLES, TOGETHER = 2000, 50  # so many of them at once, which stay in the processor's cache
# Customers are resampled in at most so many random groups: the same variance, a bounded cost.
GROUPS = 2000
TOP_FREQUENCY = 7
FIFTHS = 5
CHECKED = 5000


@dataclass(frozen=True, slots=True)
class Score:
    """How near one forecast of holdout purchases came.

    `rmse` and `mae` in purchases; `bias` is the forecast's mean minus the actual mean; `spearman`
    is the rank correlation with what happened (NaN where the forecast is constant); `top_decile` is
    the share of holdout purchases made by the tenth of customers that the forecast ranks highest,
    over a tenth.
    """

    name: str
    rmse: float
    mae: float
    bias: float
    spearman: float
    top_decile: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """A time split at `cut`: `fit` is of rows up to it, tested on the days after it up to `end`.

    `baselines` are the customer's own past rate and the mean rate. `gains` say by how much each
    baseline's RMSE exceeds the model's, with a paired-bootstrap interval. `better` names measures
    on which a baseline beats the model. `coverage` is the share of customers (at most `CHECKED` of
    them) whose purchases lay within their 95 % predictive limits.

    `calibration` has a row a calibration frequency: ``frequency`` (the last: that and more),
    ``customers, actual, predicted, own_rate`` (means). `by_recency` has the same by fifths of the
    days since the last purchase at the cut: ``days_since`` is a fifth's largest.
    """

    fit: Fit
    cut: dt.date
    end: dt.date
    customers: int
    holdout_purchases: int
    model: Score
    baselines: tuple[Score, ...]
    gains: tuple[Estimate, ...]
    better: tuple[tuple[str, str], ...]
    coverage: Estimate
    calibration: pd.DataFrame
    by_recency: pd.DataFrame


OWN_RATE, MEAN_RATE = N_("Own past rate"), N_("Mean rate")
MEASURES = {
    "mae": N_("mean absolute error"),
    "spearman": N_("ranking"),
    "top_decile": N_("finding the top tenth"),
}


def backtest(
    split: Split, model: str, end: dt.date, *, unit: str = "D", seed: int = 0
) -> Backtest | None:
    """Fit customers as they were at the cut, predict their purchases up to `end`, and score that.

    None where nobody had bought before the cut, or no model converges on what they had.

    Parameters
    ----------
    split : Split
        Of `cxlib.frames.base.customer_base`: calibration sees the rows up to the cut.
    model : {"bgnbd", "mbgnbd", "pareto"}
        What to fit; if it needs another rung of the ladder to converge, that is what is tested.
    end : date
        End of observation.
    """
    known, days = split.customers, (end - split.cut).days
    if known.empty:
        return None
    scale = DAYS[unit]
    x, t_x, T, actual = (known[c].to_numpy(float) for c in ("frequency", "recency", "T", "later"))
    fit = climb_days(model, known, unit, seed).fit
    if fit is None:
        return None
    process = MODELS[fit.model].process
    ages = Ages.of_customers(x, T / scale)
    ahead = purchases_while_alive(process, fit.log_params, ages.x, ages.T, days / scale).total()
    alive = process.probability_alive(fit.log_params, x, t_x / scale, T / scale)
    own = np.divide(x, T, out=np.zeros_like(x), where=T > 0) * days
    mean = np.full_like(x, x.sum() / T.sum() * days)
    forecasts = {NAMES[fit.model]: ahead[ages.of] * alive, OWN_RATE: own, MEAN_RATE: mean}
    ranks = _ranks(actual)
    scores = tuple(_score(name, f, actual, ranks) for name, f in forecasts.items())
    del ranks
    return Backtest(
        fit=fit,
        cut=split.cut,
        end=end,
        customers=len(known),
        holdout_purchases=int(actual.sum()),
        model=scores[0],
        baselines=scores[1:],
        gains=_gains(list(forecasts.values()), actual, seed),
        better=_better(scores[0], scores[1:]),
        coverage=_coverage(fit, known, days),
        calibration=_calibration(x, actual, forecasts[NAMES[fit.model]], own),
        by_recency=_by_recency(T - t_x, actual, forecasts[NAMES[fit.model]], own),
    )


def _coverage(fit: Fit, known: pd.DataFrame, days: float) -> Estimate:
    """How many customers bought as often as their predictive limits allow, of every so manieth."""
    some = known.iloc[:: max(1, -(-len(known) // CHECKED))]
    x, t_x, T, actual = (some[c].to_numpy(float) for c in ("frequency", "recency", "T", "later"))
    scale = fit.days_per_unit
    low, high = limits(fit, x, t_x / scale, T / scale, days / scale)
    return wilson(int(((low <= actual) & (actual <= high)).sum()), len(some))


def _ranks(values: Array) -> Array:
    """Average ranks less their mean."""
    least, most = values.min(initial=0), values.max(initial=0)
    counts = values.astype(np.intp) if least >= 0 and most < len(values) else None
    ranks: Array
    if counts is not None and (counts == values).all():  # which need no sorting
        sizes = np.bincount(counts)
        ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[counts]
    else:
        order = np.argsort(values)
        rising = values[order]
        starts = np.flatnonzero(np.append(True, rising[1:] != rising[:-1]))
        sizes = np.diff(starts, append=len(values))
        ranks = np.empty(len(values))
        ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    ranks -= (len(values) + 1) / 2
    return ranks


def _correlation(values: Array, ranks: Array) -> float:
    """Spearman's correlation with something whose `_ranks` are known; NaN where either is constant."""
    own = _ranks(values)
    size = math.sqrt(_dot(own, own) * _dot(ranks, ranks))
    return _dot(own, ranks) / size if size > 0 else math.nan


def _dot(some: Array, others: Array) -> float:
    """The sum of products; in one thread, where `@` wakes all for something that memory bounds."""
    return float(np.einsum("n,n->", some, others))


def _score(name: str, forecast: Array, actual: Array, ranks: Array) -> Score:
    error = forecast - actual
    return Score(
        name=name,
        rmse=float(np.sqrt(np.mean(error**2))),
        mae=float(np.abs(error).mean()),
        bias=float(error.mean()),
        spearman=_correlation(forecast, ranks),
        top_decile=_top_decile(forecast, actual),
    )


def _top_decile(forecast: Array, actual: Array) -> float:
    """Lift of the highest tenth; customers tied at its edge count in proportion."""
    if actual.sum() == 0:
        return float("nan")
    size = len(forecast) / 10
    edge = np.sort(forecast)[::-1][int(np.ceil(size)) - 1]
    above, tied = forecast > edge, forecast == edge
    share = (size - above.sum()) / tied.sum()
    return float((actual[above].sum() + share * actual[tied].sum()) / actual.sum() / 0.1)


def _gains(forecasts: list[Array], actual: Array, seed: int) -> tuple[Estimate, ...]:
    """RMSE of each baseline minus the model's, with paired-bootstrap intervals."""
    n = len(actual)
    generator = np.random.default_rng(seed)
    groups = min(n, GROUPS)
    group = generator.permutation(n) % groups
    sums = np.stack(
        [np.bincount(group, (forecast - actual) ** 2, groups) for forecast in forecasts]
    )
    sizes = np.bincount(group, minlength=groups)
    totals = np.vstack([sums, sizes]).T
    resampled = np.empty((RESAMPLES, len(forecasts)))
    own = groups * np.arange(TOGETHER)[:, None]  # each resample counts for itself
    for first in range(0, RESAMPLES, TOGETHER):
        drawn = generator.integers(0, groups, (TOGETHER, groups)) + own
        counts = np.bincount(drawn.ravel(), minlength=TOGETHER * groups).reshape(TOGETHER, groups)
        summed = counts.astype(float) @ totals
        resampled[first : first + TOGETHER] = np.sqrt(summed[:, :-1] / summed[:, -1:])
    rmse = np.sqrt(sums.sum(axis=1) / n)
    gains = []
    for i in range(1, len(forecasts)):
        low, high = np.quantile(resampled[:, i] - resampled[:, 0], [0.025, 0.975])
        gain = float(rmse[i] - rmse[0])
        gains.append(Estimate(gain, float(low), float(high), n, "count", "paired bootstrap"))
    return tuple(gains)


def _better(model: Score, baselines: tuple[Score, ...]) -> tuple[tuple[str, str], ...]:
    """(baseline, measure) pairs on which the baseline wins."""
    return tuple(
        (baseline.name, MEASURES[measure])
        for baseline in baselines
        for measure, wins in (
            ("mae", baseline.mae < model.mae),
            ("spearman", baseline.spearman > model.spearman),
            ("top_decile", baseline.top_decile > model.top_decile),
        )
        if wins
    )


def _calibration(x: Array, actual: Array, predicted: Array, own: Array) -> pd.DataFrame:
    classes = np.minimum(x, TOP_FREQUENCY).astype(int)
    return _means("frequency", classes, actual, predicted, own)


def _by_recency(since: Array, actual: Array, predicted: Array, own: Array) -> pd.DataFrame:
    edges = np.unique(np.quantile(since, np.arange(1, FIFTHS + 1) / FIFTHS, method="higher"))
    classes = edges[np.searchsorted(edges, since)].astype(int)
    return _means("days_since", classes, actual, predicted, own)


def _means(
    name: str, classes: NDArray[np.intp], actual: Array, predicted: Array, own: Array
) -> pd.DataFrame:
    counts = np.bincount(classes)
    held = np.flatnonzero(counts)
    columns = {"actual": actual, "predicted": predicted, "own_rate": own}
    means = {k: np.bincount(classes, v)[held] / counts[held] for k, v in columns.items()}
    return pd.DataFrame({name: held, "customers": counts[held]} | means)


def proof(tested: Backtest) -> Sentence:
    """The backtest in a sentence: against the better baseline, by how much, and how sure."""
    nearest = min(range(len(tested.gains)), key=lambda i: tested.baselines[i].rmse)
    gain = tested.gains[nearest]
    params: dict[str, Param] = {
        "customers": tested.customers,
        "days": (tested.end - tested.cut).days,
        "rule": tested.baselines[nearest].name,
        "gain": gain.value,
        "low": gain.low,
        "high": gain.high,
    }
    units: dict[str, Unit] = {
        "customers": "count",
        "days": "count",
        "gain": "ratio",
        "low": "ratio",
        "high": "ratio",
    }
    if gain.low > 0:
        message = N_(
            "Fitted on the first part of your data and tested on the last {days} days of"
            " {customers} customers: the error of “{rule}”, the better of two simple rules, is"
            " {gain} purchases higher than the model's (95 % interval {low} to {high})."
        )
    elif gain.high < 0:
        message = N_(
            "Fitted on the first part of your data and tested on the last {days} days of"
            " {customers} customers: “{rule}” forecast better than the model; its error is {gain}"
            " purchases from the model's (95 % interval {low} to {high})."
        )
    else:
        message = N_(
            "Fitted on the first part of your data and tested on the last {days} days of"
            " {customers} customers: model and “{rule}” cannot be told apart (difference of errors"
            " {gain} purchases, 95 % interval {low} to {high})."
        )
    return Sentence(message, params, units)
