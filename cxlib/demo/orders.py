"""The transactions table: order lines with everything that a shop's export has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.moments import DAY, clock
from cxlib.demo.population import Population
from cxlib.demo.products import CATALOGUE, fill
from cxlib.demo.stream import stream

# Later purchases mostly come by themselves; the first one carries the channel that was paid for.
LATER = {
    "Direct": 0.55,
    "Instagram": 0.13,
    "Google": 0.10,
    "Marketplace": 0.12,
    "TikTok": 0.03,
    "Store": 0.07,
}
HOURS = np.array([1, 1, 0, 0, 0, 1, 3, 5, 7, 8, 9, 10, 12, 10, 8, 8, 8, 9, 10, 13, 15, 13, 8, 4.0])


def transactions(people: Population, bought: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row an order line, ordered by time; the fields of the kind *transactions*.

    A purchase is one order but for the 5 % of several lines that were sent as two on one day:
    a purchase is a customer-day, and its spend is what all its lines come to.
    """
    rng = stream(seed, "orders")
    n = len(bought)
    who = bought["who"].to_numpy()
    off = np.where(
        bought["is_discounted"],
        np.where(people.is_discount[who], rng.uniform(0.3, 0.5, n), rng.uniform(0.05, 0.25, n)),
        0.0,
    )
    lines = fill(rng, bought["spend"].to_numpy() // 100, off, people.favourite[who])

    second = np.zeros(len(lines.purchase), dtype=np.bool_)
    second[1:] = lines.purchase[1:] == lines.purchase[:-1]
    last_of_several = second & np.append(lines.purchase[1:] != lines.purchase[:-1], True)
    apart = last_of_several & (rng.random(n) < 0.05)[lines.purchase]

    minute = rng.choice(24, n, p=HOURS / HOURS.sum()) * 60 + rng.integers(0, 60, n)
    seconds = bought["day"].to_numpy() * DAY + minute * 60 + rng.integers(0, 60, n)
    # The parcel apart was ordered up to 40 minutes later, and never past midnight.
    later = np.minimum(rng.integers(60, 2_400, n), DAY - 1 - seconds % DAY)
    moment = seconds[lines.purchase] + np.where(apart, later[lines.purchase], 0)

    paid = people.customers["acquisition_channel"].to_numpy()[who]
    later_channel = rng.choice(list(LATER), n, p=list(LATER.values()))
    channel = np.where(bought["is_first"], paid, later_channel)

    table = pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[who[lines.purchase]],
            "timestamp": clock(moment),
            "amount": lines.amount * 100,
            "product": np.array([p.name for p in CATALOGUE])[lines.product],
            "category": np.array([p.category for p in CATALOGUE])[lines.product],
            "quantity": lines.quantity,
            "unit_price": lines.unit_price * 100,
            "discount": lines.discount * 100,
            "channel": channel[lines.purchase],
            "place": people.customers["city"].to_numpy()[who[lines.purchase]],
            "currency": "IDR",
            "status": "completed",
        }
    )
    order = lines.purchase * 2 + apart
    table["order"] = order
    table = table.sort_values(["timestamp", "order"], kind="stable", ignore_index=True)
    number = table["order"].factorize()[0] + 1
    line = table.groupby("order").cumcount() + 1
    table.insert(0, "order_id", [f"TN-{i:06d}" for i in number])
    table.insert(1, "line_id", [f"TN-{i:06d}-{j}" for i, j in zip(number, line, strict=True)])
    return table.drop(columns="order")
