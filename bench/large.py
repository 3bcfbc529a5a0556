"""A large CSV through `import`, beside DuckDB's own all-text COPY of it to Parquet.

    python -m bench large [--gigabytes 1] [--file F.csv] [--columns narrow|wide] [--repeat 1] [--json]

Both run in processes of their own, one after the other, each as often as asked; the shortest times
count. Printed are the ratio of their speeds, how much the parent of the import grew, and the peak of
its child. `narrow` is an order line with nothing else, `wide` an export with fifteen more columns.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench._memory import children, peak

CITIES = ["Jakarta Selatan", "Bandung", "Surabaya", "Medan", "Semarang", "Makassar", "Denpasar"]
CHANNELS = ["Shopee", "Tokopedia", "Website", "TikTok Shop", "Toko"]
GOODS = ["Kemeja Batik", "Celana Chino", "Sepatu Lari", "Tas Ransel, 20 L", "Kopi Gayo 250 g"]
NARROW = [
    "order_id",
    "order_date",
    "customer_id",
    "product",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "channel",
    "city",
]
WIDE = [
    "payment",
    "courier",
    "tracking",
    "warehouse",
    "province",
    "postcode",
    "address",
    "note",
    "campaign",
    "device",
    "operator",
    "packed_at",
    "shipped_at",
    "weight_g",
    "tags",
]
ROWS = 250_000  # of a piece
COPY = (
    "import duckdb, sys; duckdb.sql(f\"COPY (FROM read_csv('{sys.argv[1]}', all_varchar=true)) "
    "TO '{sys.argv[2]}' (FORMAT parquet)\")"
)


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="bench large", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--columns", choices=["narrow", "wide"], default="wide")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="cxlib-bench-") as folder:
        path = asked.file or Path(folder) / "orders.csv"
        if asked.file is None:
            write(path, int(asked.gigabytes * 1e9), asked.columns == "wide")
        found = measure(path, Path(folder), asked.repeat)
    if asked.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:24} {value:,.2f}" if isinstance(value, float) else f"{name:24} {value:,}")
    return 0


def write(path: Path, size: int, wide: bool) -> None:
    """Invented order lines, until the file has `size` bytes; the same ones each time."""
    rng, start = np.random.default_rng(0), 0
    header = [*NARROW, *(WIDE if wide else ())]
    with path.open("wb") as file:
        file.write((",".join(header) + "\n").encode())
        while file.tell() < size:
            columns = _piece(rng, start, wide)
            rows = pc.binary_join_element_wise(*columns, ",")
            whole = pc.binary_join(pa.ListArray.from_arrays([0, len(rows)], rows), "\n")
            file.write(whole[0].as_buffer())
            file.write(b"\n")
            start += ROWS


def _piece(rng: np.random.Generator, start: int, wide: bool) -> list[pa.Array]:
    def pick(words: list[str]) -> pa.Array:
        return pa.array(words).take(pa.array(rng.integers(0, len(words), ROWS)))

    def digits(numbers: np.ndarray, width: int, before: str) -> pa.Array:
        text = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
        return pc.binary_join_element_wise(before, text, "")

    order = np.sort(rng.integers(0, ROWS // 2, ROWS))
    customer = rng.integers(0, 2_000_000, ROWS // 2)[order]
    seconds = rng.integers(0, 86_400 * 3, ROWS // 2)[order] + start // ROWS * 86_400 * 10
    moment = np.datetime64("2022-01-01", "s") + seconds.astype("timedelta64[s]")
    quantity = np.where(rng.random(ROWS) < 0.01, -1, rng.integers(1, 6, ROWS))
    price = rng.integers(10, 900, ROWS) * 500
    goods = [
        f'"SKU-{i:05d} {GOODS[i % 5]}"' if i % 5 == 3 else f"SKU-{i:05d} {GOODS[i % 5]}"
        for i in range(3000)
    ]
    columns = [
        digits(start // 2 + order, 10, "INV-"),
        pc.strftime(pa.array(moment), format="%Y-%m-%d %H:%M:%S"),
        digits(customer, 8, "C"),
        pick(goods),
        pick(["Fashion", "Sepatu", "Tas", "Minuman"]),
        pa.array(quantity).cast(pa.string()),
        pa.array(price).cast(pa.string()),
        pa.array(quantity * price).cast(pa.string()),
        pick(CHANNELS),
        pick(CITIES),
    ]
    if wide:
        columns += [
            pick(["Transfer bank", "COD", "Kartu kredit", "ShopeePay", "GoPay"]),
            pick(["JNE REG", "J&T Express", "SiCepat", "AnterAja"]),
            digits(rng.integers(0, 10**12, ROWS), 12, "JP"),
            pick(["Cikarang", "Surabaya", "Medan"]),
            pick(["DKI Jakarta", "Jawa Barat", "Jawa Timur", "Sumatera Utara"]),
            digits(rng.integers(10_000, 99_999, ROWS), 5, ""),
            digits(rng.integers(1, 300, ROWS), 3, "Jl. Melati Raya No. "),
            pick(["", "", "", "tolong bungkus kado", "titip di satpam", "warna hitam ya kak"]),
            pick(["", "", "11.11", "12.12", "Ramadan Sale"]),
            pick(["Android", "iOS", "Web"]),
            digits(rng.integers(1, 60, ROWS), 2, "op"),
            pc.strftime(pa.array(moment + np.timedelta64(9, "h")), format="%Y-%m-%d %H:%M"),
            pc.strftime(pa.array(moment + np.timedelta64(30, "h")), format="%Y-%m-%d %H:%M"),
            pa.array(rng.integers(50, 4000, ROWS)).cast(pa.string()),
            pick(["baru", "langganan", "grosir", "reseller"]),
        ]
    return columns


def measure(path: Path, folder: Path, repeat: int) -> dict[str, float | int]:
    """Times in seconds, memory in MB."""
    copy = [sys.executable, "-c", COPY, str(path), str(folder / "copy.parquet")]
    ours = [sys.executable, "-m", "cxlib", "import", str(path)]
    ours += ["--out", str(folder / "orders.parquet"), "--json"]
    theirs = min(_timed(copy)[0] for _ in range(repeat))
    runs = [_timed(ours) for _ in range(repeat)]
    told = json.loads(runs[0][3])
    return {
        "bytes": path.stat().st_size,
        "rows": told["rows_read"],
        "duckdb_copy_s": theirs,
        "import_s": min(run[0] for run in runs),
        "speed_ratio": theirs / min(run[0] for run in runs),
        "parent_growth_mb": max(run[1] for run in runs),
        "child_peak_mb": max(run[2] for run in runs),
    }


def _timed(command: list[str]) -> tuple[float, float, float, str]:
    """Wall time, how much the process grew since it had its first child, the peak of a child."""
    began = time.perf_counter()
    base, own, child = 0.0, 0.0, 0.0
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out)
        while process.poll() is None:
            below = children(process.pid)
            now = peak(process.pid)
            base = base or (now if below else 0.0)
            own = max(own, now)
            child = max([child, *map(peak, below)])
            time.sleep(0.05)
        taken = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"{command[1:4]} ended with {process.returncode}")
        out.seek(0)
        return taken, own - base, child, out.read().decode()
