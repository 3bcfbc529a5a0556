"""Churn without contracts: who has been silent for too long, and who is likely to fall silent next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.coverage import coverage
from cxlib.frames.gaps import gaps
from cxlib.frames.lookback import first_purchase, lookback
from cxlib.frames.summary import last_day
from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Issue, Receipt, Sentence
from cxlib.value.churn_features import NAMES
from cxlib.value.churn_forecast import WINDOWS, forecast
from cxlib.value.rhythm import lengths
from cxlib.value.risk import RiskModel, ranked

SHORTEST = 14  # days of a window; in fewer, hardly anyone comes back

DEFINITIONS = (
    Definition(
        id="value.churn",
        version=1,
        name=N_("Churn without contracts"),
        formula=N_(
            "Silent too long: days since the last purchase above the 90th percentile of the gaps"
            " between purchases. Overdue = days since the last purchase - the customer's own mean"
            " gap. Risk = chance of no purchase in the window to come, by a model fitted to an"
            " earlier window and tested on a later one."
        ),
        good_for=N_("Deciding whom to write to before they are gone, and whom it is late for."),
        not_good_for=N_(
            "Counting the lost: without a contract nobody says goodbye, and one in ten gaps is"
            " longer than the rule. P(alive) on the Lifetime value page gives no yes or no."
        ),
        pitfalls=N_(
            "The rule comes from the gaps of the whole shop: who buys once a year is silent for"
            " long and not lost. Customers with one purchase have no rhythm of their own."
        ),
        source="DeLong et al. (1988); Platt (1999); Breiman (2001); Friedman (2001)",
    ),
)

AS_GOOD = {
    NAMES["silent_days"]: N_(
        "Days since the last purchase alone rank customers as well as the model, as far as these"
        " data show."
    ),
    NAMES["overdue"]: N_(
        "Silence over the usual gap alone ranks customers as well as the model, as far as these"
        " data show."
    ),
}


@dataclass(frozen=True, slots=True)
class ChurnResult:
    """Who is silent, by a stated rule, and who is likely to be next.

    `customers` has a row a customer, by rank, those without one after that: ``customer_id,
    last_day, purchases, silent_days, mean_gap`` and ``overdue_days`` (NaN with one purchase),
    ``churned`` (by the rule), ``year_value`` (net of the last 365 days), and for those who have not
    churned ``risk``, ``worth``, ``at_stake`` (risk × worth) and ``rank`` (Int64), missing where there
    is no `model`. `window_days` is how far the risk looks ahead; `notes` say why there is no model,
    or which simple rule does as well.
    """

    customers: pd.DataFrame
    rule_days: int
    gaps: int
    window_days: int
    model: RiskModel | None
    end: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt

    def saves(self) -> pd.DataFrame:
        """Whom to save first: customers who have not churned, by rank."""
        return self.customers[self.customers["rank"].notna()]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    window_days: int | None = None,
    attributes: pd.DataFrame | None = None,
    without: Sequence[str] = (),
    value: pd.Series[Any] | None = None,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> ChurnResult:
    """Apply the rule of silence, and forecast who falls silent in the window to come.

    The model learns at the day ``end - 2 windows`` who was back one window later, is tested at ``end
    - 1 window`` against the last window, and is fitted again there for the risk at ``end``. Its
    features are computed from rows up to the cut alone. It speaks of customers who had not churned by
    the rule at the cut: that the long silent do not come back is easily foretold.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``; value needs ``amount``.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    window_days : int, optional
        Days ahead: the days of the rule unless given, and at most a quarter of the data's.
    attributes : pandas.DataFrame, optional
        ``customer_id`` (once each) and what else is known of customers. A column of days says when
        it was known, and none may lie after the first cut.
    without : sequence of str
        Attributes to leave out.
    value : pandas.Series, optional
        What each customer is worth, by ``customer_id``: CLV, say; else the net revenue of a year.
    seed : int

    Raises
    ------
    NotEnoughData
        No customer bought twice, so that there is no rhythm.
    Leak
        An attribute knows the answer.
    CxError
        ``bad_option``: a window that the data have no room for, a customer twice in the attributes.
    """
    end = as_of or last_day(table)
    too_long = lengths(gaps(table, end)).p90 if end is not None else None
    if end is None or too_long is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer has bought twice, so nobody has a rhythm that they could break."),
            N_("The Overview page works with any number of orders."),
        )
    rule_days = int(too_long.value)
    observed = (end - (first_purchase(table, end) or end)).days
    window = _window(window_days, rule_days, observed)
    customers = lookback(table, end, window)
    customers["churned"] = customers["silent_days"] > rule_days
    customers["overdue_days"] = customers["silent_days"] - customers["mean_gap"]
    model: RiskModel | None = None
    notes: tuple[Issue, ...] = ()
    worth = (
        customers["year_value"]
        if value is None
        else customers["customer_id"].map(value).astype("float64")
    )
    at_risk = customers.loc[~customers["churned"], ["customer_id"]]
    scored = pd.DataFrame(columns=["customer_id", "risk", "worth", "at_stake", "rank"])
    try:
        model, chances = forecast(
            table, customers, end, window, rule_days, observed, attributes, without, seed
        )
        scored = ranked(at_risk, chances, worth[at_risk.index])
    except NotEnoughData as too_little:
        notes = (
            Issue("no_model", "info", too_little.message, too_little.hint, dict(too_little.params)),
        )
    customers = customers.merge(scored, on="customer_id", how="left")
    customers["rank"] = customers["rank"].astype("Int64")
    customers = customers.sort_values("rank", kind="stable", ignore_index=True)
    rows = coverage(table, end)
    return ChurnResult(
        customers=customers[
            [
                "customer_id",
                "last_day",
                "purchases",
                "silent_days",
                "mean_gap",
                "overdue_days",
                "churned",
                "year_value",
                "risk",
                "worth",
                "at_stake",
                "rank",
            ]
        ],
        rule_days=rule_days,
        gaps=too_long.n,
        window_days=window,
        model=model,
        end=end,
        headline=_headline(customers, too_long, model),
        meaning=_meaning(customers, rule_days),
        notes=(*notes, *_beaten(model)),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": end.isoformat(),
                "rule_days": rule_days,
                "window_days": window,
                "without": ", ".join(without),
                "seed": seed,
            },
            timezone=timezone,
        ),
    )


def _window(asked: int | None, rule_days: int, observed: int) -> int:
    most = max(SHORTEST, observed // WINDOWS)
    if asked is None:
        return min(max(rule_days, SHORTEST), most)
    if not SHORTEST <= asked <= most:
        raise CxError(
            "bad_option",
            N_("A window of {asked} days does not fit: these data allow {least} to {most}."),
            N_("The model needs four windows: two to look back, one to learn, one to be tested."),
            asked=asked,
            least=SHORTEST,
            most=most,
        )
    return asked


def _headline(customers: pd.DataFrame, too_long: Fact, model: RiskModel | None) -> tuple[KPI, ...]:
    n, gone = len(customers), int(customers["churned"].sum())
    shown = [
        KPI("active", N_("Not silent too long"), Fact(n - gone, "count", n)),
        KPI("churned", N_("Silent too long"), Fact(gone, "count", n)),
        KPI("rule_days", N_("Too long, days"), too_long),
    ]
    if model is not None:
        shown.append(KPI("auc", N_("Forecast (AUC)"), model.quality.auc))
    return tuple(shown)


def _meaning(customers: pd.DataFrame, rule_days: int) -> Sentence:
    """How many still belong to the shop but are late by their own rhythm."""
    late = customers[~customers["churned"] & (customers["overdue_days"] > 0)]
    if not customers["year_value"].notna().any():
        return Sentence(
            N_(
                "{n} customers are later than their own rhythm, but not silent for {days} days yet."
            ),
            {"n": len(late), "days": rule_days},
            {"n": "count", "days": "days"},
        )
    return Sentence(
        N_(
            "{n} customers are later than their own rhythm, but not silent for {days} days yet: they"
            " brought {money} in the last year."
        ),
        {
            "n": len(late),
            "days": rule_days,
            "money": round(float(late["year_value"].sum()), 4),
        },
        {"n": "count", "days": "days", "money": "money"},
    )


def _beaten(model: RiskModel | None) -> tuple[Issue, ...]:
    """Simple rules that rank as well as the model does."""
    if model is None:
        return ()
    return tuple(
        Issue("rule_as_good", "info", AS_GOOD[rule])
        for rule, gain in model.gains.items()
        if gain.low <= 0
    )
