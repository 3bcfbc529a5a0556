from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.ingest import match

HEAD = "customer_id,email,extra\n"


def attribute(stage, cells):
    rows = "".join(f'{i},p{i}@example.com,"{cell}"\n' for i, cell in enumerate(cells))
    proposal = match.propose(stage(HEAD + rows), "customers")
    (found,) = (a for a in proposal.attributes if a.column == "extra")
    return found.type, found.format


def test_the_type_is_what_every_cell_can_be(stage):
    assert attribute(stage, ["1.5", "2", "N/A", ""]) == ("number", ".")
    assert attribute(stage, ["1.234,50", "2"]) == ("number", ",")
    assert attribute(stage, ["31/12/2024", "01/02/2025"]) == ("timestamp", "dmy")
    assert attribute(stage, ["2024-12-31", ""]) == ("timestamp", "ymd")
    assert attribute(stage, ["Ya", "Tidak", ""]) == ("flag", "")
    assert attribute(stage, ["1.5", "two"]) == ("text", "")
    assert attribute(stage, ["", ""]) == ("text", "")


def test_what_is_not_certain_stays_text(stage):
    assert attribute(stage, ["01/02/2025", "03/04/2025"]) == ("text", "")
    assert attribute(stage, ["1.250", "3.500"]) == ("text", "")
    assert attribute(stage, ["1", "0"]) == ("number", ".")


def test_months_weeks_and_quarters_stay_text(stage):
    assert attribute(stage, ["2025-01", "2025-02"]) == ("text", "")
    assert attribute(stage, ["2025-W03", ""]) == ("text", "")
    assert attribute(stage, ["Q1 2025", "Q2 2025"]) == ("text", "")
    assert attribute(stage, ["Jan 2025", "2025-02-01"]) == ("text", "")


def test_names_of_digits_stay_text(stage):
    assert attribute(stage, ["00123", "45678"]) == ("text", "")
    assert attribute(stage, ["12345678901234567890", "1"]) == ("text", "")
    assert attribute(stage, ["+628121234567", "8121234567"]) == ("text", "")


def test_one_late_cell_decides(stage):
    assert attribute(stage, ["7"] * 70_000 + ["seven"]) == ("text", "")


def test_kinds_without_attributes_have_none(stage):
    rows = "1,2025-01-31,5,x\n2,2025-01-31,6,y\n"
    assert match.propose(stage("customer,date,amount,colour\n" + rows)).attributes == ()


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.from_regex(r"[0-9]{16,24}", fullmatch=True), min_size=2, max_size=5))
def test_long_ids_are_never_numbers(stage, cells):
    assert attribute(stage, cells)[0] == "text"
