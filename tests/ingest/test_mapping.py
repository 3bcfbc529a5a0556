"""The columns of other programs' exports, from header sets written after their documentation."""

import pytest

from bench.mapping import FILES, header_sets, outcome

EVERY = 6


def test_there_are_sets_of_all_programs_and_kinds():
    sets = header_sets()
    assert len(sets) >= 600
    assert len({one.name for one in sets}) == len(sets)
    assert len({one.source for one in sets if one.source}) == 18
    assert len({one.kind for one in sets}) == 9


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_columns_of_header_sets_are_taken_for_what_they_are(path):
    # `bench mapping` takes them all, which needs minutes.
    outcomes = [(one, outcome(one)) for one in header_sets(path)[::EVERY]]
    # Kinds and programs are recognised, and no wrong column is taken for sure.
    assert [one.name for one, got in outcomes if got.proposal.kind != one.kind] == []
    known = [(one.name, one.source) for one, _ in outcomes if one.source]
    assert known == [(one.name, got.proposal.source) for one, got in outcomes if one.source]
    assert {one.name: got.wrong for one, got in outcomes if got.wrong} == {}
    # Required fields are right without help, and little is asked.
    wanted = sum(len(one.required) for one, _ in outcomes)
    assert sum(len(got.required) for _, got in outcomes) >= 0.95 * wanted
    asked = [len(got.proposal.questions) for _, got in outcomes]
    assert max(asked) <= 1
    assert sum(asked) <= 0.05 * len(asked)
