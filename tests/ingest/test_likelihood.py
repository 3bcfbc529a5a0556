import pytest

from cxlib.ingest import match
from cxlib.ingest.naming import CERTAIN

TEXT = "The parcel came late and nobody answered my calls"


def table(header, row):
    return "\n".join([header, *(row(i) for i in range(60))])


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        # A case that was open, a survey after one, and what was said in one.
        ("case id,date,client,status,closed on", "tickets"),
        ("case id,date,client,How do you rate our service? (1-5),comment", "responses"),
        ("date,client,stars,review", "feedback"),
    ],
)
def test_a_case_its_survey_and_its_review_are_told_apart(stage, header, kind):
    cells = {
        "case id": lambda i: f"A{i}",
        "date": lambda i: f"2025-01-{i % 28 + 1:02d}",
        "client": lambda i: f"C{i % 23}",
        "status": lambda i: ("open", "solved")[i % 2],
        "closed on": lambda i: f"2025-02-{i % 28 + 1:02d}",
        "comment": lambda i: f"{TEXT} {i}",
        "review": lambda i: f"{TEXT} {i}",
    }
    points = {name: (lambda i: str(i % 5 + 1)) for name in header.split(",") if name not in cells}
    made = cells | points
    row = lambda i: ",".join(made[name](i) for name in header.split(","))  # noqa: E731
    assert match.propose(stage(table(header, row))).kind == kind


def test_several_points_beside_a_text_are_a_survey(stage):
    row = lambda i: f"2025-01-{i % 28 + 1:02d},{i % 5 + 1},{i % 4 + 1},{i % 5 + 1},{TEXT} {i}"  # noqa: E731
    one = match.propose(stage(table("date,overall rating,rooms,food,comments", row)))
    assert (one.kind, one.mapping["score"]) == ("responses", "overall rating")


def test_people_and_days_alone_are_no_purchases_for_sure(stage):
    row = lambda i: f"C{i % 23},2025-01-{i % 28 + 1:02d},x{i % 3}"  # noqa: E731
    proposal = match.propose(stage(table("customer,date,zzyx", row)))
    assert all(share < CERTAIN for share in proposal.confidence.values())


def test_a_description_is_no_feedback(stage):
    row = lambda i: f"S{i % 19},Tea {i % 7},{i * 7 % 90},{i}.50"  # noqa: E731
    proposal = match.propose(stage(table("Código,Descrição,Estoque,Custo médio", row)))
    assert "text" not in proposal.mapping or proposal.confidence["text"] < CERTAIN
