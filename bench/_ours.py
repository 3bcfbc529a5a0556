"""The same steps with cxlib: the other side of `bench speed`.

    python -m bench._ours ORDERS.csv SEED

The file is read as the peer reads it, its columns named and its days in a known format; here a cell
that is not so would be an error. Intervals come with every value, and the models are tested on the past
first. Of RFM only what clusters are made of is kept, as by a command that has written its table.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._laps import Laps
from bench._memory import peak
from bench._stock import CLUSTERS
from cxlib import engine
from cxlib.frames.base import CustomerBase, customer_base
from cxlib.ingest.strict import read_orders
from cxlib.value import rfm
from cxlib.value.clv import lifetime
from cxlib.value.clv.ladder import climb, climb_spend
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.value import Terms, value_customers

FEATURES = ("recency_days", "frequency", "monetary")
COLUMNS = {"customer_id": "customer_id", "day": "order_date", "amount": "amount"}


def main(path: str, seed: int) -> dict[str, float]:
    """Seconds of each step, and what came out of it."""
    laps = Laps()
    with engine.connect(Path(path).parent) as connection:
        orders = read_orders(connection, Path(path), **COLUMNS)
        laps.done("read")
        base = customer_base(orders)
        laps.done("summary")
    features, result = valued(base, laps)
    laps.took["peak_memory"] = peak(os.getpid())
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
    once = value_customers(result.fitted, Terms(horizon_days=365))
    laps.done("clv_12_months")
    logs = np.log1p(np.maximum(features, 0))
    points = (logs - logs.mean(axis=0)) / logs.std(axis=0)
    from cxlib.value import kmeans  # scikit-learn, which the steps above do without

    laps.again()
    groups = kmeans.fit(points, CLUSTERS, seed)
    laps.done("clustering")
    laps.took |= {f"bgnbd_{name}": one.value for name, one in result.params.items()}
    laps.took |= {f"spend_{name}": one.value for name, one in (result.spend or {}).items()}
    total = once.clv.value if once.clv else float("nan")
    return laps.took | {"clv": total, "inertia": float(groups.inertia_)}


def valued(base: CustomerBase, laps: Laps) -> tuple[NDArray[Any], ClvResult]:
    """From a customer base to RFM and lifetime value, the last steps from end to end."""
    features = rfm.analyse(base).customers[list(FEATURES)].to_numpy(float)
    laps.done("rfm")
    result = lifetime.analyse(base)
    laps.done("clv_with_backtest")
    laps.took["end_to_end"] = laps.all()
    return features, result


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
