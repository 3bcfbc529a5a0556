"""Quantile edges: Narwhals has no ntile, so edges are computed first and applied after."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np

from cxlib.frames.summary import lazy


def quantile_edges(table: Any, column: str, bins: int = 5) -> tuple[float, ...]:
    """The inner edges that cut `column` into `bins` parts: linearly interpolated quantiles.

    With ``bins=5`` the 20, 40, 60 and 80 % quantiles, as numpy's default (Hyndman & Fan type 7).
    Nulls and NaN are left out; an empty column has no edges. Ties make edges coincide.
    """
    shares = [i / bins for i in range(1, bins)]
    frame = nw.from_native(table)
    if isinstance(frame, nw.DataFrame):  # in memory: all at once
        whole = frame[column].dtype.is_integer()
        held = (frame[column] if whole else frame[column].cast(nw.Float64)).to_numpy()
        gone = np.isnan(held)
        known = held[~gone] if gone.any() else held
        return tuple(np.quantile(known, shares).tolist()) if len(known) else ()
    values = lazy(frame).select(nw.col(column).cast(nw.Float64)).drop_nulls()
    values = values.filter(~nw.col(column).is_nan())
    cuts = {
        f"q{i}": nw.col(column).quantile(share, interpolation="linear")
        for i, share in enumerate(shares)
    }
    row = values.select(**cuts).collect("pyarrow").row(0)
    return tuple(float(edge) for edge in row if edge is not None)
