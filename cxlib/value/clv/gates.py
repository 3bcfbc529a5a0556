"""What a file and its fit must show before lifetime value is put in figures."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cxlib.i18n import N_
from cxlib.results import Gate
from cxlib.value.clv.backtest import Backtest
from cxlib.value.clv.ladder import Fit

BUYERS = 500
DAYS = 180
PURCHASES = 3
TAIL = 1.0
CORRELATION = 0.3

Blocks = Literal["all", "money", "nothing"]


def gates(
    summary: pd.DataFrame,
    fit: Fit | None,
    spend: Fit | None,
    backtest: Backtest | None,
    dated: bool = True,
) -> tuple[Gate, ...]:
    """All gates, passed or not, in the order in which they are explained.

    Parameters
    ----------
    summary : pandas.DataFrame
        The customer summary, in days.
    fit, spend : Fit or None
        The purchase and the spend model, None where it did not converge.
    backtest : Backtest or None
        None where none could be made.
    dated : bool
        Whether there are orders to backtest on; a summary file has none, and is not blamed.
    """
    observed = float(summary["T"].max()) if len(summary) else 0.0
    deepest = float(summary["purchases"].max()) if len(summary) else 0.0
    return (
        Gate.at_least("buyers", len(summary), BUYERS, _BUYERS, "money"),
        Gate.at_least("days", observed, DAYS, _DAYS, "money"),
        Gate.at_least("purchases", deepest, PURCHASES, _PURCHASES, "money"),
        _converged(fit, repeats=bool((summary["frequency"] > 0).any())),
        *_money(summary, spend),
        _holdout(backtest, dated),
    )


def blocked(found: tuple[Gate, ...], what: Literal["all", "money"]) -> bool:
    """Whether a failed gate withholds everything, or money (which goes with everything)."""
    blocking = {"all": ("all",), "money": ("all", "money")}[what]
    return any(not gate.passed and gate.blocks in blocking for gate in found)


_BUYERS = (
    N_("{measured} buyers, at least {required} needed."),
    N_("Lifetime value needs {required} buyers; this file has {measured}."),
)
_DAYS = (
    N_("{measured} days observed, at least {required} needed."),
    N_("Lifetime value needs {required} days of observation; this file has {measured}."),
)
_PURCHASES = (
    N_("The most frequent customer has {measured} purchases, at least {required} needed."),
    N_(
        "Lifetime value needs some customers with {required} purchases or more; here nobody has"
        " more than {measured}."
    ),
)


def _converged(fit: Fit | None, repeats: bool) -> Gate:
    if fit is not None:
        words = N_("The purchase model converged: its likelihood peaks at these parameters.")
    elif repeats:
        words = N_("No purchase model converges on this file, so nothing is predicted from it.")
    else:
        words = N_("Nobody in this file bought on a second day, so there is no rhythm to learn.")
    return Gate("converged", fit is not None, words, fit.gradient if fit else None, 1e-6, "all")


def _money(summary: pd.DataFrame, spend: Fit | None) -> tuple[Gate, ...]:
    if not summary["revenue"].notna().any() and not summary["monetary_value"].notna().any():
        words = N_("The file has no amounts: purchases are predicted, money is not.")
        return (Gate("amounts", False, words, None, None, "money"),)
    if spend is None:
        words = N_(
            "The spend model finds no optimum: too few repeat purchases of a positive value, or"
            " values that do not differ."
        )
        return (Gate("spend_converged", False, words, None, None, "money"),)
    q = spend.params["q"]
    tail = q > TAIL
    words = (
        N_("The spend model has a finite population mean (q > 1).")
        if tail
        else N_("The spend model has no finite population mean (q ≤ 1): a few customers dominate.")
    )
    return (
        Gate(
            "spend_converged",
            True,
            N_("The spend model converged."),
            spend.gradient,
            1e-6,
            "money",
        ),
        Gate("spend_tail", tail, words, q, TAIL, "money"),
        _independent(summary),
    )


def _independent(summary: pd.DataFrame) -> Gate:
    paid = summary["spend_purchases"] > 0
    columns = (summary[c][paid] for c in ("spend_purchases", "monetary_value"))
    x, mean = (column.to_numpy(float) for column in columns)
    varied = len(x) > 2 and x.std() > 0 and mean.std() > 0
    correlation = float(np.corrcoef(x, mean)[0, 1]) if varied else 0.0
    passed = abs(correlation) < CORRELATION
    words = (
        N_("How often customers buy says little about how much they spend, as the model assumes.")
        if passed
        else N_(
            "How often customers buy goes with how much they spend; the model assumes that it does"
            " not. Read single values with care."
        )
    )
    return Gate("independence", passed, words, correlation, CORRELATION, "nothing")


def _holdout(backtest: Backtest | None, dated: bool) -> Gate:
    if not dated:
        words = N_("A summary has no dates, so the forecast cannot be checked against its past.")
        return Gate("holdout", False, words, None, None, "nothing")
    if backtest is None:
        words = N_("The file is too short to check the forecast against its own past.")
        return Gate("holdout", False, words, None, None, "money")
    bound = min(score.rmse for score in backtest.baselines)
    passed = backtest.model.rmse < bound
    words = (
        N_("In the backtest the forecast is nearer to what happened than both simple rules.")
        if passed
        else N_(
            "In the backtest a simple rule is nearer to what happened than the model. Use it in"
            " the model's place."
        )
    )
    return Gate("holdout", passed, words, backtest.model.rmse, bound, "money")
