"""List, export and erase from the command line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from dataclasses import replace
from uuid import uuid4

import pytest
from pyarrow import parquet

from cxlib.cli import main
from cxlib.errors import NotFound
from cxlib.ingest.plain import to_plain
from cxlib.ingest.plan import Attribute, Score
from cxlib.store.workspaces import Store
from tests.store import tables
from tests.store.tables import order


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "home", None, lambda: dt.datetime.now(dt.UTC), lambda: uuid4().hex)
    yield opened
    opened.close()


@pytest.fixture
def workspace(store, tmp_path):
    """Two kinds of data and a setting."""
    made = store.create("penjualan", "Toko Ibu Ani")
    rows = [order("007", "1", 0, "10.50"), order('A,"b"\n=1', None, 1, "-0.0001")]
    answers = [{"customer_id": "007", "score": 9.0, "s0": 9.0, "a0": "Solo"}]
    survey = tables.table(
        tmp_path / "survey",
        "responses",
        answers,
        (Score("How likely?", "nps", 0, 10),),
        (Attribute("customer_id", "text"),),
    )
    for imported in (tables.orders(tmp_path / "orders", rows), survey):
        report = to_plain(replace(imported, table=tmp_path / "t")) | {"table": None}
        made.commit(
            imported.kind,
            [imported.table],
            digest=imported.digest,
            source="a.csv",
            report=report,
        )
    made.remember("margin", 0.4)
    return made


def run(capsys, *arguments):
    code = main(["workspace", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_list_shows_what_is_there(capsys, tmp_path, workspace, monkeypatch):
    monkeypatch.setenv("CXLIB_HOME", str(tmp_path / "home"))
    code, answer = run(capsys, "list")
    (found,) = answer["workspaces"]
    assert code == 0
    assert (found["id"], found["name"]) == (workspace.id, "Toko Ibu Ani")
    assert found["rows"] == {"transactions": 2, "responses": 1}
    assert (found["versions"], found["bytes"]) == (2, workspace.used())


def test_an_export_holds_everything_and_not_the_key(capsys, tmp_path, workspace):
    out = tmp_path / "all.zip"
    code, answer = run(capsys, "export", workspace.id, "--home", tmp_path / "home", "--out", out)
    assert code == 0
    assert answer["rows"] == {"transactions": 2, "responses": 1}
    with zipfile.ZipFile(out) as archive:
        names = set(archive.namelist())
        held = {name: archive.read(name) for name in names}
    assert names == {
        "workspace.json",
        *(f"transactions/{name}" for name in ("report.json", "orders.parquet", "orders.csv")),
        *(f"responses/{name}" for name in ("report.json", "responses.parquet", "responses.csv")),
    }
    current = workspace.current("transactions")
    assert held["transactions/orders.parquet"] == current.table.read_bytes()
    rows = list(csv.DictReader(io.StringIO(held["transactions/orders.csv"].decode(), newline="")))
    wanted = parquet.read_table(current.table).to_pylist()
    assert [row["customer_id"] for row in rows] == ["007", 'A,"b"\n=1']
    assert [row["amount"] for row in rows] == [str(row["amount"]) for row in wanted]
    (answered,) = csv.DictReader(io.StringIO(held["responses/responses.csv"].decode()))
    assert (answered["How likely?"], answered["customer_id (2)"]) == ("9", "Solo")
    about = json.loads(held["workspace.json"])
    assert (about["name"], about["settings"]) == ("Toko Ibu Ani", {"margin": 0.4})
    assert json.loads(held["transactions/report.json"])["digest"] == current.digest
    assert not any(workspace.id.encode() in content for content in held.values())
    assert not list(tmp_path.glob("*.part"))


def test_erasing_asks_first(capsys, tmp_path, store, workspace):
    home = ("--home", tmp_path / "home")
    code, answer = run(capsys, "erase", workspace.id, *home)
    assert (code, answer["error"]["code"]) == (2, "needs_answer")
    assert store.open(workspace.id).current("transactions") is not None
    code, answer = run(capsys, "erase", workspace.id, "--yes", *home)
    assert (code, answer["erased"]["id"]) == (0, workspace.id)
    assert not workspace.folder.exists()
    with pytest.raises(NotFound):
        store.open(workspace.id)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export", "0" * 32, "--out", "a.zip"), "not_found"),
        (("erase", "../../etc", "--yes"), "not_found"),
        (("export",), "usage"),
        (("export", "ID"), "usage"),
        (("vanish",), "usage"),
    ],
)
def test_what_cannot_be_done_is_said(capsys, tmp_path, workspace, arguments, code):
    arguments = [workspace.id if each == "ID" else each for each in arguments]
    exit_code, answer = run(capsys, *arguments, "--home", tmp_path / "home")
    assert (exit_code, answer["error"]["code"]) == (2, code)


def test_a_folder_without_a_store_stays_as_it_is(capsys, tmp_path):
    home = ("--home", tmp_path / "nothing")
    assert run(capsys, "list", *home) == (0, {"home": str(home[1]), "workspaces": []})
    code, answer = run(capsys, "erase", "0" * 32, "--yes", *home)
    assert (code, answer["error"]["code"]) == (2, "no_store")
    assert not home[1].exists()
