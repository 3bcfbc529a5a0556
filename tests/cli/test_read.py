import csv
import json
from pathlib import Path

import pytest

from cxlib.cli import main

SPECTRUM = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "csv-spectrum"


def answer(capsys, *argv):
    code = main([*map(str, argv), "--json"])
    return code, json.loads(capsys.readouterr().out)


def cells(path):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_text_comes_out_as_it_went_in(tmp_path, capsys):
    source = tmp_path / "a.csv"
    source.write_bytes('id;nama;a;a\r\n007;"Zoë ""x""; y";1;\r\n'.encode("cp1252"))
    code, result = answer(capsys, "read", source, "--outdir", tmp_path / "out")
    assert code == 0
    (file,) = result["files"]
    assert (file["ok"], file["delimiter"], file["encoding"]) == (True, ";", "cp1252")
    assert file["columns"] == ["id", "nama", "a", "a"]
    assert cells(tmp_path / "out" / "a.csv.csv") == [
        ["id", "nama", "a", "a"],
        ["007", 'Zoë "x"; y', "1", ""],
    ]


def test_no_header_is_invented(tmp_path, capsys):
    source = tmp_path / "a.txt"
    source.write_text(" 1 20250101  5\n 2 20250102 15\n")
    answer(capsys, "read", source, "--outdir", tmp_path)
    assert cells(tmp_path / "a.txt.csv") == [["1", "20250101", "5"], ["2", "20250102", "15"]]


def test_one_bad_file_does_not_stop_the_others(tmp_path, capsys):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text(f"id,x\n1,{folder}\n")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 broken")
    paths = [
        tmp_path / "bad.parquet",
        tmp_path / "one/a.csv",
        tmp_path / "no.csv",
        tmp_path / "two/a.csv",
    ]
    code, result = answer(capsys, "read", *paths, "--outdir", tmp_path / "out")
    assert code == 2
    assert [file["ok"] for file in result["files"]] == [False, True, False, True]
    assert [file["issues"][0]["code"] for file in result["files"] if not file["ok"]] == [
        "unreadable",
        "no_such_file",
    ]
    assert cells(tmp_path / "out" / "a.csv-2.csv")[1] == ["1", "two"]


@pytest.mark.skipif(
    not SPECTRUM.exists(), reason="shared/corpora/csv-spectrum is not on this machine"
)
@pytest.mark.parametrize("name", sorted(p.stem for p in SPECTRUM.glob("csvs/*.csv")))
def test_csv_spectrum(name, tmp_path, capsys):
    answer(capsys, "read", SPECTRUM / "csvs" / f"{name}.csv", "--outdir", tmp_path)
    header, *rows = cells(tmp_path / f"{name}.csv.csv")
    wanted = json.loads((SPECTRUM / "json" / f"{name}.json").read_text())
    wanted = wanted if isinstance(wanted, list) else [wanted]
    read = [dict(zip(header, row, strict=True)) for row in rows]
    for record in (*read, *wanted):  # the corpus itself disagrees on this one
        record.pop("Contact Phone Number", None)
    assert read == wanted
