"""Weighting: the score that the whole customer base would have given, from those who answered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.i18n import N_
from cxlib.results import Estimate, Issue, Receipt, Sentence
from cxlib.statistics import (
    FALSE_DISCOVERY,
    LEVEL,
    Z,
    adjusted_wald,
    benjamini_hochberg,
    ratio_of_sums,
    wilson_ends,
)
from cxlib.value.grid import SEGMENTS
from cxlib.voice.margins import FEWEST, Margins, margins
from cxlib.voice.raking import freedom, influences, kish, raked
from cxlib.voice.survey import DATE_BASIS

Floats = NDArray[np.float64]
Measured = Literal["points", "share", "score"]

DEFINITIONS = (
    Definition(
        id="voice.weighting",
        version=1,
        name=N_("Score weighted to the customer base"),
        formula=N_(
            "Each respondent gets a weight w = exp(λ′x) such that the respondents have the same shares"
            " of recency, frequency and money classes, the same mean ranks and the same pairs of these"
            " as all customers; the score is Σ w × the mean of the respondent's answers / Σ w. Effective"
            " n = variance of an answer / variance of the weighted score × (1.96 / t)²: as many answers"
            " of customers picked at random would give an interval of this width; never more than there"
            " are answers."
        ),
        good_for=N_(
            "Telling “customers changed” from “who answered changed”: where only the unweighted score"
            " moves, it was who answered."
        ),
        not_good_for=N_(
            "What drives answering beside recency, frequency and money: where the unhappy answer less"
            " than the happy who buy alike, no weight can see it."
        ),
        pitfalls=N_(
            "Few answers from a large part of the base get large weights, and the effective n falls far"
            " below the number of answers. The weighted score is then less certain, not more."
        ),
        source="Deville, Särndal & Sautory (1993), JASA 88: 1013-1020; Kish (1965), Survey Sampling,"
        " section 11.7",
    ),
)

LEAST = 50  # respondents
FEW = 30  # effective answers below which the reader is warned
SCORES = ("r", "f", "m")

OVER, UNDER, SAME = N_("over-represented"), N_("under-represented"), N_("no detectable difference")


@dataclass(frozen=True, slots=True)
class Weighted:
    """A score as answered and as the customer base would have given it.

    `raw` counts each of the `joined` answers once, `weighted` each customer of the base once; `gap` is
    raw - weighted. `effective_n` is what the weighted interval is worth in answers of customers
    picked at random, `kish_n` = (Σw)²/Σw² the same by the weights alone, `design_effect` = joined /
    effective_n. `unanswered` is the share of the base in an RFM score class that nobody answered from:
    the weighted score speaks for the rest.

    `mix` has a row an RFM segment: ``segment, customers, respondents, share_base, share_respondents,
    share_weighted, ratio`` (of respondents to base, with ``low, high``), ``p`` (adjusted) and
    ``state``. `classes` has a row a class that was made equal: ``measure, above, upto, customers,
    respondents, share_base, share_respondents, weight`` (the mean one; 1 is unweighted). `respondents`
    has a row a customer who answered: ``customer_id, segment, answers, value`` (their mean) and
    ``weight``. `merged` says how many classes of each measure had too few respondents.
    """

    raw: Estimate
    weighted: Estimate
    gap: Estimate
    effective_n: float
    kish_n: float
    design_effect: float
    joined: int
    unjoined: int
    unanswered: float
    merged: Mapping[str, int]
    mix: pd.DataFrame
    classes: pd.DataFrame
    respondents: pd.DataFrame
    issues: tuple[Issue, ...]
    meaning: Sentence
    receipt: Receipt


def weighted(
    answers: pd.DataFrame,
    base: pd.DataFrame,
    *,
    unit: Measured = "points",
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> Weighted:
    """Weigh the customers who answered to the base that they come from.

    Several answers of one customer are averaged: the base counts each customer once, however often
    they answer, and answers of one customer are not independent. The weights make the respondents
    equal to the base in the `margins` that the answers can carry. Large weights are not trimmed, which
    would bring back the bias that they take out; what they cost is in the interval.

    Parameters
    ----------
    answers : pandas.DataFrame
        A row an answer: ``customer_id`` and ``value``, which is 100, 0 or -100 for NPS, 1 or 0 for a
        share of positive answers, or the points for a mean. Missing values are left out and counted.
    base : pandas.DataFrame
        All customers, as `cxlib.value.rfm.analyse(…).customers`.
    unit : {"points", "share", "score"}
        What the value is; its interval is adjusted Wald (NPS), Wilson, or Student's t.

    Raises
    ------
    NotEnoughData
        Fewer than 50 customers of the base answered, or no weights make them alike.
    """
    people, excluded = _respondents(answers, base)
    if len(people) < LEAST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Weighting needs {least} customers who answered and bought; there are {n}."),
            N_("Check that answers and orders call a customer by the same id."),
            least=LEAST,
            n=len(people),
        )
    missing = _unanswered(base, people["row"].to_numpy())
    reached = base[~missing]
    rows = (np.cumsum(~missing) - 1)[people["row"].to_numpy()]
    margin, weights = _fitted(reached, rows)
    value = people["value"].to_numpy()
    moved = influences(value, margin.design, weights)
    t = float(stats.t.ppf(0.5 + LEVEL / 2, freedom(weights)))
    mean = float(np.clip(weights @ value, value.min(), value.max()))
    squares = float(weights @ people["square"].to_numpy())
    joined = int(people["answers"].sum())
    effective = _effective(squares - mean**2, t**2 * float(moved @ moved), joined)
    if effective is None:
        effective = kish(weights) * (Z / t) ** 2
    whole = _estimate(mean, squares, effective, joined, unit, "calibrated")
    raw, moved_raw = _raw(people, unit)
    half = t * float(np.linalg.norm(moved_raw - moved))
    off = raw.value - mean
    gap = Estimate(off, off - half, off + half, joined, unit, "linearised")
    people["weight"] = weights * len(people)
    return Weighted(
        raw=raw,
        weighted=whole,
        gap=gap,
        effective_n=effective,
        kish_n=kish(weights),
        design_effect=joined / effective,
        joined=joined,
        unjoined=sum(excluded.values()) - excluded["missing"],
        unanswered=float(missing.mean()),
        merged=margin.merged,
        mix=_mix(base, people),
        classes=_class_weights(margin, len(reached), weights),
        respondents=people[["customer_id", "segment", "answers", "value", "weight"]],
        issues=_issues(margin, missing, effective),
        meaning=_meaning(raw, whole, gap),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=len(answers),
            excluded=excluded,
            parameters={"unit": unit, "classes": margin.most, "pairs": margin.pairs},
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def _respondents(answers: pd.DataFrame, base: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """A row a customer of the base who answered, by id, and the answers left out by reason.

    ``customer_id, row`` (in the base), ``segment, answers, value, square`` (means of the value and its
    square).
    """
    known = answers[answers["value"].notna()]
    named = known[known["customer_id"].notna()]
    value = named["value"].astype("float64")
    given = pd.DataFrame({"id": named["customer_id"], "value": value, "square": value**2})
    by = given.groupby("id")
    people = by.mean().assign(answers=by.size()).rename_axis("customer_id").reset_index()
    people["row"] = pd.Index(base["customer_id"]).get_indexer(people["customer_id"])
    there = people["row"] >= 0
    excluded = {
        N_("missing"): len(answers) - len(known),
        N_("without a customer"): len(known) - len(named),
        N_("of customers who are not in the base"): int(people.loc[~there, "answers"].sum()),
    }
    people = people[there].reset_index(drop=True)
    people["segment"] = base["segment"].to_numpy()[people["row"]]
    return people, excluded


def _unanswered(base: pd.DataFrame, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which customers are in a score class of recency, frequency or money without a respondent."""
    missing = np.zeros(len(base), dtype=bool)
    for name in SCORES:
        score = base[name].to_numpy(dtype=np.float64, na_value=0)
        missing |= ~np.isin(score, score[rows])
    return missing


