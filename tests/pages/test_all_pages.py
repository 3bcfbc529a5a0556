"""Every page, with and without data, in every language."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cxlib.i18n import language, languages
from pages import _catalogue

PAGES = _catalogue.pages()
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.slug)
every_language = pytest.mark.parametrize("code", languages())
# Pages that are of use before there is data.
OPEN = {"start", "upload", "glossary"}
NEEDS = {
    "chain": "This page needs survey answers",
    "support": "This page needs support tickets",
    "connections": "This page needs two tables",
    "engagement": "This page needs events of your site or app",
    "workspace": "There is no workspace yet",
    "scorecard": "This page needs data",
    "cases": "This page needs unhappy customers",
    **dict.fromkeys(("nps", "csat", "ces"), "This page needs survey answers"),
    "drivers": "This page needs survey answers",
    "accuracy": "This page needs comments",
    **dict.fromkeys(("feedback", "comments", "topics"), "This page needs comments"),
}
ORDERS = "This page needs your orders"


@every_language
@every_page
def test_without_data_a_page_says_what_it_needs(page, code, visit):
    shown, lang = visit(str(page.path), lang=code), language(code)
    assert not shown.exception
    assert not shown.error
    if page.slug not in OPEN:
        assert [e.value for e in shown.subheader] == [lang(NEEDS.get(page.slug, ORDERS))]
        links = [link.value for link in shown.get("page_link")]
        assert links[-2:] == [lang("Upload a file"), lang("Try a sample")]
        assert not shown.metric


@every_language
@every_page
def test_with_data_a_page_opens(page, code, visit, shop):
    shown, lang = visit(str(page.path), shop.id, code), language(code)
    assert not shown.exception
    assert not shown.error
    titles = [e.value for e in shown.title]
    assert titles == [
        lang("Know your customers by their orders" if page.slug == "start" else page.title)
    ]
    assert lang(ORDERS) not in [e.value for e in shown.subheader]


@pytest.mark.parametrize("slug", ["overview", "rfm", "quality"])
def test_the_language_switch_changes_the_words(slug, visit, shop):
    page = next(p for p in PAGES if p.slug == slug)
    shown = visit(str(page.path), shop.id)
    assert shown.title[0].value == page.title
    shown.session_state["lang"] = "id"
    shown.run()
    assert not shown.exception
    assert shown.title[0].value == language("id")(page.title) != page.title


@pytest.mark.parametrize(("locale", "code"), [("id-ID", "id"), ("en-GB", "en"), ("de-DE", "en")])
@pytest.mark.usefixtures("store")
def test_the_first_language_is_the_browsers(locale, code):
    visitor = AppTest.from_file(str(_catalogue.ROOT / "_shell.py"), default_timeout=30)
    visitor.context = {"locale": locale}
    visitor.run()
    assert visitor.title[0].value == language(code)("Know your customers by their orders")
