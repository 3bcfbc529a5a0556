"""From an upload to a snapshot, with refreshes between the steps."""

from __future__ import annotations

import gzip
import io

import pandas as pd
import pytest
from pyarrow import parquet

from cxlib.errors import CxError
from cxlib.ingest import sandbox
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake

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

    def run(function, *arguments, progress=None, **options):
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
