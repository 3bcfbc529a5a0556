"""Which purchase model suits these customers: by likelihood, and by what each foresaw at several cuts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cxlib.errors import NotEnoughData
from cxlib.frames.base import CustomerBase, customer_base
from cxlib.frames.repeats import repeats
from cxlib.i18n import N_
from cxlib.results import Param, Receipt, Sentence
from cxlib.value.clv import lifetime
from cxlib.value.clv.backtest import Backtest, backtest
from cxlib.value.clv.fitters import MODELS
from cxlib.value.clv.ladder import NAMES, climb_days
from cxlib.value.clv.tracking import Tracking, track

SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)
"""Where time is cut to test the models, as shares of it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model on all data and at each cut.

    `log_likelihood` is the total, `aic` = 2k − 2·log-likelihood with its k parameters; None where
    the model did not converge, which leaves it out of the choice. `tests` are its backtests, those
    at which it converged itself. `error` is the mean over them of its RMSE divided by the smaller
    one of both simple rules: below 1 it foresees more than they do. `wins` counts the cuts at which
    it is nearer than both.
    """

    model: str
    log_likelihood: float | None
    aic: float | None
    tests: tuple[Backtest, ...]
    error: float
    wins: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """All models; `best` is the one with the smallest `error` among those that converged on all data
    and at as many cuts as any, None where there is none.

    `trusted` says whether the best one is nearer than both simple rules at most cuts. `tracking` is
    the best model's, fitted up to the middle cut.
    """

    candidates: tuple[Candidate, ...]
    cuts: tuple[dt.date, ...]
    best: str | None
    trusted: bool
    tracking: Tracking | None
    meaning: Sentence
    receipt: Receipt


def compare(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    unit: Literal["D", "W"] = "D",
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> Comparison:
    """Fit every model to all data and to what was known at each of several cuts.

    Parameters
    ----------
    table : orders of any engine
        As for `cxlib.value.clv.lifetime.analyse`.
    as_of : date, optional
        End of observation, the last day of data unless given.

    Raises
    ------
    NotEnoughData
        No customer has bought before any of the cuts.
    """
    base = customer_base(table, as_of, SHARES)
    if base.end is None or not any(len(split.customers) for split in base.splits):
        raise NotEnoughData(
            "not_enough_data",
            N_("The file is too short to check the forecast against its own past."),
            N_("Models are compared on customers who bought on several days."),
        )
    candidates = tuple(_candidate(base, model, unit, seed) for model in MODELS)
    # A mean over fewer cuts is no match for one over all: who fails at one cannot be the best.
    most = max(len(c.tests) for c in candidates)
    tested = [c for c in candidates if len(c.tests) == most and c.log_likelihood is not None]
    best = min(tested, key=lambda c: c.error, default=None) if most else None
    middle = base.splits[len(base.splits) // 2].cut
    fits = [test.fit for test in best.tests if test.cut == middle] if best else []
    tracking = track(repeats(table, middle, base.end), fits[0], middle, base.end) if fits else None
    return Comparison(
        candidates=candidates,
        cuts=tuple(split.cut for split in base.splits),
        best=best.model if best else None,
        trusted=best is not None and 2 * best.wins > len(best.tests),
        tracking=tracking,
        meaning=_meaning(best),
        receipt=lifetime.DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=base.coverage.rows,
            excluded=base.coverage.excluded,
            parameters={"as_of": base.end.isoformat(), "unit": unit, "seed": seed},
            timezone=timezone,
        ),
    )


def _candidate(base: CustomerBase, model: str, unit: str, seed: int) -> Candidate:
    # Another model of the ladder would be no answer here.
    fit = climb_days(model, base.summary, unit, seed).fit
    fit = fit if fit is not None and fit.model == model else None
    end = base.end or dt.date.min
    found = (backtest(split, model, end, unit=unit, seed=seed) for split in base.splits)
    tests = tuple(test for test in found if test is not None and test.fit.model == model)
    ratios = [t.model.rmse / min(b.rmse for b in t.baselines) for t in tests]
    return Candidate(
        model=model,
        log_likelihood=fit.log_likelihood if fit else None,
        aic=2 * len(fit.params) - 2 * fit.log_likelihood if fit else None,
        tests=tests,
        error=float(np.mean(ratios)) if ratios else float("nan"),
        wins=sum(ratio < 1 for ratio in ratios),
    )


def _meaning(best: Candidate | None) -> Sentence:
    if best is None:
        return Sentence(
            N_(
                "No purchase model converges on this file's past. Go by each customer's own rate or"
                " by the mean instead."
            )
        )
    params: dict[str, Param] = {
        "model": NAMES[best.model],
        "wins": best.wins,
        "cuts": len(best.tests),
    }
    if 2 * best.wins > len(best.tests):
        return Sentence(
            N_(
                "{model} foresaw the most: at {wins} of {cuts} cut dates it was nearer to what came"
                " than both simple rules."
            ),
            params,
            {"wins": "count", "cuts": "count"},
        )
    return Sentence(
        N_(
            "No model is worth its trouble here: the best, {model}, was nearer than both simple"
            " rules at only {wins} of {cuts} cut dates. Go by the simple rule with the smaller error."
        ),
        params,
        {"wins": "count", "cuts": "count"},
    )
