"""The bridge between definitions on the pages of retention and churn: the library's numbers."""

from __future__ import annotations

import pytest

from cxlib import engine
from cxlib.demo.company import company
from cxlib.demo.samples import Sample
from cxlib.i18n import language, languages
from cxlib.value import bridge
from tests.pages.conftest import imported, words

PAGES = {"value/retention.py": "returning", "value/churn.py": "silence"}


@pytest.fixture(scope="module")
def coffee(store, tmp_path_factory):
    def write(folder):
        path = folder / "subscriptions.csv"
        company(0).subscriptions.to_csv(path, index=False)
        return path

    sample = Sample("subscriptions", "", "", "", write, kind="subscriptions")
    return imported(store, sample, tmp_path_factory.mktemp("subscriptions"))


@pytest.fixture(scope="module")
def result(shop):
    data = shop.current("transactions")
    with engine.connect(data.folder) as connection:
        return bridge.analyse(engine.scan(connection, [data.orders]))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", languages())
def test_orders(visit, shop, path, code, result):
    shown, lang = visit(path, shop.id, code, bridge="true"), language(code)
    assert not shown.exception
    found = next(b for b in result.bridges if b.id == PAGES[path])
    steps = next(f.value for f in shown.dataframe if "effect" in f.value)
    first = found.others[0]
    assert steps["numerator"].tolist() == [
        found.ours.numerator.value,
        *(step.numerator.value for step in first.steps),
        first.numerator.value,
    ]
    table = next(f.value for f in shown.dataframe if "formula" in f.value)
    answers = (found.ours, *found.others)
    assert table["denominator"].tolist() == [a.denominator.value for a in answers]
    assert table["formula"].tolist() == [lang(a.convention.formula) for a in answers]
    asked = lang("Why does another tool show another number?")
    assert asked in [box.label for box in shown.expander]


def test_another_vendor_can_be_chosen(visit, shop):
    shown = visit("value/retention.py", shop.id, bridge="true")
    assert not shown.exception
    chosen = next(box for box in shown.selectbox if box.key == "bridge_returning")
    chosen.select("klaviyo").run()
    assert not shown.exception
    steps = next(f.value for f in shown.dataframe if "effect" in f.value)
    assert steps["step"].iloc[-1].startswith("Klaviyo")


def test_it_is_computed_when_asked_for(visit, shop):
    shown = visit("value/retention.py", shop.id)
    assert not any("effect" in f.value for f in shown.dataframe)


def test_subscriptions(visit, coffee):
    data = coffee.current("subscriptions")
    with engine.connect(data.folder) as connection:
        result = bridge.analyse_subscriptions(engine.scan(connection, [data.table]))
    shown = visit("value/churn.py", coffee.id, bridge="true")
    assert not shown.exception
    table = next(f.value for f in shown.dataframe if "formula" in f.value)
    answers = (result.bridges[0].ours, *result.bridges[0].others)
    assert table["numerator"].tolist() == [a.numerator.value for a in answers]


def test_a_short_time_is_an_answer_and_the_page_goes_on(visit, coffee):
    shown = visit("value/churn.py", coffee.id, bridge="true", until="2024-01-20")
    assert not shown.exception
    assert "two months or more" in words(shown)
    assert any(toggle.key == "model" for toggle in shown.toggle)
