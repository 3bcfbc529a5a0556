"""A chart's specification: the same with its data beside as within, whoever draws at the time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import altair as alt
import pandas as pd

from cxlib.export import spec

DAYS = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=3), "n": [1, 2, 3]})


def drawing():
    bar = alt.selection_point(name="bar", fields=["n"])
    bars = alt.Chart(DAYS).mark_bar().encode(x="day", y="n").add_params(bar)
    ends = alt.Chart(pd.DataFrame({"n": [2.5]})).mark_rule().encode(y="n:Q")
    return bars + ends


def without_data(made):
    made = {key: value for key, value in made.items() if key not in ("datasets", "data")}
    return made | {"layer": [without_data(part) for part in made.get("layer", [])]}


def test_data_stay_as_they_are_beside_the_specification():
    made = spec.apart(drawing())
    first, second = made["layer"]
    frames = made["datasets"]
    assert frames[first["data"]["name"]] is not frames[second["data"]["name"]]
    found = frames[first["data"]["name"]]
    pd.testing.assert_frame_equal(found, DAYS)
    assert found["day"].dtype.kind == "M"  # a day stays a day on its way to the browser
    # Kinds of fields that nobody named are read from the data.
    assert first["encoding"]["x"]["type"] == "temporal"


def test_both_ways_say_the_same():
    apart, whole = spec.apart(drawing()), spec.whole(drawing())
    assert without_data(apart)["layer"] == without_data(whole)["layer"]
    rows = list(whole["datasets"].values())
    assert [row["n"] for row in max(rows, key=len)] == [1, 2, 3]
    assert "view" not in apart.get("config", {})  # no theme but ours


def test_what_one_thread_writes_another_does_not_get():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda i: (spec.apart if i % 2 else spec.whole)(drawing()), range(40)))
    for i, found in enumerate(made):
        kinds = {type(data) for data in found["datasets"].values()}
        assert kinds == ({pd.DataFrame} if i % 2 else {list})
    assert alt.data_transformers.active == "default"
