"""BG/NBD and MBG/NBD: Poisson purchases until a dropout that can follow each purchase.

A customer buys at rate λ ~ Gamma(r, α) and drops out with probability p ~ Beta(a, b) after a
purchase. In BG/NBD (Fader, Hardie & Lee 2005) the dropout can follow each repeat purchase; in
MBG/NBD (Batislam, Denizel & Filiztekin 2007) the first purchase too. With n the chances to drop out
(x, or x + 1) the two are one model, and this file states it once.

Forms are chosen to hold everywhere: no gamma function is exponentiated, nothing divides by a − 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import gammaln, polygamma, psi

from cxlib.value.clv.betamean import beta_mean
from cxlib.value.clv.patterns import Array, Patterns

PART = 8_192
"""Histories that are summed at once, so that the columns in between stay near the processor."""


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """The process; `extra_chances` is 0 for BG/NBD and 1 for MBG/NBD."""

    extra_chances: int

    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    in_time_units: ClassVar[tuple[str, ...]] = ("alpha",)
    dropout: ClassVar[tuple[str, ...]] = ("a", "b")

    def surface(self, log_params: Array, patterns: Patterns) -> tuple[float, Array, Array]:
        """Total log-likelihood of the patterns, its gradient (4,) and its Hessian (4, 4) by the
        logarithms of r, α, a, b.

        L = Γ(r+x)α^r/Γ(r) · B(a, b+n)/B(a, b) · [(α+T)^−(r+x) + 1{n>0} a/(b+n−1) (α+t_x)^−(r+x)].
        With A and G the logarithms of the two terms in brackets and p their shares, the second
        derivatives of log(e^A + e^G) are p_A A'' + p_G G'' + p_A p_G (A' − G')(A' − G')ᵀ.
        Source: Fader, Hardie & Lee 2005, eq. 6.
        """
        r, alpha, a, b = np.exp(log_params)
        few, chances = patterns.distinct_x, patterns.distinct_x + self.extra_chances
        # The odds' denominator, b + n - 1, only where there was a chance to drop out.
        before = b + np.maximum(chances, 1) - 1
        log_odds = np.where(chances > 0, np.log(a / before), -np.inf)
        parts = [_sums(r, alpha, log_odds, some) for some in patterns.parts(PART)]
        (
            either,
            logs,
            known,
            known_x,
            bought_logs,
            curved,
            later_later,
            later_ahead,
            ahead_ahead,
        ) = np.sum([whole for whole, _ in parts], axis=0)
        n, shares, doubts, doubts_by_r, doubts_by_alpha = np.sum([by for _, by in parts], axis=0)
        customers, of_b = n.sum(), b / before
        lost, kept = psi(a + b) - psi(a + b + chances), psi(b + chances) - psi(b)
        rise = psi(r + few) - psi(r)
        value = (
            n @ (gammaln(r + few) - gammaln(r) + gammaln(a + b) - gammaln(a + b + chances))
            + n @ (gammaln(b + chances) - gammaln(b))
            + customers * r * log_params[1]
            - bought_logs
            + either
        )
        by_r = r * (n @ rise + customers * log_params[1] - logs)
        by_a = a * (n @ lost)
        by_b = b * (n @ (lost + kept))
        gradient = np.array(
            [
                by_r,
                customers * r - r * known - known_x,
                by_a + shares.sum(),
                by_b - shares @ of_b,
            ]
        )
        curl_lost = polygamma(1, a + b) - polygamma(1, a + b + chances)
        curl_kept = polygamma(1, b + chances) - polygamma(1, b)
        rr = by_r + r * r * (n @ (polygamma(1, r + few) - polygamma(1, r))) + r * r * later_later
        r_alpha = r * (customers - known) - r * later_ahead
        ra, rb = r * doubts_by_r.sum(), -r * (doubts_by_r @ of_b)
        alpha_alpha = -curved + ahead_ahead
        alpha_a, alpha_b = -doubts_by_alpha.sum(), doubts_by_alpha @ of_b
        aa = by_a + a * a * (n @ curl_lost) + doubts.sum()
        ab = a * b * (n @ curl_lost) - doubts @ of_b
        bb = by_b + b * b * (n @ (curl_lost + curl_kept))
        bb += doubts @ of_b**2 - shares @ (of_b * (1 - of_b))
        hessian = np.array(
            [
                [rr, r_alpha, ra, rb],
                [r_alpha, alpha_alpha, alpha_a, alpha_b],
                [ra, alpha_a, aa, ab],
                [rb, alpha_b, ab, bb],
            ]
        )
        return float(value), gradient, hessian

    def probability_alive(self, log_params: Array, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive at T | x, t_x, T) = 1 / (1 + a/(b+n−1) · ((α+T)/(α+t_x))^(r+x)); 1 for n = 0.

        Source: Fader, Hardie & Lee 2008, "Computing P(alive) using the BG/NBD model".
        """
        return self._alive(log_params, x, _silence(log_params, t_x, T))

    def alive_with_slopes(
        self, log_params: Array, x: Array, t_x: Array, T: Array
    ) -> tuple[Array, Array]:
        """`probability_alive`, (n,), and the derivatives of its logarithm by the logarithms of the
        parameters, (4, n)."""
        r, alpha, _, b = np.exp(log_params)
        chances = x + self.extra_chances
        silence = _silence(log_params, t_x, T)
        alive = self._alive(log_params, x, silence)
        gone = 1 - alive
        slopes = np.empty((4, len(x)))
        slopes[0] = -r * gone * silence
        slopes[1] = gone * (r + x) * (T - t_x) / (alpha + T) * (alpha / (alpha + t_x))
        slopes[2] = -gone
        slopes[3] = gone * b / (b + np.maximum(chances, 1) - 1)
        return alive, slopes

    def _alive(self, log_params: Array, x: Array, silence: Array) -> Array:
        r, _, a, b = np.exp(log_params)
        chances = x + self.extra_chances
        log_odds_gone = np.log(a / (b + np.maximum(chances, 1) - 1)) + (r + x) * silence
        with np.errstate(over="ignore"):  # then it is 0 to all digits that a float has
            alive = 1 / (1 + np.exp(log_odds_gone))
        return np.where(chances > 0, alive, 1.0)

    def purchase_rate(self, log_params: Array, ahead: Array, x: Array, T: Array) -> Array:
        """Expected purchases per unit of time, `ahead` of T, of a customer who is alive at T.

        Alive at T, a customer has λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+n), independent, and buys
        at λ exp(−λ p s) a time s later. The mean over λ is (r+x)/(α+T) · (1 + p s/(α+T))^−(r+x+1),
        and `beta_mean` takes the mean over p. Its integral is eq. 10 of Fader, Hardie & Lee 2005,
        without that form's singularities at a = 1 and at a + b + x = 1.
        """
        r, alpha, a, b = np.exp(log_params)
        known = alpha + T
        chances = x + self.extra_chances
        return np.asarray(
            (r + x) / known * beta_mean(r + x + 1, float(a), b + chances, ahead / known)
        )

    def decay(self, log_params: Array, x: Array, T: Array) -> Array:
        """How fast `purchase_rate` falls at first, per unit of time: −d log rate/ds at s = 0."""
        r, alpha, a, b = np.exp(log_params)
        return np.asarray((r + x + 1) / (alpha + T) * a / (a + b + self.extra_chances + x))


