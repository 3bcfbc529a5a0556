"""The customers behind the marks of the chain's charts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlib.i18n import N_

YES, NO = N_("yes"), N_("no")
# What the measures are called in lists of customers.
LISTED = {
    "sessions": "sessions_a_month",
    "tickets": "tickets_a_purchase",
    "resolution": "solution_hours",
    "ces": "ces_points",
    "csat": "csat_points",
    "nps": "nps_points",
    "retained": "bought_again",
}


def after(of: str, to: str) -> str:
    """The column of `ChainResult.customers` that `of` is linked with: what came after an answer is
    there for each question."""
    return f"{of}_{to}" if to in ("retained", "spend") else to


def linked(customers: pd.DataFrame, of: str, to: str) -> pd.DataFrame:
    """Those of `ChainResult.customers` who have both measures of a link, the highest first."""
    both = [of, after(of, to)]
    rows = customers.dropna(subset=both)
    rows = rows.sort_values([*both, "customer_id"], ascending=[False, False, True])
    return _listed(rows, ("answered", *both))


def grouped(customers: pd.DataFrame, by: str, group: str, outcome: str) -> pd.DataFrame:
    """The customers of a group of first answers of whom an outcome is known, the highest first."""
    columns = [after(by, to) for to in ("retained", "spend", "clv")]
    known = after(by, outcome)
    rows = customers[customers[f"{by}_group"] == group].dropna(subset=known)
    rows = rows.sort_values([known, "customer_id"], ascending=[False, True])
    return _listed(rows, ("answered", by, *columns))


def holders(customers: pd.DataFrame, group: str) -> pd.DataFrame:
    """The customers of a group of newest answers who have bought, the highest revenue first."""
    rows = customers[customers["group"] == group].dropna(subset="revenue")
    rows = rows.sort_values(["revenue", "customer_id"], ascending=[False, True])
    return _listed(rows, ("latest", "revenue", "clv"))


def _listed(rows: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Customers with some measures, under the names that lists have."""
    shown = {"customer_id": rows["customer_id"]}
    for column in measures:
        measure = column.rpartition("_")[2]
        values = rows[column]
        if measure == "retained":
            values = values.map({1.0: YES, 0.0: NO})
        shown[LISTED.get(measure, measure)] = values
    return pd.DataFrame(shown).reset_index(drop=True)
