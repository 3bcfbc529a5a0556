"""Files made to break importers: each is imported or refused with a typed error, in the child."""

from pathlib import Path

import pytest

from bench import corpora
from cxlib.errors import CxError
from cxlib.ingest import read, sandbox
from cxlib.ingest.sandbox import Limits

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora"
OURS = {
    "amb.csv": 2, "bigint.csv": 2, "bom.csv": 1, "bomb.xlsx": "too_large", "cp1252.csv": 1,
    "dup.csv": 1, "farcell.xlsx": "too_large", "huge_field.csv": 1, "inf.csv": 5, "lead0.csv": 2,
    "na.csv": 3, "nul.csv": 2, "ragged.csv": 1, "semi_id.csv": 2, "unclosed.csv": 3, "utf16.csv": 1,
    "wide.csv": "too_many_columns",
}  # fmt: skip
TYPED = {
    "empty_file", "not_a_table", "unreadable", "too_large", "too_many_columns",
    "unsupported_format", "encrypted", "nested_archive",
}  # fmt: skip

pytestmark = pytest.mark.skipif(
    not CORPORA.exists(), reason="shared/corpora is not on this machine"
)


def here(function, *args):
    """In this process: for files that have shown to be harmless to it."""
    return function(*args)


def outcome(path, folder, run=sandbox.run):
    try:
        return run(read.stage, path, folder).rows
    except CxError as error:
        return error.code


@pytest.mark.parametrize("name", OURS)
def test_our_own(name, tmp_path):
    run = here if name.endswith(".csv") else sandbox.run
    assert outcome(CORPORA / "own-bad" / name, tmp_path, run) == OURS[name]


@pytest.mark.parametrize(
    "path", sorted(CORPORA.glob("parquet-testing/bad_data/*")), ids=lambda p: p.name
)
def test_malformed_parquet(path, tmp_path):
    got = outcome(path, tmp_path)
    assert got in TYPED or isinstance(got, int)


def test_a_span_of_the_whole_sheet_takes_no_memory(tmp_path):
    with pytest.raises(CxError) as caught:
        sandbox.run(
            read.stage, CORPORA / "own-bad/farcell.xlsx", tmp_path, limits=Limits(memory=2 << 30)
        )
    assert (caught.value.params["columns"], caught.value.params["rows"]) == (16_384, 1_048_576)


@pytest.mark.parametrize(
    "folder", ["calamine", "clevercsv", "csv-injection", "frictionless", "blns"]
)
def test_the_files_of_others(folder, tmp_path):
    files = [p for p in sorted((CORPORA / folder).rglob("*")) if p.is_file()][::2]
    wrong = {
        p.name: got
        for p in files
        if isinstance(got := outcome(p, tmp_path), str) and got not in TYPED
    }
    assert files
    assert wrong == {}


def test_fuzzed_csv(tmp_path):
    for path in sorted((CORPORA / "duckdb").rglob("*.csv"))[::24]:
        lines = 1 + path.read_bytes().count(b"\n") + path.read_bytes().count(b"\r")
        got = outcome(path, tmp_path, here)
        assert got in TYPED or 0 <= got <= lines, path.name


@pytest.mark.parametrize("suffix", ["zip", "json", "jsonl", "xz", "bz2", "xml"])
def test_archives_and_documents_of_others(suffix, tmp_path):
    files = sorted((CORPORA / "frictionless").rglob(f"*.{suffix}"))[::3]
    got = {path.name: outcome(path, tmp_path) for path in files}
    assert files
    assert {k: v for k, v in got.items() if isinstance(v, str) and v not in TYPED} == {}


def test_every_row_of_odd_files_is_accounted_for(tmp_path):
    files = [
        *sorted((CORPORA / "own-bad").iterdir()),
        *sorted((CORPORA / "calamine").rglob("*"))[::9],
    ]
    for path in files:
        if path.is_file():
            found = corpora.outcome(path, CORPORA, tmp_path)
            assert found.wrong == "", found


def test_names_are_shown_and_never_used_as_paths(tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("a,b\n1,2\n")
    for name in ("../../x", "<script>alert(1)</script>", "x" * 4_096):
        assert read.stage(source, tmp_path, name=name).name == name
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", "text.parquet", "read_rejects.csv"}
