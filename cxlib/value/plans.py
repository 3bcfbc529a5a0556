"""How long subscriptions of each plan last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.results import Estimate, Unit
from cxlib.statistics import wilson
from cxlib.value.kaplan_meier import SurvivalCurve, kaplan_meier

PLANS = 50  # the largest; more names than that are no plans


@dataclass(frozen=True, slots=True)
class Plan:
    """How long subscriptions of a plan last; `plan` is None for all of them together.

    `left` ended otherwise than by moving to another plan. `monthly_churn` is the chance of leaving
    in a month: left / months that were begun by those who left or completed by those who have not;
    None where months are not known. `curve` is Kaplan and Meier's, in the unit of its durations; its
    median is None while more than half are there.
    """

    plan: str | None
    subscriptions: int
    left: int
    monthly_churn: Estimate | None
    curve: SurvivalCurve


def plans(lived: pd.DataFrame, unit: Unit = "days") -> tuple[Plan, ...]:
    """All subscriptions together, then each of the largest plans, where there is more than one.

    Parameters
    ----------
    lived : pandas.DataFrame
        ``plan, time`` (how long so far), ``left`` (bool), ``n`` subscriptions, and ``months`` where
        they are known.
    unit : str
        What `time` counts; ``count`` where the file does not say.
    """
    sizes = lived.groupby("plan")["n"].sum().sort_values(ascending=False, kind="stable")
    names = list(sizes.index[:PLANS]) if len(sizes) > 1 else []
    return (
        _plan(None, lived, unit),
        *(_plan(str(p), lived[lived["plan"] == p], unit) for p in names),
    )


def _plan(name: str | None, lived: pd.DataFrame, unit: Unit) -> Plan:
    n, left = lived["n"], lived["n"].where(lived["left"], 0)
    by_time = pd.DataFrame({"left": left, "stayed": n - left}).groupby(lived["time"]).sum()
    begun = int((n * lived["months"]).sum()) if "months" in lived else 0
    return Plan(
        plan=name,
        subscriptions=int(n.sum()),
        left=int(left.sum()),
        monthly_churn=wilson(int(left.sum()), begun) if begun else None,
        curve=kaplan_meier(
            by_time.index.to_numpy(np.float64),
            by_time["left"].to_numpy(np.int64),
            by_time["stayed"].to_numpy(np.int64),
            unit,
        ),
    )
