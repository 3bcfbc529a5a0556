"""Tickets before churn against a plain count."""

from __future__ import annotations

import numpy as np
import pytest

from cxlib.errors import NotEnoughData
from cxlib.statistics import wilson
from cxlib.value import churn
from cxlib.voice.ticket_churn import tickets_before_churn
from tests.contracts.test_analyses import orders, tickets


@pytest.fixture(scope="module")
def bought():
    return orders()


def test_classes_are_those_of_a_plain_count(bought):
    written = tickets().assign(
        customer_id=lambda t: np.where(t.index % 50 == 0, "stranger", t["customer_id"])
    )
    written.loc[7, "customer_id"] = None
    result = tickets_before_churn(written, bought)
    end = bought["day"].max()
    assert result.end == end.date()
    last = bought.groupby("customer_id")["day"].max()
    silent = (end - last).dt.days > result.rule_days
    known = written[written["day"] <= end]
    counts = known["customer_id"].value_counts().reindex(last.index, fill_value=0)
    for row in result.classes.itertuples():
        among = counts == row.tickets if row.tickets < 3 else counts >= 3
        expected = wilson(int(silent[among].sum()), int(among.sum()))
        assert (row.customers, row.silent) == (among.sum(), silent[among].sum())
        assert (row.share_low, row.share_high) == pytest.approx((expected.low, expected.high))
        assert set(result.of(row.tickets)["customer_id"]) == set(last.index[among])
    assert result.classes["customers"].sum() == len(last)
    assert result.strangers == 1
    receipt = result.receipt
    assert receipt.rows_in == receipt.rows_used + sum(receipt.excluded.values())
    assert receipt.excluded["without a customer"] == 1
    assert (
        receipt.excluded["of customers without a purchase"]
        == (known["customer_id"] == "stranger").sum()
    )


def test_the_rule_is_that_of_the_churn_page(bought):
    assert tickets_before_churn(tickets(), bought).rule_days == churn.analyse(bought).rule_days


def test_tickets_that_do_not_join_are_said(bought):
    strangers = tickets().assign(customer_id=lambda t: "x" + t["customer_id"])
    with pytest.raises(NotEnoughData, match="purchase"):
        tickets_before_churn(strangers, bought)
    with pytest.raises(NotEnoughData, match="purchase"):
        tickets_before_churn(tickets().drop(columns="customer_id"), bought)
    once = bought.drop_duplicates("customer_id")
    with pytest.raises(NotEnoughData, match="twice"):
        tickets_before_churn(tickets(), once)
