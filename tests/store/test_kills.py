"""Imports killed with their children: `python -m bench kills` does it fifty times."""

import os

import pytest

from bench.kills import STEPS, open_store, strays, trials


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs groups of processes")
def test_a_killed_import_leaves_the_old_data_or_the_new_and_nothing_else(tmp_path):
    found = trials(tmp_path, times=len(STEPS), rows=500, seed=1)
    assert [killed.wrong for killed in found] == [()] * len(STEPS)
    assert sum(killed.swept for killed in found) > 0, "no kill hit anything"


def test_the_trial_sees_what_nothing_names(tmp_path):
    store = open_store(tmp_path)
    folder = store.create("p", "n").folder / "staged" / ("1" * 32)
    assert strays(store) == []
    folder.mkdir(parents=True)
    (folder / "typed.parquet").write_bytes(b"half")
    (store.temporary / "spill").write_bytes(b"half")
    assert {path.name for path in strays(store)} == {"typed.parquet", "spill"}
    store.close()
