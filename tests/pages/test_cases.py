"""The page of cases: opened by rules, worked on, closed; and the second of two people is told."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest

from cxlib.i18n import language, languages
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import case_rules, cases, intake
from pages import _case_rules
from tests.pages.conftest import words

PAGE = "act/cases.py"
EN = language("en")
RESPONSES = "customer_id,date,nps,comment\n" + "".join(
    f"c{i},2025-03-{1 + i % 28:02d},{i % 11},{comment}\n"
    for i, comment in enumerate(
        ["Kurir kasar; hubungi saya di budi@example.com", "buruk", "", "ok"] * 10
    )
)


class Reader:
    """A stand-in for the model, which is not what these tests are about."""

    def __init__(self, texts):
        self.label = np.array(["negative" if "buruk" in text else "neutral" for text in texts])
        self.confidence = np.ones(len(texts))


@pytest.fixture(autouse=True)
def read(monkeypatch):
    monkeypatch.setattr(_case_rules, "reader", lambda adaptation: Reader)


@pytest.fixture
def workspace(store):
    """A workspace with forty survey answers."""
    made = store.create(purpose="analysis", name="")
    upload = made.stage(io.BytesIO(RESPONSES.encode()), "nps.csv")
    staged = intake.stage(upload, ReadOptions())
    planned = plan(intake.propose(staged, "responses", ()))
    intake.keep(made, upload, planned, intake.check(upload, staged, planned))
    yield made
    made.erase()


def press(shown, label: str):
    (button,) = (b for b in shown.button if b.label == label)
    return button.click().run()


def field(shown, label: str):
    for kind in ("selectbox", "text_input", "text_area", "number_input", "date_input", "checkbox"):
        for found in shown.get(kind):
            if found.label == label:
                return found
    raise AssertionError(label)


def opened(shown, case):
    """The page with a case chosen in its list."""
    return field(shown, "Find a case").set_value(case.id).run()


@pytest.fixture
def working(visit, workspace):
    """A page on which the cases have been opened, and its first case."""
    shown = press(visit(PAGE, workspace.id), "Open them")
    assert not shown.exception
    return shown, cases.listed(workspace)[0]


@pytest.mark.parametrize("code", languages())
def test_what_would_be_opened_is_counted_before(visit, workspace, code):
    shown, lang = visit(PAGE, workspace.id, code), language(code)
    assert not shown.exception
    said = words(shown)
    asked = [line.split(",") for line in RESPONSES.splitlines()[1:]]
    detractors = sum(int(score) <= 6 for _, _, score, *_ in asked)
    angry = sum(int(score) > 6 and comment == "buruk" for _, _, score, comment, *_ in asked)
    assert angry
    count = lang.plural(
        "{n} new case would be opened", "{n} new cases would be opened", detractors + angry
    )
    assert count in said
    assert f"{lang('Detractor')}: {detractors} · {lang('Angry comment')}: {angry}" in said
    assert cases.listed(workspace) == ()
    press(shown, lang("Open them"))
    assert len(cases.listed(workspace)) == detractors + angry
    assert count not in words(shown)
    assert not shown.error


def test_a_case_is_shown_with_its_evidence_personal_data_covered(working):
    shown, _ = working
    case = next(c for c in cases.listed(_workspace(shown)) if c.customer_id == "c0")
    said = words(opened(shown, case))
    assert not shown.exception
    assert "Kurir kasar" in said
    assert "budi@example.com" not in said
    assert "Survey responses, line 2" in said


def _workspace(shown):
    return shown.session_state["session"].workspace


def test_a_case_is_worked_on_closed_and_leaves_the_list(working, workspace):
    shown, case = working
    opened(shown, case)
    field(shown, "Status").set_value("contacted")
    field(shown, "Owner").set_value("Dewi")
    field(shown, "Note").set_value("called twice")
    field(shown, "Your name, for the history").set_value("Citra")
    press(shown, "Save change")
    assert not shown.error
    kept = cases.found(workspace, case.id)
    assert (kept.status, kept.owner, kept.note) == ("contacted", "Dewi", "called twice")
    assert kept.contacted is not None
    assert kept.due == case.due
    assert cases.history(workspace, case.id)[-1].who == "Citra"
    assert "Status: New → Contacted" in words(shown)

    field(shown, "Status").set_value("closed")
    press(shown, "Save change")
    assert [e.value for e in shown.error] == [
        "Say what came of it: saved, not saved, no answer, or no case."
    ]
    assert field(shown, "Status").value == "closed"  # what was typed is still there
    field(shown, "Outcome").set_value("saved")
    field(shown, "New score, 0 to 10").set_value(9.0)
    press(shown, "Save change")
    assert not shown.error
    kept = cases.found(workspace, case.id)
    assert (kept.status, kept.outcome, kept.followup) == ("closed", "saved", 9.0)
    press(shown, "All cases")
    assert not shown.exception
    assert f"case_open_{case.id}" not in [b.key for b in shown.button]
    assert "Save rate" in [m.label for m in shown.metric]


def test_of_two_people_the_second_is_told_and_nothing_is_lost(visit, working, workspace):
    first, case = working
    second = opened(visit(PAGE, workspace.id), case)
    opened(first, case)
    field(first, "Owner").set_value("Dewi")
    field(first, "Note").set_value("the first")
    press(first, "Save change")
    field(second, "Note").set_value("the second")
    field(second, "Action").set_value("voucher")
    press(second, "Save change")
    assert [e.value for e in second.error] == ["Look at what is there now, then change it again."]
    kept = cases.found(workspace, case.id)
    assert (kept.owner, kept.note, kept.action) == ("Dewi", "the first", "")
    # What the second typed is in the form, what the first kept is beside it.
    assert field(second, "Note").value == "the second"
    beside = str([t.value for t in second.table])
    assert "the first" in beside
    assert "the second" in beside
    assert "Dewi" in beside

    press(second, "Save mine on top")
    assert not second.error
    kept = cases.found(workspace, case.id)
    assert (kept.owner, kept.note, kept.action) == ("Dewi", "the second", "voucher")
    assert [set(row.changed) for row in cases.history(workspace, case.id)] == [
        set(), {"owner", "note"}, {"note", "action"},
    ]  # fmt: skip
    assert field(second, "Owner").value == "Dewi"


def test_the_second_may_take_what_is_there(visit, working, workspace):
    _, case = working
    second = opened(visit(PAGE, workspace.id), case)
    kept = cases.edit(workspace, dataclasses.replace(case, note="the first"))
    field(second, "Note").set_value("the second")
    press(second, "Save change")
    press(second, "Take what is there")
    assert field(second, "Note").value == "the first"
    assert cases.found(workspace, case.id) == kept
    assert not second.error


def test_filters_narrow_the_list(visit, working, workspace):
    shown, case = working
    cases.edit(workspace, dataclasses.replace(case, owner="Dewi"))
    shown.run()
    field(shown, "Owner").set_value("Dewi").run()
    keys = [b.key for b in shown.button if (b.key or "").startswith("case_open_")]
    assert keys == [f"case_open_{case.id}"]
    shown = visit(PAGE, workspace.id, case_state="Overdue")
    assert "Nobody waits here." in words(shown)


def test_rules_are_changed_and_count_at_once(visit, workspace):
    shown = visit(PAGE, workspace.id)
    field(shown, "Open a case for each angry comment").set_value(False)
    field(shown, "Score of a detractor, at most").set_value(0)
    causes = field(shown, "Root causes, one a line")
    causes.set_value(f"{causes.value}\nKurir")
    press(shown, "Save rules")
    assert not shown.exception
    kept = case_rules.rules(workspace)
    assert (kept.comments, kept.score) == (False, 0)
    assert kept.causes == (*case_rules.CAUSES, "Kurir")
    assert "4 new cases would be opened" in words(shown)  # 0 was given by c0, c11, c22 and c33


def test_first_causes_stay_words_in_each_language(visit, workspace):
    shown, lang = visit(PAGE, workspace.id, "id"), language("id")
    causes = field(shown, lang("Root causes, one a line"))
    assert causes.value.splitlines()[0] == lang(case_rules.CAUSES[0]) != case_rules.CAUSES[0]
    press(shown, lang("Save rules"))
    assert case_rules.rules(workspace).causes == case_rules.CAUSES
