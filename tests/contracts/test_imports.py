"""The import rules hold, and each of them notices when it is broken."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.contracts.words import ROOT

CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
]
# One line in one file that breaks each rule, and no other.
BREAKS = {
    "Data flows one way": ("cxlib/frames/daily.py", "import cxlib.value.kmeans"),
    "The library never imports the app": ("cxlib/value/rfm.py", "import streamlit"),
    "Pages never compute": ("pages/value/rfm.py", "import pandas"),
    "Charts take results, not tables": ("cxlib/charts/rfm.py", "import cxlib.value.rfm"),
    "One file knows DuckDB": ("cxlib/store/disk.py", "import duckdb"),
    "One file knows lifetimes": ("cxlib/value/sales.py", "import lifetimes"),
    "One file knows SQLAlchemy": ("cxlib/store/janitor.py", "import sqlalchemy"),
}


def linted(folder: Path) -> tuple[int, dict[str, str]]:
    """Exit code of import-linter in a folder, and KEPT or BROKEN by contract."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(folder), "PYTHONUTF8": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, flags=re.MULTILINE))
    assert set(found) == set(CONTRACTS), done.stdout + done.stderr
    return done.returncode, found


def copied(folder: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("cxlib", "pages"):
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, str]]:
    """What import-linter says of a copy in which every rule is broken."""
    folder = copied(tmp_path_factory.mktemp("broken"))
    for file, line in BREAKS.values():
        with (folder / file).open("a", encoding="utf-8") as opened:
            opened.write(f"\n{line}\n")
    return linted(folder)


def test_rules_hold():
    code, found = linted(ROOT)
    assert [name for name, state in found.items() if state != "KEPT"] == []
    assert code == 0


def test_every_rule_is_broken_here():
    assert list(BREAKS) == CONTRACTS


@pytest.mark.parametrize("contract", CONTRACTS)
def test_breaking_a_rule_is_reported(contract, broken):
    code, found = broken
    assert code != 0
    assert found[contract] == "BROKEN"
