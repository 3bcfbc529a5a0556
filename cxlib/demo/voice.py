"""What customers say: survey answers after a purchase, and public reviews."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from cxlib.demo import phrases
from cxlib.demo.moments import DAY, clock, days_since_start, within
from cxlib.demo.population import Population
from cxlib.demo.stream import Flags, Floats, Integers, stream
from cxlib.demo.truth import TRUTH

# Shares of the scores 0–10: promoters − detractors is TRUTH.delivery_failure.nps_otherwise and .nps.
USUAL = (0.01, 0.01, 0.01, 0.02, 0.02, 0.05, 0.08, 0.12, 0.18, 0.24, 0.26)
FAILED = (0.03, 0.03, 0.04, 0.05, 0.06, 0.09, 0.10, 0.14, 0.16, 0.16, 0.14)
ANSWERED, COMMENTED, REVIEWED = 0.25, 0.55, 0.11
RATINGS = tuple(TRUTH.drivers)


def responses(people: Population, bought: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row an answered survey, one to four days after a purchase.

    Four ratings 1–5 stand on the customer's satisfaction, the score for recommendation on the
    ratings by `TRUTH.drivers`, and satisfied customers are those who stay. Scores are given by rank
    within the failed month and within the rest, so the NPS of both is known exactly.
    """
    rng = stream(seed, "responses")
    who, moment = _after(rng, bought, ANSWERED, days=4)
    failed = within(moment, TRUTH.delivery_failure.month)
    n = len(who)
    rated = {
        name: 0.5 * people.satisfaction[who] + 0.87 * rng.standard_normal(n) for name in RATINGS
    }
    rated["delivery"] = rated["delivery"] - 1.6 * failed
    feeling = sum(
        (weight * rated[name] for name, weight in TRUTH.drivers.items()),
        0.25 * rng.standard_normal(n),
    )
    score = _by_rank(feeling, ~failed, USUAL) + _by_rank(feeling, failed, FAILED)

    tone = np.select([score >= 9, score <= 6], ["positive", "negative"], "neutral").astype(object)
    latent = np.column_stack([rated[name] for name in RATINGS])
    about = np.where(tone == "positive", latent.argmax(axis=1), latent.argmin(axis=1))
    topic = np.array([phrases.TOPICS.index(name) for name in RATINGS])[about]
    language = people.customers["language"].to_numpy(object)[who]
    comment = np.array(phrases.write(rng, language, tone, topic), dtype=object)
    comment[rng.random(n) >= COMMENTED] = None
    effort = 0.6 * feeling + 0.4 * rng.standard_normal(n)
    table = pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[who],
            "timestamp": clock(moment),
            "nps": score,
            "csat": _cut(feeling, (-1.4, -0.8, -0.25, 0.35)),
            "ces": _cut(effort, (-1.3, -0.95, -0.65, -0.35, 0.05, 0.45)),
            **{name: _cut(rated[name], (-1.7, -1.0, -0.3, 0.6)) for name in RATINGS},
            "comment": pd.array(comment, dtype="str"),
            "place": people.customers["city"].to_numpy()[who],
        }
    )
    return table.sort_values("timestamp", kind="stable", ignore_index=True)


def feedback(people: Population, bought: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row a public review, with complaints about delivery on top in the failed month."""
    rng = stream(seed, "feedback")
    failure = TRUTH.delivery_failure
    who, moment = _after(rng, bought, REVIEWED, days=10)
    stars = _cut(people.satisfaction[who] + rng.standard_normal(len(who)), (-2.2, -1.4, -0.7, 0.4))
    topic = rng.integers(0, len(phrases.TOPICS), len(who))

    late, at = complaints(rng, bought, failure.feedback_rate)
    who, moment = np.concatenate([who, late]), np.concatenate([moment, at])
    stars = np.concatenate([stars, rng.integers(1, 3, len(late))])
    topic = np.concatenate([topic, np.full(len(late), phrases.TOPICS.index("delivery"))])

    tone = np.select([stars >= 4, stars <= 2], ["positive", "negative"], "neutral").astype(object)
    language = people.customers["language"].to_numpy(object)[who]
    places = np.array(["Google review", "Instagram", "Marketplace review", "App review"])
    table = pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[who],
            "timestamp": clock(moment),
            "text": phrases.write(rng, language, tone, topic),
            "rating": stars,
            "channel": rng.choice(places, len(who), p=[0.3, 0.25, 0.3, 0.15]),
        }
    )
    return table.sort_values("timestamp", kind="stable", ignore_index=True)


def complaints(
    rng: np.random.Generator, bought: pd.DataFrame, rate: float
) -> tuple[Integers, Integers]:
    """Who complains about the failed deliveries, and when within the failed month (seconds)."""
    month = TRUTH.delivery_failure.month
    hit = within(bought["day"].to_numpy(np.int64) * DAY, month) & (rng.random(len(bought)) < rate)
    end = (days_since_start(month.last) + 1) * DAY
    ordered = bought["day"].to_numpy(np.int64)[hit] * DAY
    return bought["who"].to_numpy(np.int64)[hit], rng.integers(ordered + 43_200, end)


def _after(
    rng: np.random.Generator, bought: pd.DataFrame, share: float, days: int
) -> tuple[Integers, Integers]:
    """Customers and moments, within some days after a share of the purchases; none after the end."""
    chosen = rng.random(len(bought)) < share
    who = bought["who"].to_numpy(np.int64)[chosen]
    day = bought["day"].to_numpy(np.int64)[chosen] + rng.integers(1, days + 1, len(who))
    moment = day * DAY + rng.integers(7 * 3_600, 23 * 3_600, len(who))
    kept = within(moment, TRUTH.window)
    return who[kept], moment[kept]


def _by_rank(values: Floats, of: Flags, shares: tuple[float, ...]) -> Integers:
    """Scores 0–10 in the order of `values` among the rows `of`, in the given shares; 0 elsewhere."""
    score = np.zeros(len(values), dtype=np.int64)
    quantile = (rankdata(values[of]) - 0.5) / max(of.sum(), 1)
    score[of] = np.searchsorted(np.cumsum(shares)[:-1], quantile)
    return score


def _cut(values: Floats, edges: tuple[float, ...]) -> Integers:
    """1, 2, … by how many edges lie below."""
    return np.asarray(1 + np.searchsorted(edges, values), dtype=np.int64)
