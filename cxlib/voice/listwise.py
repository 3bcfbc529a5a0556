"""The answers that rate every driver, and the drivers that can be told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.errors import NotEnoughData
from cxlib.frames.answers import Scale
from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.results import Issue
from cxlib.voice.ratings import LEAST, Rating

A_DRIVER = 10  # answers that each driver needs
UNITS = 10  # customers that an interval over customers needs
ANSWERED = 0.5  # share of the answers that must have rated a driver
COLLINEAR = 1e-8  # of a driver's variance, what the others must leave

LATER = N_("after the end of observation")
NO_SCORE, OFF_SCORE = N_("without a score"), N_("score off its scale")
NO_RATING, OFF_RATING = N_("a rating is missing"), N_("a rating is off its scale")
REASONS = (LATER, NO_SCORE, OFF_SCORE, NO_RATING, OFF_RATING)


@dataclass(frozen=True, slots=True)
class Listwise:
    """Answers that rate every driver, in the order of their customers.

    `values` has a row an answer: the points of the drivers, good ones high, and the score last.
    `starts` are the first rows of customers (an answer without a customer is one of its own).
    `scored` is how many answers have a score that counts, `excluded` the other rows by reason.
    """

    drivers: tuple[Rating, ...]
    values: NDArray[np.float64]
    starts: NDArray[np.intp]
    rows: int
    scored: int
    excluded: Mapping[str, int]
    notes: tuple[Issue, ...]


def listwise(
    rows: pd.DataFrame, picked: Sequence[Rating], scale: Scale, end: dt.date | None = None
) -> Listwise:
    """The answers of `rows` (as `answers_of` gives them) that rate every driver.

    Left out, and noted, are drivers that fewer than half of the answers rate, that do not vary, or
    that follow from the others.

    Raises
    ------
    NotEnoughData
        Fewer than two drivers are left, fewer than ten answers a driver, or too few customers.
    """
    fate = _fates(rows, end, scale)
    known = rows[fate == ""]
    kept, notes = _kept(known, picked)
    points = _complete(known, kept)
    fate[known.index] = _rating_fates(known, kept)
    used = known.loc[points.index]
    units = _units(used["customer_id"])
    order = np.argsort(units, kind="stable")
    starts = np.flatnonzero(np.diff(units[order], prepend=-1))
    values = np.column_stack([points.to_numpy(np.float64), good(used["score"], scale)])[order]
    _enough(values, len(starts), fate)
    counts = {reason: int((fate == reason).sum()) for reason in REASONS}
    return Listwise(kept, values, starts, len(rows), len(known), counts, tuple(notes))


def answers_of(table: Any, outcome: str, columns: Sequence[str]) -> pd.DataFrame:
    """The columns that count, in pandas and in the order of the file."""
    frame = lazy(table)
    there = frame.collect_schema().names()
    kinds: dict[str, Any] = {"line": nw.Int64, "customer_id": nw.String, "day": nw.Date}
    found = collected(
        frame.select(
            *(nw.col(c).cast(kind) for c, kind in kinds.items() if c in there),
            nw.col(outcome).cast(nw.Float64).alias("score"),
            *(nw.col(c).cast(nw.Float64) for c in columns if c != outcome),
        )
    )
    if "customer_id" not in found:
        found["customer_id"] = pd.Series(pd.NA, index=found.index, dtype="str")
    if "line" in found:  # engines give rows in any order, and resamples are drawn by place
        found = found.sort_values("line", kind="stable", ignore_index=True)
    return found


def _fates(rows: pd.DataFrame, end: dt.date | None, scale: Scale) -> pd.Series[Any]:
    """Why a row has no score that counts, the first reason that applies; empty where it has."""
    fate = pd.Series("", index=rows.index, dtype=object)
    score = rows["score"]
    fate[(score < scale.low) | (score > scale.high)] = OFF_SCORE
    fate[score.isna()] = NO_SCORE
    if end is not None and "day" in rows:
        fate[rows["day"] > pd.Timestamp(end)] = LATER
    return fate


def _rating_fates(known: pd.DataFrame, picked: Sequence[Rating]) -> pd.Series[Any]:
    fate = pd.Series("", index=known.index, dtype=object)
    for rating in picked:
        off = known[rating.column].notna() & _points(known, rating).isna()
        fate[off] = OFF_RATING
    fate[known[[r.column for r in picked]].isna().any(axis=1)] = NO_RATING
    return fate


def _points(rows: pd.DataFrame, rating: Rating) -> pd.Series[Any]:
    """The points of a rating, good ones high; missing where they are off its scale."""
    given, scale = rows[rating.column], rating.scale
    points: pd.Series[Any] = good(given.where((given >= scale.low) & (given <= scale.high)), scale)
    return points


def good(points: Any, scale: Scale) -> Any:
    """Points counted upwards, or such counted back: the turn is its own inverse."""
    return points if scale.best == "high" else scale.low + scale.high - points


def _complete(known: pd.DataFrame, picked: Sequence[Rating]) -> pd.DataFrame:
    """The points of answers that rate every driver."""
    return pd.DataFrame({r.column: _points(known, r) for r in picked}, known.index).dropna()


def _kept(known: pd.DataFrame, picked: Sequence[Rating]) -> tuple[tuple[Rating, ...], list[Issue]]:
    """The drivers that can be told apart, and why the others cannot.

    One left out brings back the answers that did not rate it, so the rest is looked at again.
    """
    notes = []
    kept = []
    for rating in picked:
        share = float(_points(known, rating).notna().mean()) if len(known) else 0.0
        if share < ANSWERED:
            notes.append(_left_out("rarely_rated", SELDOM, rating, share=f"{100 * share:.0f}"))
        else:
            kept.append(rating)
    while kept:
        points = _complete(known, kept)
        odd = _odd(points, kept)
        if odd is None or points.empty:
            break
        rating, code, message = odd
        notes.append(_left_out(code, message, rating))
        kept.remove(rating)
    if len(kept) < LEAST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Drivers need at least {least} columns of ratings that vary; there are {n}."),
            N_(
                "Ask for ratings of parts of the experience beside the score, such as delivery,"
                " product and service on 1–5, and upload them as columns of the same file."
            ),
            tuple(notes),
            least=LEAST,
            n=len(kept),
        )
    return tuple(kept), notes


def _odd(points: pd.DataFrame, kept: Sequence[Rating]) -> tuple[Rating, str, str] | None:
    """The first driver that does not vary, or follows from those before it; None: there is none."""
    basis = np.ones((len(points), 1)) / np.sqrt(max(len(points), 1))
    for rating in kept:
        values = points[rating.column].to_numpy(np.float64)
        centred = values - values.mean() if len(values) else values
        total = float(centred @ centred)
        if total == 0:
            return rating, "constant", SAME
        for _ in range(2):  # once more, for what rounding leaves
            centred = centred - basis @ (basis.T @ centred)
        if float(centred @ centred) <= COLLINEAR * total:
            return rating, "collinear", FOLLOWS
        basis = np.column_stack([basis, centred / np.linalg.norm(centred)])
    return None


SELDOM = N_("“{driver}” was left out: only {share} % of the answers rate it.")
SAME = N_("“{driver}” was left out: all answers rate it the same.")
FOLLOWS = N_("“{driver}” was left out: it follows exactly from the other ratings.")


def _left_out(code: str, message: str, rating: Rating, **params: str) -> Issue:
    return Issue(code, "warning", message, "", {"driver": rating.name, **params}, rating.name)


def _units(customers: pd.Series[Any]) -> NDArray[np.int64]:
    """A number a customer; an answer without one is its own."""
    codes, known = pd.factorize(customers)
    units = codes.astype(np.int64)
    units[units < 0] = len(known) + np.arange(int((units < 0).sum()))
    return units


def _enough(values: NDArray[np.float64], units: int, fate: pd.Series[Any]) -> None:
    n, drivers = len(values), values.shape[1] - 1
    if n < A_DRIVER * drivers:
        raise NotEnoughData(
            "not_enough_data",
            N_(
                "{n} answers rate all {drivers} drivers, and {needed} are needed: ten a driver."
                " {incomplete} more lack a rating or have one off its scale."
            ),
            N_(
                "Choose fewer drivers, or wait for more answers: with so few, importance is chance."
            ),
            n=n,
            drivers=drivers,
            needed=A_DRIVER * drivers,
            incomplete=int(fate.isin([NO_RATING, OFF_RATING]).sum()),
        )
    if units < max(UNITS, drivers + 2):
        raise NotEnoughData(
            "not_enough_data",
            N_("The {n} answers are of {customers} customers, and {needed} are needed."),
            N_("Answers of one customer are alike, so they say little about the others."),
            n=n,
            customers=units,
            needed=max(UNITS, drivers + 2),
        )
    if np.ptp(values[:, -1]) == 0:
        raise NotEnoughData(
            "not_enough_data",
            N_("All answers give the same score, so nothing can go with it."),
            N_("Look at a longer time, or at another score."),
        )
