"""The columns of other programs' exports, from header sets written after their documentation."""

import pytest

from bench.mapping import header_sets, outcome

SETS = header_sets()


@pytest.fixture(scope="module")
def outcomes():
    return [(one, outcome(one)) for one in SETS]


def test_there_are_sets_of_all_programs_and_kinds():
    assert len(SETS) >= 60
    assert len({one.name for one in SETS}) == len(SETS)
    assert len({one.source for one in SETS if one.source}) == 18
    assert len({one.kind for one in SETS}) == 9


def test_required_fields_are_right_without_help(outcomes):
    wanted = sum(len(one.required) for one, _ in outcomes)
    right = sum(len(got.required) for _, got in outcomes)
    assert right >= 0.95 * wanted


def test_no_wrong_column_is_taken_for_sure(outcomes):
    assert {one.name: got.wrong for one, got in outcomes if got.wrong} == {}


def test_kinds_and_programs_are_recognised(outcomes):
    assert [one.name for one, got in outcomes if got.proposal.kind != one.kind] == []
    known = [(one.name, got.proposal.source) for one, got in outcomes if one.source]
    assert known == [(one.name, one.source) for one in SETS if one.source]


def test_few_questions_are_asked(outcomes):
    asked = [len(got.proposal.questions) for _, got in outcomes]
    assert max(asked) <= 1
    assert sum(asked) <= 0.05 * len(asked)
