"""Complaint to money: what the customers who complain of a topic are expected to bring."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxlib.privacy.small_groups import SMALLEST
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.segments import by_group

COLUMNS = ("topic", "customers", "expected", "expected_low", "expected_high", "low", "high", "unit")


def topic_money(rows: pd.DataFrame, value: ClvResult, month: str | None = None) -> pd.DataFrame:
    """The expected value of the customers who speak badly of each topic, the most first.

    An association: it does not say that they leave, nor what solving it would bring. A customer who
    complains of two topics counts in both, so that topics do not add up.

    Parameters
    ----------
    rows : pandas.DataFrame
        A row a comment and topic, with ``topic, mood`` and ``customer_id``.
    value : ClvResult
        Of the orders of the same customers; its terms are the horizon and the discount.
    month : str, optional
        Only complaints of this month, such as 2025-08; needs ``day``.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`: ``customers`` that complained and have bought; ``expected`` with the ends of
        the expectation's interval, and between ``low`` and ``high`` what they will bring in fact
        (`cxlib.value.clv.totals`); ``unit`` is money, or purchases where money is not modelled.
        Topics of fewer than ten such customers are left out.
    """
    summary, blamed = value.fitted.summary, _blamed(rows, month)
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


def complaining(
    rows: pd.DataFrame, value: ClvResult, topic: str, month: str | None = None
) -> pd.DataFrame:
    """The customers behind a row of `topic_money`, as `ClvResult.customers` has them, the most
    valuable first."""
    blamed = _blamed(rows, month)
    who = blamed.loc[blamed["topic"] == topic, "customer_id"].unique()
    people = value.customers[value.customers["customer_id"].isin(who)]
    return people.sort_values([value.worth, "customer_id"], ascending=[False, True])


def _blamed(rows: pd.DataFrame, month: str | None) -> pd.DataFrame:
    """The rows of complaints whose customer is known, of a month or of all."""
    blamed = rows[(rows["mood"] == "negative") & rows["customer_id"].notna()]
    return blamed if month is None else blamed[blamed["day"].dt.strftime("%Y-%m") == month]
