"""A ready-made summary: columns of text, as a file has them, to what `analyse_summary` takes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.i18n import N_

ALIASES = {
    "customer_id": ("customer_id", "customer", "id"),
    "frequency": ("frequency", "x"),
    "recency": ("recency", "t_x"),
    "T": ("t", "age"),
    "monetary_value": ("monetary_value", "zbar"),
}
REQUIRED = ("frequency", "recency", "T")


def matched(columns: tuple[str, ...], asked: Mapping[str, str]) -> dict[str, str]:
    """Field → column, from what was asked for, else from the usual names in any case.

    Raises `CxError` (``unknown_column``) where a required field has no column.
    """
    by_name = {column.strip().casefold(): column for column in columns}
    found = {
        field: next((by_name[name] for name in names if name in by_name), None)
        for field, names in ALIASES.items()
    }
    fields = {field: column for field, column in found.items() if column is not None} | {
        field: column for field, column in asked.items() if field in ALIASES
    }
    missing = [field for field in REQUIRED if field not in fields]
    if missing:
        raise CxError(
            "unknown_column",
            N_("A summary needs the columns {needed}; {missing} is not there."),
            N_("Name it with --map, such as --map frequency=x."),
            needed=", ".join(REQUIRED),
            missing=", ".join(missing),
        )
    return fields


def ready_summary(
    text: pd.DataFrame, fields: Mapping[str, str], decimal: str = "."
) -> pd.DataFrame:
    """Typed columns; a row number stands in for a missing customer id.

    Raises `CxError` (``bad_number``) for a required cell that is not a number.
    """
    summary = pd.DataFrame(index=text.index)
    ids = fields.get("customer_id")
    summary["customer_id"] = (
        text[ids].astype("str") if ids else [str(i + 1) for i in range(len(text))]
    )
    for field in ALIASES:
        if field == "customer_id" or field not in fields:
            continue
        cells = text[fields[field]].astype("str").str.strip().str.replace(decimal, ".", regex=False)
        numbers = pd.to_numeric(cells, errors="coerce").astype("float64")
        empty_is_fine = cells.eq("") & (field not in REQUIRED)
        bad = ~np.isfinite(numbers.to_numpy()) & ~empty_is_fine.to_numpy()
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise CxError(
                "bad_number",
                N_("Column “{column}” has “{value}” in row {row}, which is not a number."),
                N_("Correct it, or leave the row out."),
                column=fields[field],
                value=str(text[fields[field]].iloc[row])[:80],
                row=row + 1,
            )
        summary[field] = numbers
    return summary
