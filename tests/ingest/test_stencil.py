"""What is read as a block, or plainly, is what is read cell by cell."""

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.ingest.dates import DateEvidence, parse_dates
from cxlib.ingest.numbers import NumberEvidence, parse_numbers
from cxlib.ingest.stencil import LEAST, blocks

ZONE = "Asia/Jakarta"
COUNTS = [f.name for f in dataclasses.fields(DateEvidence) if f.name != "examples"]
SHAPES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m-%d-%y",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y%m%d",
)
moments = st.datetimes(dt.datetime(1969, 1, 1), dt.datetime(2068, 12, 31))
odd = st.sampled_from(
    ["", "32/13/2025", "2025-02-30", "24:00", "31/12/2025 25:61", "x", "99999999"]
)
cells = st.one_of(
    st.tuples(moments, st.sampled_from(SHAPES)).map(lambda p: p[0].strftime(p[1])), odd
)


@settings(deadline=None, max_examples=12, derandomize=True)
@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from(["ymd", "dmy", "mdy"]))
def test_a_block_is_read_like_its_cells(some, order):
    many = some * LEAST
    at_once = parse_dates(pa.array(many), order, ZONE).to_pylist()
    alone = [parse_dates(pa.array([cell]), order, ZONE)[0].as_py() for cell in some]
    assert at_once == alone * LEAST


@settings(deadline=None, max_examples=12, derandomize=True)
@given(st.lists(cells, min_size=1, max_size=8))
def test_a_block_says_of_its_order_what_its_cells_say(some):
    many, alone = DateEvidence(), DateEvidence()
    many.add(pa.array(some * LEAST))
    alone.add(pa.array(some))  # too few for a block
    for name in COUNTS:
        assert getattr(many, name) == LEAST * getattr(alone, name), name


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_as_a_block(shape):
    day = dt.datetime(2025, 11, 28, 13, 7, 9)
    found = list(blocks(pa.array([day.strftime(shape)] * LEAST)))
    assert [len(block.rows) for block in found] == [LEAST]


numbers = st.one_of(
    st.from_regex(r"-?[0-9]{1,16}([.,][0-9]{1,14})?", fullmatch=True),
    st.sampled_from(["1.250", "0,500", "Rp 75.500", "1.250.000,00", "(7)", "", "1,2,3", "12 %"]),
)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.lists(numbers, min_size=1, max_size=10), st.sampled_from([",", "."]))
def test_plain_numbers_are_read_like_any_other(some, mark):
    """A currency before a number keeps it from the plain way, and changes nothing else."""
    plain = parse_numbers(pa.array(some), mark)
    worded = [f"EUR {cell}" if cell[:1].isdigit() and "%" not in cell else cell for cell in some]
    assert plain == parse_numbers(pa.array(worded), mark)


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.lists(numbers, min_size=1, max_size=10))
def test_plain_numbers_speak_for_the_same_mark(some):
    plain, worded = NumberEvidence(), NumberEvidence()
    plain.add(pa.array(some))
    worded.add(pa.array([f"+{cell}" if cell[:1].isdigit() else cell for cell in some]))
    for field in ("values", "numeric", "either", "fractions"):
        assert getattr(plain, field) == getattr(worded, field), field
    assert +plain.votes == +worded.votes
