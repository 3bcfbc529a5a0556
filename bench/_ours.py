"""The same steps with cxlib: the other side of `bench speed`.

    python -m bench._ours ORDERS.csv SEED

The way of a file through the library: staged, proposed, converted, then read out of Parquet.
Intervals come with every value, and the models are tested on the past first.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench._stock import CLUSTERS
from cxlib import engine
from cxlib.frames.summary import customer_summary
from cxlib.ingest import convert, match, read
from cxlib.ingest.plan import plan
from cxlib.value import kmeans, rfm
from cxlib.value.clv import lifetime
from cxlib.value.clv.ladder import climb, climb_spend
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.value import Terms, value_customers

FEATURES = ("recency_days", "frequency", "monetary")


def main(path: str, seed: int) -> dict[str, float]:
    """Seconds of each step, and what came out of it."""
    took: dict[str, float] = {}
    began = last = time.perf_counter()

    def step(name: str) -> None:
        nonlocal last
        now = time.perf_counter()
        took[name], last = now - last, now

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        staged = read.stage(Path(path), folder)
        today = dt.datetime.now(dt.UTC).date()
        imported = convert.convert(staged, plan(match.propose(staged), {}, today=today), folder)
        step("read")
        with engine.connect(imported.table.parent, folder) as connection:
            orders = engine.scan(connection, [imported.table])
            segments = rfm.analyse(orders)
            step("rfm")
            result = lifetime.analyse(orders)
            step("clv_with_backtest")
            took["end_to_end"] = time.perf_counter() - began
            took["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            # The steps by themselves, as the peer's are timed.
            last = time.perf_counter()
            summary = customer_summary(orders)
            step("summary")
            x, t_x, T = (summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
            last = time.perf_counter()
            climb("bgnbd", Patterns.merged(x, t_x, T))
            step("bgnbd_fit")
            paid = summary[summary["spend_purchases"] > 0]
            last = time.perf_counter()
            climb_spend(
                paid["spend_purchases"].to_numpy(float), paid["monetary_value"].to_numpy(float)
            )
            step("gamma_gamma_fit")
            valued = value_customers(result.fitted, Terms(horizon_days=365))
            step("clv_12_months")
    table = segments.customers[list(FEATURES)].to_numpy(float)
    logs = np.log1p(np.maximum(table, 0))
    points = (logs - logs.mean(axis=0)) / logs.std(axis=0)
    last = time.perf_counter()
    groups = kmeans.fit(points, CLUSTERS, seed)
    step("clustering")
    took |= {f"bgnbd_{name}": one.value for name, one in result.params.items()}
    took |= {f"spend_{name}": one.value for name, one in (result.spend or {}).items()}
    total = valued.clv.value if valued.clv else float("nan")
    return took | {"clv": total, "inertia": float(groups.inertia_)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
