"""What every page promises: a header that is found without running it, and thinness."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from pages import _catalogue
from tests.contracts.words import marked

PAGES = [f for f in _catalogue.ROOT.glob("*/*.py") if not f.name.startswith("_")]
SCRIPTS = [f for f in _catalogue.ROOT.rglob("*.py")]
every_page = pytest.mark.parametrize("file", PAGES, ids=lambda f: f.stem)
every_script = pytest.mark.parametrize("file", SCRIPTS, ids=lambda f: f.stem)

COMPUTING = {
    "altair", "duckdb", "lifetimes", "narwhals", "numpy", "pandas", "polars", "pyarrow", "scipy",
    "sklearn", "statsmodels",
}  # fmt: skip
SCREEN = 110  # lines: a page is read in one go


def imports(file: Path) -> list[tuple[str, tuple[str, ...]]]:
    """(module, names) of every import of a file; no names for a plain import."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(name.name, ()) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import would be a second module"
            found.append((node.module or "", tuple(name.name for name in node.names)))
    return found


def attributes(file: Path, of: str) -> set[str]:
    """What a file reads from the name `of`."""
    return {
        node.attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == of
    }


def test_all_page_files_are_in_the_navigation():
    assert {_catalogue.ROOT / page.path for page in _catalogue.pages()} == set(PAGES)


@every_page
def test_header_is_a_literal_and_complete(file):
    page = _catalogue.read(file)
    assert page.title in marked()
    assert page.group in _catalogue.GROUPS
    assert page.group == file.parent.name, "pages lie in the folder of their group"
    assert re.fullmatch(r":material/[a-z0-9_]+:", page.icon)
    assert isinstance(page.order, int)


def test_titles_addresses_and_places_are_unique():
    pages = _catalogue.pages()
    for of in (lambda p: p.title, lambda p: p.slug, lambda p: (p.group, p.order)):
        assert [key for key, n in Counter(map(of, pages)).items() if n > 1] == []


@every_script
def test_no_file_is_named_like_a_standard_module(file):
    assert file.stem not in sys.stdlib_module_names


@every_script
def test_pages_never_compute(file):
    assert [module for module, _ in imports(file) if module.split(".")[0] in COMPUTING] == []


@every_page
def test_a_page_reads_in_one_screen(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= SCREEN


@every_script
def test_parts_are_imported_from_pages(file):
    # `pages/` is on the path while a page runs: a bare `import _state` is a second module, with a
    # second state.
    for module, names in imports(file):
        assert not module.startswith("_") or module == "__future__"
        assert module == "pages" or not module.startswith("pages.")
        assert module != "pages" or all(name.startswith("_") for name in names)


@every_script
def test_one_file_each_knows_state_and_cache(file):
    assert ("session_state" in attributes(file, "st")) <= (file.stem == "_state")
    assert ("cache_data" in attributes(file, "st")) <= (file.stem == "_cache")


@every_script
def test_no_raw_html(file):
    assert "html" not in attributes(file, "st")
    assert "unsafe_allow_html" not in file.read_text(encoding="utf-8")


@every_script
def test_charts_are_drawn_in_one_place_with_words_instead_of_them(file):
    drawn = [
        {keyword.arg for keyword in node.keywords}
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") in ("altair_chart", "vega_lite_chart")
    ]
    assert bool(drawn) == (file.stem == "_charts")
    assert all("alt" in keywords for keywords in drawn)
