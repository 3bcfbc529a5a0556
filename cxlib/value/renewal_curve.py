"""The life of contracts by age: as it was seen, as the model has it, and as it is projected."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.statistics import wilson_ends
from cxlib.value.clv.contracts import Renewals, retention, survival
from cxlib.value.clv.ladder import Fit
from cxlib.value.kaplan_meier import SurvivalCurve, kaplan_meier


def observed(renewals: Renewals) -> SurvivalCurve:
    """Kaplan and Meier's curve at whole periods."""
    there = np.append(renewals.contracts, renewals.at_risk)
    lost = np.append(0.0, renewals.lost)
    censored = there - lost - np.append(there[1:], 0.0)
    return kaplan_meier(np.arange(len(there)), lost, censored, "count")


def curve(renewals: Renewals, fit: Fit | None, ahead: int) -> pd.DataFrame:
    """A row an age, as `cxlib.value.renewals.RenewalsResult.curve` says, `ahead` of what was seen."""
    seen = len(renewals.age)
    age = np.arange(seen + ahead + 1)
    known, seen_curve = seen + 1, observed(renewals)
    kept_low, kept_high = wilson_ends(renewals.at_risk - renewals.lost, renewals.at_risk)
    columns = {
        "at_risk": np.append(renewals.contracts, renewals.at_risk),
        "lost": np.append(0.0, renewals.lost),
        "observed": seen_curve.survival,
        "observed_low": seen_curve.low,
        "observed_high": seen_curve.high,
        "renewed": np.append(np.nan, 1 - renewals.lost / renewals.at_risk),
        "renewed_low": np.append(np.nan, kept_low),
        "renewed_high": np.append(np.nan, kept_high),
    }
    table = pd.DataFrame(
        {name: np.append(held, np.full(len(age) - known, np.nan)) for name, held in columns.items()}
    )
    table.insert(0, "renewals", age)
    there = survival(fit, age) if fit else None
    rate = retention(fit, age[1:]) if fit else None
    for side in ("value", "low", "high"):
        suffix = "" if side == "value" else f"_{side}"
        table[f"fitted{suffix}"] = np.nan if there is None else getattr(there, side)
        table[f"fitted_renewed{suffix}"] = (
            np.nan if rate is None else np.append(np.nan, getattr(rate, side))
        )
    table["projected"] = age > seen
    return table
