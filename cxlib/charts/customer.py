"""One customer: the timeline, and the reasons in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language
from cxlib.labels import written
from cxlib.results import Param, Sentence, Unit

if TYPE_CHECKING:
    from cxlib.value.clv.explain import Reasons


MARKS = 1_000  # bars that are drawn; a longer history is drawn by day, or by month


def timeline(rows: pd.DataFrame, lang: Language, look: Theme, currency: str | None) -> Any:
    """A bar an order on its day, refunds below the line; very long histories by day or month."""
    money = "amount" in rows and bool(rows["amount"].notna().any())
    given = {"status": rows.get("status", "sale"), "amount": rows["amount"] if money else 1.0}
    rows, period = _folded(rows.assign(**given))
    table = pd.DataFrame(
        {
            "day": rows["day"].dt.strftime("%Y-%m-%d"),
            "shown": [
                (lang.month if period == "month" else lang.date)(d.date()) for d in rows["day"]
            ],
            "amount": rows["amount"],
            "order": rows.get("order_id", ""),
            "text": [written(v, "money", lang, currency) for v in rows["amount"]] if money else "",
            "refund": rows["status"] != "sale",
        }
    )
    drawing = (
        alt.Chart(table)
        .mark_bar(size=5, cornerRadiusEnd=2)
        .encode(
            # utc: days are days, whatever the browser's time zone.
            x=alt.X(
                "utcyearmonthdate(day):T",
                title=None,
                axis=alt.Axis(grid=False, format="%b %y", labelOverlap=True),
            ),
            y=alt.Y(
                "amount:Q",
                title=lang(N_("Amount") if money else N_("Orders")),
                axis=compact_axis(lang, tickCount=4),
            ),
            color=alt.condition("datum.refund", alt.value("#D55E00"), alt.value(ACCENT)),
            tooltip=[
                alt.Tooltip("shown:N", title=lang(N_("Day"))),
                alt.Tooltip("order:N", title=lang(N_("Order"))),
                alt.Tooltip("text:N", title=lang(N_("Amount")))
                if money
                else alt.Tooltip("amount:Q", format=WHOLE),
            ],
        )
    )
    return dressed(drawing, lang, height=220)


def _folded(rows: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows, and what each is: an ``order``, or a ``day`` or ``month`` where they are many."""
    if len(rows) <= MARKS:
        return rows, "order"
    days = _summed(rows, "D")
    return (days, "day") if len(days) <= MARKS else (_summed(rows, "M"), "month")


def _summed(rows: pd.DataFrame, period: str) -> pd.DataFrame:
    start = rows["day"].dt.to_period(period).dt.start_time
    return rows.assign(day=start).groupby(["day", "status"])[["amount"]].sum().reset_index()


def why(reasons: Reasons) -> tuple[Sentence, ...]:
    """The reasons behind a customer's value, one sentence each."""
    found = [_rhythm(reasons), _rate(reasons)]
    if reasons.p_alive is not None:
        found.append(
            Sentence(
                N_("The model gives a probability of {p} that they still buy."),
                {"p": reasons.p_alive},
                {"p": "share"},
            )
        )
    if reasons.own_weight is not None and reasons.population_spend is not None:
        found.append(_spend(reasons))
    return tuple(found)


def _rhythm(reasons: Reasons) -> Sentence:
    params: dict[str, Param] = {"since": reasons.days_since, "gap": reasons.usual_gap_days}
    units: dict[str, Unit] = {"since": "days", "gap": "days"}
    if reasons.usual_gap_days is None:
        return Sentence(
            N_("One purchase so far, {since} days ago: there is no rhythm yet."), params, units
        )
    late = reasons.days_since > reasons.usual_gap_days
    message = (
        N_("They usually buy every {gap} days; the last purchase is {since} days ago: overdue.")
        if late
        else N_(
            "They usually buy every {gap} days; the last purchase is {since} days ago: on time."
        )
    )
    return Sentence(message, params, units)


def _rate(reasons: Reasons) -> Sentence:
    params: dict[str, Param] = {"own": reasons.own_rate, "all": reasons.population_rate}
    units: dict[str, Unit] = {"own": "ratio", "all": "ratio"}
    return Sentence(
        N_("They make {own} repeat purchases a year; the average customer makes {all}."),
        params,
        units,
    )


def _spend(reasons: Reasons) -> Sentence:
    params: dict[str, Param] = {
        "own": reasons.own_spend,
        "all": reasons.population_spend,
        "weight": reasons.own_weight,
    }
    units: dict[str, Unit] = {"own": "money", "all": "money", "weight": "share"}
    if reasons.own_spend is None:
        return Sentence(
            N_("Without a paid repeat purchase, their expected spend is the average: {all}."),
            params,
            units,
        )
    return Sentence(
        N_(
            "Their repeat purchases average {own}. That counts for {weight} of the expected spend;"
            " the rest is the average customer's {all}."
        ),
        params,
        units,
    )
