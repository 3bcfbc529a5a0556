"""Marketing spend: the paid channels month by month, and the newsletter."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.moments import days_since_start
from cxlib.demo.population import ALWAYS_ON, Population
from cxlib.demo.stream import stream
from cxlib.demo.truth import TRUTH

COST_PER_CLICK, CLICK_RATE = 1_500, 0.012
KEY = ["timestamp", "channel", "campaign"]
COUNTS = [
    "cost",
    "impressions",
    "clicks",
    "leads",
    "new_customers",
    "revenue",
    "sent",
    "delivered",
    "opened",
]


def campaigns(people: Population, orders: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row a month and campaign; a campaign has only the counts that its channel knows."""
    rng = stream(seed, "campaigns")
    paid = _paid(rng, people.customers)
    sales = orders.assign(timestamp=_month(orders["timestamp"]))
    revenue = sales.groupby(["timestamp", "channel"])["amount"].sum().rename("revenue")
    paid = paid.merge(revenue, how="left", left_on=["timestamp", "channel"], right_index=True)
    # The channels credit their sales to the campaign that always runs; of others none is known.
    paid["revenue"] = paid["revenue"].fillna(0).where(paid["campaign"] == ALWAYS_ON)
    table = pd.concat([paid, _newsletter(rng, people)]).sort_values(KEY, ignore_index=True)
    return table[KEY + COUNTS].astype(dict.fromkeys(COUNTS, "Int64"))


def _paid(rng: np.random.Generator, customers: pd.DataFrame) -> pd.DataFrame:
    """Cost and reach of the channels that cost money.

    A month's cost is its new customers × `TRUTH.acquisition.cac`, give or take 15 %, scaled so that
    a channel's cost over its new customers is its CAC but for rounding.
    """
    cac = pd.Series(dict(TRUTH.acquisition.cac), name="cac")
    table = (
        customers.assign(timestamp=_month(customers["signed_up"]))
        .rename(columns={"acquisition_channel": "channel", "acquisition_campaign": "campaign"})
        .groupby(KEY)
        .size()
        .rename("new_customers")
        .reset_index()
        .merge(cac, left_on="channel", right_index=True)
    )
    cost = table["new_customers"] * table["cac"] * rng.lognormal(0, 0.15, len(table))
    exact = (table["new_customers"] * table["cac"]).groupby(table["channel"]).transform("sum")
    table["cost"] = (cost * exact / cost.groupby(table["channel"]).transform("sum")).round()
    table["clicks"] = rng.poisson(table["cost"] / COST_PER_CLICK)
    table["impressions"] = rng.poisson(table["clicks"] / CLICK_RATE)
    leads = table["new_customers"] + rng.poisson(0.05 * table["clicks"])
    table["leads"] = np.minimum(leads, table["clicks"])
    return table.drop(columns="cac")


def _newsletter(rng: np.random.Generator, people: Population) -> pd.DataFrame:
    """A mail a month to everyone who consented and had joined by its end."""
    months = pd.date_range(TRUTH.window.first, TRUTH.window.last, freq="MS", unit="s")
    consented = people.first[people.customers["consent"].to_numpy(bool)]
    ends = [days_since_start((month + pd.offsets.MonthEnd()).date()) for month in months]
    sent = np.searchsorted(consented, ends, side="right")
    delivered = rng.binomial(sent, 0.97)
    opened = rng.binomial(delivered, 0.31)
    return pd.DataFrame(
        {
            "timestamp": months,
            "channel": "E-mail",
            "campaign": "Newsletter",
            "cost": 750_000,
            "sent": sent,
            "delivered": delivered,
            "opened": opened,
            "clicks": rng.binomial(opened, 0.12),
        }
    )


def _month(moments: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """The first day of the month."""
    return moments.dt.to_period("M").dt.start_time.dt.as_unit("s")
