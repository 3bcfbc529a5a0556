"""Charts of NPS, CSAT and CES: what is drawn is what the result says."""

import datetime as dt

import pandas as pd
import pytest

from cxlib.charts import survey as charts
from cxlib.charts.theme import DARK, LIGHT
from cxlib.demo.company import company
from cxlib.i18n import language, languages
from cxlib.voice import ces, csat, nps


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    table = company(0).responses
    return table.assign(day=table["timestamp"].dt.normalize(), score=table["nps"].astype(float))


@pytest.fixture(scope="module")
def result(answers):
    few = answers["place"].where(answers["place"] != "Medan").fillna("<b>Medan</b>")
    return nps.analyse(answers.assign(place=few), by="place")


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("code", languages())
def test_all_charts_draw(result, code, look):
    lang = language(code)
    for draw in (charts.points, charts.monthly, charts.groups):
        notes = (
            ()
            if draw is not charts.monthly
            else (((dt.date(2025, 8, 1),) * 2 + ("Incident", "late")),)
        )
        made = draw(result, *([notes] if notes else []), lang, look).to_dict()
        assert made["layer"]
        assert len(next(iter(made["datasets"].values()))) <= 5_000


def test_tables_hold_what_the_result_says(result):
    lang = language("en")
    points = charts.points_table(result, lang)
    assert tuple(points) == charts.POINTS
    assert points["answers"].sum() == result.value.n
    assert points["answer_share"].sum() == pytest.approx(1)
    monthly = charts.monthly_table(result, lang)
    assert tuple(monthly) == charts.MONTHLY
    assert monthly.loc[monthly["verdict"] == "down", "month"].dt.strftime("%Y-%m").tolist() == [
        "2025-08"
    ]
    groups = charts.groups_table(result, lang)
    assert tuple(groups) == charts.GROUPS
    assert "<b>Medan</b>" in set(groups["group"])


def test_shares_are_told_in_per_cent(answers):
    for module in (csat, ces):
        found = module.analyse(answers.assign(score=answers[module.METRIC.key].astype(float)))
        drawn = charts.monthly_table(found, language("en"))["result"]
        assert drawn.tolist() == pytest.approx((100 * found.monthly["value"]).tolist())


def test_hidden_groups_are_not_drawn(answers):
    small = answers.assign(place=["a"] * 4 + ["b"] * 60 + ["c"] * (len(answers) - 64))
    found = nps.analyse(small, by="place")
    made = charts.groups(found, language("en"), LIGHT).to_dict()
    drawn = {row["group"] for rows in made["datasets"].values() for row in rows if "group" in row}
    assert drawn == {"c"}
    told = charts.groups_table(found, language("en")).set_index("group")["verdict"]
    assert told["a"] == told["b"] == "too few answers to be shown"
