import io
import json
from datetime import UTC, timedelta

import pytest
from pyarrow import parquet

from cxlib.errors import CxError, NotFound
from cxlib.store.workspaces import Store

NOT_IDS = [
    "",
    "f" * 31,
    "f" * 33,
    "F" * 32,
    "../../etc/passwd",
    "f" * 32 + "\n",
    "\0" * 32,
    "٣" * 32,
    "g" * 32,
    "f" * 4096,
    "%" * 32,
    "' OR 1=1 --",
]


def value(snapshot):
    return parquet.read_table(snapshot.orders)["value"][0].as_py()


def test_a_version_survives_a_restart(tmp_path, clock, new_id, commit):
    store = Store(tmp_path / "root", None, clock, new_id)
    workspace = store.create("sales", "Toko Ibu Ani")
    made = commit(workspace, 7)
    store.close()

    again = Store(tmp_path / "root", None, clock, new_id).open(workspace.id)
    found = again.current("transactions")
    assert (again.name, again.purpose) == ("Toko Ibu Ani", "sales")
    assert found == made
    assert value(found) == 7
    assert found.rows == {"orders.parquet": 3}
    assert found.report == {"value": 7}
    assert found.created == clock.now
    assert found.created.tzinfo is UTC


def test_ids_are_128_bits_and_must_be():
    def short() -> str:
        return "1234"

    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        Store.new_id(type("Made", (), {"_new_id": staticmethod(short)})())


@pytest.mark.parametrize("no_id", NOT_IDS)
def test_what_is_no_id_is_not_found(store, commit, no_id):
    workspace = store.create("p", "n")
    commit(workspace, 1)
    for look in (
        lambda: store.open(no_id),
        lambda: workspace.snapshot(no_id),
        lambda: workspace.upload(no_id),
        lambda: workspace.revert("transactions", no_id),
    ):
        with pytest.raises(NotFound):
            look()


def test_an_unknown_workspace_and_an_erased_one_are_not_found_alike(store):
    erased = store.create("p", "n")
    erased.erase()
    messages = set()
    for workspace in (erased.id, "e" * 32):
        with pytest.raises(NotFound) as caught:
            store.open(workspace)
        messages.add((caught.value.code, caught.value.message))
    assert len(messages) == 1


def test_one_workspace_cannot_reach_what_is_in_another(store, commit):
    mine, yours = store.create("p", "mine"), store.create("p", "yours")
    snapshot = commit(yours, 5)
    upload = yours.stage(io.BytesIO(b"a;b"), "a.csv")
    yours.remember("margin", 0.4)
    assert mine.current("transactions") is None
    assert mine.snapshots("transactions") == []
    assert mine.settings() == {}
    with pytest.raises(NotFound):
        mine.snapshot(snapshot.id)
    with pytest.raises(NotFound):
        mine.revert("transactions", snapshot.id)
    with pytest.raises(NotFound):
        mine.upload(upload.id)
    mine.erase()
    assert value(yours.current("transactions")) == 5


def test_the_same_content_in_two_workspaces_is_two_snapshots(store, commit):
    first, second = commit(store.create("p", "a"), 1), commit(store.create("p", "b"), 1)
    assert first.id != second.id
    assert first.folder != second.folder


def test_versions_are_listed_newest_first_with_their_lineage(store, clock, commit):
    workspace = store.create("p", "n")
    made = []
    for number in (1, 2, 3):
        made.append(commit(workspace, number))
        clock.move(hours=1)
    commit(workspace, 9, kind="responses")
    assert workspace.snapshots("transactions") == made[::-1]
    assert [s.parent for s in made] == [None, made[0].id, made[1].id]
    assert workspace.current("transactions") == made[2]


def test_revert_goes_back_and_forward(store, commit):
    workspace = store.create("p", "n")
    first, second = commit(workspace, 1), commit(workspace, 2)
    other = commit(workspace, 3, kind="events")
    assert workspace.revert("transactions", first.id) == first
    assert workspace.current("transactions") == first
    assert workspace.current("events") == other
    assert workspace.revert("transactions", second.id) == second
    with pytest.raises(NotFound):
        workspace.revert("transactions", other.id)
    assert workspace.current("transactions") == second


def test_the_same_digest_again_adds_no_version(store, commit):
    workspace = store.create("p", "n")
    first = commit(workspace, 1)
    assert commit(workspace, 1) == first
    commit(workspace, 2)
    assert commit(workspace, 1) == first
    assert workspace.current("transactions") == first
    assert len(workspace.snapshots("transactions")) == 2
    assert len(list((workspace.folder / "snapshots").iterdir())) == 2


