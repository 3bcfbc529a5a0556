import pytest

from cxlib.ingest import match
from cxlib.ingest.naming import CERTAIN


def table(header, *cells, rows=60):
    """A CSV text whose cells are made from the number of their row."""
    lines = [",".join(cell(i) for cell in cells) for i in range(rows)]
    return "\n".join([header, *lines])


def day(i):
    return f"2025-{i % 12 + 1:02d}-{i % 28 + 1:02d}"


def some(i):
    return f"C{i * 7 % 23:03d}"


def each(i):
    return f"{5000 + 37 * i}"


def money(i):
    return f"{i + 1}.25"


def flag(i):
    return "10"[i % 2]


def arm(i):
    return "AB"[i // 2 % 2]


def text(i):
    return f"The parcel {i} came late and nobody answered"


def test_the_only_day_is_the_day_whatever_more_its_name_says(stage):
    proposal = match.propose(stage(table("client,zzyx date,total", some, day, money)))
    assert proposal.mapping["timestamp"] == "zzyx date"
    assert proposal.questions == ()


@pytest.mark.parametrize("header", ["birth date", "delivery date", "due date", "updated at"])
def test_the_only_day_is_asked_about_where_it_is_of_something_else(stage, header):
    rows = table(f"order no,client,{header},total", each, some, day, money)
    proposal = match.propose(stage(rows))
    assert [q.id for q in proposal.questions] == ["which_column:timestamp"]


def test_of_two_days_none_is_taken_for_sure(stage):
    rows = table("client,zzyx date,qqrx date,total", some, day, lambda i: day(i + 3), money)
    proposal = match.propose(stage(rows))
    assert proposal.confidence["timestamp"] < CERTAIN


def test_customers_are_known_by_the_only_bare_id(stage):
    rows = table("Código,Nome,E-mail", each, lambda i: f"Ana {i}", lambda i: f"p{i}@x.id")
    proposal = match.propose(stage(rows))
    assert (proposal.kind, proposal.mapping["customer_id"]) == ("customers", "Código")
    assert proposal.questions == ()


def test_a_number_that_counts_the_rows_is_no_id(stage):
    rows = table(
        "No,Nama,Email", lambda i: str(i + 1), lambda i: f"Ana {i}", lambda i: f"p{i}@x.id"
    )
    proposal = match.propose(stage(rows))
    assert proposal.mapping["customer_id"] == "Email"


def test_the_only_yes_and_no_of_a_test_is_its_outcome(stage):
    proposal = match.propose(stage(table("user_id,variant,zzyx", each, arm, flag)))
    assert (proposal.kind, proposal.mapping["outcome"]) == ("experiments", "zzyx")
    assert proposal.questions == ()


def test_the_only_text_beside_points_is_the_review(stage):
    rows = table("reviewer,rating,zzyx", some, lambda i: str(i % 5 + 1), text)
    proposal = match.propose(stage(rows))
    assert (proposal.kind, proposal.mapping["text"]) == ("feedback", "zzyx")
