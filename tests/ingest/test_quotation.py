import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.ingest.quotation import Quotation, find_quotation

PLAIN = [f"{i},{i}.5,good,2024-01-02\n" for i in range(30)]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["'don''t, please'"], Quotation("'")),
        (["'don''t'"], Quotation("'")),
        (["'fast, cheap'"], Quotation("'")),
        (["'don''t'", '"oke"'], Quotation("'")),
        (["'Bob'"], Quotation('"', (31,))),
        (['"oke"'], Quotation('"', (31,))),
        (["'Bob'", '"fast, cheap"'], Quotation('"')),
        (["'Bob'", "'Al'", "'Jo'"], Quotation("'", (31, 32, 33))),
        (["rock 'n' roll", "boys'", "'tis", "don't"], Quotation('"')),
    ],
)
def test_a_few_marks_are_quotes_where_the_rules_show_it(cells, wanted):
    lines = [*PLAIN, *(f"1,1.5,{cell},2024-01-02\n" for cell in cells)]
    assert find_quotation(lines, ",") == wanted
    old = [line.replace("\n", "\r") for line in lines]
    assert find_quotation(old, ",") == wanted


def test_apostrophes_around_all_words_are_quotes():
    lines = ["'id','said'\n", *(f"{i},'so so'\n" for i in range(9))]
    assert find_quotation(lines, ",") == Quotation("'")


def test_lines_that_are_cells():
    assert find_quotation(["a\n", '"b ""c"""\n', "d\n"], None) == Quotation('"')
    assert find_quotation(["a\n", '"b"\n', "d\n"], None) == Quotation(None, (2,))


WORDS = st.sampled_from(
    ["don't", "rock 'n' roll", "'Bob'", "'tis", "boys'", 'an "oke"', "fast, cheap", "5' 11\"", "x\ny",
     "''", "O'Neil, Jr.", "'a', 'b'", "kopi susu", "good", "good", "so so", ""]
)  # fmt: skip


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(WORDS, min_size=3, max_size=30),
    st.sampled_from(",;\t"),
    st.sampled_from("'\""),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_words_come_back_from_either_mark_or_something_is_said(
    stage, cells, words, delimiter, mark, end
):
    table = [["id", "n", "text", "day"]]
    table += [[f"{i:04d}", f"{i}.5", word, f"2024-01-{i + 1:02d}"] for i, word in enumerate(words)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quotechar=mark, lineterminator=end).writerows(table)
    staged = stage(text.getvalue())
    assert [list(staged.titles or ()), *cells(staged)] == table or staged.issues
