"""The engine sees its folders and nothing else, and cannot be talked out of it."""

from __future__ import annotations

import os

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from cxlib import engine


@pytest.fixture
def places(tmp_path):
    """An allowed folder with a table and, beside it, a secret."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder, value in ((inside, 1), (outside, 42)):
        folder.mkdir()
        parquet.write_table(pa.table({"value": [value]}), folder / "t.parquet")
        (folder / "t.csv").write_text(f"value\n{value}\n", encoding="utf-8")
    return inside, outside


@pytest.fixture
def connection(places):
    with engine.connect(places[0]) as opened:
        yield opened


def test_reads_and_writes_in_its_folder(places, connection):
    inside, _ = places
    assert engine.scan(connection, [inside / "t.parquet"]).collect()["value"].to_list() == [1]
    connection.execute(f"COPY (SELECT 2 AS value) TO '{inside}/new.parquet' (FORMAT parquet)")
    assert parquet.read_table(inside / "new.parquet")["value"].to_pylist() == [2]


def test_several_files_are_one_table(places, connection):
    file = places[0] / "t.parquet"
    assert engine.scan(connection, [file, file]).collect()["value"].to_list() == [1, 1]


REFUSED = {
    "read parquet": "SELECT * FROM read_parquet('{outside}/t.parquet')",
    "read csv": "SELECT * FROM read_csv('{outside}/t.csv')",
    "read text": "SELECT * FROM read_text('{outside}/t.csv')",
    "read blob": "SELECT * FROM read_blob('{outside}/t.csv')",
    "a path as a table": "SELECT * FROM '{outside}/t.csv'",
    "list files": "SELECT * FROM glob('{outside}/*') WHERE file LIKE '%t.csv'",
    "climb out": "SELECT * FROM read_csv('{inside}/../outside/t.csv')",
    "follow a link": "SELECT * FROM read_csv('{inside}/link.csv')",
    "the password file": "SELECT * FROM read_csv('/etc/passwd')",
    "the process": "SELECT * FROM read_text('/proc/self/environ')",
    "attach": "ATTACH '{outside}/x.db'",
    "copy out": "COPY (SELECT 1) TO '{outside}/out.csv'",
    "copy in": "CREATE TABLE t (value INT); COPY t FROM '{outside}/t.csv'",
    "export": "EXPORT DATABASE '{outside}/all'",
    "import": "IMPORT DATABASE '{outside}'",
    "the network": "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "install": "INSTALL httpfs",
    "load": "LOAD '{outside}/x.duckdb_extension'",
    "a secret": "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "allow access again": "SET enable_external_access = true",
    "allow a folder": "SET allowed_directories = ['/']",
    "unlock": "SET lock_configuration = false",
    "reset": "RESET lock_configuration",
    "more memory": "SET memory_limit = '1TB'",
    "pragma": "PRAGMA temp_directory='{outside}'",
}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses_all_else(places, connection, what):
    inside, outside = places
    (inside / "link.csv").symlink_to(outside / "t.csv")
    before = sorted(outside.iterdir())
    statement = REFUSED[what].format(inside=inside, outside=outside)
    with pytest.raises(duckdb.Error, match=r"disabled (by|through) configuration|has been locked"):
        connection.execute(statement).fetchall()
    assert sorted(outside.iterdir()) == before


def test_two_connections_share_nothing(places):
    inside, outside = places
    with engine.connect(inside) as one, engine.connect(outside) as other:
        one.execute("CREATE TABLE mine AS SELECT 1 AS value")
        with pytest.raises(duckdb.Error, match="mine"):
            other.execute("SELECT * FROM mine")


def test_what_spills_is_removed(places):
    with engine.connect(places[0]) as opened:
        ((spill,),) = opened.execute("SELECT current_setting('temp_directory')").fetchall()
        assert os.path.isdir(spill)
    assert not os.path.exists(spill)


def test_is_closed_after_an_error(places):
    with pytest.raises(RuntimeError), engine.connect(places[0]) as opened:
        raise RuntimeError
    with pytest.raises(duckdb.Error):
        opened.execute("SELECT 1")


def test_times_do_not_depend_on_the_machine(connection):
    assert connection.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
