"""What the shop did: campaigns, A/B tests and the coffee subscription."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.population import Population, days_since_start
from cxlib.demo.stream import stream
from cxlib.demo.truth import TRUTH, Experiment


def campaigns(people: Population, orders: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row a month and campaign: paid channels with cost and reach, and the newsletter.

    A month's cost is its new customers × `TRUTH.acquisition.cac`, give or take 15 %, then scaled so
    that the cost of a channel over all months gives its CAC exactly (but for rounding).
    """
    rng = stream(seed, "campaigns")
    own = people.customers.assign(month=people.customers["signed_up"].dt.to_period("M"))
    months = pd.period_range(TRUTH.window.first, TRUTH.window.last, freq="M")
    revenue = orders.groupby([orders["timestamp"].dt.to_period("M"), "channel"])["amount"].sum()
    tables = []
    for channel, cac in TRUTH.acquisition.cac.items():
        of_channel = own[own["acquisition_channel"] == channel]
        for campaign, members in of_channel.groupby("acquisition_campaign"):
            new = members.groupby("month").size().reindex(months, fill_value=0)
            new = new[new > 0] if campaign == TRUTH.discount_cohort.campaign else new
            cost = new.to_numpy() * cac * rng.lognormal(0, 0.15, len(new))
            cost *= new.sum() * cac / cost.sum()
            clicks = rng.poisson(cost / 1_500)
            tables.append(
                pd.DataFrame(
                    {
                        "timestamp": pd.PeriodIndex(new.index).start_time.as_unit("s"),
                        "channel": channel,
                        "campaign": campaign,
                        "cost": np.rint(cost).astype(np.int64),
                        "impressions": rng.poisson(np.maximum(clicks, 1) / 0.012),
                        "clicks": clicks,
                        "leads": np.minimum(new.to_numpy() + rng.poisson(0.05 * clicks), clicks),
                        "new_customers": new.to_numpy(),
                        "revenue": revenue.reindex(
                            [(m, channel) for m in new.index], fill_value=0
                        ).to_numpy(),
                    }
                )
            )
    reached = people.customers["consent"].to_numpy()
    joined = [
        int((reached & (people.first <= days_since_start(m.end_time.date()))).sum()) for m in months
    ]
    delivered = rng.binomial(joined, 0.97)
    opened = rng.binomial(delivered, 0.31)
    tables.append(
        pd.DataFrame(
            {
                "timestamp": months.start_time.as_unit("s"),
                "channel": "E-mail",
                "campaign": "Newsletter",
                "cost": 750_000,
                "clicks": rng.binomial(opened, 0.12),
                "sent": joined,
                "delivered": delivered,
                "opened": opened,
            }
        )
    )
    table = pd.concat(tables).sort_values(["timestamp", "channel", "campaign"], ignore_index=True)
    return table.astype(
        {
            name: "Int64"
            for name in table.columns
            if name not in ("timestamp", "channel", "campaign")
        }
    )


def experiment(people: Population, plan: Experiment, seed: int) -> pd.DataFrame:
    """A row a customer who had joined before the test: arm, whether converted, when first seen.

    The number of conversions of an arm is drawn; the arms' sizes are too, by `plan.actual_share`.
    """
    rng = stream(seed, plan.name)
    start = days_since_start(plan.window.first)
    unit = rng.permutation(np.flatnonzero(people.first < start))
    treated = rng.random(len(unit)) < plan.actual_share
    converted = rng.random(len(unit)) < np.where(treated, plan.treatment, plan.control)
    seconds = rng.integers(0, ((plan.window.last - plan.window.first).days + 1) * 86_400, len(unit))
    table = pd.DataFrame(
        {
            "unit_id": people.customers["customer_id"].to_numpy()[unit],
            "variant": np.where(treated, "treatment", "control"),
            "outcome": converted.astype(np.int64),
            "timestamp": pd.Timestamp(plan.window.first).as_unit("s")
            + pd.to_timedelta(seconds, unit="s").as_unit("s"),
        }
    )
    return table.sort_values("timestamp", kind="stable", ignore_index=True)


def subscriptions(people: Population, seed: int) -> pd.DataFrame:
    """A row a customer and plan: monthly price, whole months held, and whether they left.

    A tenth of those who stay move up a plan after half a year: their old plan ends unchurned on the
    day on which the new one starts.
    """
    rng = stream(seed, "subscriptions")
    plans = TRUTH.subscription
    names = list(plans.price)
    n = len(people)
    member = np.flatnonzero(rng.random(n) < plans.share_of_customers)
    plan = rng.choice(len(names), len(member), p=[0.5, 0.35, 0.15])
    opened = pd.Timestamp(TRUTH.window.first)
    start = opened + pd.to_timedelta(
        people.first[member] + rng.integers(0, 60, len(member)), unit="D"
    )
    close = pd.Timestamp(TRUTH.window.last)
    rows = []
    for i, begun, index in zip(member, start, plan, strict=True):
        if begun > close:
            continue
        stays = int(rng.geometric(plans.monthly_churn[names[index]]))
        moves_up = index + 1 < len(names) and rng.random() < 0.1
        spells = [(index, begun, stays)]
        if moves_up and stays > 6:
            longer = int(rng.geometric(plans.monthly_churn[names[index + 1]]))
            spells = [(index, begun, -6), (index + 1, begun + pd.DateOffset(months=6), longer)]
        rows += [(i, *spell) for spell in spells]
    table = pd.DataFrame(rows, columns=["who", "plan", "start", "months"])
    ends = pd.Series(
        [
            s + pd.DateOffset(months=abs(m))
            for s, m in zip(table["start"], table["months"], strict=True)
        ]
    )
    table, ends = table[table["start"] <= close], ends[table["start"] <= close]
    over = ends <= close
    held = np.where(
        over,
        table["months"].abs(),
        (close.year - table["start"].dt.year) * 12
        + close.month
        - table["start"].dt.month
        - (table["start"].dt.day > close.day),
    )
    name = np.array(names)[table["plan"]]
    return pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[table["who"]],
            "start": table["start"].astype("datetime64[s]"),
            "end": ends.where(over).astype("datetime64[s]"),
            "plan": name,
            "mrr": [plans.price[p] for p in name],
            "tenure": held,
            "churned": over & (table["months"] > 0),
        }
    ).sort_values(["start", "customer_id"], ignore_index=True)
