"""RFM: recency, frequency and money, scored from 1 to 5 and named by segment."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.base import customer_base
from cxlib.frames.edges import quantile_edges
from cxlib.frames.summary import HALF, TICKS
from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Receipt, Sentence
from cxlib.value.grid import (
    AT_RISK,
    CHAMPIONS,
    FREQUENCY_STEPS,
    GRID,
    MUST_KEEP,
    SCORES,
    SEGMENTS,
    Scores,
    dense_scores,
    quantile_scores,
)

Scoring = Literal["rf", "fm"]
PLACES = np.array([[SEGMENTS.index(name) for name in row] for row in GRID], dtype=np.int8)
"""The segment of each cell of the grid, as its place in `SEGMENTS`."""
BLOCK = 65_536
"""Customers whose amounts are summed at once, so that what is between stays near the processor."""

DEFINITIONS = (
    Definition(
        id="value.rfm",
        version=1,
        name=N_("RFM segments"),
        formula=N_(
            "Score = 1 + number of quantile edges (20, 40, 60, 80 %) strictly below the value;"
            " recency is mirrored. The segment comes from the grid of recency × frequency."
        ),
        good_for=N_("Deciding whom to thank, whom to win back and whom to leave in peace."),
        not_good_for=N_(
            "Forecasting money: scores compare your customers with one another, so about a fifth"
            " is always at the bottom. Lifetime value forecasts."
        ),
        pitfalls=N_(
            "The same customer scores differently among other customers or in another month. A"
            " segment is no forecast, and in a young shop a Champion may have bought three"
            " times."
        ),
        source="Hughes (1994), Strategic Database Marketing; grid of this project",
    ),
)

RELATIVE = N_(
    "New and Promising have the lowest frequency score. Scores are relative: where most customers"
    " buy often, someone with two purchases can be among them."
)
FALLBACKS = {
    "recency_days": N_(
        "Recency has fewer than five classes here, so its distinct values are ranked from 1 to 5."
    ),
    "frequency": N_(
        "Too many customers bought equally often to cut them into fifths, so frequency is scored in"
        " steps: 1, 2, 3, 4–5, 6 and more purchases."
    ),
    "monetary": N_(
        "Money has fewer than five classes here, so its distinct values are ranked from 1 to 5."
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid. `f` is the score of its column: F, or FM where that was asked for."""

    r: int
    f: int
    segment: str
    customers: int
    revenue: float | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: `share` of customers, `revenue_share` of the revenue of all customers."""

    segment: str
    customers: int
    share: float
    revenue: float | None
    revenue_share: float | None
    median_recency_days: float
    median_frequency: float
    median_monetary: float | None


@dataclass(frozen=True, slots=True)
class RfmResult:
    """Scores, cells and segments of all customers with a purchase.

    `customers` has a row a customer: ``customer_id, recency_days (int64), frequency (int64),
    monetary (float64, NaN without money), r, f (int64), m (Int64, missing without money), segment``
    and, under FM scoring, ``fm``. `edges` holds the inner edges of ``recency_days``, ``frequency``
    and ``monetary``; `fallbacks` names those that had fewer than five classes and were scored by
    steps (frequency) or dense ranks (the others); `notes` are message ids that say so.
    """

    customers: pd.DataFrame
    cells: tuple[Cell, ...]
    segments: tuple[Segment, ...]
    edges: Mapping[str, tuple[float, ...]]
    fallbacks: tuple[str, ...]
    scoring: Scoring
    snapshot: dt.date
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[str, ...]
    receipt: Receipt

    def members(
        self, r: int | None = None, f: int | None = None, segment: str | None = None
    ) -> pd.DataFrame:
        """The customers of a cell, a row, a column or a segment."""
        chosen = pd.Series(True, index=self.customers.index)
        for column, wanted in (("r", r), (column_score(self.scoring), f), ("segment", segment)):
            if wanted is not None:
                chosen &= self.customers[column] == wanted
        return self.customers[chosen]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    scoring: Scoring = "rf",
    timezone: str = "Asia/Jakarta",
) -> RfmResult:
    """Score every customer with a purchase and name their segment.

    R = days from the last purchase to as-of + 1 day, F = purchases (customer-days), M = net revenue.

    Parameters
    ----------
    table : orders of any engine, or a `CustomerBase` of them
        Needs ``customer_id`` and ``day``; money scores need ``amount``.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    scoring : {"rf", "fm"}
        Columns of the grid: F, or FM = floor((F + M) / 2 + 0.5).

    Raises
    ------
    NotEnoughData
        No customer has a purchase; or FM was asked of a file without money.
    """
    if scoring not in ("rf", "fm"):
        raise CxError(
            "bad_option",
            N_("There is no scoring “{scoring}”."),
            N_("Choose rf or fm."),
            scoring=scoring,
        )
    base = customer_base(table, as_of, splits=())
    end, summary = base.end, base.summary
    if end is None or summary.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer in this file has a purchase."),
            N_("RFM needs at least one row with a customer, a day and a sale."),
        )
    if scoring == "fm" and summary["revenue"].isna().all():
        raise NotEnoughData(
            "not_enough_data",
            N_("FM scores need amounts, and this file has none."),
            N_("Use the scoring by recency and frequency."),
        )
    snapshot = end + dt.timedelta(days=1)
    since = np.datetime64(snapshot) - summary["last_day"].to_numpy("datetime64[s]")
    customers = pd.DataFrame(
        {
            "customer_id": summary["customer_id"],
            "recency_days": since.astype("timedelta64[D]").view(np.int64),
            "frequency": summary["purchases"],
            "monetary": summary["revenue"],
        },
        copy=False,
    )
    measures = ("recency_days", "frequency", "monetary")
    edges = {m: quantile_edges(customers, m) for m in measures}
    recency, frequency, monetary = (customers[m].to_numpy() for m in measures)
    paid = ~np.isnan(monetary)
    values = (recency, frequency, monetary if paid.all() else monetary[paid])
    scores = {m: quantile_scores(v, edges[m]) for m, v in zip(measures, values, strict=True)}
    fallbacks = tuple(m for m in measures if edges[m] and not _fills(scores[m]))
    if "recency_days" in fallbacks:
        scores["recency_days"] = dense_scores(recency)
    if "frequency" in fallbacks:
        scores["frequency"] = quantile_scores(frequency, FREQUENCY_STEPS)
    if "monetary" in fallbacks:
        scores["monetary"] = dense_scores(values[2])
    scores["recency_days"] = 6 - scores["recency_days"]
    customers["r"] = scores["recency_days"].astype(np.int64)
    customers["f"] = scores["frequency"].astype(np.int64)
    customers["m"] = _where(paid, scores["monetary"])
    if scoring == "fm":
        # A customer without any amount is placed by frequency alone.
        money = customers["m"].fillna(customers["f"]).astype("int64")
        customers["fm"] = (customers["f"] + money + 1) // 2
    r, f = (customers[c].to_numpy() for c in ("r", column_score(scoring)))
    cell = r * len(SCORES)
    cell += f - (len(SCORES) + 1)
    segment = PLACES.ravel()[cell]
    names = pa.array(SEGMENTS, pa.large_string())
    customers["segment"] = pd.Series(names.take(pa.array(segment)), customers.index, "str")
    counts, ticks = np.bincount(cell, minlength=PLACES.size), _ticks(monetary, cell, PLACES.size)
    cells = _cells(counts, ticks, has_money=bool(paid.any()))
    segments = _segments(customers, segment, ticks)
    return RfmResult(
        customers=customers,
        cells=cells,
        segments=segments,
        edges=edges,
        fallbacks=fallbacks,
        scoring=scoring,
        snapshot=snapshot,
        headline=_headline(segments),
        meaning=_meaning(segments),
        notes=(RELATIVE, *(FALLBACKS[measure] for measure in fallbacks)),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=base.coverage.rows,
            excluded=base.coverage.excluded,
            parameters={"as_of": end.isoformat(), "scoring": scoring},
            timezone=timezone,
        ),
    )


def column_score(scoring: Scoring) -> str:
    """The customers' column that is the grid's horizontal axis."""
    return "f" if scoring == "rf" else "fm"


def _fills(scores: Scores) -> bool:
    return all((scores == score).any() for score in SCORES)


def _where(known: NDArray[np.bool_], scores: Scores) -> pd.arrays.IntegerArray:
    """The scores of those that have one; the others are missing."""
    held = np.ones(len(known), dtype=np.int64)
    held[known] = scores
    return pd.arrays.IntegerArray(held, ~known)


def _ticks(amounts: NDArray[np.float64], of: NDArray[np.intp], groups: int) -> list[int]:
    """Sums of each group in `TICKS`, exact whatever the order; NaN counts for nothing.

    Whole ten-thousandths are summed in two halves, which floats hold exactly.
    """
    upper, lower = np.zeros(groups), np.zeros(groups)
    for first in range(0, len(amounts), BLOCK):
        some, cells = amounts[first : first + BLOCK], of[first : first + BLOCK]
        known = ~np.isnan(some)
        whole = np.rint(some[known] * TICKS)
        high = np.floor(whole / HALF)
        upper += np.bincount(cells[known], high, groups)
        lower += np.bincount(cells[known], whole - high * HALF, groups)
    return [int(high) * HALF + int(low) for high, low in zip(upper, lower, strict=True)]


def _cells(counts: NDArray[np.intp], ticks: list[int], has_money: bool) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            r,
            f,
            GRID[r - 1][f - 1],
            int(counts[cell := (r - 1) * len(SCORES) + f - 1]),
            ticks[cell] / TICKS if has_money else None,
        )
        for r in reversed(SCORES)
        for f in SCORES
    )


def _segments(
    customers: pd.DataFrame, of: NDArray[np.int8], ticks: list[int]
) -> tuple[Segment, ...]:
    """The segments that have customers; `of` are the customers' places in `SEGMENTS`, `ticks` what
    each cell brought."""
    has_money = bool(customers["monetary"].notna().any())
    sums = [0] * len(SEGMENTS)
    for place, brought in zip(PLACES.ravel(), ticks, strict=True):
        sums[place] += brought
    revenues = [brought / TICKS for brought in sums]
    total = sum(revenues)
    counts = np.bincount(of, minlength=len(SEGMENTS))
    order, ends = np.argsort(of, kind="stable"), np.cumsum(counts)
    medians = {}
    for measure in ("recency_days", "frequency", "monetary"):
        sorted_in = customers[measure].to_numpy()[order]
        medians[measure] = [
            _median(sorted_in[e - n : e]) for n, e in zip(counts, ends, strict=True)
        ]
    return tuple(
        Segment(
            segment=name,
            customers=int(counts[i]),
            share=int(counts[i]) / len(customers),
            revenue=revenues[i] if has_money else None,
            revenue_share=revenues[i] / total if has_money and total > 0 else None,
            median_recency_days=medians["recency_days"][i],
            median_frequency=medians["frequency"][i],
            median_monetary=medians["monetary"][i] if has_money else None,
        )
        for i, name in enumerate(SEGMENTS)
        if counts[i]
    )


def _median(values: NDArray[Any]) -> float:
    """The median of those that are known; NaN where none is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else math.nan


