"""The customers behind the marks of the RFM charts."""

import pandas as pd

from cxlib.charts import rfm
from cxlib.charts.theme import LIGHT
from cxlib.i18n import language

EN = language("en")


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


def test_the_cells_partition_the_customers(rfm_result):
    tiles = marks(rfm.grid(rfm_result, EN, LIGHT))
    assert len(tiles) == 25
    behind = [rfm_result.members(r=tile["r"], f=tile["f"]) for tile in tiles]
    assert [len(people) for people in behind] == [tile["customers"] for tile in tiles]
    assert sorted(pd.concat(behind)["customer_id"]) == sorted(rfm_result.customers["customer_id"])


def test_the_segments_partition_the_customers(rfm_result):
    bars = marks(rfm.segments(rfm_result, EN, LIGHT))
    behind = [rfm_result.members(segment=bar["segment"]) for bar in bars]
    assert [len(people) for people in behind] == [bar["customers"] for bar in bars]
    assert sorted(pd.concat(behind)["customer_id"]) == sorted(rfm_result.customers["customer_id"])


def test_segments_are_translated_and_still_selected_by_their_id(rfm_result):
    shown = marks(rfm.segments(rfm_result, language("id"), LIGHT))
    assert {bar["segment"] for bar in shown} == {
        s.segment for s in rfm_result.segments if s.customers
    }
    assert any(bar["name"] != bar["segment"] for bar in shown)
