"""Topics that come back: a customer's ticket within 30 days of their last one about the same."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlib.results import Estimate
from cxlib.voice.ticket_shares import YES, share, shares

DAYS = 30
COLUMNS = ("topic", "tickets", "recurring", "customers", "share", "share_low", "share_high")


@dataclass(frozen=True, slots=True)
class Recurring:
    """How often a ticket is the second about the same, and about what.

    `share` is of the `judged` tickets, those with a customer and a topic that were opened after the
    first `DAYS` days of the file: of earlier ones nobody can say. `topics` has a row a topic, the most
    recurring tickets first, with `COLUMNS`; ``customers`` are those with a recurring ticket. `unnamed`
    tickets have no customer or no topic.
    """

    share: Estimate | None
    judged: int
    recurring: int
    unnamed: int
    topics: pd.DataFrame


def recurring(tickets: pd.DataFrame, first: pd.Timestamp) -> Recurring:
    """Recurring tickets among those of `cxlib.frames.tickets.ticket_rows`; `first` is the first day
    of the file.

    The interval is Wilson's with the effective n over customers: one who is never helped writes again
    and again.
    """
    named = tickets["customer_id"].notna() & tickets["topic"].notna()
    judged = tickets[named & (tickets["day"] >= first + pd.Timedelta(days=DAYS))]
    judged = judged.assign(again=is_recurring(judged).astype("float64"))
    table = shares(judged, "again", YES, judged["topic"])
    again = judged[judged["again"] == 1].groupby("topic")
    topics = (
        pd.DataFrame(
            {
                "tickets": table["n"].astype("int64"),
                "recurring": again.size(),
                "customers": again["customer_id"].nunique(),
                "share": table["value"],
                "share_low": table["low"],
                "share_high": table["high"],
            }
        )
        .rename_axis("topic")
        .reset_index()
        .fillna({"recurring": 0, "customers": 0})
        .astype({"recurring": "int64", "customers": "int64"})
    )
    return Recurring(
        share=share(judged, "again"),
        judged=len(judged),
        recurring=int(judged["again"].sum()),
        unnamed=int((~named).sum()),
        topics=topics.sort_values(
            ["recurring", "topic"], ascending=[False, True], ignore_index=True
        )[list(COLUMNS)],
    )


def is_recurring(tickets: pd.DataFrame) -> pd.Series[bool]:
    """Whether the customer's last ticket of the same topic was opened at most `DAYS` days before."""
    return tickets["opened"] - tickets["previous"] <= pd.Timedelta(days=DAYS)
