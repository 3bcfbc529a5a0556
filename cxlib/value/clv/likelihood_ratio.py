"""Whether a fuller model tells more than chance would."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import stats


@dataclass(frozen=True, slots=True)
class RatioTest:
    """`statistic` = 2(log-likelihood of the fuller model − that of the simpler one), which without a
    difference is χ² with `degrees` of freedom, one a parameter more; `p` is the chance of as much
    or more."""

    statistic: float
    degrees: int
    p: float


def likelihood_ratio(fuller: float, simpler: float, degrees: int) -> RatioTest:
    """The likelihood-ratio test of nested models from their total log-likelihoods.

    References
    ----------
    Wilks (1938), The large-sample distribution of the likelihood ratio for testing composite
    hypotheses.
    """
    statistic = max(2 * (fuller - simpler), 0.0)
    return RatioTest(statistic, degrees, float(stats.chi2.sf(statistic, degrees)))
