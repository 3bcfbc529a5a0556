"""Who leaves a subscription: a model of the churned of a snapshot, or of the next window by dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.collected import collected
from cxlib.frames.movements import counted, last_event, paying
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Issue, Receipt, Sentence
from cxlib.statistics import wilson
from cxlib.value import leakage, risk
from cxlib.value.churn_features import encode
from cxlib.value.classifiers import fit, predict
from cxlib.value.plans import Plan, plans
from cxlib.value.risk import RiskModel, Sample

TABLE = "subscriptions"
WINDOW = 90  # days ahead, in dated files
SNAPSHOT = ("tenure", "mrr", "plan")
DATED = ("mrr", "plan", "tenure_days", "plan_days", "subscriptions")

DEFINITIONS = (
    Definition(
        id="value.churn_model",
        version=1,
        name=N_("Model of who leaves"),
        formula=N_(
            "Logistic regression and gradient boosting, calibrated by Platt's sigmoid; the one with"
            " the lower log loss on people it has not seen is offered. Files with dates: fitted to"
            " one window, tested on the next. Snapshots: five-fold stratified cross-validation."
        ),
        good_for=N_("Deciding whom to save first: risk × value, with the reasons that weigh most."),
        not_good_for=N_(
            "Causes: what goes with leaving need not bring it about. A snapshot tells who has left"
            " by now, not who will leave when."
        ),
        pitfalls=N_(
            "A column that is filled in after somebody left makes a model look brilliant and is"
            " of no use: such columns are refused. Ranking well does not mean that a letter will"
            " keep anybody."
        ),
        source="DeLong et al. (1988); Platt (1999); Breiman (2001); Friedman (2001)",
    ),
)

READING = {
    "snapshot": N_(
        "An association at the snapshot, not a forecast: the file says who has left, not when."
    ),
    "time": N_("A forecast: fitted to one window and tested on the next, which it had not seen."),
}


@dataclass(frozen=True, slots=True)
class ChurnModelResult:
    """The model, what it was tested on, and whom to save first.

    `customers` has a row a customer who has not left, by rank: ``customer_id, plan, duration``
    (as the file counts it; days in a dated one), ``mrr, risk, worth, at_stake`` (risk × worth) and
    ``rank``. `reading` is a message id that says what the risk means. `plans` are the lives of
    subscriptions by tenure, of a snapshot alone. `cut` and `window_days` say where a dated file was
    split: fitted to the window before `cut`, tested on the one after it.
    """

    model: RiskModel
    reading: str
    customers: pd.DataFrame
    plans: tuple[Plan, ...]
    cut: dt.date | None
    window_days: int | None
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt

    def saves(self) -> pd.DataFrame:
        """Whom to save first, by rank."""
        return self.customers


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    names: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    window_days: int = WINDOW,
    value: pd.Series[Any] | None = None,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> ChurnModelResult:
    """A model of who leaves; by time where the table has start days, else of the snapshot.

    Parameters
    ----------
    table : subscriptions of any engine
        With ``start`` (and ``end``), or with ``churned``. Features are the plan, its revenue, how
        long it has run, and the attributes ``a0``, ``a1``, …
    as_of : date, optional
        The last day of a dated table: the latest start or end unless given.
    names : mapping of column to name, optional
        What the user calls the attributes.
    without : sequence of str
        Columns to leave out, by column or by name.
    window_days : int
        How far ahead a dated file is asked.
    value : pandas.Series, optional
        What each customer is worth, by ``customer_id``: CLV, say; else the monthly revenue.
    seed : int

    Raises
    ------
    NotEnoughData
        Fewer than 100 customers who left, or who stayed.
    Leak
        A column knows the answer.
    """
    last = last_event(table)
    end = None if last is None else as_of or last
    called = dict(names or {})
    attributes = [
        c
        for c in lazy(table).collect_schema().names()
        if c[:1] == "a" and c[1:].isdigit()
        and c not in without and called.get(c, c) not in without
    ]  # fmt: skip
    options = (called, attributes, set(without), value, seed)
    if end is None:
        return _snapshot(table, *options, digests, timezone)
    return _dated(table, end, window_days, *options, digests, timezone)


def _snapshot(
    table: Any,
    names: Mapping[str, str],
    attributes: list[str],
    without: set[str],
    value: pd.Series[Any] | None,
    seed: int,
    digests: tuple[str, ...],
    timezone: str,
) -> ChurnModelResult:
    rows = _rows(table, attributes)
    known = rows[rows["churned"].notna()].reset_index(drop=True)
    left = known["churned"].astype("bool").to_numpy()
    risk.enough(left)
    features, notes = encode(known, [*_wanted(SNAPSHOT, without), *attributes], names)
    leakage.check(features, left)
    several = known["customer_id"].duplicated().any()
    groups = known["customer_id"].to_numpy() if several else None
    model, risks = risk.by_cross_validation(Sample(features, left, {}), seed, groups)
    stay = known.assign(risk=risks)[~left]
    people = stay.groupby("customer_id", as_index=False).agg(
        plan=("plan", "last"), duration=("tenure", "max"), mrr=("mrr", "sum"), risk=("risk", "max")
    )
    lost = float(known.loc[left, "mrr"].sum())
    total = float(known["mrr"].sum())
    share = wilson(int(left.sum()), len(left))
    headline = [
        KPI("customers", N_("Customers"), Fact(len(left), "count", len(left))),
        KPI("churned", N_("Churned"), share),
    ]
    if total > 0:
        money = Fact(lost / total, "share", len(left))
        headline.append(KPI("mrr_churned", N_("Monthly revenue of the churned"), money))
    return ChurnModelResult(
        model=model,
        reading=READING["snapshot"],
        customers=_ranked(people, value),
        plans=_plans(known),
        cut=None,
        window_days=None,
        headline=(*headline, _auc(model)),
        meaning=_meaning(model),
        notes=notes,
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=len(rows),
            excluded={N_("without an answer whether they left"): len(rows) - len(known)},
            parameters=_parameters(model, without, seed),
            timezone=timezone,
            date_basis=N_("none: a snapshot"),
        ),
    )


def _dated(
    table: Any,
    end: dt.date,
    window: int,
    names: Mapping[str, str],
    attributes: list[str],
    without: set[str],
    value: pd.Series[Any] | None,
    seed: int,
    digests: tuple[str, ...],
    timezone: str,
) -> ChurnModelResult:
    """Learn from the window before the last, be tested on the last, and look at the next."""
    cuts = [end - dt.timedelta(days=k * window) for k in (2, 1, 0)]
    seen = [paying(table, cut, attributes) for cut in cuts]
    lefts = [
        ~before["customer_id"].isin(after["customer_id"]).to_numpy(np.bool_)
        for before, after in pairwise(seen)
    ]
    everyone = pd.concat(seen, ignore_index=True)
    features, notes = encode(everyone, [*_wanted(DATED, without), *attributes], names)
    edges = np.cumsum([len(part) for part in seen])[:-1]
    parts = [features.rows(rows) for rows in np.split(np.arange(len(everyone)), edges)]
    for part, left in zip(parts, lefts, strict=False):
        risk.enough(left)
        # Plan, revenue and days end at the cut; what the file says beside them may be of today.
        leakage.check(part.only(attributes), left)
    samples = [Sample(part, left, {}) for part, left in zip(parts, lefts, strict=False)]
    model = risk.by_time(samples[0], samples[1], seed)
    fitted = fit(model.offered, parts[1], lefts[1], seed)
    chances = predict(fitted, parts[2].values)
    rows = counted(table, end)
    n = len(lefts[1])
    return ChurnModelResult(
        model=model,
        reading=READING["time"],
        customers=_ranked(
            seen[2].assign(risk=chances).rename(columns={"tenure_days": "duration"}), value
        ),
        plans=(),
        cut=cuts[1],
        window_days=window,
        headline=(
            KPI("customers", N_("Paying customers"), Fact(len(seen[2]), "count", len(seen[2]))),
            KPI("churned", N_("Left in the last window"), wilson(int(lefts[1].sum()), n)),
            _auc(model),
        ),
        meaning=_meaning(model),
        notes=notes,
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": end.isoformat(),
                "window_days": window,
                **_parameters(model, without, seed),
            },
            timezone=timezone,
            date_basis=N_("close of the day"),
        ),
    )


def _rows(table: Any, attributes: Sequence[str]) -> pd.DataFrame:
    """The columns of a snapshot, in pandas; those that a table lacks are missing throughout."""
    frame = lazy(table)
    there = frame.collect_schema().names()
    if "churned" not in there:
        raise NotEnoughData(
            "not_enough_data",
            N_("This file does not say who left."),
            N_("It needs the start and end days of subscriptions, or a column of the churned."),
        )
    kinds: dict[str, Any] = {
        "customer_id": nw.String,
        "plan": nw.String,
        "mrr": nw.Float64,
        "tenure": nw.Float64,
    }
    found = collected(
        frame.select(
            *(nw.col(c).cast(kind) for c, kind in kinds.items() if c in there),
            nw.col("churned").cast(nw.Boolean),
            *attributes,
        )
    )
    for column, kind in kinds.items():
        if column not in there:
            found[column] = pd.Series(dtype="str" if kind is nw.String else "float64")
    return found


def _plans(known: pd.DataFrame) -> tuple[Plan, ...]:
    """The lives of subscriptions by tenure, in the file's own unit."""
    lived = known[known["tenure"] >= 0]
    times = {"plan": lived["plan"], "time": lived["tenure"], "left": lived["churned"], "n": 1}
    return plans(pd.DataFrame(times).astype({"left": "bool"}), "count") if len(lived) else ()


