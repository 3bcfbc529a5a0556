"""The embedded engine: the only file that knows DuckDB.

Everything heavy runs here, out of core, over Parquet. A connection sees the folders it was opened
on and nothing else: no other file, no network, no extension, and no way to change that.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pyarrow as pa

Connection = duckdb.DuckDBPyConnection
Relation = duckdb.DuckDBPyRelation
Error = duckdb.Error

THREADS = int(os.environ.get("CXLIB_THREADS", os.cpu_count() or 1))
SMALL, PART, PARTS, SAMPLED = 850_000, 2_000_000, 8, "2 PERCENT"
MEMORY = os.environ.get("CXLIB_MEMORY", "2GB")


@contextmanager
def connect(*folders: Path, memory: str = MEMORY) -> Iterator[Connection]:
    """A connection that may read and write only in `folders` (and spill beside them).

    Parameters
    ----------
    *folders : Path
        Folders that queries may touch; a path outside them is refused by the engine itself.
    memory : str
        The most that the engine may keep in memory before it spills to disk.
    """
    with tempfile.TemporaryDirectory(prefix="cxlib-spill-") as spill:
        connection = duckdb.connect(":memory:")
        try:
            connection.execute(f"SET threads = {THREADS}")
            connection.execute("SET memory_limit = ?", [memory])
            connection.execute("SET temp_directory = ?", [spill])
            connection.execute("SET preserve_insertion_order = true")
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            allowed = [str(f.resolve()) for f in folders] + [spill]
            connection.execute("SET allowed_directories = ?", [allowed])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()
            give_back()


def sniffed(text: str) -> str | None:
    """The delimiter that DuckDB's sniffer finds in the first lines of a file; None: it finds none.

    The engine sees a folder with these lines and nothing else of the file.
    """
    with (
        tempfile.TemporaryDirectory(prefix="cxlib-sniff-") as folder,
        connect(Path(folder)) as engine,
    ):
        path = Path(folder) / "sample.csv"
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            found = engine.execute("SELECT Delimiter FROM sniff_csv(?)", [str(path)]).fetchone()
        except duckdb.Error:  # how the sniffer says that it finds no dialect
            return None
    return found[0] if found and found[0] in text else None


def scan(connection: Connection, paths: Sequence[Path]) -> nw.LazyFrame[Relation]:
    """Parquet files with one schema as a lazy frame; nothing is read until it is collected."""
    return nw.from_native(connection.read_parquet([str(p) for p in paths]))


def parts(
    frame: nw.LazyFrame[Any], key: str, rows: int, grouped: nw.LazyFrame[Any]
) -> Iterator[nw.LazyFrame[Any]]:
    """What is `grouped` by the keys of a frame of so many `rows`, in parts in the order of the keys,
    so that it needs the memory of a part: the engine filters before it groups. Null keys are in none.

    Each part costs a pass over the keys, so that there are few: of a small file small ones, of a
    large one `PARTS` or, at most, such of `PART` rows. Only the embedded engine is helped so; other
    frames are one part. What a part has used is given back before the next.
    """
    table = nw.to_native(frame)
    count = -(-rows // min(max(rows // PARTS, SMALL), PART))
    edges: list[Any] = []
    if isinstance(table, Relation) and count > 1:
        shares = [i / count for i in range(1, count)]
        name = '"' + key.replace('"', '""') + '"'
        some = f"SELECT {name} AS k FROM frame WHERE {name} IS NOT NULL USING SAMPLE {SAMPLED} (bernoulli, 1)"
        asked = table.query("frame", f"SELECT quantile_disc(k, {shares}) FROM ({some})")
        found = asked.fetchall() if asked is not None else [([],)]
        edges = sorted(set(found[0][0] or []))
    for low, high in zip([None, *edges], [*edges, None], strict=True):
        part = grouped.filter(~nw.col(key).is_null())
        part = part if low is None else part.filter(nw.col(key) >= low)
        yield part if high is None else part.filter(nw.col(key) < high)
        if edges:
            give_back()


def is_money(frame: nw.LazyFrame[Any], column: str) -> bool:
    """Whether a frame is the engine's and this column holds what imports store: four exact decimals."""
    table = nw.to_native(frame)
    if not isinstance(table, Relation):
        return False
    return str(table.types[table.columns.index(column)]) == "DECIMAL(18,4)"


def give_back() -> None:
    """Return memory that nobody uses any more to the system; allocators would keep it."""
    pa.default_memory_pool().release_unused()
    _glibc("malloc_trim", 0)


def _glibc(function: str, *arguments: int) -> None:
    """Call a function of the allocator, where it has it: musl and other systems do not."""
    if sys.platform == "linux":
        found = getattr(ctypes.CDLL(None), function, None)
        if found is not None:
            found(*arguments)


# glibc returns each block and column to the system when it is freed, and the next one of the same
# size is filled with zeros page by page: a third of the time of some steps. Here such memory is used
# again, until `give_back`. The names are malloc.h's; it takes no higher threshold than 32 MB.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
_glibc("mallopt", M_MMAP_THRESHOLD, 2**25)
_glibc("mallopt", M_TRIM_THRESHOLD, 2**31 - 1)
