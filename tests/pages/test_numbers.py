"""The numbers on a page are the library's."""

from __future__ import annotations

import pytest

from cxlib import engine
from cxlib.frames.summary import customer_summary
from cxlib.i18n import language, languages
from cxlib.value import rfm, sales
from cxlib.value.clv import lifetime
from tests.pages.conftest import words


@pytest.fixture(scope="module")
def answers(shop):
    """What the library says of the same data."""
    data = shop.current("transactions")
    with engine.connect(data.folder) as connection:
        orders = engine.scan(connection, [data.orders])
        people = customer_summary(orders)
        return {
            "rfm": rfm.analyse(orders),
            "sales": sales.analyse(orders),
            "clv": lifetime.analyse(orders),
            "people": len(people),
        }


@pytest.mark.parametrize("code", languages())
def test_rfm(visit, shop, answers, code):
    shown, lang, result = visit("value/rfm.py", shop.id, code), language(code), answers["rfm"]
    tiles = {tile.label: tile.value for tile in shown.metric}
    assert len(tiles) == min(4, len(result.headline))
    for kpi in result.headline[:4]:
        value = kpi.value.value
        wanted = lang.percent(value) if kpi.value.unit == "share" else lang.number(value)
        assert tiles[lang(kpi.label)] == wanted
    cells, segments = (frame.value for frame in shown.dataframe[:2])
    assert len(cells) == 25
    assert cells["customers"].sum() == len(result.customers) == answers["people"]
    assert {(c.r, c.f): c.customers for c in result.cells} == {
        (row.r, row.f): row.customers for row in cells.itertuples()
    }
    assert dict(zip(segments["segment"], segments["customers"], strict=True)) == {
        lang(s.segment): s.customers for s in result.segments if s.customers
    }


def test_overview(visit, shop, answers):
    shown, lang, result = visit("value/overview.py", shop.id), language("en"), answers["sales"]
    tiles = {tile.label: tile.value for tile in shown.metric}
    revenue = next(kpi for kpi in result.headline if kpi.key == "revenue")
    assert tiles[lang(revenue.label)] == lang.money(revenue.latest.value, None, compact=True)
    totals = shown.table[0].value
    assert lang.money(revenue.value.value, None) in set(totals.to_numpy().ravel())


def test_clv_and_its_terms(visit, shop, answers):
    result = answers["clv"]
    shown = visit("value/clv.py", shop.id)
    whole = shown.metric[1].value
    assert whole == language("en").compact(float(result.total_clv.value))
    half = visit("value/clv.py", shop.id, margin="50.0")
    assert _number(half.metric[1].value) == pytest.approx(_number(whole) / 2, rel=0.02)


def test_one_customer(visit, shop, answers):
    best = answers["clv"].customers.nlargest(1, "clv").iloc[0]
    shown = visit("value/customer.py", shop.id, customer=str(best["customer_id"]))
    assert not shown.exception
    said = words(shown).splitlines()
    assert f"#### {language('en').money(best['clv'], None)}" in said
    assert f"#### {language('en').percent(best['p_alive'])}" in said


@pytest.mark.parametrize("customer", ["nobody", "'; --", "<b>x</b>", "$x$ [a](b)"])
def test_an_unknown_customer_is_said(visit, shop, customer):
    shown = visit("value/customer.py", shop.id, customer=customer)
    assert not shown.exception
    assert f"There is no customer “{customer}”." in words(shown)
    assert "Timeline" not in words(shown)


def _number(text: str) -> float:
    return float(text.rstrip("KMB").replace(",", ""))
