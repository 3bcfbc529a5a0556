"""A result's table as people read it: headers and words in their language, sensible decimals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlib.i18n import Language
from cxlib.labels import Reading, label

_DECIMALS: dict[Reading, int] = {"money": 2, "share": 4, "number": 3, "days": 0}


@dataclass(frozen=True, slots=True)
class Table:
    """`frame` keeps its column names (internal ones are safe in charts); `headers` are shown."""

    frame: pd.DataFrame
    headers: tuple[str, ...]
    readings: tuple[Reading, ...]


def table(frame: pd.DataFrame, lang: Language, columns: tuple[str, ...] | None = None) -> Table:
    """A table of `columns` (those that it has; all by default) for a reader of `lang`.

    Words are translated, days become dates without a time, numbers are rounded to what their kind
    deserves. Numbers stay numbers; nothing is dropped; `frame` is not changed.
    """
    chosen = [c for c in (columns or tuple(frame.columns)) if c in frame.columns]
    labels = [label(str(c)) for c in chosen]
    shown = frame[chosen].copy()
    for column, meaning in zip(chosen, labels, strict=True):
        if meaning.reading == "word":
            shown[column] = [None if pd.isna(v) else lang(str(v)) for v in shown[column]]
        elif meaning.reading == "day":
            shown[column] = pd.to_datetime(shown[column]).dt.date
        elif meaning.reading in _DECIMALS and pd.api.types.is_float_dtype(shown[column]):
            decimals = _DECIMALS[meaning.reading]
            # Where amounts run into thousands, as in rupiah, cents are noise.
            if meaning.reading == "money" and shown[column].abs().median() >= 1000:
                decimals = 0
            shown[column] = shown[column].round(decimals)
    return Table(
        shown.reset_index(drop=True),
        tuple(lang(m.name) for m in labels),
        tuple(m.reading for m in labels),
    )
