"""Attributes of customers as columns of a model: levels as dummies, numbers standardised."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import CxError, NotEnoughData
from cxlib.i18n import N_
from cxlib.value.clv.distinct import Codes
from cxlib.value.clv.patterns import Array

LEAST = 200
"""Customers of a level that is told apart; smaller ones are folded into `OTHER`, the smallest first,
until that has as many."""
LEVELS = 12
"""The most levels of an attribute, `OTHER` included."""
STEP = 0.1
"""Standardised numbers are rounded to this, so that customers of about the same number are one."""
OTHER = N_("other")
NONE = N_("none")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the design: an attribute at `level` (1) against `reference` (0), or a number in
    standard deviations from its mean (`level` and `reference` None). `customers` are at the level,
    or all for a number; `unit` is one standard deviation of the number."""

    attribute: str
    level: str | None
    reference: str | None
    customers: int
    unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Design:
    """`cells` (c, q) are the distinct rows of `columns`, in order; ``cells[of]`` is each customer's,
    `of` having shape (n,)."""

    columns: tuple[Column, ...]
    cells: Array
    of: Codes

    def without(self, attribute: str) -> Design:
        """The same with an attribute left out; cells stay apart."""
        kept = [i for i, column in enumerate(self.columns) if column.attribute != attribute]
        return Design(tuple(self.columns[i] for i in kept), self.cells[:, kept], self.of)


def design(attributes: Mapping[str, Sequence[Hashable] | pd.Series[Any]]) -> Design:
    """The columns of attributes, one value a customer each.

    An attribute of numbers (a numeric type, no flags) becomes one standardised column. Any other has
    a column for each level but the most frequent one, which is the reference; a missing value is a
    level (`NONE`).

    Raises
    ------
    CxError
        ``bad_option`` for a number that is missing for some customers.
    NotEnoughData
        An attribute is the same for all customers, or has one level of `LEAST` customers only.
    """
    columns: list[Column] = []
    values: list[Array] = []
    for name, held in attributes.items():
        given = pd.Series(held).reset_index(drop=True)
        number = pd.api.types.is_numeric_dtype(given) and not pd.api.types.is_bool_dtype(given)
        for column, value in _number(name, given) if number else _levels(name, given):
            columns.append(column)
            values.append(value)
    rows = pd.DataFrame(np.stack(values, axis=1))
    of = np.asarray(rows.groupby(list(rows.columns), sort=True).ngroup(), dtype=np.intp)
    cells = np.empty((int(of.max()) + 1, len(columns)))
    cells[of] = rows.to_numpy()
    return Design(tuple(columns), cells, of)


def _number(name: str, given: pd.Series[Any]) -> list[tuple[Column, Array]]:
    values = given.to_numpy(float)
    missing = int((~np.isfinite(values)).sum())
    if missing:
        raise CxError(
            "bad_option",
            N_("“{name}” is missing for {count} customers."),
            N_("Fill it in, or give it as classes, of which “none” may be one."),
            name=name,
            count=missing,
        )
    spread = float(values.std())
    if not spread > 0:
        raise _constant(name)
    scaled = np.round((values - values.mean()) / spread / STEP) * STEP
    return [(Column(name, None, None, len(values), spread), np.asarray(scaled, dtype=np.float64))]


def _levels(name: str, given: pd.Series[Any]) -> list[tuple[Column, Array]]:
    words = given.where(given.isna(), given.astype(str)).fillna(NONE).astype(str)
    counts = words.value_counts()
    order = sorted(counts.index, key=lambda level: (-counts[level], level))
    most = LEVELS if len(order) <= LEVELS else LEVELS - 1
    kept = [level for level in order[:most] if counts[level] >= LEAST]
    folded = order[len(kept) :]
    while folded and kept and counts[folded].sum() < LEAST:
        folded.append(kept.pop())
    if folded:
        words = words.where(~words.isin(folded), OTHER)
        counts = words.value_counts()
    levels = sorted(counts.index, key=lambda level: (-counts[level], level))
    if len(levels) < 2:
        raise _constant(name)
    return [
        (Column(name, level, levels[0], int(counts[level])), (words == level).to_numpy(np.float64))
        for level in levels[1:]
    ]


def _constant(name: str) -> NotEnoughData:
    return NotEnoughData(
        "not_enough_data",
        N_("“{name}” does not tell customers apart: fewer than two of its values have enough."),
        N_("Choose an attribute of which at least two values have {least} customers or more."),
        name=name,
        least=LEAST,
    )
