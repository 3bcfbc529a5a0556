import datetime as dt

import pyarrow as pa
import pytest

from cxlib.ingest import match
from cxlib.ingest.swapped import looks_swapped

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(730)] * 2


def written(days, form):
    return pa.array([format(day, form) for day in days])


def exchanged(days):
    return [day.replace(month=day.day, day=day.month) if day.day <= 12 else day for day in days]


WORKDAYS = [day for day in DAYS if day.weekday() < 5]


@pytest.mark.parametrize(("form", "order"), [("%Y-%m-%d", "ymd"), ("%d/%m/%Y", "dmy")])
def test_exchanged_days_fall_on_weekends(form, order):
    assert looks_swapped(written(exchanged(WORKDAYS), form), order)
    assert not looks_swapped(written(WORKDAYS, form), order)


def test_nothing_is_said_where_weekends_are_like_other_days():
    assert not looks_swapped(written(exchanged(DAYS), "%Y-%m-%d"), "ymd")
    assert not looks_swapped(written(exchanged(WORKDAYS)[:100], "%Y-%m-%d"), "ymd")


def test_the_help_desk_is_warned_about(shared, stage):
    proposal = match.propose(stage(shared("data/tickets/helpdesk_events.csv")))
    assert "swapped_days" in {issue.code for issue in proposal.issues}
    assert proposal.questions == ()


def test_a_shop_that_sells_all_week_is_not(shared, stage):
    proposal = match.propose(stage(shared("data/transactions/cdnow_master.txt")))
    assert "swapped_days" not in {issue.code for issue in proposal.issues}
