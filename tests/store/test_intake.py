"""From an upload to a snapshot, with refreshes between the steps."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace

import pandas as pd
import pytest
from pyarrow import parquet

from cxlib.errors import CxError
from cxlib.ingest import canonical, sandbox
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake, shapes

SHOP = (
    "pelanggan;tanggal;no pesanan;produk;total\n"
    "Ayu;2025-01-31;A1;kopi;10,50\n"
    "Ayu;2025-01-31;A1;teh;4,50\n"
    "Budi;2025-02-14;A2;kopi;21,00\n"
    "Dewi;2025-02-20;A4;teh;4,50\n"
    "Eka;2025-03-01;A5;kopi;10,50\n"
    "Citra;besok;A3;kopi;7,00\n"
)


@pytest.fixture
def workspace(store):
    return store.create("test", "shop")


@pytest.fixture
def upload(workspace):
    return workspace.stage(io.BytesIO(SHOP.encode()), "../orders.csv")


@pytest.fixture
def calls(monkeypatch):
    """The heavy steps run here, not in a child, which takes seconds; their names, in order."""
    called = []

    def run(function, *arguments, progress=None, cancelled=None, **options):
        called.append(function.__name__)
        return function(*arguments, **options)

    monkeypatch.setattr(sandbox, "run", run)
    return called


def planned(staged):
    return plan(intake.propose(staged, "transactions", ()))


def test_from_upload_to_snapshot(workspace, upload):
    told = []
    staged = intake.stage(upload, ReadOptions(), told.append)
    assert (staged.rows, staged.delimiter, len(staged.columns)) == (6, ";", 5)
    proposal = intake.propose(staged, "transactions", ())
    assert proposal.mapping["customer_id"] == "pelanggan"
    assert proposal.mapping["amount"] == "total"
    assert proposal.questions == ()
    made = plan(proposal)
    imported = intake.check(upload, staged, made)
    assert (imported.rows_read, imported.rows_accepted) == (6, 4)
    assert (imported.rows_merged, imported.rows_rejected) == (1, 1)
    assert workspace.current("transactions") is None  # checked, not kept
    snapshot = intake.keep(workspace, upload, made, imported)
    assert workspace.current("transactions") == snapshot
    assert parquet.read_table(snapshot.orders)["customer_id"].to_pylist() == [
        *("Ayu", "Budi", "Dewi", "Eka")
    ]
    assert snapshot.lines is not None
    assert "besok" in snapshot.file("rejects").read_text(encoding="utf-8-sig")
    assert snapshot.name == "../orders.csv"  # text, never a path
    assert snapshot.folder.is_relative_to(workspace.folder)
    report = snapshot.report
    assert report["rows_read"] == 6
    assert report["plan"]["mapping"]["amount"] == "total"
    assert report["size"] == len(SHOP)
    assert not any(str(workspace.folder) in str(value) for value in report.values())


def test_staging_again_reads_nothing(upload, workspace, calls):
    first = intake.stage(upload, ReadOptions())
    again = intake.stage(workspace.upload(upload.id), ReadOptions())  # as after a refresh
    assert again == first
    assert calls == ["stage"]


def test_other_options_read_again(upload, calls):
    assert intake.stage(upload, ReadOptions()).titles
    assert intake.stage(upload, ReadOptions(header=False)).titles is None
    assert calls == ["stage", "stage"]
    assert intake.stage(upload, ReadOptions(header=False)).rows == 7
    assert calls == ["stage", "stage"]


@pytest.mark.usefixtures("calls")
def test_a_mapping_by_the_user_is_certain(upload):
    staged = intake.stage(upload, ReadOptions())
    found = intake.propose(staged, "transactions", [("channel", "produk"), ("product", "")])
    assert found.mapping["channel"] == "produk"
    assert found.confidence["channel"] == 1
    assert "product" not in found.mapping


def test_what_was_checked_stays_until_the_plan_changes(upload, workspace, calls):
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    assert intake.checked(upload, made) is None
    imported = intake.check(upload, staged, made)
    refreshed = workspace.upload(upload.id)
    assert intake.checked(refreshed, made) == imported
    assert calls.count("convert") == 1
    other = plan(intake.propose(staged, "transactions", [("amount", "")]))
    assert other != made
    assert intake.checked(refreshed, other) is None
    assert intake.checked(refreshed, made) == imported  # looking does not forget


@pytest.mark.usefixtures("calls")
def test_checking_another_plan_replaces_what_was_checked(upload):
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    other = plan(intake.propose(staged, "transactions", [("product", "")]))
    intake.check(upload, staged, made)
    found = intake.check(upload, staged, other)
    assert intake.checked(upload, made) is None
    assert intake.checked(upload, other) == found
    assert found.lines is None


@pytest.mark.usefixtures("calls")
def test_a_new_reading_forgets_what_was_checked(upload):
    """The rows of another reading are other rows, even where the plan is the same."""
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    intake.check(upload, staged, made)
    intake.stage(upload, ReadOptions(encoding="cp1252"))
    assert intake.checked(upload, made) is None


@pytest.mark.usefixtures("calls")
def test_keeping_twice_makes_one_version(workspace, upload):
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    first = intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    again = workspace.stage(io.BytesIO(SHOP.encode()), "again.csv")
    staged = intake.stage(again, ReadOptions())
    second = intake.keep(workspace, again, made, intake.check(again, staged, made))
    assert second == first
    assert len(workspace.snapshots("transactions")) == 1


@pytest.mark.usefixtures("calls")
def test_a_second_click_keeps_the_same_version(workspace, upload):
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    imported = intake.check(upload, staged, made)
    first = intake.keep(workspace, upload, made, imported)
    assert intake.keep(workspace, upload, made, imported) == first
    assert workspace.snapshots("transactions") == [first]


@pytest.mark.usefixtures("calls")
def test_going_back_after_keeping_checks_again(workspace, upload):
    """The files of the check are in the snapshot now: what was checked is no longer here."""
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    first = intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    assert intake.checked(upload, made) is None
    assert intake.keep(workspace, upload, made, intake.check(upload, staged, made)) == first


@pytest.mark.usefixtures("calls")
def test_a_file_that_cannot_be_read_leaves_nothing(workspace):
    bad = workspace.stage(io.BytesIO(b""), "empty.csv")
    for _ in range(2):
        with pytest.raises(CxError):
            intake.stage(bad, ReadOptions())
    assert not (bad.folder / "staged.json").exists()


def imported(workspace, text, mode="replace", name="orders.csv"):
    """A file through all steps, as it is."""
    upload = workspace.stage(io.BytesIO(text.encode()), name)
    staged = intake.stage(upload, ReadOptions())
    made = planned(staged)
    return upload, made, intake.check(upload, staged, made), mode


def kept(workspace, text, mode="replace", name="orders.csv"):
    upload, made, found, mode = imported(workspace, text, mode, name)
    return intake.keep(workspace, upload, made, found, mode)


HEADER = SHOP.partition("\n")[0] + "\n"
MARCH = HEADER + "Ayu;2025-03-02;A6;kopi;10,50\nEka;2025-03-01;A5;kopi;11,00\n"


@pytest.mark.usefixtures("calls")
def test_a_file_is_added_to_what_is_there(workspace):
    first = kept(workspace, SHOP, name="a.csv")
    both = kept(workspace, MARCH, "append", "b.csv")
    assert both.parent == first.id
    assert workspace.current("transactions") == both
    assert both.rows["orders.parquet"] == 5
    assert both.report["appended"] == {"new": 1, "restated": 1, "repeated": 0}
    assert both.report["revenue"] == "62.0000"
    for source in both.report["sources"]:
        parts = ("accepted", "merged", "rejected")
        assert source["rows_read"] == sum(source[f"rows_{part}"] for part in parts)
    assert [(s["name"], s["rows_read"]) for s in both.report["sources"]] == [
        ("a.csv", 6),
        ("b.csv", 2),
    ]
    assert both.digest == canonical.digest([both.table, both.lines])
    assert parquet.read_table(first.table).num_rows == 4  # a version never changes
    assert intake.kept(both).revenue == "62.0000"


@pytest.mark.usefixtures("calls")
def test_adding_twice_adds_once(workspace):
    kept(workspace, SHOP)
    upload, made, found, mode = imported(workspace, MARCH, "append")
    both = intake.keep(workspace, upload, made, found, mode)
    assert intake.keep(workspace, upload, made, found, mode) == both  # a second click
    assert kept(workspace, MARCH, "append") == both
    assert kept(workspace, SHOP, "append").report["appended"]["new"] == 0
    assert not list((upload.folder / "text").glob("orders*"))


@pytest.mark.usefixtures("calls")
def test_two_who_add_at_once_both_count(workspace, monkeypatch):
    kept(workspace, SHOP)
    other = imported(workspace, HEADER + "Fitri;2025-03-09;A8;kopi;1,00\n", "append")
    real, raced = intake.append, []

    def slow(before, after, folder):
        if not raced:
            raced.append(True)
            intake.keep(workspace, *other)
        return real(before, after, folder)

    monkeypatch.setattr(intake, "append", slow)
    both = kept(workspace, HEADER + "Gita;2025-03-09;A9;kopi;2,00\n", "append")
    held = parquet.read_table(both.table)["customer_id"].to_pylist()
    assert {"Fitri", "Gita"} < set(held)
    assert both.rows["orders.parquet"] == 6


def test_another_shape_is_not_added(workspace, monkeypatch, calls):
    kept(workspace, SHOP)
    upload, made, found, _ = imported(workspace, MARCH)
    with pytest.raises(CxError, match="other_shape"):
        intake.keep(workspace, upload, replace(made, shape="log"), found, "append")
    assert found.table.exists()


@pytest.mark.usefixtures("calls")
def test_a_second_file_of_a_shape_is_read_as_the_first(workspace):
    """Days that could be months are asked about once; a column taken away stays away."""
    text = "pelanggan;tanggal;nilai;kota\nAyu;03/04/2025;10,50;Solo\n"
    upload = workspace.stage(io.BytesIO(text.encode()), "a.csv")
    staged = intake.stage(upload, ReadOptions())
    assert shapes.remembered(workspace, staged) is None
    mapping = [("customer_id", "pelanggan"), ("amount", "nilai"), ("place", "")]
    proposal = intake.propose(staged, "transactions", mapping)
    (question,) = [q for q in proposal.questions if q.code == "date_order"]
    made = plan(proposal, {question.id: "dmy"}, remove_duplicates=True)
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))

    later = "Kota;Pelanggan;Tanggal;Nilai\nSolo;Ayu;05/06/2025;1,00\n"  # moved about, in capitals
    staged = intake.stage(workspace.stage(io.BytesIO(later.encode()), "b.csv"), ReadOptions())
    known = shapes.remembered(workspace, staged)
    assert known.source == "a.csv"
    assert known.options == ReadOptions()
    again = intake.propose(staged, known.kind, known.mapping.items())
    done = shapes.planned(known, again)
    assert done.mapping["amount"] == "Nilai"
    assert "place" not in done.mapping
    assert done.formats["timestamp"] == "dmy"
    assert done.remove_duplicates
    shapes.forget(workspace, known.fingerprint)
    assert shapes.remembered(workspace, staged) is None


@pytest.mark.usefixtures("calls")
def test_how_a_file_was_read_is_known_from_how_it_looks_at_first(workspace):
    upload = workspace.stage(io.BytesIO(SHOP.encode()), "a.csv")
    first = intake.stage(upload, ReadOptions())
    told = ReadOptions(encoding="cp1252", header=False)
    staged = intake.stage(upload, told)
    columns = dict(zip(("customer_id", "timestamp", "amount"), ("1", "2", "5"), strict=True))
    mapping = {field: staged.column(number) for field, number in columns.items()}
    made = plan(intake.propose(staged, "transactions", mapping.items()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    assert shapes.remembered(workspace, first).options == told
    assert shapes.remembered(workspace, staged).options == told


@pytest.mark.parametrize("form", ["csv", "csv.gz", "xlsx", "parquet"])
def test_an_upload_is_known_by_its_bytes(workspace, calls, form):
    """The store keeps an upload without the ending of its name."""
    table = pd.DataFrame(
        {
            "customer_id": ["007", "007", "008"],
            "date": ["2025-01-31", "2025-02-14", "2025-03-20"],
            "amount": ["10.50", "4.50", "21.00"],
        }
    )
    stream = io.BytesIO()
    if form == "xlsx":
        table.to_excel(stream, index=False)
    elif form == "parquet":
        table.to_parquet(stream)
    else:
        text = table.to_csv(index=False).encode()
        stream.write(gzip.compress(text) if form.endswith("gz") else text)
    stream.seek(0)
    staged = intake.stage(workspace.stage(stream, f"orders.{form}"), ReadOptions())
    assert staged.columns == ("customer_id", "date", "amount")
    assert staged.rows == 3
    assert staged.samples[0][0] == "007"
