"""Complaint to money: what the customers who complain of a topic are expected to bring."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxlib.privacy.small_groups import SMALLEST
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.segments import by_group

COLUMNS = ("topic", "customers", "expected", "expected_low", "expected_high", "low", "high", "unit")


def topic_money(rows: pd.DataFrame, value: ClvResult) -> pd.DataFrame:
    """The expected value of the customers who speak badly of each topic, the most first.

    An association: it does not say that they leave, nor what solving it would bring. A customer who
    complains of two topics counts in both, so that topics do not add up.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a comment and topic, with ``topic, mood`` and ``customer_id``.
    value : ClvResult
        Of the orders of the same customers; its terms are the horizon and the discount.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`: ``customers`` that complained and have bought; ``expected`` with the ends of
        the expectation's interval, and between ``low`` and ``high`` what they will bring in fact
        (`cxlib.value.clv.totals`); ``unit`` is money, or purchases where money is not modelled.
        Topics of fewer than ten such customers are left out.
    """
    summary = value.fitted.summary
    blamed = rows[(rows["mood"] == "negative") & rows["customer_id"].notna()]
    made = []
    for topic, part in blamed.groupby("topic"):
        chosen = summary[summary["customer_id"].isin(part["customer_id"].unique())]
        if len(chosen) < SMALLEST:
            continue
        fitted = replace(value.fitted, summary=chosen)
        for total in by_group(fitted, value.terms, [str(topic)] * len(chosen)):
            ends = (total.actual.low, total.actual.high) if total.actual else (None, None)
            expected = total.expected
            made.append(
                (
                    topic, total.customers, expected.value, expected.low, expected.high, *ends,
                    expected.unit,
                )
            )  # fmt: skip
    table = pd.DataFrame(made, columns=list(COLUMNS))
    return table.sort_values(["expected", "topic"], ascending=[False, True], ignore_index=True)
