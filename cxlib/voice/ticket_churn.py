"""Tickets before churn: whether customers with more tickets are more often silent for too long."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.gaps import gaps
from cxlib.frames.summary import customer_summary, last_day
from cxlib.frames.tickets import seen, ticket_rows
from cxlib.i18n import N_
from cxlib.results import Receipt
from cxlib.statistics import wilson_ends
from cxlib.value.rhythm import lengths

DEFINITIONS = (
    Definition(
        id="voice.tickets_before_churn",
        version=1,
        name=N_("Tickets before churn"),
        formula=N_(
            "Of the customers with so many tickets, the share that is silent too long: days since the"
            " last purchase above the 90th percentile of the gaps between purchases. Wilson intervals."
        ),
        good_for=N_("Seeing whether silence is more frequent among customers who needed help."),
        not_good_for=N_(
            "Saying that tickets drive customers away: this is an association. Who buys more has more"
            " occasions to write, and is silent less often."
        ),
        source="Wilson (1927)",
        pitfalls=N_(
            "Taking the class without tickets for happy customers: many of them bought once, and who"
            " buys once has little to ask."
        ),
    ),
)
MOST = 3  # tickets that are told apart: so many or more are one class
COLUMNS = ("tickets", "customers", "silent", "share", "share_low", "share_high", "purchases")


@dataclass(frozen=True, slots=True)
class TicketChurn:
    """Silence by number of tickets.

    `classes` has a row a number of tickets (`MOST` stands for that many or more), with `COLUMNS`;
    ``purchases`` is the mean of the class. `customers` has a row a customer with a purchase:
    ``customer_id, tickets, purchases, last_day, silent_days, silent``. `strangers` have tickets and no
    purchase.
    """

    classes: pd.DataFrame
    customers: pd.DataFrame
    rule_days: int
    strangers: int
    end: dt.date
    receipt: Receipt

    def of(self, tickets: int) -> pd.DataFrame:
        """The customers of a class, the longest silent first."""
        rows = self.customers[self.customers["tickets"].clip(upper=MOST) == tickets]
        return rows.sort_values(["silent_days", "customer_id"], ascending=[False, True])


def tickets_before_churn(
    tickets: Any,
    orders: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    timezone: str = "Asia/Jakarta",
) -> TicketChurn:
    """Compare silence by the stated rule among customers with none, one, two, and more tickets.

    Parameters
    ----------
    tickets, orders : tables of the same engine
        Joined by ``customer_id``.
    as_of : date, optional
        The last day of the orders unless given. Later rows of both are ignored.

    Raises
    ------
    NotEnoughData
        No customer bought twice, or no ticket belongs to a customer with a purchase.
    """
    end = as_of or last_day(orders)
    rule = lengths(gaps(orders, end)).p90 if end is not None else None
    if end is None or rule is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer has bought twice, so nobody has a rhythm that they could break."),
            N_("The Overview page works with any number of orders."),
        )
    found = seen(tickets, end)
    if found is None or "customer_id" not in found.held:
        raise _unlinked()
    rows = ticket_rows(tickets, found)
    people = customer_summary(orders, end)
    counted = rows.groupby("customer_id").size()
    known = counted.index.isin(people["customer_id"])
    if not known.any():
        raise _unlinked()
    silent_days = (pd.Timestamp(end) - people["last_day"]).dt.days
    customers = pd.DataFrame(
        {
            "customer_id": people["customer_id"],
            "tickets": people["customer_id"].map(counted).fillna(0).astype("int64"),
            "purchases": people["purchases"],
            "last_day": people["last_day"],
            "silent_days": silent_days,
            "silent": silent_days > rule.value,
        }
    )
    classes = (
        customers.groupby(customers["tickets"].clip(upper=MOST))
        .agg(
            customers=("silent", "size"), silent=("silent", "sum"), purchases=("purchases", "mean")
        )
        .reset_index()
    )
    low, high = wilson_ends(classes["silent"], classes["customers"])
    classes = classes.assign(
        share=classes["silent"] / classes["customers"], share_low=low, share_high=high
    )[list(COLUMNS)]
    per_ticket = rows.set_index("customer_id")["rows"]
    nameless = int(per_ticket[per_ticket.index.isna()].sum())
    strange = int(per_ticket[per_ticket.index.isin(counted.index[~known])].sum())
    return TicketChurn(
        classes=classes,
        customers=customers,
        rule_days=int(rule.value),
        strangers=int((~known).sum()),
        end=end,
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("after the end of observation"): found.later,
                N_("without a ticket number"): found.unnumbered,
                N_("without a customer"): nameless,
                N_("of customers without a purchase"): strange,
            },
            parameters={"as_of": end.isoformat(), "rule_days": int(rule.value)},
            timezone=timezone,
        ),
    )


def _unlinked() -> NotEnoughData:
    return NotEnoughData(
        "not_enough_data",
        N_("No ticket belongs to a customer with a purchase."),
        N_("The Connections page shows how the customers of two files fit together."),
    )
