"""Events of the web shop and the app, tracked since 1 January 2025."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cxlib.demo.moments import DAY, clock, days_since_start, within
from cxlib.demo.population import Population
from cxlib.demo.stream import Floats, Integers, stream
from cxlib.demo.truth import TRUTH

SINCE = dt.date(2025, 1, 1)
DEVICES = {"mobile web": 0.5, "app": 0.25, "desktop web": 0.25}
# For each session that buys, how many only look and how many leave a full cart.
LOOKING, CARTS = 1.2, 0.6
VIEW, CART, CHECKOUT, PURCHASE, ERROR = (
    "view_product", "add_to_cart", "begin_checkout", "purchase", "checkout_error"
)  # fmt: skip


def events(people: Population, orders: pd.DataFrame, seed: int) -> pd.DataFrame:
    """A row an event; each online order ends a session with its purchase, others stop before.

    The bug does not undo orders, which follow their own law: it adds sessions that fail at the
    checkout, of customers who would otherwise not have shown up.
    """
    rng = stream(seed, "events")
    bug = TRUTH.checkout_bug
    online = orders[orders["channel"] != "Store"].groupby("order_id", sort=False)
    bought = online.agg(
        customer_id=("customer_id", "first"), at=("timestamp", "first"), value=("amount", "sum")
    )
    end = (bought["at"] - pd.Timestamp(TRUTH.window.first)) // pd.Timedelta(seconds=1)
    bought = bought.assign(end=end.astype(np.int64))[end >= days_since_start(SINCE) * DAY]
    at: Integers = bought["end"].to_numpy(np.int64)
    row = pd.Series(np.arange(len(people)), index=people.customers["customer_id"])
    buyer = row[bought["customer_id"]].to_numpy(np.int64)
    device = rng.choice(list(DEVICES), len(bought), p=list(DEVICES.values()))
    sessions = [
        pd.DataFrame(
            {"who": buyer, "end": at, "step": 3, "device": device, "value": bought["value"].array}
        )
    ]
    broken = within(at, bug.window) & (device == bug.device)
    done = np.where(broken, bug.completed, bug.completed_otherwise)
    # Who buys more also visits more.
    weight = 0.4 + np.bincount(buyer, minlength=len(people)).astype(np.float64)
    for step, count in (
        (2, rng.poisson((1 - done) / done)),
        (1, rng.poisson(CARTS, len(bought))),
        (0, rng.poisson(LOOKING, len(bought))),
    ):
        day = np.repeat(at // DAY, count)
        sessions.append(
            pd.DataFrame(
                {
                    "who": _visitors(rng, people.first, weight, day),
                    "end": day * DAY + rng.integers(8 * 3_600, 23 * 3_600, len(day)),
                    "step": step,
                    "device": np.repeat(device, count),
                    "value": np.nan,
                }
            )
        )
    return _events(rng, people, pd.concat(sessions, ignore_index=True))


def _visitors(rng: np.random.Generator, first: Integers, weight: Floats, day: Integers) -> Integers:
    """A customer for each visit, by weight among those who had joined by its day."""
    joined = np.searchsorted(first, day, side="right")
    total = np.concatenate([[0.0], np.cumsum(weight)])
    point = rng.random(len(day)) * total[joined]
    return np.asarray(np.searchsorted(total, point, side="right") - 1, dtype=np.int64)


def _events(rng: np.random.Generator, people: Population, sessions: pd.DataFrame) -> pd.DataFrame:
    """The events of each session: a few views, then as many steps of the funnel as it took.

    `end` is the moment of the last event in seconds since the opening; a session whose checkout
    broke has an error after it.
    """
    bug = TRUTH.checkout_bug
    who, end, step = (sessions[name].to_numpy(np.int64) for name in ("who", "end", "step"))
    device = sessions["device"].to_numpy(object)
    broke = (step == 2) & within(end, bug.window) & (device == bug.device)
    views = 1 + rng.poisson(1.2, len(who))
    count = views + step + broke
    session = np.repeat(np.arange(len(who)), count)
    first = (np.cumsum(count) - count)[session]
    position = np.arange(len(session)) - first
    stage = position - views[session]
    event = np.select(
        [stage < 0, stage == 0, stage == 1, broke[session]], [VIEW, CART, CHECKOUT, ERROR], PURCHASE
    )
    # Backwards from the last event, 5 to 120 seconds apart.
    gap = np.where(position == 0, 0, rng.integers(5, 120, len(session)))
    elapsed = np.cumsum(gap)
    last = (np.cumsum(count) - 1)[session]
    moment = end[session] - (elapsed[last] - elapsed)
    page = np.select([event == VIEW, event == CART], ["/product", "/cart"], "/checkout")
    table = pd.DataFrame(
        {
            "customer_id": people.customers["customer_id"].to_numpy()[who[session]],
            "timestamp": clock(moment),
            "event": event,
            "session": session,
            "page": np.where(event == PURCHASE, "/thank-you", page),
            "channel": device[session].astype(str),
            "value": pd.Series(
                np.where(event == PURCHASE, sessions["value"].to_numpy()[session], np.nan)
            ).astype("Int64"),
        }
    ).sort_values(["timestamp", "session"], kind="stable", ignore_index=True)
    number = table["session"].factorize()[0] + 1
    table["session"] = [f"S{i:06d}" for i in number]
    return table.rename(columns={"session": "session_id"})
