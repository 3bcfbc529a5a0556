import pytest

from cxlib.errors import CxError
from cxlib.tables.headers import normal
from cxlib.tables.kind import kind, kinds

# The fields of DESIGN.md, required ones first.
FIELDS = {
    "transactions": (
        "customer_id timestamp",
        "amount order_id line_id product category quantity unit_price discount channel place "
        "currency status",
    ),
    "responses": ("score", "customer_id timestamp question comment weight"),
    "feedback": ("text", "customer_id timestamp rating channel"),
    "events": ("customer_id timestamp event", "session_id page channel value"),
    "tickets": (
        "ticket_id timestamp",
        "customer_id activity first_response_at resolved_at status topic channel group csat text",
    ),
    "subscriptions": ("customer_id", "start end plan mrr tenure churned"),
    "campaigns": (
        "timestamp",
        "channel campaign cost impressions clicks sent delivered opened leads new_customers "
        "conversions revenue",
    ),
    "experiments": ("variant", "outcome unit_id timestamp n successes mean sd"),
    "customers": ("customer_id", "email phone name consent"),
}


def test_there_are_nine_kinds():
    assert set(kinds()) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_those_of_the_design(name):
    required, optional = (part.split() for part in FIELDS[name])
    declared = kind(name).fields
    assert {f.name for f in declared if f.required} == set(required)
    assert {f.name for f in declared if not f.required} == set(optional)


@pytest.mark.parametrize("name", FIELDS)
def test_names_are_written_as_headers_are_compared(name):
    for field in kind(name).fields:
        assert field.label
        assert [s for s in field.synonyms if normal(s) != s] == []
        assert len(set(field.synonyms)) == len(field.synonyms), field.name


@pytest.mark.parametrize("name", FIELDS)
def test_no_name_stands_for_two_fields_of_a_kind(name):
    seen: dict[str, str] = {}
    for field in kind(name).fields:
        for word in (field.name.replace("_", " "), *field.synonyms):
            assert seen.setdefault(word, field.name) == field.name, word


def test_missing_fields_of_the_nearest_shape():
    experiments = kind("experiments")
    assert experiments.missing({"variant", "outcome"}) == ()
    assert experiments.missing({"variant", "n", "mean", "sd"}) == ()
    assert experiments.missing({"variant", "n"}) in {("outcome",), ("successes",)}
    assert kind("transactions").missing(set()) == ("customer_id", "timestamp")


def test_unknown_names_are_typed_errors():
    with pytest.raises(CxError, match="unknown_kind"):
        kind("orders")
    with pytest.raises(CxError, match="unknown_field"):
        kind("transactions").field("price")
