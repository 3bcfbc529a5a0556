"""What a model of leaving may look at: numbers and categories of customers, encoded once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.i18n import N_
from cxlib.results import Issue

LEVELS = 30  # of a category; rarer ones become one
NAMELIKE = 200  # distinct texts beyond which a column names its rows rather than describing them

NAMES: Mapping[str, str] = {
    "tenure": N_("Tenure"),
    "mrr": N_("Monthly revenue"),
    "plan": N_("Plan"),
    "tenure_days": N_("Days as a customer"),
    "plan_days": N_("Days on the plan"),
    "subscriptions": N_("Subscriptions so far"),
    "purchases": N_("Purchases"),
    "silent_days": N_("Days since last purchase"),
    "mean_gap": N_("Usual days between purchases"),
    "overdue": N_("Silence over the usual gap"),
    "recent_purchases": N_("Purchases in the last window"),
    "earlier_purchases": N_("Purchases in the window before"),
    "average_value": N_("Average purchase"),
    "refunds": N_("Refunds"),
}


@dataclass(frozen=True, slots=True)
class Features:
    """Encoded features of customers: `values` is float64 of shape (n, k), NaN where not known.

    `names` are message ids or names of the user's columns; a category is a code, from 0 for the
    commonest level.
    """

    columns: tuple[str, ...]
    names: tuple[str, ...]
    categorical: tuple[bool, ...]
    values: NDArray[np.float64]

    def rows(self, chosen: Any) -> Features:
        """The features of some customers."""
        return replace(self, values=self.values[chosen])

    def only(self, columns: Collection[str]) -> Features:
        """The features of some columns."""
        at = [i for i, column in enumerate(self.columns) if column in columns]
        return Features(
            tuple(self.columns[i] for i in at),
            tuple(self.names[i] for i in at),
            tuple(self.categorical[i] for i in at),
            self.values[:, at],
        )


def encode(
    frame: pd.DataFrame, columns: Sequence[str], names: Mapping[str, str] | None = None
) -> tuple[Features, tuple[Issue, ...]]:
    """Encode columns of a frame; what is of no use to a model is left out and told.

    Flags are 0 and 1. Texts become categories: their commonest `LEVELS` levels and one for all
    others. Left out are days, columns with one value, and texts that differ almost row by row.
    Nothing here looks at who left.

    Parameters
    ----------
    frame : pandas.DataFrame
        Customers of all samples that have to be encoded alike.
    columns : sequence of str
    names : mapping of column to name, optional
        What the user calls the columns; `NAMES` otherwise.
    """
    kept, notes = [], []
    for column in columns:
        name = (names or {}).get(column) or NAMES.get(column, column)
        values, categorical = _encoded(frame[column])
        if values is None:
            notes.append(_left_out(name))
        elif len(np.unique(values[~np.isnan(values)])) + np.isnan(values).any() > 1:
            kept.append((column, name, categorical, values))
    stacked = [values for *_, values in kept]
    features = Features(
        tuple(column for column, *_ in kept),
        tuple(name for _, name, *_ in kept),
        tuple(categorical for *_, categorical, _ in kept),
        np.column_stack(stacked) if stacked else np.empty((len(frame), 0)),
    )
    return features, tuple(notes)


def _encoded(column: pd.Series[Any]) -> tuple[NDArray[np.float64] | None, bool]:
    """Values and whether they are codes; no values for a column that is of no use."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return None, False
    known = column.dropna()
    if pd.api.types.is_bool_dtype(known) or pd.api.types.is_numeric_dtype(known):
        return column.to_numpy(dtype=np.float64, na_value=np.nan), False
    if len(known) and not isinstance(known.iloc[0], str):  # decimals, and flags beside nothing
        return pd.to_numeric(column, errors="raise").to_numpy(dtype=np.float64), False
    counts = known.value_counts()
    if len(counts) > NAMELIKE or len(counts) > max(LEVELS, len(known) / 2):
        return None, True
    order = sorted(counts.index, key=lambda level: (-counts[level], level))
    codes = {level: float(min(i, LEVELS)) for i, level in enumerate(order)}
    return column.map(codes).to_numpy(dtype=np.float64, na_value=np.nan), True


def _left_out(name: str) -> Issue:
    return Issue(
        "no_feature",
        "info",
        N_("The column “{column}” is not used: it holds days, or names rows one by one."),
        params={"column": name},
        column=name,
    )
