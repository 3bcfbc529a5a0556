"""RFM over time: where the customers of each segment are a while later."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.base import CustomerBase, customer_base
from cxlib.frames.window import window_revenue
from cxlib.i18n import N_
from cxlib.results import KPI, Receipt, Sentence
from cxlib.value import rfm
from cxlib.value.flows import (
    NEW_SINCE,
    ORDER,
    UNDONE,
    Flow,
    Outcome,
    flows,
    headline,
    meaning,
    outcomes,
)
from cxlib.value.rfm import Scoring

BACK = dt.timedelta(days=91)
"""How far the first day lies back unless given: a quarter in whole weeks, so that both days fall on
the same weekday."""
MONTHS = 24  # cohorts by month up to here, by quarter beyond

DEFINITIONS = (
    Definition(
        id="value.migration",
        version=1,
        name=N_("RFM over time"),
        formula=N_(
            "The RFM segment of each customer at the end of two days. Slipped: into At Risk, Can't"
            " Lose Them, Hibernating or Lost, from any other segment. Won back: the other way"
            " round. Revenue in between is the net of the days after the first up to the second, a"
            " refund on its own day."
        ),
        good_for=N_("Seeing whether good customers stay good, and who has just slipped away."),
        not_good_for=N_(
            "Judging a campaign: who was written to also differs from the others, and scores are"
            " relative, so that customers move when others buy more. An experiment answers that."
        ),
        pitfalls=N_(
            "After Lebaran many slip who will be back: choose two days in the same season."
            " Somebody near an edge of the scores changes segment by a single day."
        ),
        source="Segments as in RFM; intervals: Wilson (1927)",
    ),
)

NOTES = (
    N_(
        "Segments compare customers with one another on each day, so somebody can move because"
        " others bought more, or because new customers came."
    ),
    N_(
        "New since: no customer yet on the first day. All returned: every purchase of theirs has"
        " been refunded since."
    ),
    N_("Shares have 95 % intervals, as rates of a shop like this; the counts are exact."),
)


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """The segments of the same customers at the end of two days.

    `customers` has a row a customer: ``customer_id, segment_before, segment_now, revenue_between``
    (net, NaN without money), ``recency_days, frequency`` (Int64) and ``monetary`` as they are now,
    and ``cohort``, the first day of the month or quarter of the first purchase. Who bought nothing
    by the first day is "New since"; who has no purchase left is "All returned" and lacks the last
    four.

    `matrix` holds the pairs of segments that have a customer, by the order of `order`. `cohorts` has
    a row a cohort and segment of now: ``cohort, complete`` (the file covers all of it), ``segment,
    customers, share`` (of the cohort).
    """

    customers: pd.DataFrame
    matrix: tuple[Flow, ...]
    outcomes: tuple[Outcome, ...]
    cohorts: pd.DataFrame
    cohort_unit: Literal["month", "quarter"]
    order: tuple[str, ...]
    before: dt.date
    as_of: dt.date
    scoring: Scoring
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[str, ...]
    receipt: Receipt

    def members(
        self,
        before: str | None = None,
        now: str | None = None,
        cohort: dt.date | None = None,
    ) -> pd.DataFrame:
        """The customers of a cell of the matrix, a row, a column, or a cohort."""
        chosen = pd.Series(True, index=self.customers.index)
        wanted = {
            "segment_before": before,
            "segment_now": now,
            "cohort": None if cohort is None else pd.Timestamp(cohort),
        }
        for column, value in wanted.items():
            if value is not None:
                chosen &= self.customers[column] == value
        return self.customers[chosen]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    before: dt.date | None = None,
    digests: tuple[str, ...] = (),
    scoring: Scoring = "rf",
    timezone: str = "Asia/Jakarta",
) -> MigrationResult:
    """Score the customers at the end of two days, each as it looked then, and compare.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``; money needs ``amount``.
    as_of : date, optional
        The second day: the last day of data unless given. Later rows are ignored.
    before : date, optional
        The first day: 91 days earlier unless given. What was refunded later still stood then.
    scoring : {"rf", "fm"}
        As for `cxlib.value.rfm.analyse`.

    Raises
    ------
    NotEnoughData
        No customer has a purchase by the first day, or at all; or FM was asked of a file without
        money.
    CxError
        ``bad_option``: the first day is not before the second; an unknown scoring.
    """
    base = customer_base(table, as_of, splits=())
    now = rfm.analyse(base, scoring=scoring)
    end = now.snapshot - dt.timedelta(days=1)
    start = before or end - BACK
    if start >= end:
        raise CxError(
            "bad_option",
            N_("The first day, {before}, is not before the second, {as_of}."),
            N_("Choose an earlier day to compare with."),
            before=start.isoformat(),
            as_of=end.isoformat(),
        )
    try:
        then = rfm.analyse(customer_base(table, start, splits=()), scoring=scoring)
    except NotEnoughData as nobody:
        raise NotEnoughData(
            "not_enough_data",
            N_("Nobody had bought by {before}, so there is nothing to compare with."),
            N_("Choose a later day to compare with, or upload orders of a longer time."),
            before=start.isoformat(),
        ) from nobody
    window = window_revenue(table, start, end)
    customers = _moved(then.customers, now.customers, window)
    first = base.summary.set_index("customer_id")["first_day"]
    unit: Literal["month", "quarter"] = "month" if _months(first, end) <= MONTHS else "quarter"
    customers["cohort"] = _starts(customers["customer_id"].map(first), unit)
    found = flows(customers)
    return MigrationResult(
        customers=customers,
        matrix=found,
        outcomes=outcomes(found),
        cohorts=_cohorts(customers, unit, first.min(), end),
        cohort_unit=unit,
        order=ORDER,
        before=start,
        as_of=end,
        scoring=scoring,
        headline=headline(found),
        meaning=meaning(customers, found, (end - start).days),
        notes=NOTES,
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=base.coverage.rows,
            excluded=_excluded(base, customers, window),
            parameters={
                "as_of": end.isoformat(),
                "before": start.isoformat(),
                "scoring": scoring,
            },
            timezone=timezone,
        ),
    )


def _moved(then: pd.DataFrame, now: pd.DataFrame, window: pd.DataFrame) -> pd.DataFrame:
    """A row a customer of either day, ordered by customer."""
    scored = ["customer_id", "segment", "recency_days", "frequency", "monetary"]
    customers = (
        then[["customer_id", "segment"]]
        .merge(now[scored], on="customer_id", how="outer", suffixes=("_before", "_now"))
        .merge(window[["customer_id", "revenue"]], on="customer_id", how="left")
    )
    money = 0.0 if now["monetary"].notna().any() else float("nan")
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "segment_before": customers["segment_before"].fillna(NEW_SINCE),
            "segment_now": customers["segment_now"].fillna(UNDONE),
            "revenue_between": customers["revenue"].fillna(money),
            "recency_days": customers["recency_days"].astype("Int64"),
            "frequency": customers["frequency"].astype("Int64"),
            "monetary": customers["monetary"],
        }
    )


def _months(first: pd.Series[Any], end: dt.date) -> int:
    start = first.min()
    return 12 * (end.year - int(start.year)) + end.month - int(start.month) + 1


def _starts(days: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """The first day of the month or quarter of each day; missing where the day is."""
    starts: pd.Series[Any] = days.dt.to_period(unit[0].upper()).dt.start_time
    return starts.astype("datetime64[s]")


def _cohorts(customers: pd.DataFrame, unit: str, first: pd.Timestamp, end: dt.date) -> pd.DataFrame:
    """The segments of now in each cohort, in the order of `ORDER`."""
    counts = customers.groupby(["cohort", "segment_now"]).size().rename("customers").reset_index()
    counts["place"] = counts["segment_now"].map({name: i for i, name in enumerate(ORDER)})
    counts = counts.sort_values(["cohort", "place"], ignore_index=True)
    whole = counts["cohort"].dt.to_period(unit[0].upper())
    total = counts.groupby("cohort")["customers"].transform("sum")
    return pd.DataFrame(
        {
            "cohort": counts["cohort"],
            "complete": (counts["cohort"] >= first)
            & (whole.dt.end_time.dt.normalize() <= pd.Timestamp(end)),
            "segment": counts["segment_now"],
            "customers": counts["customers"],
            "share": counts["customers"] / total,
        }
    )


def _excluded(base: CustomerBase, customers: pd.DataFrame, window: pd.DataFrame) -> dict[str, int]:
    """Why rows do not count; those of customers who returned everything do."""
    undone = customers.loc[customers["segment_now"] == UNDONE, "customer_id"]
    rows = int(window.loc[window["customer_id"].isin(undone), "rows"].sum())
    known = base.coverage
    return replace(known, unbought=known.unbought - rows, customers=known.customers + rows).excluded
