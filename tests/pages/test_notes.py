"""Notes beside a chart: written, changed and deleted; drawn; and the second of two people is told."""

from __future__ import annotations

import datetime as dt

import pytest

from cxlib.i18n import language, languages
from cxlib.store import annotations as notes
from tests.pages.conftest import CDNOW, imported, words

PAGE = "value/overview.py"
MAY = dt.date(1997, 5, 6)
EN = language("en")


@pytest.fixture(scope="module")
def with_sales(store, tmp_path_factory):
    """A workspace of this module alone, with the smallest sample."""
    return imported(store, CDNOW, tmp_path_factory.mktemp("notes"))


@pytest.fixture
def workspace(with_sales):
    yield with_sales
    for note in notes.listed(with_sales):
        notes.remove(with_sales, note)


def press(shown, label: str):
    """Click the button that says (or helps with) `label`."""
    (button,) = (b for b in shown.button if label in (b.label, b.help))
    return button.click().run()


def fill(shown, days, text: str, kind: str = "incident"):
    shown.date_input(key=next(d.key for d in shown.date_input if d.key != "as_of")).set_value(days)
    next(s for s in shown.selectbox if s.label == "What was it?").set_value(kind)
    next(t for t in shown.text_input if t.label == "In a few words").set_value(text)
    return shown


def drawn(shown) -> str:
    """What the marks of the chart of months say."""
    chart = next(c for c in shown.get("vega_lite_chart") if c.proto.id.endswith("sales_monthly"))
    return b"".join(d.data.data for d in chart.proto.datasets).decode("utf-8", "replace")


@pytest.mark.parametrize("code", languages())
def test_a_page_has_its_notes_behind_a_button(visit, workspace, code):
    notes.add(workspace, "campaign", MAY, MAY + dt.timedelta(days=3), "Promo [1](x) **besar**")
    shown, lang = visit(PAGE, workspace.id, code), language(code)
    assert not shown.exception
    said = words(shown)
    assert lang("Notes") in said
    assert f"{lang.date(MAY)} – {lang.date(MAY + dt.timedelta(days=3))}" in said
    assert "Promo [1](x) **besar**" in said
    assert "Lebaran" in said


def test_a_note_is_written_drawn_changed_and_deleted(visit, workspace):
    shown = visit(PAGE, workspace.id)
    assert "payment down" not in drawn(shown)
    press(fill(shown, (MAY,), "payment down"), "Add note")
    assert not shown.exception
    (kept,) = notes.listed(workspace)
    assert (kept.kind, kept.first_day, kept.last_day) == ("incident", MAY, MAY)
    assert "1. 6 May 1997 · Incident: payment down" in drawn(shown)
    assert next(t for t in shown.text_input if t.label == "In a few words").value == ""

    press(shown, "Change note 1")
    fields = {t.label: t.value for t in shown.text_input}
    assert fields["In a few words"] == "payment down"
    days = (MAY, MAY + dt.timedelta(days=1))
    press(fill(shown, days, "payment slow", "other"), "Save change")
    (changed,) = notes.listed(workspace)
    assert (changed.id, changed.kind, changed.last_day) == (kept.id, "other", days[1])
    assert "payment slow" in drawn(shown)
    assert "payment down" not in drawn(shown)

    press(shown, "Delete note 1")
    assert notes.listed(workspace) == ()
    assert "payment slow" not in drawn(shown)
    assert not shown.error


def test_a_change_can_be_left(visit, workspace):
    kept = notes.add(workspace, "other", MAY, MAY, "as it was")
    shown = press(visit(PAGE, workspace.id), "Change note 1")
    press(fill(shown, (MAY,), "never kept"), "Cancel")
    assert notes.listed(workspace) == (kept,)
    assert "Add note" in [b.label for b in shown.button]


@pytest.mark.parametrize(
    ("days", "text", "cure"),
    [
        ((), "no day", "Choose the day, or two days."),
        ((MAY,), "   ", "Say in a few words what happened."),
        ((MAY,), "bell\x07", "Delete it, or type the text in one line instead of pasting it."),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_to_be_mended(visit, workspace, days, text, cure):
    shown = press(fill(visit(PAGE, workspace.id), days, text), "Add note")
    assert not shown.exception
    assert [e.value for e in shown.error] == [cure]
    assert next(t for t in shown.text_input if t.label == "In a few words").value == text
    assert notes.listed(workspace) == ()
    assert not shown.run().error


def test_of_two_people_who_change_a_note_the_second_is_told(visit, workspace):
    notes.add(workspace, "other", MAY, MAY, "as both read it")
    first, second = (press(visit(PAGE, workspace.id), "Change note 1") for _ in range(2))
    press(fill(first, (MAY,), "the first"), "Save change")
    assert not first.error
    press(fill(second, (MAY,), "the second"), "Save change")
    assert [e.value for e in second.error] == ["Look at what is there now, then change it again."]
    assert [note.text for note in notes.listed(workspace)] == ["the first"]
    # What the second wrote is still there, and so is what the first did.
    assert next(t for t in second.text_input if t.label == "In a few words").value == "the second"
    assert "the first" in words(second)
    press(second, "Cancel")
    press(second, "Change note 1")
    press(fill(second, (MAY,), "the second"), "Save change")
    assert [note.text for note in notes.listed(workspace)] == ["the second"]


def test_a_note_that_changed_since_it_was_shown_is_not_deleted(visit, workspace):
    notes.add(workspace, "other", MAY, MAY, "as both read it")
    first, second = (visit(PAGE, workspace.id) for _ in range(2))
    press(first, "Change note 1")
    press(fill(first, (MAY,), "the first"), "Save change")
    press(second, "Delete note 1")
    assert [e.value for e in second.error] == ["Look at what is there now, then change it again."]
    assert [note.text for note in notes.listed(workspace)] == ["the first"]


def test_notes_of_one_workspace_are_not_anothers(visit, workspace, shop):
    notes.add(workspace, "other", MAY, MAY, "rahasia")
    shown = visit(PAGE, shop.id)
    assert "rahasia" not in words(shown)
    assert "rahasia" not in drawn(shown)
