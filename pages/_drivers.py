"""What the drivers page asks and shows: the score, its ratings, who rated low, the regression."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.charts import drivers as charts
from cxlib.ingest.plan import Score
from cxlib.store.snapshots import Snapshot
from cxlib.voice.drivers import DriversResult
from cxlib.voice.ratings import rated_low, ratings
from pages import _cache, _charts, _parts, _state

_ = _state.say

METRICS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
GROUPS = 4  # attributes that the page can be filtered by


def names(data: Snapshot) -> dict[str, str]:
    """What the user calls the attributes."""
    return {f"a{i}": str(a["column"]) for i, a in enumerate(data.report.get("attributes") or [])}


def groups(data: Snapshot) -> dict[str, str]:
    """The first attributes in words, which answers can be filtered by."""
    held = data.report.get("attributes") or []
    words = {f"a{i}": str(a["column"]) for i, a in enumerate(held) if a["type"] == "text"}
    return dict(list(words.items())[:GROUPS])


def outcome(known: tuple[Score, ...]) -> str:
    """The score that is asked about: one of those for the whole experience."""
    offered = {
        f"s{i}": s.column if s.column.upper() == METRICS[s.metric] else _named(s)
        for i, s in enumerate(known)
        if s.metric in METRICS
    }
    if len(offered) < 2:
        return next(iter(offered), "score")
    return str(_parts.choice(_("What goes with"), offered, "outcome"))


def _named(score: Score) -> str:
    return f"{score.column} ({METRICS[score.metric]})"


def chosen(
    data: Snapshot, asked: str, known: tuple[Score, ...], called: dict[str, str]
) -> tuple[str, ...] | None:
    """The ratings that the user wants to compare; None: those that rate a part."""
    offered = _cache.rows(ratings, data, data.kind, outcome=asked, scales=known, names=called)
    words = {rating.column: rating.name for rating in offered}
    picked = st.multiselect(
        _("Drivers"),
        list(words),
        format_func=lambda column: words[column],
        key="drivers",
        bind="query-params",
        placeholder=_("All ratings of a part"),
    )
    return tuple(picked) or None


def basis(result: DriversResult) -> None:
    """What the figures rest on, and why other rows do not count."""
    lang = _state.session().lang
    said = {
        "n": lang.number(result.n),
        "drivers": len(result.drivers),
        "outcome": _parts.plain(result.name),
    }
    text = (
        _("{n} answers rate all {drivers} drivers of {outcome}.", **said)
        if result.customers == result.n
        else _(
            "{n} answers of {customers} customers rate all {drivers} drivers of {outcome}.",
            customers=lang.number(result.customers),
            **said,
        )
    )
    left = "; ".join(f"{_(why)}: {lang.number(n)}" for why, n in result.excluded.items())
    st.caption(f"{text} {_('Left out: {reason}', reason=left)}" if left else text)


def low(data: Snapshot, result: DriversResult, column: str, part: dict[str, Any]) -> None:
    """The customers who rated a driver low, or the answers where none has a customer."""
    driver = next((d for d in result.drivers if d.rating.column == column), None)
    if driver is None:
        return
    people = _cache.rows(
        rated_low,
        data,
        data.kind,
        column=column,
        scale=driver.rating.scale,
        outcome=result.outcome,
        end=part["as_of"],
        conditions=part["where"],
    )
    st.write(_("Rated {driver} low, the lowest first:", driver=f"**{_parts.plain(driver.name)}**"))
    if "customer_id" in people:
        _charts.customers(people, "drivers_low")
    else:
        _charts.listed(people, "drivers_low", _("Answers that rate it low"))


def regression(result: DriversResult) -> None:
    """Coefficients and raw weights, for those who want to check one against the other."""
    st.write(
        _(
            "A coefficient says by how many standard deviations the score is higher where this rating"
            " is one standard deviation higher and the others are the same. Ratings that go together"
            " share what they explain; a weight adds up what each holds of it. The weights sum to R²."
        )
    )
    _charts.listed(
        charts.regression_table(result, _state.session().lang),
        "drivers_regression",
        _("Regression coefficients and weights of the drivers"),
    )
