"""The marks of the charts of cases: what they say, that they are few, and safe with any name."""

from __future__ import annotations

import math

import pytest

from cxlib.act.cases import BY, figures
from cxlib.charts import cases as charts
from cxlib.charts.theme import DARK, LIGHT
from cxlib.i18n import language
from tests.act.test_cases import NOW, case

EN, ID = language("en"), language("id")
DRAWINGS = {
    "closing": charts.closing,
    **{
        f"{by} {m}": lambda r, *to, by=by, m=m: charts.groups(r, by, m, *to)
        for by in BY
        for m in charts.MEASURES
    },
}


@pytest.fixture(scope="module")
def result(names):
    """Cases of owners that are named like a trap, closed after their number of hours or open still."""
    held = [
        case(
            200.0,
            contacted=1.0 + n % 90,
            closed=float(n) if n % 3 else None,
            outcome=("saved" if n % 2 else "lost") if n % 3 else None,
            owner=names[n % len(names)],
            cause=("Delivery", "", "a:b")[n % 3],
        )
        for n in range(1, 600)
    ]
    return figures(held, NOW)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize(("lang", "look"), [(EN, LIGHT), (ID, DARK)], ids=["en", "id"])
def test_charts_are_valid_small_and_name_nothing_after_the_data(name, lang, look, result):
    drawn = DRAWINGS[name](result, lang, look).to_dict()
    rows = [row for data in drawn["datasets"].values() for row in data]
    assert 0 < len(rows) <= 500
    assert all(key.isidentifier() for row in rows for key in row)


def test_the_curve_starts_with_all_cases_open_and_ends_where_the_estimate_does(result):
    (rows,) = charts.closing(result, EN, LIGHT).to_dict()["datasets"].values()
    assert (rows[0]["hours"], rows[0]["waiting"], rows[0]["at_risk"]) == (0, 1, result.cases)
    assert rows[-1]["waiting"] == pytest.approx(result.curve.survival[-1])
    waiting = [row["waiting"] for row in rows]
    assert waiting == sorted(waiting, reverse=True)


def test_tables_hold_what_the_figures_say_in_the_readers_words(result):
    table = charts.group_table(result, "cause", ID).set_index("case_group")
    mine = result.groups[result.groups["by"] == "cause"].set_index("group")
    assert set(table.index) == {ID("Delivery"), ID("(not said)"), "a:b"}
    told = table.loc[ID("Delivery")]
    assert told["cases"] == mine.loc["Delivery", "cases"]
    assert told["case_saved_n"] == mine.loc["Delivery", "saved_n"]
    for name in ("contacted", "saved"):
        for end in ("_low", "_high"):
            low, high = told[f"case_{name}{end}"], mine.loc["Delivery", f"{name}{end}"]
            assert low == high or (math.isnan(low) and math.isnan(high))


def test_without_cases_tables_are_empty():
    empty = figures([], NOW)
    assert charts.group_table(empty, "owner", EN).empty
    assert charts.closing_table(empty, EN).empty
