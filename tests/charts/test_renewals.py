"""What the chart of contracts says, and what it leaves out."""

import numpy as np
import pytest

from cxlib.charts import renewals as charts
from cxlib.charts.theme import LIGHT
from cxlib.i18n import language
from cxlib.value import renewals


def layers(drawing):
    """The marks of a chart, each with its rows; data of a group of layers are those of its layers."""
    spec = drawing.to_dict(validate=False)

    def marks(part, name):
        name = part.get("data", {}).get("name", name)
        if "layer" in part:
            return [mark for layer in part["layer"] for mark in marks(layer, name)]
        return [(part["mark"], spec["datasets"][name])]

    return marks(spec, None)


def test_points_are_seen_and_lines_go_on(renewals_result):
    drawn = layers(charts.survivor(renewals_result, language("en"), LIGHT))
    curve = renewals_result.curve
    (points,) = [rows for mark, rows in drawn if mark["type"] == "point"]
    (lines,) = [rows for mark, rows in drawn if mark["type"] == "line"]
    seen = curve[~curve["projected"]]
    assert [row["renewals"] for row in points] == seen["renewals"].tolist()
    assert [row["value"] for row in points] == pytest.approx(seen["observed"].tolist())
    parts = {row["part"] for row in lines}
    assert parts == {"Fitted", "Projected"}
    ahead = [row["renewals"] for row in lines if row["part"] == "Projected"]
    # It begins where the fit ends, so that the lines meet.
    assert ahead == curve.loc[curve["renewals"] >= seen["renewals"].max(), "renewals"].tolist()


def test_what_is_withheld_is_not_drawn(subscriptions):
    few = renewals.analyse(subscriptions.head(60))
    assert not few.offered
    drawn = layers(charts.survivor(few, language("en"), LIGHT))
    values = [row["renewals"] for mark, rows in drawn for row in rows if mark["type"] == "line"]
    assert max(values, default=0) <= few.curve["renewals"].max()
    assert not few.curve["projected"].any()


def test_the_proof_shows_both_rules_and_what_came(renewals_result):
    drawn = layers(charts.proof(renewals_result, language("id"), LIGHT))
    (lines,) = [rows for mark, rows in drawn if mark["type"] == "line"]
    periods = renewals_result.proof.periods
    assert len({row["series"] for row in lines}) == 3
    actual = [row["share"] for row in lines[: len(periods)]]
    np.testing.assert_allclose(actual, periods["actual"])