def _wanted(columns: Sequence[str], without: set[str]) -> list[str]:
    return [column for column in columns if column not in without]


def _ranked(people: pd.DataFrame, value: pd.Series[Any] | None) -> pd.DataFrame:
    worth = people["mrr"] if value is None else people["customer_id"].map(value)
    shown = people[["customer_id", "plan", "duration", "mrr"]].reset_index(drop=True)
    return risk.ranked(shown, people["risk"].to_numpy(np.float64), worth)


def _auc(model: RiskModel) -> KPI:
    return KPI("auc", N_("Quality of the model (AUC)"), model.quality.auc)


def _parameters(model: RiskModel, without: set[str], seed: int) -> dict[str, Any]:
    return {
        "model": model.offered,
        "tested_on": model.tested,
        "fitted_to": model.trained,
        "without": ", ".join(sorted(without)),
        "seed": seed,
    }


def _meaning(model: RiskModel) -> Sentence:
    """How much the list helps: the tenth at most risk, and what weighs most."""
    return Sentence(
        N_(
            "Among the tenth with the highest risk, {lift} times as many left as on average. What"
            " weighs most: {feature}."
        ),
        {
            "lift": model.quality.lift,
            "feature": str(model.importance["feature"].iloc[0]) if len(model.importance) else "–",
        },
        {"lift": "ratio"},
    )
