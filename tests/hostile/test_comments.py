"""Comments made to break what reads and shows them, from the upload to every page that quotes them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re

import pandas as pd
import pytest

from cxlib import engine
from cxlib.charts import sentiment as charts
from cxlib.export.csv import STARTS, to_csv
from cxlib.export.table import table
from cxlib.export.xlsx import to_xlsx
from cxlib.i18n import language
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import case_rules, cases, intake
from cxlib.voice import sentiment
from cxlib.voice.comment_list import comment_list
from pages import _cases, _charts, _parts
from pages._comments import LISTED
from tests.pages.conftest import Open, store, visit
from tests.shared import shared

__all__ = ["store", "visit"]
PAGES = ("feedback", "topics", "comments", "accuracy")
LATE = "Pengiriman lama banget, kecewa! "  # a complaint of delivery, so that it is quoted
# What Streamlit's Markdown would draw, link, colour or run.
MARKUP = (
    "<b onmouseover=alert(1)>klik</b>",
    "<img src=x onerror=alert(1)>",
    "[klik](http://x.example/a)",
    "![klik](http://x.example/a.png)",
    "$klik$",
    "$$klik$$",
    ":red[klik]",
    ":material/alarm:",
    "`klik`",
    "**klik**",
    "~~klik~~",
    "| klik | klik |",
    "<http://x.example>",
)
ODD = (
    "{{constructor.constructor('alert(1)')()}}",
    "datum.x; alert(1) || signal('w')",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnp.exe\u202c",
    "\u200b=1+1",
    "😡😡😡",
    "👩‍👩‍👧‍👦🏴‍☠️",
    "\x00\x07\x1b[31mmerah\x1b[0m\x7f",
    "tab\tdan\rbaris\nbaru",
    "a" * 1_000_000,
    "é" * 20_000,
)
# A lone surrogate, and bytes that are no UTF-8: what broken exports have.
BROKEN = (b"surrogate \xed\xa0\x80 setengah", b"latin \xe9t\xe9")


def file_of(texts: list[str]) -> bytes:
    """Reviews, two a day, of customers and channels that are named like a trap too."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        ["customer_id", "date", "rating", "channel", "[kota](http://x.example)", "text"]
    )
    for n, text in enumerate(texts):
        day = f"2025-{1 + n // 28 % 6:02d}-{1 + n % 28:02d}"
        where = MARKUP[n % 4] if n % 2 else "web"
        writer.writerow([f"{MARKUP[n % 13]}{n}", day, 1 + n % 5, where, "=1+1", text])
    lines = out.getvalue().encode("utf-8", "surrogatepass")
    for n, text in enumerate(BROKEN):
        lines += b"x%d,2025-03-01,1,web,Bandung," % n + text + b"\r\n"
    return lines


@pytest.fixture(scope="module")
def texts() -> list[str]:
    naughty = json.loads(shared("corpora/blns/blns.json").read_text("utf-8"))
    return [
        *(LATE + text for text in MARKUP * 6),
        *(text for odd in (*MARKUP, *ODD) for text in (odd, odd + " barang bagus sekali")),
        *naughty,
    ]


