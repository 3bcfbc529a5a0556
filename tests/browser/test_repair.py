"""A messy file is repaired without leaving the page, in both languages; the next one repairs itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cxlib.i18n import SOURCE, language, languages
from tests.browser.conftest import settled
from tests.browser.test_looks import LOCALES, OVERFLOW, taken

pytestmark = pytest.mark.browser

HEADER = ["No Pesanan", "Pelanggan", "Tanggal", "Total", "Kota"]
ODD = {5: ("Tanggal", "TBA"), 9: ("Tanggal", "TBA"), 12: ("Total", "gratis"), 20: ("Total", "")}


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty orders; two days, one amount cannot be read, another is missing."""
    rows = []
    for i in range(60):
        row = dict(
            zip(
                HEADER,
                (
                    f"INV{i:03}",
                    f"{i % 17:05}",
                    f"{i % 28 + 1:02}/06/2025",
                    f"{i + 1}.500,00",
                    "Solo",
                ),
                strict=True,
            )
        )
        column, value = ODD.get(i, ("Kota", "Solo"))
        rows.append(";".join((row | {column: value}).values()))
    path = tmp_path_factory.mktemp("messy") / "penjualan kotor.csv"
    path.write_bytes("\r\n".join([";".join(HEADER), *rows]).encode("cp1252"))
    return path


def counts(page: Page) -> list[str]:
    """Rows read, accepted, merged, rejected."""
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()[:4]


@pytest.mark.parametrize("code", languages())
def test_a_messy_file_is_repaired_on_the_page(code: str, visit: Callable[..., Page], messy: Path):
    lang = language(code)
    page = visit("upload", locale=LOCALES[code])
    page.locator("input[type=file]").set_input_files(messy)
    check = page.get_by_role("button", name=lang("Check all rows"))
    check.click()
    page.get_by_text(lang("What could not be read")).wait_for()
    settled(page)
    assert counts(page) == ["60", "56", "0", "4"]
    taken(page, f"repair-{code}-before", 1400)
    for label, meant in (("TBA", "15/06/2025"), ("gratis", "0"), (lang("(empty)"), "7.500,00")):
        page.get_by_label(label).fill(meant)
    page.get_by_role("button", name=lang("Repair and check again")).click()
    expect(page.get_by_role("button", name=lang("Yes, use this data"), exact=True)).to_be_visible()
    settled(page)
    assert counts(page) == ["60", "60", "0", "0"]
    assert page.evaluate(OVERFLOW) == []
    taken(page, f"repair-{code}-after", 1400)
    page.get_by_role("button", name=lang("Yes, use this data"), exact=True).click()
    page.get_by_role("heading", level=1, name=lang("Overview")).wait_for()
    if code != SOURCE:
        return  # no new words come after this

    page.locator("[data-testid=stSidebarNav]").get_by_role("link", name=lang("Upload")).click()
    page.locator("input[type=file]").set_input_files(messy)
    page.get_by_role("button", name=lang("Check all rows")).click()
    page.get_by_role("button", name=lang("Yes, use this data"), exact=True).wait_for()
    assert counts(page) == ["60", "60", "0", "0"]
