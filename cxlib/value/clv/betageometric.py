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
from scipy.special import expit, gammaln, polygamma, psi

from cxlib.value.clv.betamean import beta_mean
from cxlib.value.clv.patterns import Array, Patterns


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
        x, t_x, T, weights, of = patterns.x, patterns.t_x, patterns.T, patterns.weights, patterns.of
        few, chances = patterns.distinct_x, patterns.distinct_x + self.extra_chances
        n, bought = np.bincount(of, weights), r + x
        # The odds' denominator, b + n - 1, only where there was a chance to drop out.
        before = b + np.maximum(chances, 1) - 1
        log_known = np.log(alpha + T)
        later = log_known - np.log(alpha + t_x)
        log_odds = np.where(chances > 0, np.log(a / before), -np.inf)[of] + bought * later
        gone = expit(log_odds)
        share, doubt = weights * gone, weights * gone * (1 - gone)
        far, near = alpha / (alpha + T), alpha / (alpha + t_x)
        # log(e^A + e^G) is A plus the softplus of the log-odds.
        either = weights @ (np.maximum(log_odds, 0) + np.log1p(np.exp(-np.abs(log_odds))))
        shares, customers = np.bincount(of, share), n.sum()
        of_b = b / before
        logs = weights @ log_known - share @ later
        passed = near - far  # by which A' − G' differ along log α, times r + x
        known = weights @ far + share @ passed
        known_x = (weights * x) @ far + (share * x) @ passed
        ahead = bought * passed
        lost, kept = psi(a + b) - psi(a + b + chances), psi(b + chances) - psi(b)
        rise = psi(r + few) - psi(r)
        value = (
            n @ (gammaln(r + few) - gammaln(r) + gammaln(a + b) - gammaln(a + b + chances))
            + n @ (gammaln(b + chances) - gammaln(b))
            + customers * r * log_params[1]
            - (weights * bought) @ log_known
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
        curved = (weights * bought) @ (far * (1 - far))
        curved += (share * bought) @ (near * (1 - near) - far * (1 - far))
        doubts, doubts_by_r = np.bincount(of, doubt), np.bincount(of, doubt * later)
        doubts_by_alpha = np.bincount(of, doubt * ahead)
        rr = by_r + r * r * (n @ (polygamma(1, r + few) - polygamma(1, r)))
        rr += r * r * ((doubt * later) @ later)
        r_alpha = r * (customers - known) - r * ((doubt * later) @ ahead)
        ra, rb = r * doubts_by_r.sum(), -r * (doubts_by_r @ of_b)
        alpha_alpha = -curved + (doubt * ahead) @ ahead
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
        return np.where(chances > 0, expit(-log_odds_gone), 1.0)

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


def _silence(log_params: Array, t_x: Array, T: Array) -> Array:
    """log((α + T) / (α + t_x)), exact where little time has passed."""
    alpha = np.exp(log_params[1])
    return np.asarray(np.log1p((T - t_x) / (alpha + t_x)))
