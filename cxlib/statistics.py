"""Intervals, tests and verdicts: every number that speaks of more than was counted passes here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from cxlib.results import Direction, Estimate, Unit, Verdict

LEVEL = 0.95
FALSE_DISCOVERY = 0.05
STEPS = (1, 2, 5)
NOTHING = 1e-9  # what is less has no power of ten that a chart could show
FAMILY = 12  # comparisons that are judged together: a year of months
EARLIER = 6  # changes that a series must have shown before a new one can be called unusual
RESAMPLED = 20_000  # customers; see `customer_ratio`
Z = float(stats.norm.ppf(0.5 + LEVEL / 2))

Floats = NDArray[np.float64]


def wilson(successes: int, n: int, level: float = LEVEL) -> Estimate:
    """A share with Wilson's score interval.

    Parameters
    ----------
    successes, n : int
        Of `n` independent trials, n >= 1.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is no share")
    low, high = wilson_ends(successes, n, level)
    return Estimate(successes / n, float(low), float(high), n, "share", "wilson", level)


def wilson_ends(successes: ArrayLike, n: ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """The ends of `wilson` for many shares at once, which broadcast; NaN where `n` is 0."""
    k, size = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = float(stats.norm.ppf(0.5 + level / 2))
    size = np.where(size > 0, size, math.nan)
    share = k / size
    centre = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * np.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    # At 0 and n the bound is the share itself; rounding must not push it past.
    low, high = np.where(k == 0, 0.0, centre - half), np.where(k == size, 1.0, centre + half)
    return np.where(np.isnan(size), math.nan, low), high


def adjusted_wald(
    positive: ArrayLike, negative: ArrayLike, n: ArrayLike, level: float = LEVEL
) -> tuple[Floats, Floats, Floats]:
    """The ends of the interval of net scores 100 (P - N) / n, and their standard errors.

    Three answers are added, ¾ to the positive and to the negative ones, 1½ between: with
    p = (P + ¾)/(n + 3) and q = (N + ¾)/(n + 3) the interval is 100 (p - q ± z √((p + q - (p - q)²)/(n + 3))),
    clipped at ±100. Many at once, which broadcast; NaN where `n` is 0. Shares of an effective n may
    be given as counts that are not whole.

    Returns
    -------
    low, high, error : array of float
        In points; the error is half of the unclipped interval in units of its normal quantile.

    References
    ----------
    Rocks (2016), Interval Estimation for the "Net Promoter Score", The American Statistician 70:
    365-372; Agresti & Coull (1998), Approximate is better than "exact", ibid. 52: 119-126.
    """
    up, down, size = (np.asarray(a, dtype=np.float64) for a in (positive, negative, n))
    size = np.where(size > 0, size, math.nan)
    p, q = (up + 0.75) / (size + 3), (down + 0.75) / (size + 3)
    error = 100 * np.sqrt((p + q - (p - q) ** 2) / (size + 3))
    half = float(stats.norm.ppf(0.5 + level / 2)) * error
    centre = 100 * (p - q)
    return np.maximum(centre - half, -100.0), np.minimum(centre + half, 100.0), error


def mean_t(values: ArrayLike, unit: Unit = "ratio", level: float = LEVEL) -> Estimate:
    """A mean with Student's t interval; with one value the interval is unbounded.

    Parameters
    ----------
    values : array of float, shape (n,), n >= 1
        Independent: one value a customer.
    """
    x = np.asarray(values, dtype=np.float64)
    n = len(x)
    mean = float(x.mean())
    if n == 1:
        return Estimate(mean, -math.inf, math.inf, 1, unit, "t", level)
    half = float(stats.t.ppf(0.5 + level / 2, n - 1) * x.std(ddof=1) / math.sqrt(n))
    return Estimate(mean, mean - half, mean + half, n, unit, "t", level)


def bootstrap_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    seed: int,
    resamples: int = 2000,
    unit: Unit = "ratio",
    level: float = LEVEL,
) -> Estimate:
    """A ratio of sums with a percentile bootstrap interval over customers.

    Parameters
    ----------
    numerator, denominator : array of float, shape (n,)
        The two sums of each customer (all rows of one customer belong together: they are not
        independent of one another). The denominators are >= 0 and sum to more than 0.
    seed : int
        The same seed gives the same interval.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    """
    x = np.asarray(numerator, dtype=np.float64)
    y = np.asarray(denominator, dtype=np.float64)
    if not y.sum() > 0:
        raise ValueError("the denominators sum to nothing")
    generator = np.random.default_rng(seed)
    sums = np.empty((resamples, 2))
    for i in range(resamples):
        drawn = generator.integers(0, len(x), size=len(x), dtype=np.int32)
        sums[i] = x[drawn].sum(), y[drawn].sum()
    ratios = sums[sums[:, 1] > 0, 0] / sums[sums[:, 1] > 0, 1]
    low, high = np.quantile(ratios, [0.5 - level / 2, 0.5 + level / 2])
    value = float(x.sum() / y.sum())
    return Estimate(value, float(low), float(high), len(x), unit, "bootstrap", level)