def test_files_are_moved_and_found_by_name(store, table, tmp_path):
    workspace = store.create("p", "n")
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("line,column\n3,amount\n")
    files = [table("orders", rows=4), table("lines", rows=9), rejects]
    made = workspace.commit("transactions", files, digest="d", source="a", report={})
    assert made.rows == {"lines.parquet": 9, "orders.parquet": 4, "rejects.csv": None}
    assert made.orders.name == "orders.parquet"
    assert made.lines is not None
    assert made.file("rejects").read_text().startswith("line")
    assert not any(file.exists() for file in files)
    with pytest.raises(NotFound):
        made.file("nothing")


def test_a_file_without_products_has_no_lines(store, commit):
    assert commit(store.create("p", "n"), 1).lines is None


def test_a_half_written_table_is_refused_and_changes_nothing(store, commit, table):
    workspace = store.create("p", "n")
    before = commit(workspace, 1)
    half = table(value=2)
    half.write_bytes(half.read_bytes()[:-40])
    with pytest.raises(CxError) as caught:
        workspace.commit("transactions", [half], digest="d2", source="a", report={})
    assert caught.value.code == "unreadable_file"
    assert workspace.current("transactions") == before
    assert half.exists()


@pytest.mark.parametrize(
    "name", ["Orders.parquet", "..parquet", "a b.parquet", "orders.exe", "-x.csv", "upload"]
)
def test_only_plain_names_become_files_of_a_snapshot(store, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ValueError, match="no name for a file"):
        store.create("p", "n").commit(
            "transactions", [tmp_path / name], digest="d", source="a", report={}
        )


def test_a_report_that_is_no_json_leaves_everything_as_it_was(store, table, commit):
    workspace = store.create("p", "n")
    before = commit(workspace, 1)
    file = table(value=2)
    for bad in (float("nan"), object()):
        with pytest.raises(Exception, match="JSON"):
            workspace.commit("transactions", [file], digest="d2", source="a", report={"share": bad})
    assert workspace.current("transactions") == before
    assert file.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../x.csv",
        "/etc/passwd",
        "a" * 4096,
        "penjualan – Ramadan 🌙.csv",
        "<b>x</b>",
        "a\0b",
        "\ud800",
    ],
)
def test_names_of_files_are_only_text(store, table, tmp_path, name):
    workspace = store.create("p", name)
    before = {p for p in tmp_path.rglob("*")}
    upload = workspace.stage(io.BytesIO(b"a,b\n1,2\n"), name)
    made = workspace.commit("transactions", [table()], digest="d", source=name, report={})
    expected = name.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\ud800", "?")
    assert upload.name == made.name == workspace.upload(upload.id).name == expected
    assert store.open(workspace.id).name == expected
    new = {p.name for p in tmp_path.rglob("*")} - {p.name for p in before}
    assert new <= {
        *("made", "staged", "snapshots", "upload", "upload.json", "orders.parquet"),
        *(workspace.id, upload.id, made.id),
    }


def test_an_upload_is_kept_as_it_came_and_found_again(store, clock):
    workspace = store.create("p", "n")
    data = bytes(range(256)) * 9000
    upload = workspace.stage(io.BytesIO(data), "orders.csv")
    assert upload.file.read_bytes() == data
    assert upload.size == len(data)
    clock.move(days=2)
    assert store.open(workspace.id).upload(upload.id) == upload


def test_an_upload_over_the_quota_is_refused_and_leaves_nothing(tmp_path, clock, new_id):
    store = Store(tmp_path / "root", None, clock, new_id, quota=5_000_000)
    workspace = store.create("p", "n")
    first = workspace.stage(io.BytesIO(bytes(3_000_000)), "first.csv")
    with pytest.raises(CxError) as caught:
        workspace.stage(io.BytesIO(bytes(2_500_000)), "second.csv")
    assert caught.value.code == "quota_exceeded"
    assert caught.value.params == {"quota": 5, "room": 1}
    assert [p.name for p in (workspace.folder / "staged").iterdir()] == [first.id]


def test_a_stream_that_breaks_off_leaves_nothing(store):
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise ConnectionResetError("gone")

    workspace = store.create("p", "n")
    with pytest.raises(ConnectionResetError):
        workspace.stage(Broken(), "a.csv")
    assert list((workspace.folder / "staged").iterdir()) == []


def test_settings_are_json_values_by_key(store):
    workspace = store.create("p", "n")
    workspace.remember("language", "id")
    workspace.remember("margin", 0.35)
    workspace.remember("language", "en")
    workspace.remember("view", {"k": [1, None, "Rp"]})
    assert store.open(workspace.id).settings() == {
        "language": "en",
        "margin": 0.35,
        "view": {"k": [1, None, "Rp"]},
    }


