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
from scipy.special import expit, gammaln, psi

from cxlib.value.clv.betamean import beta_mean
from cxlib.value.clv.patterns import Array, Patterns


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """The process; `extra_chances` is 0 for BG/NBD and 1 for MBG/NBD."""

    extra_chances: int

    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    in_time_units: ClassVar[tuple[str, ...]] = ("alpha",)
    dropout: ClassVar[tuple[str, ...]] = ("a", "b")

    def log_likelihood(self, log_params: Array, patterns: Patterns) -> tuple[Array, Array]:
        """Log-likelihood of each pattern, shape (n,), and its gradient, shape (4, n).

        L = Γ(r+x)α^r/Γ(r) · B(a, b+n)/B(a, b) · [(α+T)^−(r+x) + 1{n>0} a/(b+n−1) (α+t_x)^−(r+x)];
        the gradient is by the logarithms of r, α, a, b. Source: Fader, Hardie & Lee 2005, eq. 6.
        """
        r, alpha, a, b = np.exp(log_params)
        x, t_x, T, of = patterns.x, patterns.t_x, patterns.T, patterns.of
        distinct_x, chances = patterns.distinct_x, patterns.distinct_x + self.extra_chances
        log_alive, log_gone = np.log(alpha + T), np.log(alpha + t_x)
        # (b + n - 1) is the odds' denominator only where there was a chance to drop out.
        last_chance = (b + np.maximum(chances, 1) - 1)[of]
        alive = -(r + x) * log_alive
        gone = np.where(chances[of] > 0, np.log(a / last_chance) - (r + x) * log_gone, -np.inf)
        either = np.logaddexp(alive, gone)
        p_gone = np.exp(gone - either)
        p_alive = 1 - p_gone

        of_x = (
            gammaln(r + distinct_x)
            - gammaln(r)
            + gammaln(a + b)
            - gammaln(a + b + chances)
            + gammaln(b + chances)
            - gammaln(b)
        )
        by_r = psi(r + distinct_x) - psi(r)
        by_a = psi(a + b) - psi(a + b + chances)
        by_b = by_a + psi(b + chances) - psi(b)
        values = of_x[of] + r * np.log(alpha) + either
        gradient = np.stack(
            (
                r * (by_r[of] + np.log(alpha) - p_alive * log_alive - p_gone * log_gone),
                r - alpha * (r + x) * (p_alive / (alpha + T) + p_gone / (alpha + t_x)),
                a * by_a[of] + p_gone,
                b * (by_b[of] - p_gone / last_chance),
            )
        )
        return values, gradient

    def probability_alive(self, log_params: Array, x: Array, t_x: Array, T: Array) -> Array:
        """P(alive at T | x, t_x, T) = 1 / (1 + a/(b+n−1) · ((α+T)/(α+t_x))^(r+x)); 1 for n = 0.

        Source: Fader, Hardie & Lee 2008, "Computing P(alive) using the BG/NBD model".
        """
        r, alpha, a, b = np.exp(log_params)
        chances = x + self.extra_chances
        log_odds_gone = np.log(a / (b + np.maximum(chances, 1) - 1)) + (r + x) * np.log1p(
            (T - t_x) / (alpha + t_x)
        )
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
