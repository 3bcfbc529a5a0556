"""The whole way of a marketer: a file dropped in, confirmed, explored down to a customer, kept."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page, expect

from pages import _catalogue
from tests.browser.conftest import settled

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

CUSTOMERS = 240
# Ids that a spreadsheet would run; they buy so often and so late that they share the best cell.
FORMULAS = ("=1+1", "+62811", "@SUM(A1)", "-5")
HEADER = ["Customer", "Order No", "Order Date", "Total", "City"]


@dataclass(frozen=True)
class Export:
    """A shop's export as it lies on a disk, and what is in it."""

    path: Path
    rows: int
    revenue: int


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """`;`, latin-1, decimal comma, and no day above 12: 05/07/2024 could be two days."""
    rng = np.random.default_rng(3)
    rows: list[tuple[str, dt.date, int]] = []
    for i in range(CUSTOMERS):
        months = np.arange(rng.integers(0, 18), 24)
        stays = rng.integers(1, len(months) + 1)
        bought = months[:stays][rng.random(stays) < rng.uniform(0.05, 0.6)]
        rows += [(f"{i:04d}", _day(m, rng), 0) for m in (bought if len(bought) else months[:1])]
    rows += [(name, _day(m, rng), 0) for name in FORMULAS for m in range(24)]
    rows = [(name, day, int(rng.gamma(4.0, 30_000_00))) for name, day, _ in sorted(rows)]
    lines = [
        [
            name,
            f"N{i:05d}",
            f"{day:%d/%m/%Y}",
            f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}",
            "Malmö",
        ]
        for i, (name, day, cents) in enumerate(rows)
    ]
    path = tmp_path_factory.mktemp("export") / "penjualan toko.csv"
    with path.open("w", encoding="latin-1", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *lines])
    return Export(path, len(lines), sum(cents for _, _, cents in rows))


def _day(month: int, rng: np.random.Generator) -> dt.date:
    return dt.date(2024 + month // 12, month % 12 + 1, int(rng.integers(1, 13)))


@pytest.fixture(scope="module")
def uploaded(visit: Visit, export: Export) -> Page:
    """The upload page after the file was dropped in, the question still open."""
    page = visit()
    page.get_by_role("link", name="Upload your orders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload")
    page.locator("input[type=file]").set_input_files(export.path)
    page.get_by_text("2 · What the columns mean").wait_for()
    page.get_by_role("radiogroup").first.wait_for()
    settled(page)
    return page


@pytest.fixture(scope="module")
def checked(uploaded: Page) -> Page:
    """The upload page after the question was answered and all rows were checked."""
    page = uploaded
    questions(page).locator("label").filter(has_text="day, month, year").click()
    page.get_by_role("button", name="Check all rows").click()
    page.get_by_role("button", name="Yes, use this data").wait_for()
    settled(page)
    return page


@pytest.fixture(scope="module")
def key(checked: Page) -> str:
    """The workspace's key, once its data was confirmed and the Overview came up."""
    checked.get_by_role("button", name="Yes, use this data").click()
    checked.get_by_role("heading", level=1, name="Overview").wait_for()
    settled(checked)
    found = re.search(r"[?&]w=([0-9a-f]{32})", checked.url)
    assert found, f"the key is in the URL: {checked.url}"
    return found[1]


@pytest.fixture(scope="module")
def linked(key: str, visit: Visit) -> Page:
    """The RFM page in a new browser, by its link."""
    return visit(f"rfm?w={key}")


@pytest.fixture(scope="module")
def best(linked: Page) -> Page:
    """The RFM page after a click on the cell of the best customers."""
    page = linked
    cell(page, 5, 5).click()
    page.get_by_role("button", name="Open customer").wait_for()
    settled(page)
    return page


def questions(page: Page) -> Locator:
    """What the upload page asks: radio groups whose choices show what values would mean."""
    return page.get_by_role("radiogroup").filter(has_text="→")


def cell(page: Page, r: int, f: int) -> Locator:
    """A cell of the RFM grid, as people hear it."""
    return page.locator(
        f"path[aria-label^='Frequency score →: {f}; Recency score →: {r};'][role=graphics-symbol]"
    ).first


def count_of(mark: Locator) -> int:
    """The customers of a mark, by its words."""
    found = re.search(r"Customers: ([\d,]+)", mark.get_attribute("aria-label") or "")
    assert found
    return int(found[1].replace(",", ""))


def fetched(page: Page, key: str) -> Download:
    """What a download button gives."""
    with page.expect_download() as download:
        page.locator(f".st-key-{key} button").click()
    return download.value


def opened(page: Page, title: str) -> None:
    """Go to a page by the navigation."""
    page.locator("[data-testid=stSidebarNav]").get_by_role("link", name=title).click()
    page.get_by_role("heading", level=1, name=title).wait_for()
    settled(page)
    assert_sound(page)


def assert_sound(page: Page) -> None:
    """No exception, no error box."""
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.locator("[data-testid=stAlertContentError]").count() == 0


def test_what_was_read_is_shown_with_sample_values(uploaded, export):
    said = uploaded.locator("[data-testid=stMain]").inner_text()
    assert f"{export.rows:,} rows · 5 columns · cp1252 · semicolon · with a header" in said
    boxes = uploaded.locator("[data-testid=stSelectbox] input")
    assert set(HEADER) <= set(boxes.evaluate_all("found => found.map(box => box.value)"))
    assert "Malmö" in said


def test_only_the_ambiguous_date_is_asked(uploaded):
    assert questions(uploaded).count() == 1
    assert "12 January 2024" in questions(uploaded).inner_text()


def test_every_row_is_accounted_for(checked, export):
    tiles = checked.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert tiles[:4] == [f"{export.rows:,}", f"{export.rows:,}", "0", "0"]
    books = checked.get_by_text(re.compile(r"Revenue .* from")).inner_text()
    assert f"{round(export.revenue / 100):,}" in books
    assert "2024 to" in books


def test_the_overview_shows_the_revenue(checked, key, export):
    assert_sound(checked)
    assert "Net revenue" in checked.locator("[data-testid=stMain]").inner_text()


def test_a_deep_link_shows_the_page_with_its_navigation(linked):
    assert linked.get_by_role("heading", level=1).inner_text() == "RFM segments"
    links = linked.locator("[data-testid=stSidebarNavLink]")
    assert links.count() == len(_catalogue.pages())
    assert_sound(linked)


def test_a_click_on_a_cell_lists_its_customers(best):
    n = count_of(cell(best, 5, 5))
    assert n >= len(FORMULAS)
    best.get_by_role("heading", name=f"{n} customers").wait_for()


def test_the_list_downloads_as_csv_with_formulas_inert(best):
    text = Path(fetched(best, "rfm_customers_csv").path()).read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header[0] == "Customer"
    assert len(rows) == count_of(cell(best, 5, 5))
    assert {f"'{name}" for name in FORMULAS} <= {row[0] for row in rows}
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row)


