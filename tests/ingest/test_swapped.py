import datetime as dt

import pyarrow as pa
import pytest

from cxlib.ingest import convert, match
from cxlib.ingest.plan import plan
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


def test_the_import_says_what_the_proposal_said(shared, stage, tmp_path):
    proposal = match.propose(staged := stage(shared("data/tickets/helpdesk_events.csv")))
    imported = convert.convert(staged, plan(proposal), tmp_path)
    assert [i for i in imported.issues if i.code == "swapped_days"] == [
        i for i in proposal.issues if i.code == "swapped_days"
    ]


def test_the_import_of_days_as_they_were_says_nothing(stage, tmp_path):
    for days, said in ((WORKDAYS, False), (exchanged(WORKDAYS), True)):
        rows = [f"t{i},{day:%Y-%m-%d}" for i, day in enumerate(days)]
        staged = stage("\n".join(["ticket_id,timestamp", *rows]))
        imported = convert.convert(staged, plan(match.propose(staged, "tickets")), tmp_path)
        assert ("swapped_days" in {issue.code for issue in imported.issues}) == said
