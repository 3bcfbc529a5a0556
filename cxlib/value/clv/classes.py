"""Customers by class of value, and by class and P(alive): what charts of a million customers draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.statistics import round_edges

TENTHS = 10


def worth(customers: pd.DataFrame) -> str:
    """What customers are compared by: CLV, or expected purchases where money is withheld."""
    return "clv" if customers["clv"].notna().any() else "expected_purchases"


def classes(customers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of customers with a value: by class (``low, high, customers, total``) and by class
    and tenth of P(alive) (``low, high, alive_low, alive_high, customers, total``).

    Parameters
    ----------
    customers : pandas.DataFrame
        Of a valuation: ``p_alive`` and what `worth` names. NaN is left out.
    """
    values = customers[worth(customers)].to_numpy(float)
    known = ~np.isnan(values)
    values, alive = values[known], customers["p_alive"].to_numpy(float)[known]
    edges = np.array(round_edges(values))
    number = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    tenth = np.minimum((alive * TENTHS).astype(np.intp), TENTHS - 1)
    of, size = tenth * (len(edges) - 1) + number, TENTHS * (len(edges) - 1)
    counts, sums = np.bincount(of, minlength=size), np.bincount(of, values, minlength=size)
    held = np.flatnonzero(counts)
    at_tenth, at_class = np.divmod(held, len(edges) - 1)
    cells = pd.DataFrame(
        {
            "low": edges[at_class],
            "high": edges[at_class + 1],
            "alive_low": at_tenth / TENTHS,
            "alive_high": (at_tenth + 1) / TENTHS,
            "customers": counts[held],
            "total": sums[held],
        }
    )
    return cells.groupby(["low", "high"])[["customers", "total"]].sum().reset_index(), cells