def test_erasing_removes_files_rows_and_the_very_bytes(tmp_path, clock, new_id, table):
    store = Store(tmp_path / "root", None, clock, new_id)
    workspace = store.create("p", "n")
    kept = store.create("p", "kept")
    workspace.stage(io.BytesIO(b"secret-upload"), "a.csv")
    workspace.commit(
        "transactions", [table()], digest="d", source="secret-name", report={"x": "secret-report"}
    )
    workspace.remember("note", "secret-note")
    workspace.erase()
    store.close()
    assert not workspace.folder.exists()
    left = b"".join(p.read_bytes() for p in (tmp_path / "root").rglob("*") if p.is_file())
    assert b"secret" not in left
    again = Store(tmp_path / "root", None, clock, new_id)
    assert again.open(kept.id).name == "kept"


def test_saving_into_an_erased_workspace_is_refused_and_leaves_nothing(store, table, commit):
    workspace = store.create("p", "n")
    workspace.erase()
    with pytest.raises(NotFound):
        commit(workspace, 1)
    with pytest.raises(NotFound):
        workspace.remember("language", "id")
    assert not list(workspace.folder.rglob("*.parquet"))


def test_opening_renews_the_last_use_once_a_day(store, clock):
    workspace = store.create("p", "n")
    began = clock.now
    for after, expected in [(timedelta(hours=20), began), (timedelta(hours=30), None)]:
        clock.now = began + after
        store.open(workspace.id)
        assert store.catalogue.workspace(workspace.id).last_used == (expected or clock.now)


def test_the_catalogue_has_account_owner_role_and_purpose(store):
    made = store.create("p", "n", account="acme", owner="ani", role="analyst")
    row = store.catalogue.workspace(made.id)
    assert (row.account, row.owner, row.role, row.purpose) == ("acme", "ani", "analyst", "p")


def test_the_root_is_readable_by_its_owner_only(store, tmp_path):
    assert (tmp_path / "root").stat().st_mode & 0o077 == 0


def test_values_are_frozen(store, commit):
    made = commit(store.create("p", "n"), 1)
    with pytest.raises(AttributeError):
        made.digest = "other"
    assert json.dumps(made.report)


def test_an_answer_lost_after_the_commit_loses_no_files(store, commit, monkeypatch):
    workspace = store.create("p", "n")
    add = store.catalogue.add_snapshot

    def lost(row, onto=None):
        add(row)
        raise ConnectionResetError("the answer never came")

    monkeypatch.setattr(store.catalogue, "add_snapshot", lost)
    with pytest.raises(ConnectionResetError):
        commit(workspace, 4)
    assert value(workspace.current("transactions")) == 4


def test_versions_count_towards_the_quota(tmp_path, clock, new_id, table):
    store = Store(tmp_path / "root", None, clock, new_id, quota=20_000)
    workspace = store.create("p", "n")
    assert workspace.used() == 0
    before = workspace.commit("events", [table()], digest="1", source="a", report={})
    assert workspace.used() == before.orders.stat().st_size
    large = table(value=2, rows=3)
    large.write_bytes(large.read_bytes().replace(b"PAR1", b"PAR1" + bytes(30_000), 1))
    with pytest.raises(CxError) as caught:
        workspace.commit("events", [large], digest="2", source="b", report={})
    assert caught.value.code == "quota_exceeded"
    assert large.exists()
    assert workspace.current("events") == before
    store.close()


def test_a_workspace_gets_another_name(store):
    workspace = store.create("analysis", "")
    renamed = workspace.describe(name="Toko \ud800")
    assert (renamed.name, renamed.purpose) == ("Toko ?", "analysis")
    assert store.open(workspace.id).describe(purpose="surveys") == store.open(workspace.id)
    workspace.erase()
    with pytest.raises(NotFound):
        workspace.describe(name="x")


def test_what_was_made_of_an_older_version_is_not_committed(store, commit, table):
    workspace = store.create("p", "n")
    first, second = commit(workspace, 1), commit(workspace, 2)
    with pytest.raises(CxError, match="changed_meanwhile"):
        workspace.commit(
            "transactions", [table(value=3)], digest="3", source="a", report={}, onto=first.id
        )
    assert workspace.current("transactions") == second
    assert {p.name for p in second.folder.parent.iterdir()} == {first.id, second.id}
    workspace.commit(
        "transactions", [table(value=3)], digest="3", source="a", report={}, onto=second.id
    )


def test_a_setting_of_nothing_is_forgotten(store):
    workspace = store.create("p", "n")
    workspace.remember("margin", 0.4)
    workspace.remember("margin", None)
    assert workspace.settings() == {}
