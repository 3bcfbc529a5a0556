"""Groups of tickets: how many, how fast and how satisfied each is."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlib.frames.answers import Scale
from cxlib.voice.ticket_shares import shares
from cxlib.voice.ticket_waits import figures

GROUPS = 12  # as many as a list shows; the rest is in the file


def group_table(
    tickets: pd.DataFrame, by: str | None, columns: Mapping[str, tuple[str, Scale]]
) -> pd.DataFrame:
    """The largest groups, the most tickets first.

    Parameters
    ----------
    tickets : as `cxlib.voice.ticket_waits.timed` returns them
    by : str, optional
        The column to tell them apart by; without one the table is empty.
    columns : mapping of str to (str, Scale)
        Of each share, the column that it is of and its scale.

    Returns
    -------
    pandas.DataFrame
        ``value, tickets, open``, of each wait what `cxlib.voice.ticket_waits.figures` gives, and each
        share with ``_low`` and ``_high``.
    """
    if by is None:
        return pd.DataFrame(columns=["value", "tickets", "open"])
    named = tickets.dropna(subset=by).assign(_value=tickets[by].astype("str"))
    sizes = named.groupby("_value").size().rename("n").reset_index()
    largest = sizes.sort_values(["n", "_value"], ascending=[False, True]).head(GROUPS)["_value"]
    parts = {value: named[named["_value"] == value] for value in largest}
    rows = [
        {
            "value": value,
            "tickets": len(part),
            "open": int(part["open"].sum()),
            **figures(part, "response"),
            **figures(part, "resolution"),
        }
        for value, part in parts.items()
    ]
    table = pd.DataFrame(rows)
    for name, (column, scale) in columns.items():
        of = shares(named, column, scale, named["_value"], hide=name == "csat").reindex(largest)
        table[name] = of["value"].to_numpy()
        table[f"{name}_low"], table[f"{name}_high"] = of["low"].to_numpy(), of["high"].to_numpy()
    return table
