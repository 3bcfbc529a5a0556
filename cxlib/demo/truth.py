"""What is known about Toko Nusantara because it was planted: the one place where it is written.

The generator reads these constants and `data/README.md` lists them, so an analysis can be held
against the parameters that made its data. Rates are per day, money in rupiah, shares in 0–1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """BG/NBD: purchase rate λ ~ Gamma(r, rate α) a day, dropout p ~ Beta(a, b) after each repeat."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Spend of a purchase ~ Gamma(p, rate ν), with ν ~ Gamma(q, rate v): mean p·v / (q − 1)."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        return self.p * self.v / (self.q - 1)


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `first` to `last`, both included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class DiscountCohort:
    """Customers whom a deep-discount campaign brought in one month, and who went on buying so."""

    campaign: str = "Mega Sale 11.11"
    channel: str = "Marketplace"
    acquired: Window = Window(dt.date(2024, 11, 8), dt.date(2024, 11, 30))
    customers: int = 320
    discounted_purchases: float = 0.85
    purchases: BetaGeometric = BetaGeometric(r=0.9, alpha=75.0, a=1.8, b=1.8)


@dataclass(frozen=True, slots=True)
class Lapse:
    """A place where nobody has bought since the day after `last_day`: its warehouse closed."""

    place: str = "Makassar"
    share_of_customers: float = 0.07
    last_day: dt.date = dt.date(2025, 6, 30)


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """A month of late parcels.

    `nps` is the NPS of the answers given in the month and `nps_otherwise` of all others, exact but
    for the rounding of counts. `complaint_rate` of the month's purchases lead to a delivery ticket
    on top of the usual ones; `feedback_rate` to a public complaint about delivery.
    """

    month: Window = Window(dt.date(2025, 8, 1), dt.date(2025, 8, 31))
    nps: float = -10.0
    nps_otherwise: float = 30.0
    complaint_rate: float = 0.20
    feedback_rate: float = 0.22


@dataclass(frozen=True, slots=True)
class CheckoutBug:
    """Two weeks in which the checkout fails on one kind of device.

    `completed` is the share of sessions that begin a checkout and buy while the bug lives, on
    `device`; `completed_otherwise` the share at all other times and on the other devices.
    """

    device: str = "mobile web"
    window: Window = Window(dt.date(2025, 3, 10), dt.date(2025, 3, 23))
    completed: float = 0.25
    completed_otherwise: float = 0.65


@dataclass(frozen=True, slots=True)
class Experiment:
    """An A/B test on customers: the conversion rate of each arm and the share sent to treatment."""

    name: str
    window: Window
    control: float
    treatment: float
    intended_share: float = 0.5
    actual_share: float = 0.5

    @property
    def lift(self) -> float:
        """Treatment − control, absolute."""
        return self.treatment - self.control


@dataclass(frozen=True, slots=True)
class AcquisitionCost:
    """What a new customer costs by channel, and the margin that has to earn it back.

    TikTok's cost is above what its average customer earns in two years; the other channels are
    paid back by the second purchase.
    """

    margin: float = 0.30
    bad_channel: str = "TikTok"
    cac: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "Instagram": 85_000.0,
                "Google": 110_000.0,
                "Marketplace": 60_000.0,
                "TikTok": 650_000.0,
            }
        )
    )


@dataclass(frozen=True, slots=True)
class CoffeeSubscription:
    """Plans with a monthly price and a constant chance of leaving each month."""

    price: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {"Hemat": 99_000, "Keluarga": 179_000, "Juragan": 299_000}
        )
    )
    monthly_churn: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"Hemat": 0.09, "Keluarga": 0.05, "Juragan": 0.025}
        )
    )
    share_of_customers: float = 0.14


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that was planted.

    `purchases` and `spend` hold for the base population: every customer outside the discount cohort
    and outside the lapsed place. `discounted_purchases` is their share of discounted purchases, and
    `drivers` the weights of the latent ratings in the score for recommendation.
    """

    window: Window = Window(dt.date(2024, 1, 1), dt.date(2025, 12, 31))
    customers: int = 5_000
    purchases: BetaGeometric = BetaGeometric(r=0.9, alpha=75.0, a=0.7, b=2.6)
    spend: GammaGamma = GammaGamma(p=6.0, q=4.0, v=125_000.0)
    discounted_purchases: float = 0.12
    drivers: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"delivery": 0.45, "product": 0.35, "service": 0.15, "price": 0.05}
        )
    )
    discount_cohort: DiscountCohort = DiscountCohort()
    lapse: Lapse = Lapse()
    delivery_failure: DeliveryFailure = DeliveryFailure()
    checkout_bug: CheckoutBug = CheckoutBug()
    working_experiment: Experiment = Experiment(
        name="Pengingat keranjang",
        window=Window(dt.date(2025, 9, 1), dt.date(2025, 9, 21)),
        control=0.12,
        treatment=0.17,
    )
    broken_experiment: Experiment = Experiment(
        name="Banner gratis ongkir",
        window=Window(dt.date(2025, 10, 6), dt.date(2025, 10, 26)),
        control=0.12,
        treatment=0.12,
        actual_share=0.43,
    )
    acquisition: AcquisitionCost = field(default_factory=AcquisitionCost)
    subscription: CoffeeSubscription = field(default_factory=CoffeeSubscription)


TRUTH = Truth()
