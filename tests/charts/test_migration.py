"""The matrix, its flows and the cohorts: what is drawn is what is counted."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import migration, sankey
from cxlib.charts.theme import DARK, LIGHT
from cxlib.i18n import language
from cxlib.value.flows import ORDER, Flow

EN = language("en")
CELLS = pd.DataFrame(
    [("a", "a", 30), ("a", "b", 10), ("b", "a", 20), ("b", "c", 40)],
    columns=["before", "now", "customers"],
)


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


def test_bars_are_as_high_as_their_customers_are_many():
    bars = sankey.bars(CELLS, ["a", "b", "c", "nobody"]).set_index(["side", "segment"])
    assert bars["customers"].to_dict() == {
        ("before", "a"): 40, ("before", "b"): 60, ("now", "a"): 50, ("now", "b"): 10,
        ("now", "c"): 40,
    }  # fmt: skip
    height = bars["high"] - bars["low"]
    for side in ("before", "now"):
        assert (height[side] / bars["customers"][side]).to_numpy() == pytest.approx(
            height[side].sum() / 100
        )
        assert (bars["low"][side].iloc[0], bars["high"][side].iloc[-1]) == pytest.approx((0, 1))
        gaps = bars["low"][side].to_numpy()[1:] - bars["high"][side].to_numpy()[:-1]
        assert gaps == pytest.approx(sankey.GAP)


def test_bands_fill_their_bars_and_follow_the_cubic():
    bars = sankey.bars(CELLS, ["a", "b", "c"])
    bands = sankey.bands(CELLS, bars)
    for side, at in (("before", 0.0), ("now", 1.0)):
        ends = bands[bands["at"] == at]
        met = ends.groupby(side)[["low", "high"]].agg({"low": "min", "high": "max"})
        bar = bars[bars["side"] == side].set_index("segment")[["low", "high"]]
        pd.testing.assert_frame_equal(met, bar, check_names=False)
        height = (ends["high"] - ends["low"]).groupby(ends[side]).sum()
        assert height.to_numpy() == pytest.approx((bar["high"] - bar["low"]).to_numpy())
    one = bands[(bands["before"] == "b") & (bands["now"] == "a")].sort_values("at")
    t = one["at"].to_numpy()
    for edge in ("low", "high"):
        start, stop = one[edge].iloc[0], one[edge].iloc[-1]
        assert one[edge].to_numpy() == pytest.approx(start + (stop - start) * t**2 * (3 - 2 * t))


def test_bands_of_a_bar_do_not_overlap():
    bands = sankey.bands(CELLS, sankey.bars(CELLS, ["a", "b", "c"]))
    for side, at in (("before", 0.0), ("now", 1.0)):
        ends = bands[bands["at"] == at].sort_values("low")
        assert (ends["low"].to_numpy()[1:] >= ends["high"].to_numpy()[:-1] - 1e-12).all()
        assert len(ends.groupby(side)) > 1


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_the_largest_matrix_has_few_marks(look):
    flows = tuple(Flow(a, b, 1 + i, 0.0) for i, a in enumerate(ORDER[:12]) for b in ORDER[:12])
    result = SimpleNamespace(matrix=flows, order=ORDER)
    rows = migration.flows(result, EN, look).to_dict(validate=False)["datasets"].values()
    assert sum(map(len, rows)) <= 5_000
    assert len(migration.matrix_table(result)) == 144


def test_a_segment_has_one_colour_everywhere(migration_result, lang, look):
    assert len(set(migration.COLOURS)) == len(ORDER)
    scales = {}
    for drawing in (migration.flows, migration.cohorts):
        spec = drawing(migration_result, lang, look).to_dict(validate=False)
        for layer in spec.get("layer", [spec]):
            scale = layer.get("encoding", {}).get("color", {}).get("scale", {})
            for name, colour in zip(scale.get("domain", ()), scale.get("range", ()), strict=True):
                assert scales.setdefault(name, colour) == colour
    assert {lang(flow.now) for flow in migration_result.matrix} <= set(scales)


def test_the_cells_and_the_bands_partition_the_customers(migration_result):
    everyone = sorted(migration_result.customers["customer_id"])
    for drawing in (migration.matrix, migration.flows):
        drawn = {
            (mark["before"], mark["now"]): mark
            for mark in marks(drawing(migration_result, EN, LIGHT))
        }
        behind = [migration.members(migration_result, mark) for mark in drawn.values()]
        assert [len(people) for people in behind] == [m["customers"] for m in drawn.values()]
        assert sorted(pd.concat(behind)["customer_id"]) == everyone


def test_the_cohorts_partition_the_customers(migration_result):
    drawn = marks(migration.cohorts(migration_result, language("id"), LIGHT))
    behind = [migration.members(migration_result, mark) for mark in drawn]
    assert [len(people) for people in behind] == [mark["customers"] for mark in drawn]
    assert sorted(pd.concat(behind)["customer_id"]) == sorted(
        migration_result.customers["customer_id"]
    )
    shares = pd.DataFrame(drawn).groupby("cohort")["share"].sum()
    assert np.allclose(shares, 1)


def test_an_incomplete_cohort_is_starred(migration_result):
    table = migration.cohort_table(migration_result, EN)
    starred = table["cohort_name"].str.endswith("*")
    assert starred.tolist() == (~migration_result.cohorts["complete"]).tolist()
