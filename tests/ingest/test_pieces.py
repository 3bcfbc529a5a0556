import errno

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cxlib.errors import CxError
from cxlib.ingest.digest import Digest
from cxlib.ingest.pieces import Pieces, TableFile, dictionaries

PLAIN = pa.table({"a": ["x", None, "y", "x"], "n": pa.array([1, 2, None, 4], pa.int64())})
ENCODED = PLAIN.set_column(0, "a", PLAIN["a"].dictionary_encode())


def test_text_in_dictionaries_is_written_as_such_and_reads_as_text(tmp_path):
    with TableFile(tmp_path / "t.parquet", PLAIN.schema) as file:
        file.add(ENCODED)
        file.add(ENCODED.slice(1))
    assert pq.read_table(tmp_path / "t.parquet").schema == PLAIN.schema
    read = pq.read_table(tmp_path / "t.parquet")["a"].to_pylist()
    assert read == ["x", None, "y", "x", None, "y", "x"]
    assert dictionaries(tmp_path / "t.parquet") == ["a"]


def test_a_file_without_rows_has_its_schema(tmp_path):
    with TableFile(tmp_path / "t.parquet", PLAIN.schema) as file:
        file.add(PLAIN.slice(4))
    assert pq.read_table(tmp_path / "t.parquet").equals(PLAIN.schema.empty_table())


def write(path, stop=None):
    with TableFile(path, PLAIN.schema) as file:
        file.add(PLAIN)
        if stop:
            raise stop


def test_a_file_that_is_given_up_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "t.parquet", ZeroDivisionError)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path, monkeypatch):
    def full(*_args, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(CxError, match="disk_full"):
        write(tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_pieces_are_read_as_they_were_added(tmp_path):
    pieces = Pieces(tmp_path / "p", PLAIN.schema)
    pieces.add(ENCODED)
    pieces.add(ENCODED.slice(4))
    pieces.add(ENCODED.slice(2))
    assert len(pieces) == 2
    assert pieces.read(0, ["n", "a"]).equals(ENCODED.select(["n", "a"]))
    pieces.replace(1, ENCODED.slice(3))
    assert pieces.read(1, ["n"]).to_pydict() == {"n": [4]}
    pieces.replace(0, ENCODED.slice(4))
    assert pieces.read(0, ["n", "a"]).to_pydict() == {"n": [], "a": []}


def test_a_piece_without_any_value_in_a_column_reads_as_it_was(tmp_path):
    pieces = Pieces(tmp_path / "p", PLAIN.schema)
    nothing = PLAIN.slice(2, 1)  # a text, and no number
    pieces.add(nothing)
    assert pieces.read(0, ["n", "a"]).equals(nothing.select(["n", "a"]))
    assert pieces.read(0, ["n"]).equals(nothing.select(["n"]))


def test_a_digest_is_of_content_alone():
    def digest(*tables):
        made = Digest()
        for table in tables:
            made.add(table)
        return made.hexdigest()

    assert digest(PLAIN) == digest(ENCODED) == digest(PLAIN.slice(0, 1), ENCODED.slice(1))
    other = PLAIN.set_column(0, "a", pa.chunked_array([["x", "", "y", "x"]]))
    assert digest(other) != digest(PLAIN)
    moved = PLAIN.set_column(1, "n", pa.chunked_array([pa.array([1, None, 2, 4], pa.int64())]))
    assert digest(moved) != digest(PLAIN)