def test_the_list_downloads_as_xlsx_with_formulas_inert(best):
    book = openpyxl.load_workbook(
        io.BytesIO(Path(fetched(best, "rfm_customers_xlsx").path()).read_bytes())
    )
    header, *rows = book.active.iter_rows()
    assert header[0].value == "Customer"
    assert len(rows) == count_of(cell(best, 5, 5))
    assert {c.data_type for row in rows for c in row} <= {"s", "n", "d"}
    assert {f"'{name}" for name in FORMULAS} <= {row[0].value for row in rows}
    assert any(isinstance(c.value, (int, float)) for c in rows[0])


def test_a_chart_downloads_as_png_and_svg(best):
    best.locator("[data-testid=stPopover] button", has_text="Table and image").first.click()
    png = Path(fetched(best, "rfm_grid_png").path()).read_bytes()
    svg = Path(fetched(best, "rfm_grid_svg").path()).read_text(encoding="utf-8")
    best.keyboard.press("Escape")
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000
    assert svg.lstrip().startswith("<svg")
    assert "Recency score" in svg


def test_one_customer_opens_from_the_list(best):
    rows = best.locator(".st-key-rfm_customers [data-testid=stDataFrame]")
    rows.scroll_into_view_if_needed()
    place = rows.bounding_box()
    assert place
    best.mouse.click(place["x"] + 16, place["y"] + 54)  # the box before the first row
    button = best.get_by_role("button", name="Open customer")
    expect(button).to_be_enabled(timeout=15_000)
    button.click()
    best.get_by_role("heading", level=1, name="Customer").wait_for()
    settled(best)
    assert_sound(best)
    best.get_by_role("heading", name="Timeline").wait_for()
    assert best.locator("[data-testid=stVegaLiteChart] path[aria-label]").count() > 10
    assert "customer=" in best.url


@pytest.mark.parametrize("title", ["Clusters", "Lifetime value", "Data quality"])
def test_the_other_pages_open(checked, key, title):
    opened(checked, title)


def test_a_reload_loses_nothing(checked, key, export):
    opened(checked, "RFM segments")
    before = count_of(cell(checked, 5, 5))
    checked.reload()
    settled(checked)
    assert key in checked.url
    assert count_of(cell(checked, 5, 5)) == before
    assert export.path.name in checked.locator("[data-testid=stSidebar]").inner_text()


def test_without_the_link_there_is_nothing(key, visit, export):
    page = visit("rfm")
    said = page.locator("body").inner_text()
    assert "This page needs your orders" in said
    assert export.path.name not in said
    assert key not in page.content()


def test_the_messy_sample_asks_one_question(visit):
    page = visit()
    page.locator(".st-key-sample_messy button").click()
    page.get_by_role("heading", level=1, name="Upload").wait_for()
    questions(page).wait_for()
    settled(page)
    assert questions(page).count() == 1
    questions(page).locator("label").filter(has_text="day, month, year").click()
    settled(page)
    page.get_by_role("button", name="Check all rows").click()
    page.get_by_role("button", name="Yes, use this data").wait_for()
    settled(page)
    read, accepted, merged, rejected = (
        int(text.replace(",", ""))
        for text in page.locator("[data-testid=stMetricValue]").all_inner_texts()[:4]
    )
    assert read == accepted + merged + rejected
    assert rejected >= 2
    assert_sound(page)
