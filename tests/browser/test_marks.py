"""A click on a mark of the pages of voice, growth and cases opens the rows behind it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from cxlib.store import cases
from cxlib.store.cases import Trigger, case_id
from cxlib.store.workspaces import Store
from tests.browser.conftest import settled, stepped

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
    if f"/{slug}?" not in page.url:
        stepped(page, f"{slug}?w={demo_shop}")
    elif opened.count():
        page.goto(f"{server}/{slug}?w={demo_shop}")
    settled(page)
    marks = page.locator(f".st-key-{chart} path[role=graphics-symbol]")
    # What is drawn last lies on top; thin marks are hit through their own element.
    marks.last.dispatch_event("click")
    opened.wait_for()
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0


# A mark of the feedback overview, and how many comments its own figures say there are.
COMMENTS: dict[str, Callable[[dict[str, Any]], float]] = {
    "sentiment_labels": lambda mark: mark["comments"],
    "sentiment_monthly": lambda mark: mark["share"] * mark["n"],
    "sentiment_channel": lambda mark: mark["negative_share"] * mark["comments"],
    "sentiment_stars": lambda mark: mark["share"] * mark["n"],
}


def drawn(mark: Locator) -> dict[str, Any]:
    """The row that a mark was drawn from."""
    row: dict[str, Any] = mark.evaluate("e => e.__data__.datum")
    return row


def counted(page: Page, n: float) -> None:
    """The page says so many comments or cases, and lists them."""
    noun = re.compile(rf"^{round(n):,} (comments?|cases?)$")
    expect(page.get_by_role("heading", name=noun)).to_be_visible(timeout=60_000)
    settled(page)
    assert page.locator("[data-testid=stException]").all_inner_texts() == []


@pytest.mark.parametrize("chart", COMMENTS)
def test_a_mark_of_feedback_opens_its_comments(chart, page, demo_shop):
    # What was asked of the explorer for the mark before this one is forgotten there.
    stepped(page, f"feedback?w={demo_shop}")
    mark = page.locator(f".st-key-{chart} path[role=graphics-symbol]").last
    row = drawn(mark)
    mark.dispatch_event("click")
    page.wait_for_url("**/comments?*")
    counted(page, COMMENTS[chart](row))


def test_the_filters_of_feedback_go_along(page, server, demo_shop):
    filters = "as_of=2025-09-30&channel=Instagram&channel=App+review"
    page.goto(f"{server}/feedback?w={demo_shop}&{filters}")
    settled(page)
    mark = page.locator(".st-key-sentiment_labels path[role=graphics-symbol]").last
    row = drawn(mark)
    mark.dispatch_event("click")
    page.wait_for_url("**/comments?*")
    counted(page, row["comments"])
    assert filters in page.url  # whoever gets the link sees the same


def test_a_bar_of_topics_opens_its_quotes_and_all_its_comments(page, demo_shop):
    stepped(page, f"topics?w={demo_shop}&channel=Instagram")
    bar = page.locator(".st-key-topic_moods path[role=graphics-symbol]").first
    row = drawn(bar)
    bar.dispatch_event("click")
    expect(page.get_by_role("heading", name=f"“{row['topic']}”")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Read all these comments").click()
    page.wait_for_url("**/comments?*")
    counted(page, row["n"])


@pytest.mark.parametrize(("chart", "n"), [("topic_trends", "negative"), ("topic_impact", "n")])
def test_a_point_of_topics_opens_its_comments(chart, n, page, demo_shop):
    stepped(page, f"topics?w={demo_shop}")
    points = page.locator(f".st-key-{chart} path[role=graphics-symbol]")
    points.first.wait_for()
    rows = [drawn(point) for point in points.all()]
    most = max(range(len(rows)), key=lambda i: rows[i][n])
    points.nth(most).dispatch_event("click")
    page.wait_for_url("**/comments?*")
    counted(page, rows[most][n])


@pytest.fixture(scope="module")
def cared_for(server: str, home: Path) -> str:
    """The key of a workspace with twelve cases of four owners, every other closed; all of them are
    named like links."""
    clock = [dt.datetime.now(dt.UTC) - dt.timedelta(days=9)]
    store = Store(home, None, lambda: clock[0], lambda: secrets.token_hex(16))
    workspace = store.create(purpose="analysis", name="")
    where = ("detractor", "responses", "d1")
    rows = [
        Trigger(case_id("responses", f"c{n}"), *where, n, f"www.c{n}.example", None, None, 3.0)
        for n in range(12)
    ]
    for n, case in enumerate(cases.open_new(workspace, rows)):
        clock[0] += dt.timedelta(hours=5)
        done = {"status": "closed", "outcome": "saved"} if n % 2 else {"status": "contacted"}
        cases.edit(workspace, dataclasses.replace(case, owner=f"a@b{n % 4}.example", **done))
    store.close()
    return workspace.id


@pytest.mark.parametrize(("chart", "n"), [("cases_closing", "at_risk"), ("cases_groups", "cases")])
def test_a_mark_of_cases_lists_them(chart, n, page, cared_for):
    stepped(page, f"cases?w={cared_for}&case_groups=true")
    mark = page.locator(f".st-key-{chart} path[role=graphics-symbol]").nth(
        4 if chart == "cases_closing" else 1
    )
    row = drawn(mark)
    assert 0 < row[n] < 12
    mark.click(force=True)  # where it is: of a curve, the nearest point is meant
    counted(page, row[n])
    assert page.locator("[data-testid=stMain] a[href*=example]").count() == 0
