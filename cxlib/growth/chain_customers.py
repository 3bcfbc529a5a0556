"""One row a customer who answered: what came before the answer, what it said, and what came after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.frames.answers import Asked
from cxlib.frames.followups import answer_days, around, purchase_days, session_days
from cxlib.frames.gaps import gaps
from cxlib.frames.summary import customer_summary, last_day
from cxlib.frames.tickets import seen, ticket_rows
from cxlib.value.rhythm import lengths

MONTH = 365.25 / 12  # days
HOUR = pd.Timedelta(hours=1)
FOLLOWED = ("csat", "nps")  # the questions whose answer is held against what came after it


@dataclass(frozen=True, slots=True)
class People:
    """Customers who answered, and how they join with the other tables.

    `table` has a row a customer: ``customer_id, answered`` (the day of their first answer), the
    points of their first answer to each question (``ces, csat, nps``, counted upwards), ``latest``
    (the points of their newest answer for NPS), ``sessions`` (a month), ``tickets`` (a purchase) and
    ``resolution`` (hours) up to the first answer, for each of `FOLLOWED` ``…_retained`` (1 or 0) and
    ``…_spend`` in the window after it, and ``revenue`` (all of theirs; NaN for who is no buyer). What
    is not known is NaN.

    `joined` counts by table those who are in it too; `base` are all customers with a purchase (None
    without orders), `censored` those whose window is not over at `end`.
    """

    table: pd.DataFrame
    joined: Mapping[str, int]
    base: pd.DataFrame | None
    window_days: int | None
    censored: int
    end: dt.date | None


def people(
    responses: Any,
    asked: Mapping[str, Asked],
    orders: Any,
    events: Any,
    tickets: Any,
    as_of: dt.date | None,
    window_days: int | None,
    lookback_days: int,
) -> People:
    """Join the tables by customer; see `cxlib.growth.chain.analyse` for the parameters."""
    table = _answered(responses, asked, as_of)
    since = table.set_index("customer_id")["answered"]
    joined = dict[str, int]()
    end = as_of
    bought = base = None
    censored = 0
    if orders is not None:
        end = as_of or last_day(orders)
        bought, base = purchase_days(orders, end), customer_summary(orders, end)
        if window_days is None and end is not None:
            rule = lengths(gaps(orders, end)).p90
            window_days = None if rule is None else int(rule.value)
        joined["orders"] = int(table["customer_id"].isin(base["customer_id"]).sum())
        revenue = base.set_index("customer_id")["revenue"]
        table["revenue"] = table["customer_id"].map(revenue).astype("float64")
        if window_days is not None and end is not None:
            for key in FOLLOWED:
                censored = max(censored, _follow(table, key, bought, window_days, end))
    if events is not None:
        joined["events"] = _sessions(table, session_days(events, as_of), since, lookback_days)
    if tickets is not None:
        joined["tickets"] = _tickets(table, tickets, since, bought, as_of)
    return People(table, joined, base, window_days, censored, end)


def _answered(responses: Any, asked: Mapping[str, Asked], as_of: dt.date | None) -> pd.DataFrame:
    """The first answers of each customer, and their newest for NPS."""
    points, days = {}, {}
    latest = pd.Series(dtype="float64")
    for key, question in asked.items():
        found = answer_days(responses, question, as_of)
        first = found.sort_values("day", kind="stable", na_position="last")
        first = first.drop_duplicates("customer_id").set_index("customer_id")
        points[key], days[f"{key}_day"] = first["point"], first["day"]
        if key == "nps":
            latest = found.drop_duplicates("customer_id", keep="last").set_index("customer_id")[
                "point"
            ]
    table = pd.DataFrame({**points, **days}).rename_axis("customer_id").sort_index()
    for key in ("ces", *FOLLOWED):
        if key not in points:
            table[key], table[f"{key}_day"] = np.nan, pd.NaT
    table["answered"] = table[[f"{key}_day" for key in ("ces", *FOLLOWED)]].min(axis=1)
    unknown = ("sessions", "tickets", "resolution", "revenue")
    after = [f"{key}_{what}" for key in FOLLOWED for what in ("retained", "spend")]
    table = table.assign(latest=latest, **dict.fromkeys([*unknown, *after], np.nan))
    return table.reset_index()


def _follow(table: pd.DataFrame, key: str, bought: pd.DataFrame, days: int, end: dt.date) -> int:
    """Whether customers bought again in the days after an answer, and for how much; how many of them
    are not known yet. Only those who had bought by then count: others are no customers to keep."""
    since = table.set_index("customer_id")[f"{key}_day"]
    first = bought[bought["bought"] == 1].groupby("customer_id")["day"].min()
    customer = (first.reindex(since.index) <= since).to_numpy()
    over = (since + pd.Timedelta(days=days) <= pd.Timestamp(end)).to_numpy()
    sums = around(bought, since, 1, days).groupby("customer_id")[["bought", "net"]].sum()
    sums = sums.reindex(since.index, fill_value=0)
    known = customer & over
    again = (sums["bought"] > 0).to_numpy().astype("float64")
    table[f"{key}_retained"] = np.where(known, again, np.nan)
    if bought["net"].notna().any():
        table[f"{key}_spend"] = np.where(known, sums["net"].to_numpy(), np.nan)
    return int((customer & ~over).sum())


def _sessions(table: pd.DataFrame, begun: pd.DataFrame, since: pd.Series[Any], days: int) -> int:
    """Sessions a month in the days up to the answer, of customers whom the events know and whose
    days they hold whole."""
    known = table["customer_id"].isin(begun["customer_id"]).to_numpy()
    if known.any():
        before = around(begun, since, 1 - days, 0).groupby("customer_id")["sessions"].sum()
        length = pd.Timedelta(days=days - 1)
        held = (since - length >= begun["day"].min()) & (since <= begun["day"].max())
        count = before.reindex(since.index, fill_value=0).to_numpy(np.float64)
        table["sessions"] = np.where(known & held.to_numpy(), count * MONTH / days, np.nan)
    return int(known.sum())


def _tickets(
    table: pd.DataFrame,
    tickets: Any,
    since: pd.Series[Any],
    bought: pd.DataFrame | None,
    as_of: dt.date | None,
) -> int:
    """Tickets a purchase, and the median hours to a solution, up to the answer."""
    found = seen(tickets, as_of)
    if found is None or "customer_id" not in found.held:
        return 0
    rows = ticket_rows(tickets, found).dropna(subset="customer_id")
    before = around(rows, since, None, 0)
    answered = before["customer_id"].map(since).astype("datetime64[s]")
    solved = before[before["closed"].dt.normalize() <= answered]
    hours = (solved["closed"] - solved["opened"]) / HOUR
    median = hours[hours >= 0].groupby(solved["customer_id"]).median()
    table["resolution"] = median.reindex(since.index).to_numpy(np.float64)
    if bought is not None:
        start, stop = pd.Timestamp(found.first), pd.Timestamp(found.end)
        stood = bought[(bought["bought"] == 1) & (bought["day"] >= start)]
        purchases = around(stood, since, None, 0).groupby("customer_id").size()
        count = before.groupby("customer_id").size().reindex(since.index, fill_value=0)
        held = ((since >= start) & (since <= stop)).to_numpy()
        a_purchase = (count / purchases.reindex(since.index)).to_numpy(np.float64)
        table["tickets"] = np.where(held, a_purchase, np.nan)
    return int(table["customer_id"].isin(rows["customer_id"]).sum())
