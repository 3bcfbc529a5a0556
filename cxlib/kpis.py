"""KPIs of a series by month: the newest complete month, what it is compared with, and the verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.results import KPI, Estimate, Fact, Unit, Verdict
from cxlib.statistics import estimate_verdicts, fact_verdicts


def of_estimates(
    key: str,
    label: str,
    value: Fact | Estimate,
    monthly: Sequence[Estimate | None],
    names: Sequence[str],
    complete: Sequence[bool],
    series: Sequence[float],
    year_before: int | None,
    errors: Sequence[float] | None = None,
) -> KPI:
    """A KPI of estimates: the month before is judged, and so is the year before.

    Parameters
    ----------
    value : Fact or Estimate
        Of all the data.
    monthly, names, complete, errors
        As `cxlib.statistics.estimate_verdicts` takes them; one month at least is complete.
    series : sequence of float
        A value a month; of incomplete ones it is left out.
    year_before : int or None
        Which month stands a year before the newest complete one, where it is complete.
    """
    newest = _newest(complete)
    judged = estimate_verdicts(monthly, names, complete, errors)
    last_year = None
    if year_before is not None:
        pair = (year_before, newest)
        last_year = estimate_verdicts(
            [monthly[i] for i in pair],
            [names[i] for i in pair],
            [True, True],
            None if errors is None else [errors[i] for i in pair],
        )[0]
    shown = _whole(series, complete)
    return KPI(key, label, value, monthly[newest], judged[-1], last_year, shown, judged)


def of_facts(
    key: str,
    label: str,
    value: Fact | Estimate,
    figures: Sequence[float],
    names: Sequence[str],
    complete: Sequence[bool],
    unit: Unit,
    n: int,
    year_before: int | None,
) -> KPI:
    """A KPI of facts, `n` being what the newest rests on: the month before is judged. The year before is
    a difference, there being too few years to know the usual one."""
    newest = _newest(complete)
    judged = fact_verdicts(figures, names, complete, unit)
    last_year = None
    if year_before is not None:
        change = figures[newest] - figures[year_before]
        before, after = names[year_before], names[newest]
        last_year = Verdict("unknown", change, unit, before=before, after=after)
    shown = _whole(figures, complete)
    latest = Fact(figures[newest], unit, n)
    return KPI(key, label, value, latest, judged[-1], last_year, shown, judged)


def _newest(complete: Sequence[bool]) -> int:
    return max(i for i, whole in enumerate(complete) if whole)


def _whole(series: Sequence[float], complete: Sequence[bool]) -> tuple[float, ...]:
    return tuple(float(v) for v, whole in zip(series, complete, strict=True) if whole)
