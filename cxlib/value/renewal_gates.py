"""What contracts must show before they are projected."""

from __future__ import annotations

import math

from cxlib.i18n import N_
from cxlib.results import Gate
from cxlib.value.clv.contracts import Renewals
from cxlib.value.clv.ladder import Fit
from cxlib.value.renewal_proof import Proof

LOST = 30
PERIODS = 5
NEAR = 0.03  # of the contracts: what is no farther off is good enough to plan with
WIDE = 0.10  # half the range of a projection that is too wide to have shown anything


def gates(renewals: Renewals, fit: Fit | None, proof: Proof | None) -> tuple[Gate, ...]:
    """All gates, passed or not, in the order in which they are explained; each blocks the projection.

    A projection is believed where what came lies in the range that it gave, or so near that the
    difference matters to nobody (with many contracts a range is very narrow). A range that holds
    nearly everything proves nothing.
    """
    return (
        Gate.at_least("lost", int(renewals.lost.sum()), LOST, _LOST, "all"),
        Gate.at_least("periods", len(renewals.age), PERIODS, _PERIODS, "all"),
        Gate(
            "converged",
            fit is not None,
            N_("The model of renewals converged: its likelihood peaks at these parameters.")
            if fit
            else N_("No model of renewals converges on these contracts."),
            fit.gradient if fit else None,
            1e-6,
            "all",
        ),
        _holdout(proof),
    )


_LOST = (
    N_("{measured} contracts were not renewed, at least {required} needed."),
    N_("A projection needs {required} contracts that were not renewed; here are {measured}."),
)
_PERIODS = (
    N_("{measured} periods observed, at least {required} needed."),
    N_("A projection needs {required} periods of observation; here are {measured}."),
)


def _holdout(proof: Proof | None) -> Gate:
    if proof is None:
        words = N_("There are too few contracts or periods to check a projection against the past.")
        return Gate("holdout", False, words, None, NEAR, "all")
    n = proof.contracts
    params: dict[str, str | int | float | bool | None] = {
        "day": proof.cut.isoformat(),
        "contracts": n,
        "low": math.floor(proof.low),
        "high": math.ceil(proof.high),
        "actual": proof.actual,
    }
    inside = proof.low <= proof.actual <= proof.high
    wide = (proof.high - proof.low) / 2 > WIDE * n
    if wide:
        words = N_(
            "Nothing is shown yet: for the {contracts} contracts of {day} the projection could only"
            " say that {low} to {high} of them would run at the end."
        )
    elif inside:
        words = N_(
            "It deserves belief: for the {contracts} contracts of {day} the projection expected {low}"
            " to {high} to run at the end, and {actual} did."
        )
    elif proof.gap <= NEAR:
        words = N_(
            "It deserves belief: for the {contracts} contracts of {day} the projection was never"
            " more than {points} points from what came."
        )
    else:
        words = N_(
            "It does not deserve belief: for the {contracts} contracts of {day} the projection"
            " expected {low} to {high} to run at the end, and {actual} did."
        )
    passed = not wide and (inside or proof.gap <= NEAR)
    params["points"] = math.ceil(100 * proof.gap)
    return Gate("holdout", passed, words, proof.gap, NEAR, "all", params)
