"""`python -m cxlib verify`: a saved answer is computed again, and what differs is found."""

import datetime as dt
import json
from uuid import uuid4

import pytest

from cxlib import cli, engine
from cxlib.cli import verify
from cxlib.cli.differences import compared
from cxlib.export import report
from cxlib.i18n import language, languages
from cxlib.results import Receipt
from cxlib.store.workspaces import Store
from cxlib.value import rfm
from cxlib.voice import adapted, sentiment, topics
from cxlib.voice.classifier import shipped
from tests.contracts.test_analyses import ANALYSES, COMMAND, NO_COMMAND, feedback, orders

COMMANDS = {
    "rfm": ["--scoring", "fm"],
    "retention": ["--period", "month", "--by", "channel"],
    "clv": ["--unit", "W", "--horizon-days", "180"],
}
every_command = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with a file of orders, and a report of each command on it."""
    folder = tmp_path_factory.mktemp("shop")
    table = orders().assign(
        channel=lambda t: ["web", "shop"] * (len(t) // 2) + ["web"] * (len(t) % 2)
    )
    table.to_csv(folder / "orders.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def reports(shop):
    """The answers, made once: by command and language."""
    return {}


@pytest.fixture
def saved(shop, reports, capsys, monkeypatch, tmp_path):
    """Save the answer of a command as a shell would."""
    monkeypatch.chdir(shop)

    def write(command, lang="en"):
        if (command, lang) not in reports:
            argv = [command, "orders.csv", *COMMANDS[command], "--json", "--lang", lang]
            assert cli.main([*argv, "--out", str(tmp_path / "table.csv")]) == 0
            reports[command, lang] = capsys.readouterr().out
        path = tmp_path / f"{command}.json"
        path.write_text(reports[command, lang], encoding="utf-8")
        return path

    return write


def answer(capsys, *argv):
    status = cli.main(["verify", *map(str, argv), "--json"])
    streams = capsys.readouterr()
    return status, json.loads(streams.out), streams.err


def changed(path, change):
    report = json.loads(path.read_bytes())
    change(report)
    path.write_text(json.dumps(report), encoding="utf-8")
    return path


@every_command
def test_a_run_says_what_was_asked_of_which_bytes(command, saved, shop):
    run = json.loads(saved(command, "id").read_bytes())["run"]
    assert run == {
        "command": command,
        "arguments": ["orders.csv", *COMMANDS[command]],
        "lang": "id",
        "files": [{"name": "orders.csv", "digest": run["files"][0]["digest"]}],
    }
    assert len(run["files"][0]["digest"]) == 64
    assert str(shop) not in json.dumps(run)


@every_command
def test_the_same_is_equal_in_any_language(command, saved, capsys):
    status, found, said = answer(capsys, saved(command, "id"), "--lang", "en")
    assert (status, found["equal"], found["state"], found["differences"]) == (0, True, "equal", [])
    assert found["compared"] > 40
    assert said == ""


@pytest.mark.parametrize("lang", languages())
def test_the_sentence_is_in_the_readers_language(lang, saved, capsys):
    assert cli.main(["verify", str(saved("rfm")), "--lang", lang]) == 0
    first = language(lang)(verify.STATES["equal"]).partition("{")[0]
    assert capsys.readouterr().out.startswith(first)


def test_a_number_that_was_changed_is_named(saved, capsys):
    path = saved("rfm")
    was = json.loads(path.read_bytes())["segments"][2]["customers"]

    def change(report):
        report["segments"][2]["customers"] += 1

    status, found, said = answer(capsys, changed(path, change))
    assert (status, found["equal"], found["state"]) == (2, False, "differs")
    assert found["differences"] == [{"path": "segments[2].customers", "saved": was + 1, "now": was}]
    assert len(said.strip().splitlines()) == 1
    assert "segments[2].customers" in said


def test_a_changed_row_is_other_data(saved, shop, capsys, tmp_path):
    path = saved("rfm")
    text = (shop / "orders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    other = tmp_path / "orders.csv"
    other.write_text("".join(text[:-1]), encoding="utf-8")
    status, found, said = answer(capsys, path, other)
    assert (status, found["state"]) == (2, "other_data")
    assert "receipt.rows_in" in {d["path"] for d in found["differences"]}
    assert len(said.strip().splitlines()) == 1


def test_the_file_is_found_by_its_bytes_or_its_name(saved, shop, capsys, tmp_path, monkeypatch):
    path = saved("rfm")
    moved = tmp_path / "renamed.csv"
    moved.write_bytes((shop / "orders.csv").read_bytes())
    monkeypatch.chdir(tmp_path)
    status, found, _ = answer(capsys, path)
    assert (status, found["error"]["code"]) == (2, "no_such_file")
    assert "orders.csv" in found["error"]["message"]
    assert answer(capsys, path, moved)[1]["state"] == "equal"
    stranger = tmp_path / "stranger.csv"
    stranger.write_text("a\n", encoding="utf-8")
    status, found, _ = answer(capsys, path, moved, stranger)
    assert (status, found["error"]["code"]) == (2, "not_in_report")


@pytest.mark.parametrize("key", verify.VERSIONS)
def test_another_version_is_said(key, saved, capsys):
    def change(report):
        report["receipt"][key] = "another"
        report["segments"][0]["customers"] += 1

    status, found, said = answer(capsys, changed(saved("rfm"), change))
    assert (status, found["state"]) == (2, "other_version")
    assert found["versions"]["saved"][key] == "another"
    assert "another" in said


def test_another_version_that_gives_the_same_numbers_is_equal(saved, capsys):
    path = changed(saved("rfm"), lambda report: report["receipt"].update(library="cxlib 0.0.1"))
    status, found, _ = answer(capsys, path)
    assert (status, found["state"]) == (0, "equal")
    assert found["versions"]["saved"]["library"] == "cxlib 0.0.1"


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("import", ["orders.csv", "--rejects", "orders.csv"]),
        ("read", ["orders.csv", "--outdir", "made"]),
        ("demo", ["--outdir", "made"]),
        ("workspace", ["erase", "0" * 32, "--yes"]),
        ("verify", ["rfm.json"]),
        ("rfm", ["--help"]),
        ("rfm", ["elsewhere.csv"]),
    ],
)
def test_a_forged_report_makes_nothing_run(command, arguments, saved, shop, capsys):
    def change(report):
        report["run"].update(command=command, arguments=arguments)

    before = (shop / "orders.csv").read_bytes()
    status, found, _ = answer(capsys, changed(saved("rfm"), change))
    assert (status, found["error"]["code"]) == (2, "cannot_verify")
    assert (shop / "orders.csv").read_bytes() == before
    assert not (shop / "made").exists()


def test_a_forged_report_writes_nothing(saved, shop, capsys):
    def change(report):
        report["run"]["arguments"] += ["--out", "orders.csv"]

    before = (shop / "orders.csv").read_bytes()
    assert answer(capsys, changed(saved("rfm"), change))[1]["state"] == "equal"
    assert (shop / "orders.csv").read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"error": {"code": "no_such_file"}}',
        b'{"receipt": {"snapshots": []}, "run": {"command": 1, "arguments": [], "files": []}}',
        b'{"receipt": {"snapshots": []}, "run": {"command": "rfm", "arguments": [1], "files": []}}',
        b'{"receipt": {"snapshots": []}, "run": {"command": "rfm", "arguments": [], "files": [1]}}',
    ],
)
def test_what_is_no_report_is_said(content, capsys, tmp_path):
    path = tmp_path / "report.json"
    path.write_bytes(content)
    status, found, said = answer(capsys, path)
    assert (status, found["error"]["code"]) == (2, "not_a_report")
    assert len(said.strip().splitlines()) == 1


def test_a_report_saved_by_another_shell_is_read(saved, capsys):
    path = saved("rfm")
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-16")
    assert answer(capsys, path)[1]["state"] == "equal"


def test_for_people_it_is_a_sentence_and_the_first_differences(saved, capsys):
    path = saved("rfm")
    assert cli.main(["verify", str(path)]) == 0
    assert capsys.readouterr().out.startswith("Equal: ")

    def change(report):
        for segment in report["segments"]:
            segment["customers"] += 1

    assert cli.main(["verify", str(changed(path, change))]) == 2
    lines = capsys.readouterr().out.splitlines()
    segments = json.loads(path.read_bytes())["segments"]
    assert lines[0].startswith(f"{len(segments)} of ")
    assert lines[2].split() == ["path", "saved", "now"]
    assert lines[3].split()[0] == "segments[0].customers"


@pytest.fixture
def shown(tmp_path):
    """A store with orders, and what the receipt of a page gives for download."""
    store = Store(tmp_path / "home", None, lambda: dt.datetime.now(dt.UTC), lambda: uuid4().hex)
    workspace = store.create("analysis", "")
    orders().assign(line=0).to_parquet(tmp_path / "orders.parquet", index=False)
    data = workspace.commit(
        "transactions", [tmp_path / "orders.parquet"], digest="d" * 64, source="", report={}
    )
    with engine.connect(data.folder) as connection:
        result = rfm.analyse(engine.scan(connection, [data.table]), digests=(data.digest,))
    path = tmp_path / "page.json"
    path.write_text(json.dumps(report.report(result.receipt, (), [data])), encoding="utf-8")
    yield path
    store.close()


def test_the_receipt_of_a_page_is_verified_in_the_store(shown, capsys, tmp_path):
    home = ("--home", tmp_path / "home")
    status, found, _ = answer(capsys, shown, *home)
    assert (status, found["state"], found["differences"]) == (0, "equal", [])
    assert found["compared"] > 100

    def change(report):
        report["numbers"]["segments"][0]["customers"] += 1

    status, found, _ = answer(capsys, changed(shown, change), *home)
    assert (status, found["state"]) == (2, "differs")
    assert [d["path"] for d in found["differences"]] == ["numbers.segments[0].customers"]
    changed(shown, lambda report: report["receipt"].update(snapshots=["e" * 64]))
    status, found, _ = answer(capsys, shown, *home)
    assert (status, found["error"]["code"]) == (2, "other_data")
    status, found, _ = answer(capsys, shown, "--home", tmp_path / "nothing")
    assert (status, found["error"]["code"]) == (2, "no_store")


@pytest.fixture
def adapted_report(tmp_path):
    """A store with reviews, and a page's download of them, read with a model that was adapted."""
    store = Store(tmp_path / "home", None, lambda: dt.datetime.now(dt.UTC), lambda: uuid4().hex)
    workspace = store.create("analysis", "")
    feedback().to_parquet(tmp_path / "feedback.parquet", index=False)
    data = workspace.commit(
        "feedback", [tmp_path / "feedback.parquet"], digest="d" * 64, source="", report={}
    )
    own = {"version": shipped().version, "threshold": 0.9, "n": 60, "refit": None}
    adaptation = adapted.written(own)

    def write(analysis):
        with engine.connect(data.folder) as connection:
            table = engine.scan(connection, [data.table])
            proof = analysis.analyse(table, digests=(data.digest,), adaptation=adaptation).receipt
        made = report.report(proof, (), [data], {"adaptation": adaptation})
        path = tmp_path / "page.json"
        path.write_text(json.dumps(made), encoding="utf-8")
        return path

    yield write
    store.close()


