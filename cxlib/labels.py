"""What a column of a result is called and how its values read: for tables, tooltips and exports."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from cxlib.i18n import N_, Language

Reading = Literal["text", "word", "count", "number", "money", "share", "days", "day"]


@dataclass(frozen=True, slots=True)
class Label:
    """`name` is a message id; `reading` says how a value is written (`word`: itself a message id)."""

    name: str
    reading: Reading


LABELS: dict[str, Label] = {
    "customer_id": Label(N_("Customer"), "text"),
    "segment": Label(N_("Segment"), "word"),
    "segment_before": Label(N_("Segment before"), "word"),
    "segment_now": Label(N_("Segment now"), "word"),
    "outcome": Label(N_("What became of them"), "word"),
    "row_share": Label(N_("Share of the segment before"), "share"),
    "share_low": Label(N_("Share, from"), "share"),
    "share_high": Label(N_("Share, to"), "share"),
    "revenue_between": Label(N_("Revenue in between"), "money"),
    "cohort_name": Label(N_("Cohort"), "text"),
    "recency_days": Label(N_("Days since last purchase"), "days"),
    "frequency": Label(N_("Purchases"), "count"),
    "monetary": Label(N_("Net revenue"), "money"),
    "r": Label(N_("Recency score"), "count"),
    "f": Label(N_("Frequency score"), "count"),
    "m": Label(N_("Money score"), "count"),
    "fm": Label(N_("Frequency and money score"), "count"),
    "cluster": Label(N_("Cluster"), "count"),
    "cluster_name": Label(N_("Cluster name"), "word"),
    "customers": Label(N_("Customers"), "count"),
    "buyers": Label(N_("Buyers"), "count"),
    "orders": Label(N_("Orders"), "count"),
    "revenue": Label(N_("Revenue"), "money"),
    "share": Label(N_("Share of customers"), "share"),
    "revenue_share": Label(N_("Share of revenue"), "share"),
    "value": Label(N_("Value"), "text"),
    "month": Label(N_("Month"), "day"),
    "day": Label(N_("Day"), "day"),
    "first_day": Label(N_("First purchase"), "day"),
    "last_day": Label(N_("Last purchase"), "day"),
    "purchases": Label(N_("Purchases"), "count"),
    "repeat_purchases": Label(N_("Repeat purchases"), "count"),
    "recency": Label(N_("First to last purchase"), "number"),
    "T": Label(N_("Customer for"), "number"),
    "monetary_value": Label(N_("Average repeat purchase"), "money"),
    "p_alive": Label(N_("P(alive)"), "share"),
    "change": Label(N_("Change"), "number"),
    "level": Label(N_("Value so far"), "number"),
    "expected_purchases": Label(N_("Expected purchases"), "number"),
    "expected_spend": Label(N_("Expected spend per purchase"), "money"),
    "clv": Label(N_("CLV"), "money"),
    "clv_low": Label(N_("CLV, low"), "money"),
    "clv_high": Label(N_("CLV, high"), "money"),
    "tenure": Label(N_("Days as a customer"), "days"),
    "average_order_value": Label(N_("Average order value"), "money"),
    "k": Label(N_("Clusters"), "count"),
    "silhouette": Label(N_("Silhouette"), "number"),
    "inertia": Label(N_("Inertia"), "number"),
    "stability": Label(N_("Stability"), "number"),
    "smallest_share": Label(N_("Smallest cluster"), "share"),
    "feature": Label(N_("Feature"), "word"),
    "median_recency_days": Label(N_("Median days since last purchase"), "days"),
    "median_frequency": Label(N_("Median purchases"), "number"),
    "median_monetary": Label(N_("Median net revenue"), "money"),
    "actual": Label(N_("Actual"), "number"),
    "predicted": Label(N_("Predicted"), "number"),
    "low": Label(N_("From"), "number"),
    "high": Label(N_("To"), "number"),
    "alive_low": Label(N_("P(alive), from"), "share"),
    "alive_high": Label(N_("P(alive), to"), "share"),
    "name": Label(N_("Name"), "text"),
    "total": Label(N_("In total"), "number"),
    "forecast": Label(N_("Forecast"), "text"),
    "rmse": Label(N_("Root mean squared error"), "number"),
    "mae": Label(N_("Mean absolute error"), "number"),
    "bias": Label(N_("Bias"), "number"),
    "spearman": Label(N_("Rank correlation"), "number"),
    "top_decile": Label(N_("Lift of the top tenth"), "number"),
    "own_rate": Label(N_("Own past rate"), "number"),
    "new_revenue": Label(N_("Revenue from new customers"), "money"),
    "returning_revenue": Label(N_("Revenue from returning customers"), "money"),
    "new_buyers": Label(N_("New buyers"), "count"),
    "lines": Label(N_("Lines"), "count"),
    "centre": Label(N_("Mean"), "number"),
    "difference": Label(N_("Standard deviations from the rest"), "number"),
    "amount": Label(N_("Amount"), "money"),
    "order_id": Label(N_("Order"), "text"),
    "days_since": Label(N_("Days since the last purchase, up to"), "days"),
    "group": Label(N_("Group"), "word"),
    "expected": Label(N_("Expected"), "number"),
    "expected_low": Label(N_("Expected, from"), "number"),
    "expected_high": Label(N_("Expected, to"), "number"),
    "actual_low": Label(N_("May be as little as"), "number"),
    "actual_high": Label(N_("May be as much as"), "number"),
    "pooled": Label(N_("By the fit of all"), "number"),
    "pooled_low": Label(N_("By the fit of all, from"), "number"),
    "pooled_high": Label(N_("By the fit of all, to"), "number"),
    "own": Label(N_("By its own fit"), "number"),
    "own_low": Label(N_("By its own fit, from"), "number"),
    "own_high": Label(N_("By its own fit, to"), "number"),
    "attribute": Label(N_("Attribute"), "text"),
    "often": Label(N_("Buys so many times as often"), "number"),
    "often_low": Label(N_("As often, from"), "number"),
    "often_high": Label(N_("As often, to"), "number"),
    "leaves": Label(N_("Odds of leaving, times"), "number"),
    "leaves_low": Label(N_("Odds of leaving, from"), "number"),
    "leaves_high": Label(N_("Odds of leaving, to"), "number"),
    "model": Label(N_("Model"), "text"),
    "log_likelihood": Label(N_("Log-likelihood"), "number"),
    "aic": Label(N_("AIC"), "number"),
    "error": Label(N_("Error against the better simple rule"), "number"),
    "wins": Label(N_("Cut dates won"), "count"),
    "cuts": Label(N_("Cut dates"), "count"),
    "cut": Label(N_("Fitted up to"), "day"),
    "actual_so_far": Label(N_("Repeat purchases so far"), "number"),
    "expected_so_far": Label(N_("Expected so far"), "number"),
    "holdout": Label(N_("After the cut"), "text"),
    "silent_days": Label(N_("Days since last purchase"), "days"),
    "mean_gap": Label(N_("Usual days between purchases"), "number"),
    "overdue_days": Label(N_("Days late by own rhythm"), "number"),
    "risk": Label(N_("Risk"), "share"),
    "risk_low": Label(N_("Risk, from"), "share"),
    "churned": Label(N_("Silent too long"), "text"),
    "worth": Label(N_("Value"), "money"),
    "at_stake": Label(N_("At stake"), "money"),
    "rank": Label(N_("Rank"), "count"),
    "year_value": Label(N_("Revenue in a year"), "money"),
    "state": Label(N_("State"), "text"),
    "plan": Label(N_("Plan"), "text"),
    "duration": Label(N_("Tenure"), "number"),
    "mrr": Label(N_("Monthly revenue"), "money"),
    "movement": Label(N_("Movement"), "text"),
    "before": Label(N_("Monthly revenue before"), "money"),
    "after": Label(N_("Monthly revenue after"), "money"),
    "mrr_start": Label(N_("MRR at the start"), "money"),
    "new": Label(N_("New"), "money"),
    "reactivation": Label(N_("Came back"), "money"),
    "expansion": Label(N_("Pay more"), "money"),
    "contraction": Label(N_("Pay less"), "money"),
    "churn": Label(N_("Left"), "money"),
    "mrr_end": Label(N_("MRR at the end"), "money"),
    "customers_start": Label(N_("Customers at the start"), "count"),
    "customers_lost": Label(N_("Customers lost"), "count"),
    "grr": Label(N_("Gross revenue retention"), "share"),
    "nrr": Label(N_("Net revenue retention"), "share"),
    "customer_churn": Label(N_("Customer churn a month"), "share"),
    "subscriptions": Label(N_("Subscriptions"), "count"),
    "left": Label(N_("Left"), "count"),
    "monthly_churn": Label(N_("Chance of leaving a month"), "share"),
    "median_life": Label(N_("Median life"), "number"),
    "time": Label(N_("Time since the start"), "number"),
    "survival": Label(N_("Still there"), "share"),
    "at_risk": Label(N_("Watched until then"), "count"),
    "bin": Label(N_("Tenth by risk"), "count"),
    "importance": Label(N_("AUC lost without it"), "number"),
    "auc": Label(N_("AUC"), "number"),
    "calibration_error": Label(N_("Calibration error"), "number"),
    "log_loss": Label(N_("Log loss"), "number"),
    "lift": Label(N_("Lift of the top tenth"), "number"),
    "start": Label(N_("Start"), "day"),
    "renewals": Label(N_("Renewals so far"), "count"),
    "contracts": Label(N_("Contracts"), "count"),
    "lost": Label(N_("Not renewed"), "count"),
    "observed": Label(N_("Still there"), "share"),
    "observed_low": Label(N_("Still there, from"), "share"),
    "observed_high": Label(N_("Still there, to"), "share"),
    "fitted": Label(N_("Still there by the model"), "share"),
    "fitted_low": Label(N_("By the model, from"), "share"),
    "fitted_high": Label(N_("By the model, to"), "share"),
    "renewed": Label(N_("Renewed"), "share"),
    "fitted_renewed": Label(N_("Renewed by the model"), "share"),
    "expected_renewals": Label(N_("Renewals to come"), "number"),
    "renewals_low": Label(N_("Renewals to come, from"), "number"),
    "renewals_high": Label(N_("Renewals to come, to"), "number"),
    "residual_value": Label(N_("Value still to come"), "money"),
    "value_low": Label(N_("Value, from"), "money"),
    "value_high": Label(N_("Value, to"), "money"),
    "constant": Label(N_("One rate for all"), "number"),
    "periods": Label(N_("Periods after the cut"), "count"),
    "cohort": Label(N_("Cohort"), "day"),
    "cohorts": Label(N_("Cohorts"), "count"),
    "age": Label(N_("Periods after the first purchase"), "count"),
    "count": Label(N_("Customers who came back"), "count"),
    "cumulative_value": Label(N_("Value per customer so far"), "money"),
    "purchase": Label(N_("After purchase number"), "count"),
    "days": Label(N_("Days"), "days"),
    "again": Label(N_("Ordered again"), "share"),
    "ended": Label(N_("Gaps that ended with an order"), "count"),
    "open": Label(N_("Customers silent so long"), "count"),
    "status": Label(N_("Status"), "word"),
    "product": Label(N_("Product"), "text"),
    "category": Label(N_("Category"), "text"),
    "channel": Label(N_("Channel"), "text"),
    "place": Label(N_("Place"), "text"),
    "quantity": Label(N_("Quantity"), "number"),
    "line": Label(N_("Line"), "count"),
    "column": Label(N_("Column"), "text"),
    "code": Label(N_("Code"), "text"),
    "message": Label(N_("Message"), "text"),
    "cure": Label(N_("What to do"), "text"),
    "vendor": Label(N_("Vendor"), "text"),
    "convention": Label(N_("Convention"), "word"),
    "step": Label(N_("Step"), "text"),
    "effect": Label(N_("Effect"), "share"),
    "rate": Label(N_("Rate"), "share"),
    "numerator": Label(N_("Numerator"), "number"),
    "denominator": Label(N_("Denominator"), "number"),
    "formula": Label(N_("Formula"), "word"),
    "source": Label(N_("Source"), "text"),
}


def label(column: str) -> Label:
    """The label of a column; one that has none is shown under its own name, as text or number."""
    return LABELS.get(column, Label(column, "text"))


def written(value: Any, reading: Reading, lang: Language, currency: str | None = None) -> str:
    """A value as the language writes it; a missing one is an en dash, never "nan"."""
    if pd.isna(value):
        return "–"
    if reading == "money":
        return lang.money(float(value), currency)
    if reading == "share":
        return lang.percent(float(value))
    if reading in ("count", "days"):
        return lang.number(float(value))
    if reading == "number":
        return lang.number(float(value), 2)
    if reading == "day":
        return lang.date(
            value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value)[:10])
        )
    return lang(str(value)) if reading == "word" else str(value)
