import pyarrow as pa
import pytest

from cxlib.ingest.flags import are_flags, parse_flags


def test_yes_and_no_in_six_languages():
    yes = ["yes", "Ya", "SIM", "Oui", "ja", "Sí", "TRUE", "1", " y "]
    no = ["no", "Tidak", "Não", "non", "Nein", "NO", "False", "0", "N"]
    assert parse_flags(pa.array(yes)).to_pylist() == [True] * len(yes)
    assert parse_flags(pa.array(no)).to_pylist() == [False] * len(no)


def test_what_is_neither_is_null():
    assert parse_flags(pa.array(["", "N/A", "maybe", "2", None])).to_pylist() == [None] * 5


@pytest.mark.parametrize(
    ("answers", "flags"),
    [
        (["Yes", "No", ""], True),
        (["Ya", "Tidak", "-"], True),
        (["Yes", "No", "No internet service"], False),
        (["Yes"], False),
        (["1", "0"], False),
        (["t", "f"], False),
        ([""], False),
    ],
)
def test_a_column_holds_flags_where_every_answer_is_one(answers, flags):
    assert are_flags(pa.array(answers)) is flags


def test_ones_and_zeros_are_flags_where_that_is_known():
    assert are_flags(pa.array(["1", "0", ""]), known=True)
    assert not are_flags(pa.array(["1", "0", "2"]), known=True)