def _sums(r: float, alpha: float, log_odds_of: Array, some: Patterns) -> tuple[Array, Array]:
    """What the likelihood of some histories and its derivatives are made of: sums over them, (9,),
    and sums by their distinct x, (5, k). `log_odds_of` (k,) is log(a/(b+n−1)) of each of these."""
    x, weights, of = some.x, some.weights, some.of
    bought, log_known = r + x, np.log(alpha + some.T)
    later = log_known - np.log(alpha + some.t_x)
    log_odds = log_odds_of[of] + bought * later
    # One exponential, of what is at most 0, for the share of G and for the softplus of the log-odds,
    # by which log(e^A + e^G) is more than A.
    small = np.exp(-np.abs(log_odds))
    gone = np.where(log_odds > 0, 1.0, small) / (1 + small)
    either = np.maximum(log_odds, 0) + np.log(1 + small)
    share = weights * gone
    doubt = share * (1 - gone)
    far, near = alpha / (alpha + some.T), alpha / (alpha + some.t_x)
    passed = near - far  # by which A' − G' differ along log α, times r + x
    ahead, far_curve = bought * passed, far * (1 - far)
    doubt_later, doubt_ahead, weighted_x, share_x = (
        doubt * later,
        doubt * ahead,
        weights * x,
        share * x,
    )
    whole = np.array(
        [
            weights @ either,
            weights @ log_known - share @ later,
            weights @ far + share @ passed,
            weighted_x @ far + share_x @ passed,
            (weights * bought) @ log_known,
            (weights * bought) @ far_curve + (share * bought) @ (near * (1 - near) - far_curve),
            doubt_later @ later,
            doubt_later @ ahead,
            doubt_ahead @ ahead,
        ]
    )
    counted = (weights, share, doubt, doubt_later, doubt_ahead)
    return whole, np.stack([np.bincount(of, values, len(log_odds_of)) for values in counted])


def _silence(log_params: Array, t_x: Array, T: Array) -> Array:
    """log((α + T) / (α + t_x)), exact where little time has passed."""
    alpha = np.exp(log_params[1])
    return np.asarray(np.log1p((T - t_x) / (alpha + t_x)))