@pytest.fixture(scope="module")
def reviewed(store, texts):
    """A workspace with them, uploaded as a file."""
    workspace = store.create(purpose="analysis", name="")
    upload = workspace.stage(io.BytesIO(file_of(texts)), "reviews.csv")
    staged = intake.stage(upload, ReadOptions())
    made = plan(intake.propose(staged, "feedback", ()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    return workspace


# Whatever draws Markdown: its text, and the label and help of whatever has one.
DRAWN = (
    "title", "header", "subheader", "caption", "markdown", "info", "warning", "error", "success",
    "table",
)  # fmt: skip
LABELLED = (
    "button", "checkbox", "date_input", "download_button", "expander", "metric", "multiselect",
    "number_input", "page_link", "popover", "selectbox", "text_area", "text_input", "toggle",
)  # fmt: skip


def drawn(page) -> list[str]:
    """All that a page hands to Streamlit as Markdown."""
    said = [str(e.value) for kind in DRAWN for e in page.get(kind)]
    for kind in LABELLED:
        for e in page.get(kind):
            said += [str(getattr(e, "label", "")), str(getattr(e, "help", "") or "")]
            said.append(str(getattr(e.proto, "help", "")))
    return said


def live(said: list[str]) -> list[tuple[str, str]]:
    """Where a trap stands as it was written, not escaped."""
    return [(mark, text[:200]) for text in said for mark in (*MARKUP, "[kota](") if mark in text]


@pytest.mark.parametrize("name", PAGES)
def test_pages_show_them_as_text(name, reviewed, visit: Open):
    page = visit(f"voice/{name}.py", reviewed.id)
    assert not page.exception, page.exception
    assert live(drawn(page)) == []


def test_quotes_of_a_topic_are_text(reviewed, visit: Open, monkeypatch):
    # A click is the browser's; its mark is handed to the page here.
    clicked = {"topic": [{"key": "delivery"}]}
    monkeypatch.setattr(
        _charts, "chart", lambda *_, **options: clicked if options.get("select") else {}
    )
    page = visit("voice/topics.py", reviewed.id)
    assert not page.exception, page.exception
    said = drawn(page)
    assert sum("background[" in text for text in said) >= 3
    assert live(said) == []


def test_cases_show_them_as_text(reviewed, visit: Open):
    case_rules.keep(reviewed, dataclasses.replace(case_rules.rules(reviewed), days=365))
    page = visit("act/cases.py", reviewed.id)
    (button,) = (b for b in page.button if b.label == "Open them")
    button.click().run()
    assert not page.exception, page.exception
    known = cases.listed(reviewed)
    assert len(known) > 100
    assert live(drawn(page)) == []
    one, said = known[0], " ".join(MARKUP)
    cases.edit(
        reviewed, dataclasses.replace(one, owner=said[:200], note=said, cause="".join(MARKUP[:3]))
    )
    page = visit("act/cases.py", reviewed.id, case=_cases.named(one))
    assert not page.exception, page.exception
    shown = drawn(page)
    assert any("History" in text for text in shown)
    assert live(shown) == []


@pytest.mark.parametrize("lang", ["en", "id"])
def test_downloads_hold_no_formula(reviewed, lang):
    data = reviewed.current("feedback")
    with engine.connect(data.folder) as connection:
        result = sentiment.analyse(engine.scan(connection, [data.table]))
    shown = table(charts.listed_table(comment_list(result), language(lang)), language(lang), LISTED)
    written = io.BytesIO(to_csv(shown.frame, shown.headers))
    rows = pd.read_csv(written, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert len(rows) == 1 + len(result.comments)
    cells = rows.to_numpy().ravel()
    assert max(map(len, cells)) >= 1_000_000
    assert [cell[:40] for cell in cells if cell.startswith(STARTS)] == []
    assert to_xlsx(shown.frame, shown.headers)


# What Streamlit makes of text after it has taken the escapes away: links, icons, arrows.
MADE = re.compile(r"https?://|www\.|\w@\w|:\w|<-|->|--|[<>~]=", re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    ["http://x.example", "WWW.x.example", "a@b.example", ":material/alarm: :smile:", "<- >= --"],
)
def test_text_of_the_users_becomes_no_link_and_no_icon(text):
    assert MADE.search(text)
    shown = _parts.plain(text).replace("\\", "")
    assert not MADE.search(shown)
    assert shown.replace(_parts.JOINER, "") == text


def test_text_of_the_users_stays_in_its_line_and_turns_nothing():
    shown = _parts.plain("  a\r==\n\u2028    b \u202egnp\u202c &copy;")
    assert shown.replace(_parts.JOINER, "") == "a == b gnp \\&copy;"
