"""A click on a mark of the pages of voice and growth opens the rows behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import settled

pytestmark = pytest.mark.browser
# Page, chart, and the list that a click on one of its marks opens.
MARKS = [
    ("nps", "nps_points", "nps_answers"),
    ("nps", "nps_monthly", "nps_answers"),
    ("support", "support_volume", "support_month"),
    ("support", "support_topics", "support_topic"),
    ("support", "support_pace", "support_pace_month"),
    ("engagement", "engagement_lifecycle", "engagement_lifecycle_people"),
    ("engagement", "engagement_monthly", "engagement_session_people"),
    ("drivers", "drivers_ranking", "drivers_low"),
    ("chain", "chain_links", "chain_link_people"),
    ("chain", "chain_held", "chain_holders"),
]


@pytest.fixture(scope="module")
def page(visit: Callable[..., Page], demo_shop: str) -> Page:
    return visit(f"?w={demo_shop}")


@pytest.mark.parametrize(("slug", "chart", "listed"), MARKS, ids=[m[1] for m in MARKS])
def test_a_mark_opens_its_rows(slug, chart, listed, page, server, demo_shop):
    # A page stays open for its next mark, unless that one opens the list that is there already.
    opened = page.locator(f".st-key-{listed}_csv")
    if f"/{slug}?" not in page.url or opened.count():
        page.goto(f"{server}/{slug}?w={demo_shop}")
        settled(page)
    marks = page.locator(f".st-key-{chart} path[role=graphics-symbol]")
    # What is drawn last lies on top; thin marks are hit through their own element.
    marks.last.dispatch_event("click")
    opened.wait_for()
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
