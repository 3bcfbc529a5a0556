"""The topics page: its sections, and that what customers write stays text."""

from __future__ import annotations

from pages import _topics
from tests.pages.test_feedback import reviewed

__all__ = ["reviewed"]
PAGE = "voice/topics.py"


def test_the_page_shows_its_sections(reviewed, visit):
    shown = visit(PAGE, reviewed.id)
    assert not shown.exception
    titles = [e.value for e in shown.subheader]
    for title in (
        "What do they praise, and what do they blame?",
        "Which complaints grow?",
        "What is new?",
        "What are those who complain worth?",
    ):
        assert title in titles


def test_quotes_are_inert_and_in_a_line():
    quote = "<b>x</b> [klik](javascript:alert(1))\n# `lama` ]$x$ :red[y]"
    made = _topics.marked(quote, 5, len(quote) - 4, "orange")
    assert "\n" not in made
    # What opens a tag, link, code, formula or directive is escaped but for our own ground.
    own = made.replace(":orange-background[", "", 1)[:]
    for sign in "<[`$#:":
        assert own.count(sign) == own.count(f"\\{sign}")
    assert own.count("]") == own.count("\\]") + 1
