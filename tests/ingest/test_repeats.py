"""Numbers of rows: equal for equal rows, however their text is held, and hardly ever otherwise."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cxlib.ingest.repeats import hashes, repeated

TEXTS = st.lists(st.one_of(st.none(), st.text(max_size=20), st.sampled_from(["a", "aa", "\0", ""])))


@given(TEXTS)
def test_equal_texts_have_equal_numbers_and_others_other_ones(texts):
    plain = pa.array(texts, pa.string())
    found = hashes(pa.table({"t": plain}))
    assert len(set(found.tolist())) == len(set(texts))
    held = pa.table({"t": plain.dictionary_encode()})
    assert found.tolist() == hashes(held).tolist()
    assert found[1:].tolist() == hashes(pa.table({"t": plain}).slice(1)).tolist()


def test_a_million_ids_do_not_meet():
    ids = pa.array([f"O{i:08}" for i in range(1_000_000)])
    found = hashes(pa.table({"id": ids, "place": ids}))
    assert not repeated(found).any()
    assert repeated(np.append(found, found[:3])).sum() == 6