def customer_ratio(
    numerator: ArrayLike, denominator: ArrayLike, seed: int, unit: Unit = "ratio"
) -> Estimate:
    """`bootstrap_ratio` for up to `RESAMPLED` customers, linearised beyond.

    With so many customers the two intervals agree to within the bootstrap's own noise, and the
    bootstrap would take a minute for a million of them. `method` says which one it is.
    """
    x = np.asarray(numerator, dtype=np.float64)
    y = np.asarray(denominator, dtype=np.float64)
    if len(x) <= RESAMPLED:
        return bootstrap_ratio(x, y, seed, unit=unit)
    ratio, error = ratio_of_sums(len(x), x.sum(), y.sum(), x @ x, x @ y, y @ y)
    value, half = float(ratio), Z * float(error)
    return Estimate(value, value - half, value + half, len(x), unit, "linearised")


def ratio_of_sums(
    n: ArrayLike, x: ArrayLike, y: ArrayLike, xx: ArrayLike, xy: ArrayLike, yy: ArrayLike
) -> tuple[Floats, Floats]:
    """Ratios Σx/Σy and their standard errors over customers, from five sums each.

    Linearised: se² = n/(n-1) · Σ(x - r·y)² / (Σy)², so that a long series needs its sums only, not
    the customers. NaN where y sums to nothing or n < 2. With y = 1 the mean and its standard error.

    Parameters
    ----------
    n : array of int, shape (k,)
        Customers.
    x, y, xx, xy, yy : array of float, shape (k,)
        Their sums of x, y, x², x·y and y².

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 6.4.
    """
    size, sx, sy, sxx, sxy, syy = (np.asarray(a, dtype=np.float64) for a in (n, x, y, xx, xy, yy))
    ratio = np.divide(sx, sy, out=np.full_like(sx, np.nan), where=sy > 0)
    spread = np.maximum(sxx - 2 * ratio * sxy + ratio**2 * syy, 0)
    factor = np.divide(size, size - 1, out=np.full_like(size, np.nan), where=size > 1)
    return ratio, np.sqrt(factor * spread) / np.where(sy > 0, sy, np.nan)


def gini(amounts: ArrayLike) -> float:
    """Gini coefficient of amounts >= 0: 0 when all are equal, (n-1)/n when one has everything.

    NaN when they sum to nothing.
    """
    x = np.sort(np.asarray(amounts, dtype=np.float64))
    n, total = len(x), x.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ x / (n * total)) if total > 0 else math.nan


def top_share(amounts: ArrayLike, percent: int) -> float:
    """The share of a sum that the largest `percent` % hold, their number rounded up.

    Amounts are >= 0; NaN when they sum to nothing.
    """
    x = np.sort(np.asarray(amounts, dtype=np.float64))[::-1]
    top = -(-len(x) * percent // 100)
    return float(x[:top].sum() / x.sum()) if x.sum() > 0 else math.nan


@dataclass(frozen=True, slots=True)
class Difference:
    """`value` of one group less that of another, its interval, the test's statistic and p (two-sided)."""

    value: float
    low: float
    high: float
    statistic: float
    p: float


def two_shares(k: int, n: int, k_other: int, n_other: int, level: float = LEVEL) -> Difference:
    """The difference of two independent shares k/n - k'/n'.

    z = (p - p') / √(p̄(1 - p̄)(1/n + 1/n')) with the pooled share p̄; the interval is unpooled,
    (p - p') ± z √(p(1 - p)/n + p'(1 - p')/n'). p is 1 where nobody, or everybody, of both did.

    References
    ----------
    Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., section 3.1.
    """
    first, other, pooled = k / n, k_other / n_other, (k + k_other) / (n + n_other)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_other))
    half = float(stats.norm.ppf(0.5 + level / 2)) * math.sqrt(
        first * (1 - first) / n + other * (1 - other) / n_other
    )
    change = first - other
    z = change / error if error > 0 else 0.0
    return Difference(change, change - half, change + half, z, float(2 * stats.norm.sf(abs(z))))


