"""The customers of Toko Nusantara: what the shop knows of them, and what only the simulation does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from cxlib.demo.moments import DAY, clock, days_since_start
from cxlib.demo.products import CATEGORIES
from cxlib.demo.stream import Flags, Floats, Integers, stream
from cxlib.demo.truth import TRUTH, Window

CITIES = {
    "Jakarta": 0.30,
    "Surabaya": 0.15,
    "Bandung": 0.14,
    "Medan": 0.10,
    "Semarang": 0.09,
    "Yogyakarta": 0.08,
    "Denpasar": 0.07,
}
CHANNELS = {
    "Instagram": 0.30,
    "Google": 0.22,
    "Marketplace": 0.20,
    "TikTok": 0.12,
    "Direct": 0.10,
    "Store": 0.06,
}
ALWAYS_ON = "Always on"
"""The campaign of everyone whom no promotion brought."""
WOMEN = "Siti Dewi Putri Ayu Rina Maya Wulan Indah Ratna Lestari Nadia Fitri Kartika Melati Anisa"
MEN = "Budi Agus Andi Dimas Rizky Bayu Hendra Yusuf Fajar Eko Galih Ilham Reza Wahyu Teguh"
FAMILY = (
    "Santoso Wijaya Pratama Siregar Nasution Hidayat Saputra Kusuma Simanjuntak Halim Gunawan "
    "Nugroho Permata Rahman Hutapea Setiawan Tanjung Maulana Suryani Utami"
)


@dataclass(frozen=True, slots=True)
class Population:
    """A row a customer.

    `customers` is the table that the shop has. The rest is hidden from it, each an array of the
    same length: the day of the first purchase (days since the window opened), the purchase rate λ a
    day, the dropout probability p, the spend rate ν, the favourite category (index, −1 for none)
    and how satisfied the customer tends to be (standard normal, higher for low p).
    """

    customers: pd.DataFrame
    first: Integers
    rate: Floats
    dropout: Floats
    spend_rate: Floats
    favourite: Integers
    satisfaction: Floats

    def __len__(self) -> int:
        return len(self.first)

    @property
    def is_discount(self) -> Flags:
        """Who came with the deep-discount campaign."""
        campaign = self.customers["acquisition_campaign"]
        return (campaign == TRUTH.discount_cohort.campaign).to_numpy(bool)

    @property
    def is_lapsing(self) -> Flags:
        """Who lives where buying stops."""
        return (self.customers["city"] == TRUTH.lapse.place).to_numpy(bool)


def population(seed: int) -> Population:
    """`TRUTH.customers` people, ordered by the day of their first purchase."""
    rng = stream(seed, "population")
    cohort = TRUTH.discount_cohort
    n, n_discount = TRUTH.customers, cohort.customers
    first = np.concatenate(
        [
            _first_days(rng, n - n_discount, TRUTH.window, promotion=False),
            _first_days(rng, n_discount, cohort.acquired, promotion=True),
        ]
    )
    order = np.argsort(first, kind="stable")
    first, is_discount = first[order], (np.arange(n) >= n - n_discount)[order]

    model = TRUTH.purchases
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    dropout = np.where(
        is_discount,
        rng.beta(cohort.purchases.a, cohort.purchases.b, n),
        rng.beta(model.a, model.b, n),
    )
    return Population(
        customers=_customers(rng, first, is_discount),
        first=first,
        rate=rate,
        dropout=dropout,
        spend_rate=rng.gamma(TRUTH.spend.q, 1 / TRUTH.spend.v, n),
        favourite=np.where(rng.random(n) < 0.4, rng.integers(0, len(CATEGORIES), n), -1),
        satisfaction=-0.6 * _normal_scores(dropout) + 0.8 * rng.standard_normal(n),
    )


def _first_days(rng: np.random.Generator, n: int, window: Window, *, promotion: bool) -> Integers:
    """Days of first purchases: growing, more before Lebaran and at weekends, peaks on sale days.

    Only first purchases have a season. Repeat purchases must not, or they would not be BG/NBD.
    """
    days = pd.date_range(window.first, window.last)
    offset = np.array([days_since_start(day.date()) for day in days], dtype=np.int64)
    if promotion:
        sale = days_since_start(dt.date(2024, 11, 11))
        since_sale = np.maximum(offset - sale, 0)
        weight = np.exp(-since_sale / 6.0)
    else:
        weight = 1 + 0.7 * offset / days_since_start(TRUTH.window.last)
        weight *= np.where(days.day_of_week >= 5, 1.2, 1.0)
        weight *= np.select(
            [days.month == 3, days.month == 11, days.month == 12], [1.3, 1.15, 1.25], 1.0
        )
        weight *= np.where((days.month == days.day) & (days.month >= 9), 2.5, 1.0)
    chosen = rng.choice(offset, size=n, p=weight / weight.sum())
    return np.asarray(chosen, dtype=np.int64)


def _customers(rng: np.random.Generator, first: Integers, is_discount: Flags) -> pd.DataFrame:
    """The shop's own table: contacts that reach nobody, consent, attributes."""
    n, lapse, cohort = len(first), TRUTH.lapse, TRUTH.discount_cohort
    city = _draw(rng, CITIES, n)
    could_lapse = ~is_discount & (first <= days_since_start(lapse.last_day))
    city[could_lapse & (rng.random(n) < lapse.share_of_customers)] = lapse.place
    is_woman = rng.random(n) < 0.58
    given = np.where(is_woman, rng.choice(WOMEN.split(), n), rng.choice(MEN.split(), n))
    family = rng.choice(FAMILY.split(), n)
    number = np.arange(1, n + 1)
    return pd.DataFrame(
        {
            "customer_id": [f"TN{i:05d}" for i in number],
            "name": [f"{g} {f}" for g, f in zip(given, family, strict=True)],
            # example.com is reserved for examples; 0800 is the toll-free range, never a mobile.
            "email": [
                f"{g}.{f}{i}@example.com".lower()
                for g, f, i in zip(given, family, number, strict=True)
            ],
            "phone": [f"+62800{7_000_000 + i}" for i in number],
            "consent": rng.random(n) < 0.72,
            "city": city,
            "gender": np.where(is_woman, "F", "M"),
            "birth_year": np.clip(rng.normal(1991, 8, n).round(), 1955, 2007).astype(np.int64),
            "language": np.where(rng.random(n) < 0.7, "id", "en"),
            "acquisition_channel": np.where(is_discount, cohort.channel, _draw(rng, CHANNELS, n)),
            "acquisition_campaign": np.where(is_discount, cohort.campaign, ALWAYS_ON),
            "signed_up": clock(first * DAY),
        }
    )


def _draw(rng: np.random.Generator, shares: dict[str, float], n: int) -> NDArray[np.object_]:
    weight = np.array(list(shares.values()))
    chosen = rng.choice(len(shares), size=n, p=weight / weight.sum())
    return np.array(list(shares), dtype=object)[chosen]


def _normal_scores(values: Floats) -> Floats:
    """Standard normal scores of the ranks."""
    return np.asarray(norm.ppf((rankdata(values) - 0.5) / len(values)), dtype=np.float64)
