"""The driver charts: every driver once, valid in each language and mode, no label on another."""

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import drivers as charts
from cxlib.charts.theme import LIGHT
from cxlib.export.image import to_image
from cxlib.i18n import language
from cxlib.ingest.plan import Score
from cxlib.labels import LABELS
from cxlib.voice.drivers import analyse

EN = language("en")
MANY = 12


def survey(k: int) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    felt = generator.normal(size=(600, k)) + 0.6 * generator.normal(size=(600, 1))
    whole = felt @ np.linspace(1, 0.1, k) + generator.normal(size=600)
    score = np.clip(np.round(6 + 1.2 * whole), 0, 10)
    rated = np.clip(np.round(3 + felt), 1, 5)
    return pd.DataFrame({"score": score, **{f"a{i}": rated[:, i] for i in range(k)}})


@pytest.fixture(scope="module")
def result(names):
    called = {f"a{i}": f"{names[i % len(names)]} {i}" for i in range(MANY)}
    return analyse(survey(MANY), names=called)


@pytest.fixture(scope="module")
def mixed():
    """Two scales, so that performance is a share of the scale."""
    table = survey(3).assign(s1=lambda t: 8 - t["a2"]).drop(columns="a2")
    scores = (Score("nps", "nps", 0, 10), Score("effort", "rating", 1, 7, "low"))
    return analyse(table, scales=scores, drivers=("s1", "a0", "a1"))


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


@pytest.mark.parametrize("draw", [charts.quadrant, charts.ranking])
def test_is_valid_and_small_in_every_language_and_mode(draw, result, mixed, lang, look):
    for shown in (result, mixed):
        spec = draw(shown, lang, look).to_dict(validate=True)
        assert sum(map(len, spec["datasets"].values())) < 100
        assert spec["config"]["background"] == "transparent"
        assert "driver" in {p["name"] for p in spec["params"]}


@pytest.mark.parametrize("draw", [charts.quadrant, charts.ranking])
def test_can_be_drawn(draw, result):
    assert to_image(draw(result, EN, LIGHT), "svg", LIGHT).startswith(b"<svg")


@pytest.mark.parametrize("draw", [charts.quadrant, charts.ranking])
def test_every_driver_is_drawn_once_by_its_rank(draw, result):
    drawn = marks(draw(result, EN, LIGHT))
    assert [m["column"] for m in drawn] == [d.rating.column for d in result.drivers]
    assert [m["driver"] for m in drawn] == [d.name for d in result.drivers]
    assert [m["rank"] for m in drawn] == list(range(1, MANY + 1))
    for mark, driver in zip(drawn, result.drivers, strict=True):
        assert mark["driver_share_low"] <= mark["driver_share"] <= mark["driver_share_high"]
        assert mark["performance"] == driver.performance.value


def test_no_label_lies_on_another_or_on_a_point():
    table = pd.DataFrame(
        {
            "driver": ["first", "second", "third", "a very long name that does not fit in at all"],
            "performance": [3.0, 3.01, 4.0, 4.9],
            "driver_share": [0.4, 0.4, 0.1, 0.05],
        }
    )
    labels = charts._labels(table, "performance", [2.0, 5.0], 0.5)
    # Of two in one place the more important one has its name; what would leave the chart has none.
    assert labels == ["first", "", "third", ""]


def test_columns_have_labels(result):
    table = charts.driver_table(result, EN)
    assert set(charts.COLUMNS) | set(charts.LISTED) <= set(LABELS) & set(table.columns)
    assert set(charts.REGRESSION) == set(charts.regression_table(result, EN).columns)
    assert set(charts.REGRESSION) <= set(LABELS)


def test_different_scales_are_compared_as_shares(mixed):
    assert mixed.scale is None
    first = charts.quadrant(mixed, EN, LIGHT).to_dict(validate=False)["layer"][0]
    assert first["encoding"]["x"]["field"] == "level"
    assert first["encoding"]["x"]["axis"]["format"] == ".0%"
