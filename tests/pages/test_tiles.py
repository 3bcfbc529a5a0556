"""The colour of a change: green is for the better, whichever way that is."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cxlib.demo.company import company, write_table
from cxlib.demo.samples import Sample
from tests.pages.conftest import imported


@pytest.fixture(scope="module")
def falling(store, tmp_path_factory):
    """Answers that end in the planted month: NPS down, detractors up, both for the worse."""

    def write(folder: Path) -> Path:
        table = company(0).responses
        path = folder / "responses.csv"
        write_table(table[table["timestamp"] < pd.Timestamp("2025-09-01")], path)
        return path

    sample = Sample("falling", "", "", "", write, kind="responses")
    return imported(store, sample, tmp_path_factory.mktemp("falling"))


def test_what_rises_for_the_worse_is_not_green(visit, falling):
    shown = visit("voice/nps.py", falling.id)
    tiles = {tile.label: tile.proto for tile in shown.metric}
    arrows = {name: tile.delta for name, tile in tiles.items() if tile.delta}
    assert arrows["NPS"].startswith("-")
    assert arrows["Detractors"].startswith("+")
    colours = {name: tile.color for name, tile in tiles.items()}
    assert colours["NPS"] == colours["Detractors"]
    assert tiles["NPS"].direction != tiles["Detractors"].direction