def welch(
    mean: float, sd: float, n: int, mean_other: float, sd_other: float, n_other: int,
    level: float = LEVEL,
) -> Difference:  # fmt: skip
    """The difference of two independent means by Welch's t test, from means, sds (n - 1) and sizes >= 2.

    References
    ----------
    Welch (1947), The generalization of Student's problem, Biometrika 34: 28-35.
    """
    a, b = sd**2 / n, sd_other**2 / n_other
    change, error = mean - mean_other, math.sqrt(a + b)
    if error == 0:
        p = 0.0 if change else 1.0
        return Difference(
            change, change, change, math.copysign(math.inf, change) if change else 0.0, p
        )
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (n_other - 1))
    t = change / error
    half = float(stats.t.ppf(0.5 + level / 2, freedom)) * error
    return Difference(
        change, change - half, change + half, t, float(2 * stats.t.sf(abs(t), freedom))
    )


def sample_ratio(counts: ArrayLike, ratio: ArrayLike | None = None) -> tuple[float, float]:
    """Pearson's χ² and its p of whether counts have the `ratio` that was meant (equal unless given)."""
    observed = np.asarray(counts, dtype=np.float64)
    meant = np.ones_like(observed) if ratio is None else np.asarray(ratio, dtype=np.float64)
    expected = observed.sum() * meant / meant.sum()
    chi2 = float(((observed - expected) ** 2 / expected).sum())
    return chi2, float(stats.chi2.sf(chi2, len(observed) - 1))


def standard_error(estimate: Estimate) -> float:
    """Half the interval in units of its normal quantile: never 0 for a share of 0 or 1."""
    z = float(stats.norm.ppf(0.5 + estimate.level / 2))
    return (estimate.high - estimate.low) / (2 * z)


def smallest_detectable(standard_error_of_difference: float) -> float:
    """The change that would be found with 80 % power by a two-sided test at 5 %: 2.80 se."""
    return 2.80 * standard_error_of_difference


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """p-values adjusted for the false-discovery rate of their family; NaN (untested) stays NaN."""
    p = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(p)
    adjusted = np.full_like(p, np.nan)
    if tested.any():
        adjusted[tested] = stats.false_discovery_control(p[tested], method="bh")
    return adjusted


def fact_verdicts(
    values: Sequence[float], names: Sequence[str], complete: Sequence[bool], unit: Unit
) -> tuple[Verdict, ...]:
    """Whether each newest change of a series of facts is beyond its usual variation.

    A fact has no sampling error, so the yardstick is the series itself: `usual` is the standard
    deviation of all earlier month-on-month changes (at least `EARLIER` of them), and change / usual
    is read against Student's t. Neighbouring changes share a month, so k of them carry only about
    2k/3 degrees of freedom (exact for independent months). The plain standard deviation, not a
    robust one: a shop that has an 11.11 each year should have its peaks count as usual.

    Parameters
    ----------
    values : sequence of float
        One a period, in order, without gaps; NaN where there is none.
    names : sequence of str
        What the periods are called.
    complete : sequence of bool
        Incomplete periods stay out.

    Returns
    -------
    tuple of Verdict
        The family: the latest `FAMILY` comparisons, oldest first, Benjamini-Hochberg at 5 %. The
        last belongs on a tile. One of state ``unknown`` where there is nothing to compare.
    """
    level, kept = _complete(values, names, complete)
    changes = np.diff(level)
    usual, p = unusual(changes)
    return _family(changes, p, kept, unit, usual=usual)


def unusual(changes: ArrayLike) -> tuple[Floats, Floats]:
    """Each of the newest `FAMILY` changes of a series of facts beside those before it.

    Parameters
    ----------
    changes : array of float, shape (k,)
        From period to period, in order; NaN where there is none.

    Returns
    -------
    usual, p : array of float, shape (k,)
        The standard deviation of all earlier changes and the p-value, not adjusted, as
        `fact_verdicts` has them; NaN where there are fewer than `EARLIER` earlier ones.
    """
    change = np.asarray(changes, dtype=np.float64)
    usual = np.full_like(change, np.nan)
    p = np.full_like(change, np.nan)
    for i in range(max(0, len(change) - FAMILY), len(change)):
        earlier = change[:i][~np.isnan(change[:i])]
        if len(earlier) < EARLIER or np.isnan(change[i]):
            continue
        usual[i] = earlier.std(ddof=1)
        freedom = 2 * len(earlier) / 3
        if usual[i] > 0:
            p[i] = 2 * stats.t.sf(abs(change[i]) / usual[i], freedom)
        else:
            p[i] = 0.0 if change[i] else 1.0
    return usual, p


