import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.privacy.small_groups import SMALLEST, suppressed


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ([20, 30], [False, False]),
        ([3, 50, 12, 40], [True, False, True, False]),  # 3 alone would follow from the whole
        ([3, 9, 40], [True, True, False]),
        ([3, 4, 40], [True, True, True]),  # together still below ten
        ([0, 40, 30], [False, False, False]),
        ([5], [True]),
        ([], []),
    ],
)
def test_what_is_held_back(sizes, hidden):
    assert suppressed(sizes).tolist() == hidden


@given(st.lists(st.integers(0, 60), max_size=12))
def test_nothing_small_is_shown_nor_to_be_had_by_subtraction(sizes):
    n, hidden = np.array(sizes, dtype=int), suppressed(sizes)
    assert not ((n > 0) & (n < SMALLEST) & ~hidden).any()
    assert not hidden.any() or n[hidden].sum() >= SMALLEST or hidden[n > 0].all()
    # No more is held back than has to be: without the largest of it too little would be.
    if hidden.any() and (n[hidden] >= SMALLEST).any():
        assert n[hidden].sum() - n[hidden].max() < SMALLEST
