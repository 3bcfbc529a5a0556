"""Contractual churn: recurring revenue from dated subscriptions, what of it stays and what goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.movements import (
    counted,
    has_money,
    last_event,
    lives,
    movements,
)
from cxlib.frames.summary import TICKS
from cxlib.i18n import N_
from cxlib.periods import Period, months
from cxlib.results import KPI, Estimate, Fact, Issue, Receipt, Sentence, Unit
from cxlib.statistics import compare, estimate_verdicts, fact_verdicts
from cxlib.value.mrr import MOVES, RESAMPLES, monthly_mrr, movement, rate
from cxlib.value.plans import Plan, plans

TABLE = "subscriptions"
MONEY = ("mrr_start", *MOVES, "mrr_end")
OF_MONEY = ("grr", "nrr", "gross_churn", "net_churn")
AHEAD = 62  # days after the last start on which ends are perhaps planned, not known

DEFINITIONS = (
    Definition(
        id="value.recurring",
        version=1,
        name=N_("Recurring revenue and its churn"),
        formula=N_(
            "Over the customers who pay at the start of a month: GRR = Σ min(start, end) / Σ start,"
            " NRR = Σ end / Σ start; gross churn = 1 - GRR, net churn = 1 - NRR. Customer churn ="
            " lost / customers at the start. A customer pays the sum of their subscriptions at the"
            " close of the month's last day."
        ),
        good_for=N_("Seeing whether a subscription business keeps and grows what it has."),
        not_good_for=N_(
            "Very short subscriptions: one that begins and ends within a month shows at no month's"
            " end. Shops without contracts: they have a rule of silence instead."
        ),
        pitfalls=N_(
            "NRR above 100 % can hide many who leave while the others pay more: read it beside"
            " GRR. Twelve times the churn of a month is not the churn of a year."
        ),
        source="Skok, SaaS Metrics 2.0; Kaplan & Meier (1958); Wilson (1927)",
    ),
)

LABELS: Mapping[str, tuple[str, Unit]] = {
    "mrr_end": (N_("MRR"), "money"),
    "customers_end": (N_("Paying customers"), "count"),
    "grr": (N_("Kept, gross"), "share"),
    "nrr": (N_("Kept, net"), "share"),
    "customer_churn": (N_("Churn a month"), "share"),
}


@dataclass(frozen=True, slots=True)
class RecurringResult:
    """Recurring revenue by month, and the life of subscriptions by plan.

    `monthly` is the table of `cxlib.value.mrr.monthly_mrr`; its money is NaN in a file without
    monthly revenue. `changes` has a row a customer and month in which what they pay changes:
    ``month, customer_id, before, after`` (money) and ``movement``. `customers` has a row a customer:
    ``customer_id, mrr`` (now), ``paying`` (bool) and ``last_change`` (its month). `plans` begins with all
    together; then the largest plan first. `month` and `previous` are the two that tiles compare.
    """

    monthly: pd.DataFrame
    changes: pd.DataFrame
    customers: pd.DataFrame
    plans: tuple[Plan, ...]
    first_day: dt.date
    last_day: dt.date
    month: Period | None
    previous: Period | None
    reactivation: bool
    headline: tuple[KPI, ...]
    meaning: Sentence | None
    notes: tuple[Issue, ...]
    receipt: Receipt

    def members(self, month: dt.date, movement: str | None = None) -> pd.DataFrame:
        """The customers whose payment changed in a month, all of them or those of one movement."""
        chosen = self.changes["month"] == pd.Timestamp(month)
        if movement is not None:
            chosen &= self.changes["movement"] == movement
        return self.changes[chosen]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    reactivation: bool = False,
    average: bool = False,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> RecurringResult:
    """Recurring revenue, retention and churn by calendar month, and the life of each plan.

    Parameters
    ----------
    table : subscriptions of any engine
        Needs ``customer_id`` and ``start``; reads ``end``, ``plan``, ``mrr`` and ``churned``.
    as_of : date, optional
        The last day of observation: the latest start or end unless given. Subscriptions that start
        later are left out, those that end later still run.
    reactivation : bool
        Count the revenue of customers who return into NRR.
    average : bool
        Divide lost customers by the mean of those at start and end of the month.
    seed : int
        Of the bootstrap.

    Raises
    ------
    NotEnoughData
        No subscription has a start day by `as_of`.

    References
    ----------
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53.
    """
    end = as_of or last_event(table)
    lived = lives(table, end) if end is not None else None
    if end is None or lived is None or lived.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No subscription in this file has a start day."),
            N_(
                "Recurring revenue needs the column of the day on which each subscription starts;"
                " a snapshot with a churned column has the model of who leaves."
            ),
        )
    first = lived["start"].min().date()
    changes = movements(table, end)
    changes = changes.assign(movement=movement(changes))
    periods = months(first, end)
    monthly = monthly_mrr(changes, periods, reactivation=reactivation, average=average, seed=seed)
    priced = has_money(table)
    if not priced:
        ratios = [f"{rate}{end}" for rate in OF_MONEY for end in ("", "_low", "_high", "_n")]
        monthly[[*MONEY, *ratios]] = np.nan
    changes = changes.assign(
        before=changes["before"] / TICKS if priced else np.nan,
        after=changes["after"] / TICKS if priced else np.nan,
    ).drop(columns="returned")
    whole = [p for p in periods if p.complete]
    rows = counted(table, end)
    return RecurringResult(
        monthly=monthly,
        changes=changes,
        customers=_customers(changes),
        plans=plans(_lived(lived, end)),
        first_day=first,
        last_day=end,
        month=whole[-1] if whole else None,
        previous=whole[-2] if len(whole) > 1 else None,
        reactivation=reactivation,
        headline=_headline(monthly, priced),
        meaning=_meaning(monthly, priced),
        notes=() if as_of else _notes(lived["start"].max(), end),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": end.isoformat(),
                "reactivation": reactivation,
                "average": average,
                "seed": seed,
                "resamples": RESAMPLES,
            },
            timezone=timezone,
            date_basis=N_("close of the day"),
        ),
    )


def _customers(changes: pd.DataFrame) -> pd.DataFrame:
    last = changes.sort_values(["customer_id", "month"]).drop_duplicates("customer_id", keep="last")
    return pd.DataFrame(
        {
            "customer_id": last["customer_id"],
            "mrr": last["after"],
            "paying": last["movement"] != "churn",
            "last_change": last["month"],
        }
    ).reset_index(drop=True)


def _lived(lived: pd.DataFrame, end: dt.date) -> pd.DataFrame:
    """Days and months of each subscription: the month in which it was left counts whole."""
    until = lived["stop"].fillna(pd.Timestamp(end))
    start = lived["start"]
    whole = (until.dt.year - start.dt.year) * 12 + until.dt.month - start.dt.month
    over = until.dt.day - start.dt.day
    whole = whole - (over < 0)
    return lived.assign(
        time=(until - start).dt.days,
        months=whole.where(~lived["left"], (whole + (over != 0)).clip(lower=1)),
    )


def _headline(monthly: pd.DataFrame, priced: bool) -> tuple[KPI, ...]:
    whole, names = monthly["complete"].tolist(), monthly["name"].tolist()
    at = [i for i, complete in enumerate(whole) if complete]
    latest = at[-1] if at else len(monthly) - 1
    year_before = latest - 12 if latest >= 12 and whole[latest - 12] else None
    shown = []
    for key in ("mrr_end", "nrr", "grr", "customer_churn") if priced else (
        "customers_end",
        "customer_churn",
    ):  # fmt: skip
        label, unit = LABELS[key]
        series = tuple(float(v) for v in monthly.loc[monthly["complete"], key])
        if unit != "share":
            n = int(monthly["customers_end"].iloc[latest])
            value: Fact | Estimate = Fact(float(monthly[key].iloc[latest]), unit, n)
            judged = fact_verdicts([float(v) for v in monthly[key]], names, whole, unit)
            newest = value if at else None
            shown.append(KPI(key, label, value, newest, judged[-1], None, series, judged))
            continue
        rates = [rate(monthly, key, i) for i in range(len(monthly))]
        known = rates[latest]
        if known is None:
            continue
        judged = estimate_verdicts(rates, names, whole)
        shown.append(
            KPI(
                key,
                label,
                known,
                known if at else None,
                judged[-1],
                None
                if year_before is None
                else compare(rates[year_before], known, names[year_before], names[latest]),
                series,
                judged,
                "less" if key == "customer_churn" else "more",
            )
        )
    return tuple(shown)


def _meaning(monthly: pd.DataFrame, priced: bool) -> Sentence | None:
    """Where the newest complete month's revenue went."""
    known = monthly[monthly["complete"] & (monthly["customers_start"] > 0)]
    if known.empty:
        return None
    month = known.iloc[-1]
    lost = int(month["customers_lost"])
    if not priced:
        return Sentence(
            N_("Of the customers at the start of {month}, {share} left: {lost}."),
            {"month": str(month["name"]), "share": float(month["customer_churn"]), "lost": lost},
            {"share": "share", "lost": "count"},
        )
    return Sentence(
        N_(
            "Of what customers paid at the start of {month}, {kept} was still paid at its end:"
            " {lost} customers left and took {churn} a month with them."
        ),
        {
            "month": str(month["name"]),
            "kept": float(month["grr"]),
            "lost": lost,
            "churn": float(month["churn"]),
        },
        {"kept": "share", "lost": "count", "churn": "money"},
    )


def _notes(started: pd.Timestamp, end: dt.date) -> tuple[Issue, ...]:
    """Whether the ends that decided on the last day of observation may still lie ahead."""
    if pd.Timestamp(end) - started <= pd.Timedelta(days=AHEAD):
        return ()
    return (
        Issue(
            "planned_ends",
            "warning",
            N_("Subscriptions end as late as {day}, long after the last one that starts."),
            N_("If these ends are planned, set the last day that counts to the day of the export."),
            {"day": end.isoformat()},
        ),
    )
