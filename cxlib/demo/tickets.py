"""Support tickets: a row a ticket, more and slower in the month when deliveries failed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo import phrases
from cxlib.demo.moments import DAY, clock, within
from cxlib.demo.population import Population
from cxlib.demo.stream import stream
from cxlib.demo.truth import TRUTH
from cxlib.demo.voice import complaints

RATE = 0.045
TOPICS = {"delivery": 0.30, "product": 0.20, "returns": 0.18, "payment": 0.17, "app": 0.15}
GROUPS = {
    "delivery": "Logistics",
    "product": "Shop",
    "returns": "Finance",
    "payment": "Finance",
    "app": "IT",
}
HOURS_TO_RESPOND, HOURS_TO_RESOLVE = 2.0, 20.0


def tickets(people: Population, bought: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Tickets after a share of the purchases and, in the failed month, about late parcels.

    Response and resolution times are log-normal with medians of two and twenty hours, three times
    that in the failed month. A ticket still open when the window ends has no resolution.
    """
    rng = stream(seed, "tickets")
    hit = np.flatnonzero(rng.random(len(bought)) < RATE)
    moment = bought["day"].to_numpy(np.int64)[hit] * DAY + rng.integers(DAY // 2, DAY, len(hit))
    topic = rng.choice(list(TOPICS), len(hit), p=list(TOPICS.values())).astype(object)
    late, at = complaints(rng, bought, TRUTH.delivery_failure.complaint_rate)
    who = np.concatenate([bought["who"].to_numpy(np.int64)[hit], late])
    moment = np.concatenate([moment, at])
    topic = np.concatenate([topic, np.full(len(late), "delivery", dtype=object)])

    n = len(who)
    slower = np.where(within(moment, TRUTH.delivery_failure.month), 3.0, 1.0)
    respond = slower * HOURS_TO_RESPOND * rng.lognormal(0, 0.9, n)
    resolve = respond + slower * HOURS_TO_RESOLVE * rng.lognormal(0, 0.8, n)
    responded = pd.Series(clock(moment + (respond * 3_600).astype(np.int64)))
    resolved = pd.Series(clock(moment + (resolve * 3_600).astype(np.int64)))
    end = pd.Timestamp(TRUTH.window.last) + pd.Timedelta(days=1)
    status = np.where(resolved >= end, "open", np.where(rng.random(n) < 0.06, "reopened", "closed"))
    csat = 5 - np.minimum(np.floor(np.log2(1 + resolve / 30) + rng.random(n)), 4)
    answered = (rng.random(n) < 0.45) & (resolved < end).to_numpy()
    language = people.customers["language"].to_numpy(object)[who]
    index = np.array([phrases.TOPICS.index(name) for name in topic])
    table = pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[who],
            "timestamp": clock(moment),
            "first_response_at": responded.where(responded < end),
            "resolved_at": resolved.where(resolved < end),
            "status": status,
            "topic": topic.astype(str),
            "channel": rng.choice(["WhatsApp", "E-mail", "Phone"], n, p=[0.6, 0.25, 0.15]),
            "group": [GROUPS[name] for name in topic],
            "csat": pd.Series(np.where(answered, csat, np.nan)).astype("Int64"),
            "text": phrases.write(rng, language, np.full(n, "negative", dtype=object), index),
        }
    ).sort_values("timestamp", kind="stable", ignore_index=True)
    table.insert(0, "ticket_id", [f"T-{i:05d}" for i in range(1, n + 1)])
    return table
