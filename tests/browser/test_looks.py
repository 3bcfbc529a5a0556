"""Every page in both languages, light and dark, wide and narrow: nothing overflows, all is translated.

The pictures lie in screenshots/ to be looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from playwright.sync_api import Page

from cxlib.i18n import SOURCE, Language, language, languages
from pages import _catalogue
from tests.browser.conftest import ROOT, settled, stepped
from tests.contracts.words import marked

pytestmark = pytest.mark.browser
LOCALES = {"en": "en-US", "id": "id-ID"}
PICTURES = ROOT / "screenshots"

# Whatever a page keeps behind a question is opened: the URL says what is.
KEYS = sorted(
    key
    for file in _catalogue.ROOT.rglob("*.py")
    for key in re.findall(
        r'_parts\.details\([^"]*(?:"[^"]*"[^"]*)?"(\w+)"', file.read_text("utf-8")
    )
)
OPEN = "".join(f"&{key}=true" for key in KEYS)

TITLES = {page.slug: page.title for page in _catalogue.pages()} | {
    "start": "Know your customers by their orders"
}

Look = tuple[int, str]
# Both widths and both modes in each language, and in all languages together every pair of them.
# A page begins in the look that the one before it ended in, and is resized to the other.
LOOKS: dict[str, tuple[Look, ...]] = {SOURCE: ((390, "dark"), (1400, "light"))}
OTHERS: tuple[Look, ...] = ((1400, "dark"), (390, "light"))
every_look = pytest.mark.parametrize(
    ("code", "looks"),
    [(code, LOOKS.get(code, OTHERS)) for code in languages()],
    ids=lambda of: of if isinstance(of, str) else "-".join(f"{width}-{mode}" for width, mode in of),
)

# The uploader's own words are Streamlit's, which has no translations: they are left out.
# Words in marks of charts and in cells of tables count too: both stand in the page's tree.
SAID = """() => [
    [...document.querySelectorAll('[data-testid=stFileUploader] section')].reduce(
        (said, own) => said.replace(own.innerText, ''), document.body.innerText),
    ...[...document.querySelectorAll('svg text')].map(e => e.textContent),
    ...[...document.querySelectorAll('[role=gridcell], [role=columnheader]')].map(e => e.textContent),
].join('\\n')"""
OVERFLOW = """() => [...document.querySelectorAll(
    '[data-testid=stMain], [data-testid=stMainBlockContainer]'
)].filter(e => e.clientWidth && e.scrollWidth > e.clientWidth)
  .map(e => `${e.dataset.testid}: ${e.scrollWidth} > ${e.clientWidth}`)"""
# Words that end in an ellipsis: labels of buttons, tiles and headings must be read in full.
CUT = """() => [...document.querySelectorAll(
    'button *, a *, label *, h1, h2, h3, [data-testid=stMetric] *'
)].filter(e => e.closest('[data-testid=stMain]') && e.offsetParent && getComputedStyle(e).textOverflow === 'ellipsis'
      && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.innerText)"""
HEIGHT = "() => document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"


@pytest.fixture(scope="module")
def browser_of(visit: Callable[..., Page], demo_shop: str) -> Callable[..., Page]:
    """The browser of a language and the look that it begins with, one for all pages."""
    return cache(
        lambda code, width, mode: visit(
            f"?w={demo_shop}", width, dark=mode == "dark", locale=LOCALES[code]
        )
    )


@every_look
@pytest.mark.parametrize("slug", [*TITLES, "churn-subscriptions"])
def test_page(slug, code, looks: tuple[Look, ...], browser_of, demo_shop):
    lang = language(code)
    page = browser_of(code, *looks[0])
    if page.viewport_size["width"] != looks[0][0]:
        looks = looks[::-1]
    address = {"start": "", "churn-subscriptions": "churn"}.get(slug, slug)
    more = {
        "customer": "&customer=TN00002",
        "churn-subscriptions": f"&shape={lang('Subscriptions')}",
    }.get(slug, "")
    stepped(page, f"{address}?w={demo_shop}{more}{OPEN}")
    for width, mode in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=mode)
        settled(page)
        taken(page, f"{slug}-{code}-{mode}-{width}", width)
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.locator("h1").all_inner_texts() == [lang(TITLES[address or "start"])]
        assert page.evaluate(OVERFLOW) == []
        assert page.evaluate(CUT) == []
        if code != SOURCE:
            assert english(page.evaluate(SAID), lang) == []


def taken(page: Page, name: str, width: int) -> None:
    """A picture of the whole page."""
    PICTURES.mkdir(exist_ok=True)
    page.set_viewport_size({"width": width, "height": max(900, page.evaluate(HEIGHT) + 80)})
    page.screenshot(path=PICTURES / f"{name}.png")


def english(said: str, lang: Language) -> list[str]:
    """English words of ours that a reader of another language sees."""
    sentences, ours = foreign(lang.code)
    lines = {line.strip() for line in said.splitlines()}
    return [text for text in sentences if text in said] + sorted(lines & ours)


@cache
def foreign(code: str) -> tuple[list[str], set[str]]:
    """English sentences, and whole lines or cells, that a language says otherwise, unless as data."""
    said = {text: language(code)(text) for text in marked()}
    sentences = [
        part.strip(" .,;:·–“”()")
        for text, theirs in said.items()
        if theirs != text
        for part in re.split(r"\{\w+\}", text)
        if len(part.split()) > 3 and part not in theirs
    ]
    return sentences, {text for text, theirs in said.items() if theirs != text} - {*said.values()}
