"""Purchases by BG/NBD and spend by Gamma-Gamma, on whole days.

The model lives in continuous time, a file in days. A repeat at t days after the first purchase is
dated on day ⌈t⌉, so all repeats of (0, T] and no others fall in the window; two of one customer on
one day would merge into a single purchase and bias the rate, so the later one moves to the next
free day. Frequency is then exact and recency off by less than a day but for those few.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.moments import days_since_start
from cxlib.demo.population import Population
from cxlib.demo.stream import Floats, Integers, stream
from cxlib.demo.truth import TRUTH


def purchases(people: Population, seed: int) -> pd.DataFrame:
    """A row a purchase, sorted by day and customer.

    Returns
    -------
    DataFrame
        `who` (row of the customer), `day` (days since the window opened), `is_first`, `spend`
        (rupiah in whole hundreds, at least 5,000), `is_discounted`.
    """
    rng = stream(seed, "purchases")
    end = days_since_start(TRUTH.window.last)
    who, after = _repeats(rng, people.rate, people.dropout, end - people.first)
    n = len(people)
    table = pd.DataFrame(
        {
            "who": np.concatenate([np.arange(n), who]),
            "day": np.concatenate([people.first, people.first[who] + after]),
            "is_first": np.arange(n + len(who)) < n,
        }
    ).sort_values(["day", "who"], ignore_index=True)

    # Everything is drawn before the lapse cuts, so that the cut changes nothing else.
    buyer = table["who"].to_numpy()
    spend = rng.gamma(TRUTH.spend.p, 1 / people.spend_rate[buyer])
    table["spend"] = np.maximum(np.rint(spend / 100), 50).astype(np.int64) * 100
    discounted = np.where(
        people.is_discount, TRUTH.discount_cohort.discounted_purchases, TRUTH.discounted_purchases
    )
    # The deep discount is what brought the cohort in: its first purchase always has one.
    by_campaign = people.is_discount[buyer] & table["is_first"].to_numpy()
    table["is_discounted"] = by_campaign | (rng.random(len(table)) < discounted[buyer])
    after_lapse = table["day"].to_numpy() > days_since_start(TRUTH.lapse.last_day)
    kept: pd.DataFrame = table[~(people.is_lapsing[buyer] & after_lapse)]
    return kept.reset_index(drop=True)


def _repeats(
    rng: np.random.Generator, rate: Floats, dropout: Floats, span: Integers
) -> tuple[Integers, Integers]:
    """Repeat purchases within `span` days of the first: whose, and how many days after it."""
    alive = np.arange(len(rate))
    clock = np.zeros(len(rate))
    whose: list[Integers] = []
    when: list[Floats] = []
    while alive.size:
        clock[alive] += rng.exponential(1 / rate[alive])
        alive = alive[clock[alive] <= span[alive]]
        whose.append(alive)
        when.append(clock[alive])
        alive = alive[rng.random(alive.size) >= dropout[alive]]
    who = np.concatenate(whose)
    return _one_a_day(who, np.ceil(np.concatenate(when)).astype(np.int64), span)


def _one_a_day(who: Integers, day: Integers, span: Integers) -> tuple[Integers, Integers]:
    """The same purchases, no two of a customer on one day.

    Within a customer's sorted days d, the k-th goes to max over i ≤ k of (d_i + k − i), the next
    free day; one pushed past the end takes the latest free day before it.
    """
    order = np.lexsort((day, who))
    who, day = who[order], day[order]
    position = pd.Series(who).groupby(who).cumcount().to_numpy(np.int64)
    free = pd.Series(day - position).groupby(who).cummax().to_numpy(np.int64) + position
    remaining = pd.Series(who).groupby(who).cumcount(ascending=False).to_numpy(np.int64)
    return who, np.minimum(free, span[who] - remaining)