def _fitted(base: pd.DataFrame, rows: NDArray[np.intp]) -> tuple[Margins, Floats]:
    """The richest margins that weights can meet, and the weights; they sum to 1."""
    for found in margins(base, rows):
        weights = raked(found.design, found.means)
        if weights is not None:
            return found, weights
    raise NotEnoughData(
        "not_enough_data",
        N_("Those who answered are too unlike the customer base: no weights make them alike."),
        N_("Ask more of the customers who hardly answer, or read the unweighted score."),
    )


def _raw(people: pd.DataFrame, unit: Measured) -> tuple[Estimate, Floats]:
    """The mean of all joined answers, clustered by customer, and how each customer moves it."""
    n = people["answers"].to_numpy(dtype=np.float64)
    s = people["value"].to_numpy() * n
    answers, units = n.sum(), len(people)
    ratio, error = ratio_of_sums(units, s.sum(), answers, s @ s, s @ n, n @ n)
    mean = float(ratio)
    squares = float(people["square"].to_numpy() @ n / answers)
    # Of the n/(n-1) of an estimated variance there is no twin in that of an answer.
    variance = float(error) ** 2 * (units - 1) / units
    effective = _effective(squares - mean**2, Z**2 * variance, int(answers))
    if effective is None:
        effective = kish(n)
    elif units == answers:
        effective = float(answers)
    return _estimate(mean, squares, effective, int(answers), unit, "clustered"), (
        s - mean * n
    ) / answers


def _effective(spread: float, squared_half: float, answers: int) -> float | None:
    """The n of a simple random sample whose interval has this half width, at most the answers.

    z² × spread / half²; None where all answered alike and there is no spread to compare.
    """
    if spread <= 1e-12:
        return None
    if squared_half <= 0:
        return float(answers)
    return min(Z**2 * spread / squared_half, float(answers))


