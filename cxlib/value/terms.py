"""Terms of contracts: the period by which they are renewed, and how many periods each has come through."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlib.value.clv.contracts import Renewals

Term = Literal["month", "year"]
MONTHS: dict[Term, int] = {"month": 1, "year": 12}

# What plans that say their period are called, in English and Indonesian.
_YEAR = re.compile(r"\b(year|years|yearly|yr|annual|annually|tahun|tahunan|12 months?|12 bulan)\b")
_MONTH = re.compile(r"\b(month|months|monthly|mo|bulan|bulanan)\b")
NEAR = 3  # days that a yearly end may lie beside its anniversary
SPACED = 5  # ended subscriptions that it takes to see a spacing
YEARLY = 0.5  # of which so many end about an anniversary; of ends by chance one in fifty would


def terms(lived: pd.DataFrame) -> dict[str | None, Term]:
    """The period of each plan: what its name says, else how its ends are spaced, else a month.

    Parameters
    ----------
    lived : pandas.DataFrame
        Of `cxlib.frames.movements.lives`: ``plan, start, stop, n``. The key None stands for
        subscriptions without a plan.
    """
    plan = lived["plan"].astype("object").where(lived["plan"].notna(), None)
    return {
        None if pd.isna(name) else str(name): _named(name) or _spaced(rows)
        for name, rows in lived.groupby(plan, dropna=False, sort=True)
    }


def _named(plan: Any) -> Term | None:
    words = "" if pd.isna(plan) else re.sub(r"[\W_]+", " ", str(plan).lower())
    if _YEAR.search(words):
        return "year"
    return "month" if _MONTH.search(words) else None


def _spaced(rows: pd.DataFrame) -> Term:
    """A year where most subscriptions that ended did so about an anniversary."""
    ended = rows[rows["stop"].notna()]
    days = (ended["stop"] - ended["start"]).dt.days
    years = (days / 365.25).round()
    near = (years >= 1) & ((days - years * 365.25).abs() <= NEAR)
    n = ended["n"]
    return "year" if n.sum() >= SPACED and n[near].sum() / n.sum() >= YEARLY else "month"


def later(day: dt.date, periods: int, term: Term) -> dt.date:
    """The day so many periods after (or, below 0, before) another; the month's last where it is short."""
    moved = pd.Timestamp(day) + pd.DateOffset(months=periods * MONTHS[term])
    return moved.date()


def whole(
    start: pd.Series[Any], until: pd.Series[Any] | pd.Timestamp, term: Term
) -> tuple[pd.Series[int], pd.Series[bool]]:
    """How many whole periods lie between two days, and whether the second is a day of renewal.

    Periods run from day to the same day of the month, or to its last day where it is shorter.
    """
    until = pd.Series(until, index=start.index)
    months = (until.dt.year - start.dt.year) * 12 + until.dt.month - start.dt.month
    due = np.minimum(start.dt.day, until.dt.days_in_month)
    months = months - (until.dt.day < due)
    size = MONTHS[term]
    return months // size, (until.dt.day == due) & (months % size == 0)


def aged(contracts: pd.DataFrame, end: dt.date, term: Term) -> pd.DataFrame:
    """Contracts with their ages in periods, as they stood at the close of `end`.

    Parameters
    ----------
    contracts : pandas.DataFrame
        Of `cxlib.frames.contracts.contracts`.

    Returns
    -------
    pandas.DataFrame
        The same rows with ``age`` and ``lost``. A lost contract was not renewed at its age-th
        renewal: one that is given up within a period is lost at the end of it. What has not been
        seen to the end of a period says nothing of it, whether it runs or was given up: the contract
        is censored after the renewal before. Else the latest period would show losses alone.
    """
    start, stop = contracts["start"], contracts["stop"]
    close = pd.Timestamp(end)
    completed, due = whole(start, stop.fillna(close), term)
    reached = (completed + ~due).clip(lower=1)
    seen, _ = whole(start, close, term)
    lost = contracts["left"] & (reached <= seen)
    age = completed.where(~contracts["left"], reached.where(lost, reached - 1))
    return contracts.assign(age=age.astype("int64"), lost=lost)


def counted(contracts: pd.DataFrame) -> Renewals:
    """How many of `aged` contracts were lost at each age, or last seen running."""
    age, lost = contracts["age"].to_numpy(), contracts["lost"].to_numpy()
    size = int(age.max()) + 1
    return Renewals.counted(
        np.bincount(age[lost], minlength=size), np.bincount(age[~lost], minlength=size)
    )
