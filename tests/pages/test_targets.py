"""The editor of a target: set, changed, removed, and the second of two people is told."""

from __future__ import annotations

import datetime as dt

import pytest
from streamlit.testing.v1 import AppTest

from cxlib.i18n import language, languages
from cxlib.results import Unit
from cxlib.store import targets

DUE = dt.date(2026, 12, 31)


@pytest.fixture
def workspace(store):
    made = store.create(purpose="analysis", name="")
    yield made
    made.erase()


def edit(workspace, metric: str, unit: Unit, code: str = "en") -> AppTest:
    """A page that has nothing but the editor of a metric's target."""
    page = AppTest.from_string(
        "from pages import _state, _targets\n"
        "_state.begin()\n"
        f"_targets.editor({metric!r}, {unit!r}, 'at_least')\n"
    )
    page.query_params["w"], page.query_params["lang"] = workspace.id, code
    return page.run()


def title(shown) -> str:
    """What the button to the editor says."""
    (popover,) = shown.get("popover")
    return popover.proto.popover.label


def press(shown, label: str):
    (button,) = (b for b in shown.button if b.label == label)
    return button.click().run()


@pytest.mark.parametrize("code", languages())
def test_a_share_is_set_as_a_percentage_and_said(workspace, code):
    lang = language(code)
    shown = edit(workspace, "voice.csat", "share", code)
    shown.number_input[0].set_value(82.5)
    shown.date_input[0].set_value(DUE)
    press(shown, lang("Save target"))
    assert not shown.exception
    kept = targets.listed(workspace)["voice.csat"]
    assert (kept.value, kept.direction, kept.unit, kept.due) == (0.825, "at_least", "share", DUE)
    said = lang("at least {value}", value=lang.percent(0.825))
    assert title(shown) == lang("{target} by {day}", target=said, day=lang.date(DUE))
    assert shown.number_input[0].value == 82.5


def test_a_target_is_changed_and_removed(workspace):
    shown = edit(workspace, "voice.support.first_response", "days")
    shown.button_group[0].set_value("at_most")
    shown.number_input[0].set_value(0.5)
    press(shown, "Save target")
    shown.number_input[0].set_value(2.0)
    press(shown, "Save target")
    kept = targets.listed(workspace)["voice.support.first_response"]
    assert (kept.value, kept.direction, kept.due) == (2.0, "at_most", None)
    press(shown, "Remove target")
    assert targets.listed(workspace) == {}
    assert title(shown) == "Set a target"
    assert not shown.error


def test_a_target_without_a_number_is_refused(workspace):
    shown = press(edit(workspace, "voice.nps", "points"), "Save target")
    assert [e.value for e in shown.error] == ["Type a number, such as 45."]
    assert targets.listed(workspace) == {}


def test_of_two_people_who_set_a_target_the_second_is_told(workspace):
    first, second = (edit(workspace, "voice.nps", "points") for _ in range(2))
    first.number_input[0].set_value(45.0)
    press(first, "Save target")
    second.number_input[0].set_value(50.0)
    press(second, "Save target")
    assert [e.value for e in second.error] == ["Look at what is there now, then change it again."]
    assert targets.listed(workspace)["voice.nps"].value == 45.0
    assert second.number_input[0].value == 45.0  # what is there now
    second.number_input[0].set_value(50.0)
    press(second, "Save target")
    assert targets.listed(workspace)["voice.nps"].value == 50.0
