"""What a new file changes, by month: two bars, and what was noted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from cxlib.charts.changes import by_month, months
from cxlib.charts.theme import DARK, LIGHT
from cxlib.export.spec import whole
from cxlib.i18n import language
from cxlib.store.changes import Changes, Month

NOTES = ((dt.date(2025, 2, 9), dt.date(2025, 3, 3), "Incident", "datum.amount > 0"),)


@pytest.fixture
def found():
    """Three months, of which the second differs, and records without a day."""
    rows = [
        Month(dt.date(2025, month, 1), 10, 10 + extra, Decimal(100), Decimal(100 + extra))
        for month, extra in ((1, 0), (2, 5), (3, 0))
    ]
    rows.append(Month(None, 1, 1, None, None))
    return Changes(
        "transactions", ("order_id",), 5, 30, 0, 0, (), (), (), tuple(rows), ("IDR", "IDR")
    )


@pytest.mark.parametrize(("code", "look"), [("en", LIGHT), ("id", DARK)])
def test_each_month_has_both_versions_and_its_notes(found, code, look):
    lang = language(code)
    by_month(found, NOTES, lang, look).to_dict(validate=True)
    told = whole(by_month(found, NOTES, lang, look))
    noted, bars = sorted(told["datasets"].values(), key=len)
    assert [bar["amount"] for bar in bars] == [100, 100, 100, 100, 105, 100]
    assert {bar["name"] for bar in bars if bar["differs"]} == {lang.month(dt.date(2025, 2, 1))}
    (mark,) = noted
    assert mark["name"] == lang.month(dt.date(2025, 2, 1))
    assert mark["until"] == lang.month(dt.date(2025, 3, 1))


def test_the_table_has_the_months_alone(found):
    assert months(found)["month"].dt.month.tolist() == [1, 2, 3]