@pytest.mark.parametrize("analysis", [sentiment, topics])
def test_a_report_carries_what_the_model_was_adapted_by(adapted_report, analysis, capsys, tmp_path):
    # The workspace itself keeps no adaptation here: somebody went back to the shipped model.
    home, path = ("--home", tmp_path / "home"), adapted_report(analysis)
    status, found, _ = answer(capsys, path, *home)
    assert (status, found["state"], found["differences"]) == (0, "equal", [])

    def change(report):
        known = json.loads(report["parameters"]["adaptation"])
        report["parameters"]["adaptation"] = json.dumps({**known, "threshold": 0.5})

    status, found, _ = answer(capsys, changed(path, change), *home)
    assert (status, found["state"]) == (2, "differs")
    assert "receipt.parameters.adaptation" in {d["path"] for d in found["differences"]}
    changed(path, lambda report: report.update(parameters=report["receipt"]["parameters"]))
    status, found, _ = answer(capsys, path, *home)
    assert (status, found["error"]["code"]) == (2, "no_adaptation")


@pytest.mark.parametrize("name", sorted(set(ANALYSES) - set(NO_COMMAND)))
def test_the_command_of_every_analysis_can_be_verified(name):
    command = COMMAND.get(name, name.rpartition(".")[2].replace("_", "-"))
    assert verify._analyses(cli.commands()[command])


@pytest.mark.parametrize("command", ["read", "inspect", "import", "demo", "workspace", "verify"])
def test_a_command_without_an_analysis_cannot(command):
    assert not verify._analyses(cli.commands()[command])


@pytest.mark.parametrize(
    ("saved", "now", "same"),
    [
        (1.0, 1.0 + 0.9e-9, True),
        (1.0, 1.0 + 1.1e-9, False),
        (1e9, 1e9 + 0.9, True),
        (0.0, 1e-13, True),
        (0.0, 1e-9, False),
        (10**17, 10**17 + 1, False),
        (0.1, None, False),
        (None, 0.1, False),
        (1, True, False),
        ("100.5000", "100.5001", False),
        ("100.5000", "100.5000", True),
        ([1, 2], [1, 2, 3], False),
        ([1, 2, 3], [1, 2], False),
        ({"a": 1}, {"a": 1, "new": 2}, True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"message": "a"}, {"message": "b"}, True),
        ({"a": 1}, None, False),
    ],
)
def test_when_values_are_the_same(saved, now, same):
    assert (compared(saved, now)[1] == ()) is same


def test_a_receipt_says_which_version_computed():
    assert set(verify.APART) <= set(Receipt.__dataclass_fields__)
