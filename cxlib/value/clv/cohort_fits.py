"""Whether groups of customers buy by different rhythms: a fit for each, and the test against one.

A file of customers who came in different years, or through different channels, may hold several
processes. One fit then is right for none of them. Groups are fitted alone, and the likelihood-ratio
test says whether that tells more than chance would.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.results import Estimate, Issue, Param, Receipt, Sentence, Unit
from cxlib.statistics import FALSE_DISCOVERY
from cxlib.value.clv.gates import BUYERS
from cxlib.value.clv.ladder import Fit, climb_days
from cxlib.value.clv.likelihood_ratio import RatioTest, likelihood_ratio
from cxlib.value.clv.value import FittedClv, Terms, Valuation, under, value_customers

LEAST = BUYERS
"""Customers that a group needs for a fit of its own: what a file needs to be valued at all. With
fewer, the dropout of a group is often not determined, and the test rejects less often than it says."""
OTHER = N_("other")

State = Literal["fitted", "penalised", "small", "not_converged"]


@dataclass(frozen=True, slots=True)
class GroupFit:
    """A group of customers (None: those without one) and what it is expected to do.

    `fit` is its own, None where `state` says why (``penalised``: only a tiny penalty on dropout lets
    it converge, since the group hardly shows who leaves). `pooled` is the total of its customers under the
    fit of all, `own` under its own (None without one): CLV over the horizon where money is modelled,
    else purchases; both with the spend model of all. `pooled_purchases` and `own_purchases` are
    purchases always.
    """

    group: Hashable
    customers: int
    repeaters: int
    state: State
    fit: Fit | None
    pooled_purchases: Estimate
    own_purchases: Estimate | None
    pooled: Estimate
    own: Estimate | None


@dataclass(frozen=True, slots=True)
class GroupFits:
    """Groups in the order of their names, `OTHER` and those without a name last.

    `test` is over the groups with a fit of their own, None where these are fewer than two. `differ`
    says whether it rejects at 5 %. `largest` is how far own fits move the expected purchases of the
    group that they move most, as a share of them.
    """

    model: str
    groups: tuple[GroupFit, ...]
    test: RatioTest | None
    differ: bool
    largest: float | None
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt


def compare_groups(
    fitted: FittedClv,
    terms: Terms,
    groups: Sequence[Hashable] | pd.Series[Any],
    by: str = "groups",
    seed: int = 0,
) -> GroupFits:
    """Fit the purchase model to each group of at least `LEAST` customers, and test for a difference.

    Smaller groups are taken together as `OTHER`. Where no fit of a group converges, it stays in
    the table with the values of the fit of all, and out of the test. A penalised fit takes part: it
    falls short of its maximum by less than the test can see. Customers may differ in how long they
    have been known: the likelihood is that of their purchases given T, so that cohorts of different
    age can be compared.

    Parameters
    ----------
    fitted : FittedClv
        The fit of all customers.
    groups : sequence, length n
        The group of each customer of the summary, in its order; missing ones are a group.
    by : str
        What the groups are, for the receipt.

    Raises
    ------
    NotEnoughData
        No purchase model converged on all customers.
    """
    if fitted.fit is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("Nothing can be forecast from this file; the checks say why."),
            N_("Groups are compared where a purchase model converges on all customers."),
        )
    of, names, small = _grouped(groups)
    found = [
        _group(fitted, fitted.fit, terms, name, of == number, seed)
        for number, name in enumerate(names)
    ]
    own = {number: one.fit for number, one in enumerate(found) if one.fit is not None}
    # One fit to those alone who have a fit of their own.
    inside = fitted.summary[np.isin(of, list(own))]
    one = _alone(fitted.fit, inside, seed)[0] if len(own) > 1 else None
    test = own_against_one(list(own.values()), one) if one is not None else None
    differ = test is not None and test.p <= FALSE_DISCOVERY
    moves = [
        abs(one.own_purchases.value / one.pooled_purchases.value - 1)
        for one in found
        if one.own_purchases is not None and one.pooled_purchases.value > 0
    ]
    largest = max(moves, default=None)
    return GroupFits(
        model=fitted.fit.model,
        groups=tuple(found),
        test=test,
        differ=differ,
        largest=largest,
        meaning=_meaning(test, len(own), differ, largest),
        notes=_notes(found, small),
        receipt=under(fitted, terms, groups=by),
    )


def _grouped(
    groups: Sequence[Hashable] | pd.Series[Any],
) -> tuple[NDArray[np.intp], list[Hashable], int]:
    """The number of each customer's group, (n,), the groups' names by number, and how many groups
    are in `OTHER` for being small; a single one is not renamed."""
    codes, known = pd.factorize(np.asarray(list(groups), dtype=object), use_na_sentinel=False)
    sizes = np.bincount(codes, minlength=len(known))
    few = sizes < LEAST
    small = int(few.sum())
    names: list[Hashable] = [None if pd.isna(name) else name for name in known]
    if small > 1:
        names = [OTHER if is_few else name for name, is_few in zip(names, few, strict=True)]
    order = sorted(set(names), key=lambda name: (name is None, name == OTHER, str(name)))
    place = np.array([order.index(name) for name in names], dtype=np.intp)
    return place[codes], order, small if small > 1 else 0


def _group(
    fitted: FittedClv,
    pooled: Fit,
    terms: Terms,
    name: Hashable,
    inside: NDArray[np.bool_],
    seed: int,
) -> GroupFit:
    part = replace(fitted, summary=fitted.summary[inside])
    enough = len(part.summary) >= LEAST
    fit, penalised = _alone(pooled, part.summary, seed) if enough else (None, False)
    state: State = "penalised" if penalised else "fitted"
    if fit is None:
        state = "not_converged" if enough else "small"
    together = value_customers(part, terms)
    own = value_customers(replace(part, fit=fit), terms) if fit is not None else None
    return GroupFit(
        group=name,
        customers=len(part.summary),
        repeaters=int((part.summary["frequency"] > 0).sum()),
        state=state,
        fit=fit,
        pooled_purchases=_purchases(together),
        own_purchases=_purchases(own) if own else None,
        pooled=together.clv or _purchases(together),
        own=(own.clv or _purchases(own)) if own else None,
    )


def _purchases(valuation: Valuation) -> Estimate:
    assert valuation.purchases is not None  # there is a fit
    return valuation.purchases


def _alone(pooled: Fit, summary: pd.DataFrame, seed: int) -> tuple[Fit | None, bool]:
    """The same model at the maximum of these customers, and whether it needed a penalty."""
    found = climb_days(pooled.model, summary, pooled.unit, seed, others=False)
    return found.fit, any(note.code == "penalised" for note in found.notes)


def own_against_one(own: Sequence[Fit], one: Fit) -> RatioTest:
    """The test of `one` fit to all customers against `own` fits to their parts, all of one model:
    k(G−1) degrees of freedom for G parts and k parameters."""
    apart = sum(fit.log_likelihood for fit in own)
    return likelihood_ratio(apart, one.log_likelihood, len(one.params) * (len(own) - 1))


def _meaning(test: RatioTest | None, groups: int, differ: bool, largest: float | None) -> Sentence:
    if test is None:
        return Sentence(
            N_(
                "Fewer than two groups have at least {least} customers and a fit of their own, so"
                " there is nothing to compare. One fit for all stands."
            ),
            {"least": LEAST},
            {"least": "count"},
        )
    params: dict[str, Param] = {"groups": groups, "largest": largest}
    units: dict[str, Unit] = {"groups": "count", "largest": "share"}
    if differ:
        # Rounded up: "at most" has to hold as it is read.
        params["p"], units["p"] = max(math.ceil(1000 * test.p) / 1000, 0.001), "share"
        return Sentence(
            N_(
                "The groups buy by different rhythms: chance alone would show as much in at most"
                " {p} of files like this. Values by group are safer from own fits, which move the"
                " expected purchases of a group by up to {largest}."
            ),
            params,
            units,
        )
    return Sentence(
        N_(
            "No difference in rhythm between these {groups} groups that the data could show. One"
            " fit for all stands; own fits would move the expected purchases of a group by up to"
            " {largest}, within what chance does."
        ),
        params,
        units,
    )


def _notes(groups: Sequence[GroupFit], small: int) -> tuple[Issue, ...]:
    notes = []
    if small:
        message = N_(
            "{count} groups of fewer than {least} customers are taken together as “other”."
        )
        notes.append(
            Issue("small_groups", "info", message, params={"count": small, "least": LEAST})
        )
    for one in groups:
        if one.state != "fitted":
            name = N_("none") if one.group is None else str(one.group)
            severity, words = _STATES[one.state]
            notes.append(Issue(f"group_{one.state}", severity, words, params={"group": name}))
    return tuple(notes)


_STATES: dict[State, tuple[Literal["info", "warning"], str]] = {
    "penalised": (
        "info",
        N_(
            "The fit to “{group}” alone needs a tiny penalty on its dropout: the group hardly shows"
            " customers leaving."
        ),
    ),
    "small": (
        "info",
        N_(
            "“{group}” has too few customers for a fit of its own: it is valued with all, and not"
            " part of the test."
        ),
    ),
    "not_converged": (
        "warning",
        N_("No fit to “{group}” alone converges: it is valued with all, and not part of the test."),
    ),
}
