"""Customers drawn from known parameters, to see whether the parameters come back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlib.value.clv.patterns import Array


def simulate_purchases(
    generator: np.random.Generator,
    T: Array,
    purchases: Mapping[str, float],
    spend: Mapping[str, float],
) -> pd.DataFrame:
    """Purchases of BG/NBD customers with Gamma-Gamma spend, first purchases included.

    Parameters
    ----------
    generator : numpy.random.Generator
        The only source of chance.
    T : array, shape (n,)
        How long each customer is observed after the first purchase.
    purchases : mapping
        ``r, alpha, a, b``, alpha in the unit of `T`.
    spend : mapping
        ``p, q, v``.

    Returns
    -------
    pandas.DataFrame
        A row a purchase, ordered by ``customer`` (0 … n − 1) and ``time`` (0 for the first), with
        its ``value``.
    """
    n = len(T)
    rate = generator.gamma(purchases["r"], 1 / purchases["alpha"], n)
    dropout = generator.beta(purchases["a"], purchases["b"], n)
    # A Poisson process is a Poisson count of uniform times; the customer leaves after purchase
    # number `last`, and what would have come later does not. A tiny p rounds to "never".
    last = generator.geometric(np.maximum(dropout, 1e-12))
    count = generator.poisson(rate * T)
    customer = np.repeat(np.arange(n), count)
    time = generator.random(len(customer)) * T[customer]
    order = np.lexsort((time, customer))
    customer, time = customer[order], time[order]
    number = 1 + np.arange(len(customer)) - np.repeat(np.cumsum(count) - count, count)
    made = number <= last[customer]
    customer = np.concatenate((np.arange(n), customer[made]))
    time = np.concatenate((np.zeros(n), time[made]))
    scale = generator.gamma(spend["q"], 1 / spend["v"], n)
    value = generator.gamma(spend["p"], 1 / scale[customer])
    table = pd.DataFrame({"customer": customer, "time": time, "value": value})
    return table.sort_values(["customer", "time"], kind="stable", ignore_index=True)


def summarised(purchases: pd.DataFrame, T: Array) -> pd.DataFrame:
    """The histories of `simulate_purchases` in continuous time, a row a customer.

    ``customer_id, frequency, recency, T, monetary_value`` (NaN without a repeat purchase), times in
    the unit of `T`.
    """
    grouped = purchases.groupby("customer")
    frequency = grouped.size().to_numpy() - 1
    first = grouped["value"].first().to_numpy()
    total = grouped["value"].sum().to_numpy()
    mean = np.divide(total - first, frequency, out=np.full(len(T), np.nan), where=frequency > 0)
    return pd.DataFrame(
        {
            "customer_id": [f"C{i:07d}" for i in range(len(T))],
            "frequency": frequency,
            "recency": grouped["time"].max().to_numpy(),
            "T": T,
            "monetary_value": mean,
        }
    )