def _headline(segments: tuple[Segment, ...]) -> tuple[KPI, ...]:
    customers = sum(s.customers for s in segments)
    by_name = {s.segment: s for s in segments}
    champions = by_name.get(CHAMPIONS)
    best = champions.customers if champions else 0
    shown = [
        KPI("customers", N_("Buyers"), Fact(customers, "count", customers)),
        KPI("champions", CHAMPIONS, Fact(best, "count", customers)),
    ]
    if champions and champions.revenue_share is not None:
        shown.append(
            KPI(
                "champions_revenue_share",
                N_("From Champions"),
                Fact(champions.revenue_share, "share", customers),
            )
        )
    n, revenue = _total([s for s in segments if s.segment in (MUST_KEEP, AT_RISK)])
    shown.append(KPI("gone_quiet", N_("Gone quiet"), Fact(n, "count", customers)))
    if revenue is not None:
        shown.append(
            KPI("gone_quiet_revenue", N_("Their revenue so far"), Fact(revenue, "money", n))
        )
    return tuple(shown)


def _meaning(segments: tuple[Segment, ...]) -> Sentence:
    """The fact that most often asks for an action: good customers who have gone quiet."""
    n, revenue = _total([s for s in segments if s.segment in (MUST_KEEP, AT_RISK)])
    if not n:
        return Sentence(N_("None of the customers who used to buy often has gone quiet."))
    if revenue is None:
        return Sentence(
            N_("{n} customers who used to buy often have gone quiet."), {"n": n}, {"n": "count"}
        )
    return Sentence(
        N_("{n} customers who used to buy often have gone quiet; they brought {revenue} so far."),
        {"n": n, "revenue": revenue},
        {"n": "count", "revenue": "money"},
    )


def _total(segments: list[Segment]) -> tuple[int, float | None]:
    amounts = [s.revenue for s in segments if s.revenue is not None]
    return sum(s.customers for s in segments), round(math.fsum(amounts), 4) if amounts else None