def _estimate(
    mean: float, squares: float, n: float, answers: int, unit: Measured, how: str
) -> Estimate:
    """A mean with the interval that `n` independent answers would give it."""
    if unit == "points":
        # Promoters + detractors is the mean square, promoters - detractors the mean.
        net, both = mean / 100, squares / 1e4
        ends = adjusted_wald((both + net) / 2 * n, (both - net) / 2 * n, n)
        low, high, method = float(ends[0]), float(ends[1]), "adjusted Wald"
    elif unit == "share":
        below, above = wilson_ends(mean * n, n)
        low, high, method = float(below), float(above), "wilson"
    else:
        half = Z * math.sqrt(max(squares - mean**2, 0.0) / n)
        low, high, method = mean - half, mean + half, "t"
    return Estimate(mean, low, high, answers, unit, f"{how}, {method}")


def _mix(base: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Segments among respondents and in the base; which differ is one family of binomial tests."""
    names = [s for s in SEGMENTS if (base["segment"] == s).any()]
    customers = base["segment"].value_counts().reindex(names).to_numpy()
    counts = people["segment"].value_counts().reindex(names, fill_value=0).to_numpy()
    weights: pd.Series[Any] = people.groupby("segment")["weight"].sum()
    share, n = customers / len(base), len(people)
    low, high = wilson_ends(counts, n)
    p = benjamini_hochberg(
        [stats.binomtest(int(k), n, float(of)).pvalue for k, of in zip(counts, share, strict=True)]
    )
    ratio = counts / n / share
    return pd.DataFrame(
        {
            "segment": names,
            "customers": customers,
            "respondents": counts,
            "share_base": share,
            "share_respondents": counts / n,
            "share_weighted": weights.reindex(names, fill_value=0.0).to_numpy() / n,
            "ratio": ratio,
            "low": low / share,
            "high": high / share,
            "p": p,
            "state": np.where(p > FALSE_DISCOVERY, SAME, np.where(ratio > 1, OVER, UNDER)),
        }
    )


def _class_weights(margin: Margins, customers: int, weights: Floats) -> pd.DataFrame:
    """The mean weight of each class: its share of the base over its share of the respondents."""
    n = len(weights)
    return pd.DataFrame(
        [
            {
                "measure": one.measure,
                "above": one.above,
                "upto": one.upto,
                "customers": one.customers,
                "respondents": int(one.members.sum()),
                "share_base": one.customers / customers,
                "share_respondents": one.members.mean(),
                "weight": n * weights[one.members].mean(),
            }
            for one in margin.classes
        ]
    )


def _issues(margin: Margins, missing: NDArray[np.bool_], effective: float) -> tuple[Issue, ...]:
    found = []
    if missing.any():
        found.append(
            Issue(
                "unanswered",
                "warning",
                N_(
                    "Nobody answers for {n} of {customers} customers: no one of their recency, frequency"
                    " or money class did. The weighted score speaks for the others."
                ),
                N_("Ask these customers, or read the score as that of the others."),
                {"n": int(missing.sum()), "customers": len(missing)},
                count=int(missing.sum()),
            )
        )
    if effective < FEW:
        found.append(
            Issue(
                "few_effective",
                "warning",
                N_(
                    "A few respondents stand for a large part of the base: the weighted score is worth"
                    " {n} answers of customers picked at random."
                ),
                N_("Ask more of the customers who hardly answer."),
                {"n": math.floor(effective)},
            )
        )
    merged = sum(margin.merged.values())
    if merged:
        found.append(
            Issue(
                "merged",
                "info",
                N_(
                    "{n} classes of recency, frequency or money had fewer than {least} respondents and"
                    " joined a neighbour."
                ),
                params={"n": merged, "least": FEWEST},
                count=merged,
            )
        )
    if not margin.pairs:
        found.append(
            Issue(
                "plain_margins",
                "info",
                N_(
                    "The answers are too few, or too unlike the base, to be weighted by pairs of"
                    " recency, frequency and money; each is made equal by itself."
                ),
            )
        )
    return tuple(found)


def _meaning(raw: Estimate, whole: Estimate, gap: Estimate) -> Sentence:
    if gap.low > 0:
        message = N_(
            "Those who answer are kinder than the customer base: {raw} as answered, {weighted} weighted"
            " to all customers."
        )
    elif gap.high < 0:
        message = N_(
            "Those who answer are harsher than the customer base: {raw} as answered, {weighted} weighted"
            " to all customers."
        )
    else:
        message = N_(
            "Who answers makes no detectable difference: {raw} as answered, {weighted} weighted to all"
            " customers."
        )
    params = {"raw": raw.value, "weighted": whole.value}
    return Sentence(message, params, {"raw": raw.unit, "weighted": whole.unit})
