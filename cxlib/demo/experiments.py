"""A/B tests on customers: one that works, and one whose traffic was not split as intended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.demo.moments import DAY, clock, days_since_start
from cxlib.demo.population import Population
from cxlib.demo.stream import stream
from cxlib.demo.truth import Experiment


def experiment(people: Population, plan: Experiment, seed: int) -> pd.DataFrame:
    """A row a customer who had joined before the test: arm, whether converted, when first seen.

    Arm and conversion of each customer are drawn, by `plan.actual_share` and the arm's rate.
    """
    rng = stream(seed, plan.name)
    start, end = days_since_start(plan.window.first), days_since_start(plan.window.last)
    units = np.flatnonzero(people.first < start)
    treated = rng.random(len(units)) < plan.actual_share
    converted = rng.random(len(units)) < np.where(treated, plan.treatment, plan.control)
    table = pd.DataFrame(
        {
            "unit_id": people.customers["customer_id"].to_numpy()[units],
            "variant": np.where(treated, "treatment", "control"),
            "outcome": converted.astype(np.int64),
            "timestamp": clock(rng.integers(start * DAY, (end + 1) * DAY, len(units))),
        }
    )
    return table.sort_values("timestamp", kind="stable", ignore_index=True)
