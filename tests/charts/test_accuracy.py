"""The chart of the accuracy check shows the pairs of its result, in every language and look."""

import pandas as pd
import pytest

from cxlib.charts import accuracy as charts
from cxlib.charts.theme import DARK, LIGHT
from cxlib.i18n import language, languages
from cxlib.labels import label
from cxlib.voice import accuracy, labelling


@pytest.fixture(scope="module")
def result():
    pairs = [("positive", "positive")] * 30 + [("negative", "positive")] * 10
    frame = pd.DataFrame(pairs, columns=["truth", "said"])
    return accuracy.assess(frame.assign(sure=True, stratum=0, size=40, text="x"))


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_the_drawing_has_a_cell_a_pair(result, code, look):
    lang = language(code)
    spec = charts.confusion(result, lang, look).to_dict()
    (data,) = spec["datasets"].values()
    assert len(data) == 9
    cell = {(row["given"], row["read"]): row for row in data}
    negative, positive, neutral = (lang(name) for name in ("Negative", "Positive", "Neutral"))
    assert (cell[negative, positive]["n"], cell[negative, positive]["share"]) == (10, 1)
    assert cell[neutral, neutral]["text"] == "–"
    titles = [spec["layer"][0]["encoding"][axis]["title"] for axis in "xy"]
    assert titles == [lang("What the model says"), lang("What you say")]


def test_tables_have_labelled_columns(result):
    pairs = charts.pair_table(result, language("en"))
    assert tuple(pairs.columns) == charts.PAIRS
    assert pairs["labels"].sum() == 40
    shown = charts.label_table(result, language("en"))
    assert set(charts.BY_LABEL) <= set(shown.columns)
    for column in (*charts.PAIRS, *charts.BY_LABEL, *labelling.GIVEN):
        assert label(column).name != column
