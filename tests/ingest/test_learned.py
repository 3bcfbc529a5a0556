from math import exp

import pytest

from bench.kinds import signs_of
from bench.mapping import header_sets
from cxlib.ingest import match
from cxlib.ingest.learned import leaning, signs
from cxlib.ingest.naming import CERTAIN


def test_the_probabilities_of_all_kinds_are_one():
    assert sum(exp(p) for p in leaning({"constant": 1.0}).values()) == pytest.approx(1)


def test_no_signs_speak_for_no_kind():
    assert len(set(leaning(signs((), {}, {}, "")).values())) > 1  # by how often kinds are met alone
    assert len(set(leaning({}).values())) == 1


@pytest.mark.parametrize(
    "name",
    ["avis clients, French spreadsheet", "prueba de precios por cliente, Spanish"],
)
def test_words_tell_kinds_that_rules_take_for_another(name):
    one = next(one for one in header_sets() if one.name == name)
    found = leaning(signs_of(one))
    assert max(found, key=found.__getitem__) == one.kind


def table(header, row):
    return "\n".join([header, *(row(i) for i in range(60))])


def test_a_phone_tells_people_apart_better_than_a_name(stage):
    row = lambda i: f"2025-01-{i % 28 + 1:02d},Ana Sari {i % 9},0812{i % 23:08d},{i}.50"  # noqa: E731
    found = match.propose(stage(table("Date,Customer,Phone,Total", row)))
    assert found.mapping["customer_id"] == "Phone"


def test_a_name_beside_a_number_of_something_unknown_is_asked_about(stage):
    people = ("Ana Sari", "Budi Raya", "Cici Dewi")
    row = lambda i: f"2025-01-{i % 28 + 1:02d},{people[i % 3]},Z{i % 23},{i}.50"  # noqa: E731
    found = match.propose(stage(table("Date,Customer Name,Zyxx No,Total", row)))
    assert found.mapping["customer_id"] == "Customer Name"
    assert found.confidence["customer_id"] < CERTAIN


def test_few_different_values_are_hardly_customers(stage):
    row = lambda i: f"2025-01-{i % 28 + 1:02d},{('web', 'ios')[i % 2]},{i}.50"  # noqa: E731
    found = match.propose(stage(table("Date,Client,Total", row)))
    assert found.confidence["customer_id"] < CERTAIN


def test_a_number_of_many_is_a_count(stage):
    row = lambda i: f"{'AB'[i]},{900 + i},{30 + i}"  # noqa: E731
    text = "\n".join(["Variante,Nº de Destinatarios,Nº de Conversiones", row(0), row(1)])
    found = match.propose(stage(text))
    assert (found.mapping["n"], found.mapping["successes"]) == (
        "Nº de Destinatarios",
        "Nº de Conversiones",
    )
    assert found.confidence["n"] >= CERTAIN