def estimate_verdicts(
    estimates: Sequence[Estimate | None],
    names: Sequence[str],
    complete: Sequence[bool],
    errors: Sequence[float] | None = None,
) -> tuple[Verdict, ...]:
    """Whether each newest change of a series of estimates is more than sampling noise.

    A two-sample z a comparison, the standard errors from the estimates' own intervals.

    Parameters
    ----------
    estimates : sequence of Estimate or None
        One a period, in order; None where there was nothing to measure.
    names, complete
        As in `fact_verdicts`.
    errors : sequence of float, optional
        Standard errors, for estimates whose intervals are cut at the end of their scale.

    Returns
    -------
    tuple of Verdict
        As `fact_verdicts`, with the smallest change that could have been detected.
    """
    unit: Unit = next((e.unit for e in estimates if e is not None), "ratio")
    level, kept = _complete(
        [math.nan if e is None else e.value for e in estimates], names, complete
    )
    if errors is None:
        errors = [math.nan if e is None else standard_error(e) for e in estimates]
    error, _ = _complete(errors, names, complete)
    changes = np.diff(level)
    of_change = np.hypot(error[1:], error[:-1])
    testable = np.isfinite(of_change) & (of_change > 0)
    z = np.divide(np.abs(changes), of_change, out=np.full_like(changes, np.nan), where=testable)
    return _family(changes, 2 * stats.norm.sf(z), kept, unit, errors=of_change)


def compare(
    before: Estimate | None, after: Estimate | None, name_before: str = "", name_after: str = ""
) -> Verdict:
    """One comparison of two independent estimates: a family of one."""
    return estimate_verdicts([before, after], [name_before, name_after], [True, True])[0]


def _complete(
    values: Sequence[float], names: Sequence[str], complete: Sequence[bool]
) -> tuple[Floats, list[str]]:
    chosen = [i for i, whole in enumerate(complete) if whole]
    return np.array([values[i] for i in chosen], dtype=np.float64), [names[i] for i in chosen]


def _family(
    changes: Floats,
    p: Floats,
    names: list[str],
    unit: Unit,
    usual: Floats | None = None,
    errors: Floats | None = None,
) -> tuple[Verdict, ...]:
    """The verdicts of the latest `FAMILY` changes, their p-values adjusted together."""
    if not len(changes):
        return (Verdict("unknown", None, unit),)
    adjusted = benjamini_hochberg(p[-FAMILY:])
    size = int((~np.isnan(adjusted)).sum())
    start = len(changes) - len(adjusted)
    return tuple(
        Verdict(
            state=_state(float(changes[i]), float(adjusted[i - start])),
            change=_known(changes[i]),
            unit=unit,
            smallest_detectable=None
            if errors is None or not np.isfinite(errors[i])
            else smallest_detectable(float(errors[i])),
            usual=None if usual is None else _known(usual[i]),
            p=_known(adjusted[i - start]),
            family=size,
            before=names[i],
            after=names[i + 1],
        )
        for i in range(start, len(changes))
    )


def _state(change: float, p: float) -> Direction:
    if math.isnan(p):
        return "unknown"
    if p > FALSE_DISCOVERY or change == 0:
        return "none"
    return "up" if change > 0 else "down"


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def round_edges(amounts: ArrayLike) -> list[float]:
    """Round edges (1, 2, 5 × powers of ten) that hold every value; the first class starts at 0."""
    values = np.asarray(amounts, dtype=np.float64)
    known = values[values > NOTHING]
    if not len(known):
        return [0.0, 1.0]
    largest, small = float(known.max()), float(np.quantile(known, 0.02))
    low = math.floor(math.log10(max(small, largest / 1e6)))
    high = math.ceil(math.log10(largest)) + 1
    rounds = [step * 10.0**power for power in range(low, high) for step in STEPS]
    start = max((e for e in rounds if e <= small), default=rounds[0])
    inner = [e for e in rounds if e >= start]
    last = next(i for i, e in enumerate(inner) if e > largest)
    return [0.0, *inner[: last + 1]]
