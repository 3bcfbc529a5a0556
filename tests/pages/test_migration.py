"""The page of moves between segments, and the reasons on the customer page: the library's numbers."""

from __future__ import annotations

import pytest

from cxlib import engine
from cxlib.i18n import language, languages
from cxlib.value import migration
from cxlib.value.clv import explain, lifetime
from tests.pages.conftest import words


@pytest.mark.parametrize("code", languages())
def test_moves(visit, shop, code):
    data = shop.current("transactions")
    with engine.connect(data.folder) as connection:
        result = migration.analyse(engine.scan(connection, [data.orders]))
    shown, lang = visit("value/migration.py", shop.id, code), language(code)
    tiles = {tile.label: tile.value for tile in shown.metric}
    for kpi in result.headline:
        write = lang.percent if kpi.value.unit == "share" else lang.number
        assert tiles[lang(kpi.label)] == write(kpi.value.value)
    pairs = shown.dataframe[0].value
    assert len(pairs) == len(result.matrix)
    assert pairs["customers"].tolist() == [flow.customers for flow in result.matrix]
    assert pairs["segment_now"].tolist() == [lang(flow.now) for flow in result.matrix]
    assert lang.date(result.before) in words(shown)


@pytest.mark.parametrize(("back", "day"), [(30, "31 May 1998"), (365, "30 Jun 1997")])
def test_the_first_day_can_be_chosen(visit, shop, back, day):
    shown = visit("value/migration.py", shop.id, back=str(back))
    assert not shown.exception
    assert shown.number_input[0].value == back
    assert day in words(shown)


def test_a_day_before_the_data_is_an_answer(visit, shop):
    shown = visit("value/migration.py", shop.id, back="365", as_of="1997-05-01")
    assert not shown.exception
    assert "Choose a later day to compare with" in words(shown)
    assert not shown.metric


def test_the_customer_page_breaks_the_value_down(visit, shop):
    data = shop.current("transactions")
    with engine.connect(data.folder) as connection:
        valued = lifetime.analyse(engine.scan(connection, [data.orders]))
    best = str(valued.customers.nlargest(1, "clv")["customer_id"].iloc[0])
    shown, lang = (
        visit("value/customer.py", shop.id, customer=best, customer_path="true"),
        language("en"),
    )
    assert not shown.exception
    steps = explain.breakdown(valued, best).steps
    table = next(f.value for f in shown.dataframe if "level" in f.value)
    assert table["name"].tolist() == [*(step.name for step in steps), "This customer"]
    assert table["level"].tolist()[:-1] == pytest.approx([s.level for s in steps], abs=0.05)
    path = next(f.value for f in shown.dataframe if "alive_low" in f.value)
    assert path["p_alive"].iloc[-1] == pytest.approx(
        valued.customers.set_index("customer_id").loc[best, "p_alive"], abs=1e-4
    )
    usual = explain.reasons(valued.fitted, best).usual_gap_days
    assert f"They usually buy every {lang.number(usual)} days" in words(shown)
