"""The customers behind a brush and a cluster; the even draw of points."""

import dataclasses
import itertools

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.charts import clusters
from cxlib.charts.theme import LIGHT
from cxlib.i18n import language

EN = language("en")
X, Y = "frequency", "monetary"


def test_clusters_partition_the_customers(clusters_result):
    table = clusters.profile_table(clusters_result)
    behind = [clusters_result.members(n) for n in table["cluster"].unique()]
    sizes = [cluster.customers for cluster in clusters_result.clusters]
    assert [len(people) for people in behind] == sizes
    found = pd.concat(behind)["customer_id"]
    assert sorted(found) == sorted(clusters_result.customers["customer_id"])


@given(
    st.lists(st.floats(0, 30), min_size=2, max_size=2),
    st.lists(st.floats(0, 400), min_size=2, max_size=2),
)
@settings(max_examples=40, deadline=None)
def test_a_brush_holds_exactly_the_customers_inside(clusters_result, across, up):
    people = clusters_result.customers
    # A brush may be dragged in any direction, so its ends come in any order.
    found = clusters.brushed(clusters_result, X, Y, {"c0": across, "c1": up})
    low_x, high_x, low_y, high_y = *sorted(across), *sorted(up)
    wanted = [
        row.customer_id
        for row in people.itertuples()
        if low_x <= row.frequency <= high_x and low_y <= row.monetary <= high_y
    ]
    assert list(found["customer_id"]) == wanted


def test_brushes_that_tile_the_plane_partition_the_customers(clusters_result):
    edges = [-1, 1.5, 3.5, 10_000]
    behind = [
        clusters.brushed(clusters_result, X, Y, {"c0": [low, high]})
        for low, high in itertools.pairwise(edges)
    ]
    found = pd.concat(behind)["customer_id"]
    assert sorted(found) == sorted(clusters_result.customers["customer_id"])


def test_an_empty_brush_is_everybody(clusters_result):
    assert len(clusters.brushed(clusters_result, X, Y, {})) == len(clusters_result.customers)


def test_many_customers_are_drawn_evenly_and_brushed_fully(clusters_result):
    people = pd.concat([clusters_result.customers] * 10).sample(frac=1, random_state=0)
    many = dataclasses.replace(clusters_result, customers=people)
    points = clusters.scatter_table(many, X, Y, EN)
    assert clusters.MARKS / 2 < len(points) <= clusters.MARKS
    drawn, all_of_them = (
        frame.value_counts(normalize=True) for frame in (points["number"], people["cluster"])
    )
    assert (drawn - all_of_them).abs().max() < 0.02
    assert len(clusters.brushed(many, X, Y, {"c0": [0, 10_000]})) == len(people)


def test_the_counted_points_are_those_inside_the_brush(clusters_result):
    """The bars count points by the fields that the brush runs over."""
    spec = clusters.scatter(clusters_result, X, Y, EN, LIGHT).to_dict(validate=False)
    dots, counts = spec["vconcat"]
    assert dots["encoding"]["x"]["field"] == "c0"
    assert dots["encoding"]["y"]["field"] == "c1"
    assert {"filter": {"param": "brush"}} in counts["transform"]
