"""Tables written in any of two hundred ways come back as they were, or are asked about.

Half of the ways are tried, with all delimiters, encodings and forms of dates; `bench roundtrip`
tries more than all.
"""

import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.roundtrip import ENCODINGS, outcome, table, ways, written

WAYS = ways(7 * 29)[::2]
SURE = ("utf-8", "utf-8-sig", "utf-16")


def tried(way, seed):
    rows = table(random.Random(seed), way.encoding)
    with tempfile.TemporaryDirectory() as folder:
        found = outcome(rows, way, Path(folder))
    assert found != "DIFFERENT", (way, written(rows, way))
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_way_to_write_a_table_is_read_back_or_asked_about(encoding):
    chosen = [way for way in WAYS if way.encoding == encoding]
    found = Counter(tried(way, seed) for seed, way in enumerate(chosen))
    # An encoding that says what it is leaves nothing to guess but quotes that hardly occur.
    back = found["equal"] + found["asked"]
    assert back >= (0.9 if encoding in SURE else 0.5) * len(chosen), found


@settings(max_examples=10, derandomize=True, deadline=None, database=None)
@given(st.sampled_from(ways(2_000, seed=1)), st.integers(0, 10**9))
def test_no_value_changes_in_silence(way, seed):
    tried(way, seed)
