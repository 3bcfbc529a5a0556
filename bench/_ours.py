"""The same steps with cxlib: the other side of `bench speed`.

    python -m bench._ours ORDERS.csv SEED

The way of a file through the library: staged, proposed and converted in a child process as the
command line has it, then read out of Parquet. Intervals come with every value, and the models are
tested on the past first. The peak of memory is the larger one of the two processes; of RFM only what
clusters are made of is kept, as by a command that has written its table.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench._laps import Laps
from bench._memory import children, peak
from bench._stock import CLUSTERS
from cxlib import engine
from cxlib.frames.base import customer_base
from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.plan import plan
from cxlib.value import rfm
from cxlib.value.clv import lifetime
from cxlib.value.clv.ladder import climb, climb_spend
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.value import Terms, value_customers

FEATURES = ("recency_days", "frequency", "monetary")


def main(path: str, seed: int) -> dict[str, float]:
    """Seconds of each step, and what came out of it."""
    sandbox.warm().join()  # as the app does once its page is open; the peer has its imports done too
    laps = Laps()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        staged = sandbox.run(read.stage, Path(path), folder)
        chosen = plan(sandbox.run(match.propose, staged), {}, today=dt.datetime.now(dt.UTC).date())
        imported = sandbox.run(convert.convert, staged, chosen, folder)
        laps.done("read")
        with engine.connect(imported.table.parent, folder) as connection:
            orders = engine.scan(connection, [imported.table])
            base = customer_base(orders)
            laps.done("summary")
        features = rfm.analyse(base).customers[list(FEATURES)].to_numpy(float)
        laps.done("rfm")
        result = lifetime.analyse(base)
        laps.done("clv_with_backtest")
        laps.took["end_to_end"] = laps.all()
        laps.took["peak_memory"] = max(map(peak, (os.getpid(), *children(os.getpid()))))
        # The other steps by themselves, as the peer's are timed.
        summary = base.summary
        x, t_x, T = (summary[c].to_numpy(float) for c in ("frequency", "recency", "T"))
        laps.again()
        climb("bgnbd", Patterns.merged(x, t_x, T))
        laps.done("bgnbd_fit")
        paid = summary[summary["spend_purchases"] > 0]
        laps.again()
        climb_spend(paid["spend_purchases"].to_numpy(float), paid["monetary_value"].to_numpy(float))
        laps.done("gamma_gamma_fit")
        valued = value_customers(result.fitted, Terms(horizon_days=365))
        laps.done("clv_12_months")
    logs = np.log1p(np.maximum(features, 0))
    points = (logs - logs.mean(axis=0)) / logs.std(axis=0)
    from cxlib.value import kmeans  # scikit-learn, which the steps above do without

    laps.again()
    groups = kmeans.fit(points, CLUSTERS, seed)
    laps.done("clustering")
    laps.took |= {f"bgnbd_{name}": one.value for name, one in result.params.items()}
    laps.took |= {f"spend_{name}": one.value for name, one in (result.spend or {}).items()}
    total = valued.clv.value if valued.clv else float("nan")
    return laps.took | {"clv": total, "inertia": float(groups.inertia_)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
