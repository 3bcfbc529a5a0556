"""The geometry of a Sankey diagram: bars at both ends, and bands between them.

The diagram is 1 high, from the top down, and its bands run from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Heights = NDArray[np.float64]
STEPS = 12  # of a band, along its way
BAR, GAP = 0.03, 0.02  # how wide a bar is, how far it is from the next
SIDES = {"before": -BAR, "now": 1.0}


def bars(cells: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """A bar a name and side, as high as its customers are many.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``before, now, customers``: a row a band, in the order of `order` by `before`, then `now`.
    order : sequence of str
        From the top down; names without customers get no bar.

    Returns
    -------
    pandas.DataFrame
        ``side`` (``before`` or ``now``), ``segment, customers``, and where it lies: ``low, high``
        from the top, ``at`` and ``end`` across.
    """
    rows = []
    for side, start in SIDES.items():
        sums = cells.groupby(side)["customers"].sum()
        names = [name for name in order if name in sums.index]
        unit = (1 - GAP * (len(names) - 1)) / int(sums.sum())
        low = 0.0
        for name in names:
            high = low + unit * int(sums[name])
            rows.append((side, name, int(sums[name]), low, high, start, start + BAR))
            low = high + GAP
    columns = ["side", "segment", "customers", "low", "high", "at", "end"]
    return pd.DataFrame(rows, columns=columns)


def bands(cells: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """A band a row of `cells` between the bars `ends`, as `STEPS` + 1 rows with ``at, low, high``.

    Bands leave and reach a bar in the order of the names at their other end, so that they cross no
    more than they must. Both edges follow the cubic 3t² − 2t³, which is level at the bars.
    """
    at = np.linspace(0, 1, STEPS + 1)
    way = at * at * (3 - 2 * at)
    start, stop = (_places(cells, ends, side) for side in SIDES)
    low, high = (
        (np.outer(a, 1 - way) + np.outer(b, way)).ravel() for a, b in zip(start, stop, strict=True)
    )
    table = cells.loc[cells.index.repeat(len(at))].reset_index(drop=True)
    return table.assign(at=np.tile(at, len(cells)), low=low, high=high)


def _places(cells: pd.DataFrame, ends: pd.DataFrame, side: str) -> tuple[Heights, Heights]:
    """Where each band meets its bar: upper and lower edge."""
    bar = ends[ends["side"] == side].set_index("segment").loc[cells[side]]
    unit = ((bar["high"] - bar["low"]) / bar["customers"]).to_numpy()
    passed = cells.groupby(side)["customers"].cumsum().to_numpy()
    high = bar["low"].to_numpy() + unit * passed
    return high - unit * cells["customers"].to_numpy(), high
