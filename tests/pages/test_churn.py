"""The churn page on subscriptions: dated ones, and a snapshot that has a column that knows too much."""

from __future__ import annotations

import io

import pytest

from cxlib import engine
from cxlib.demo.company import company, write_table
from cxlib.demo.samples import Sample
from cxlib.i18n import language, languages
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake
from cxlib.value import recurring
from tests.pages.conftest import CDNOW, imported, words
from tests.value.test_churn_model import snapshot


def sample(name: str, table) -> Sample:
    def write(folder):
        write_table(table, folder / f"{name}.csv")
        return folder / f"{name}.csv"

    return Sample(name, "", "", "", write, kind="subscriptions")


@pytest.fixture(scope="module")
def dated(store, tmp_path_factory):
    table = company(0).subscriptions
    return imported(store, sample("coffee", table), tmp_path_factory.mktemp("dated"))


@pytest.fixture(scope="module")
def flagged(store, tmp_path_factory):
    table = snapshot(900)[0].round(3).rename(columns={"a0": "usage", "a1": "region", "a2": "size"})
    table["reason"] = table["churned"].map({True: "price"})
    return imported(store, sample("members", table), tmp_path_factory.mktemp("flagged"))


@pytest.mark.parametrize("code", languages())
def test_dated_subscriptions_show_what_was_kept(visit, dated, code):
    shown, lang = visit("value/churn.py", dated.id, code, churn_lasting="true"), language(code)
    assert not shown.exception
    assert not shown.error
    data = dated.current("subscriptions")
    with engine.connect(data.folder) as connection:
        result = recurring.analyse(engine.scan(connection, [data.table]))
    tiles = {tile.label: tile.value for tile in shown.metric}
    for kpi in result.headline:
        wanted = (
            lang.percent(kpi.value.value)
            if kpi.value.unit == "share"
            else lang.money(kpi.value.value, data.report.get("currency"), compact=True)
        )
        assert tiles[lang(kpi.label)] == wanted
    said = words(shown)
    assert lang("How much of the revenue stays?") in said
    assert lang("Where did it go in {month}?", month=lang.month(result.month.first)) in said
    assert "Keluarga" in said
    months = shown.dataframe[0].value
    assert months["mrr_end"].iloc[-1] == result.monthly["mrr_end"].iloc[-1]


def test_too_few_who_left_are_told_when_the_model_is_asked_for(visit, dated):
    shown = visit("value/churn.py", dated.id, model="true")
    assert not shown.exception
    assert "Rates of churn and survival need no model" in words(shown)
    assert "needs 100 customers" in str([info.proto for info in shown.info])


def test_an_earlier_day_changes_the_numbers(visit, dated):
    shown = visit("value/churn.py", dated.id)
    before = [tile.value for tile in shown.metric]
    shown.date_input(key="until").set_value("2025-06-30").run()
    assert not shown.exception
    assert [tile.value for tile in shown.metric] != before


def test_a_leak_is_shown_with_its_cure_and_can_be_left_out(visit, flagged):
    shown = visit("value/churn.py", flagged.id)
    assert not shown.exception
    (refused,) = shown.error
    assert "Left out" in refused.value
    assert "“reason”" in str(refused.proto)
    assert not shown.metric
    shown.multiselect(key="without").set_value(["reason"]).run()
    assert not shown.exception
    assert not shown.error
    said = words(shown)
    assert "An association at the snapshot, not a forecast" in said
    assert "Who to save first?" in said
    assert shown.metric


def test_of_both_tables_one_is_chosen(visit, store, tmp_path):
    both = imported(store, CDNOW, tmp_path)
    path = sample("coffee", company(0).subscriptions).write(tmp_path)
    upload = both.stage(io.BytesIO(path.read_bytes()), path.name)
    staged = intake.stage(upload, ReadOptions())
    made = plan(intake.propose(staged, "subscriptions", ()))
    intake.keep(both, upload, made, intake.check(upload, staged, made))
    shown = visit("value/churn.py", both.id)
    assert "Who has been silent for too long?" in words(shown)
    other = visit("value/churn.py", both.id, shape="Subscriptions")
    assert not other.exception
    assert "How much of the revenue stays?" in words(other)
