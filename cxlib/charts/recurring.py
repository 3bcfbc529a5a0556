"""Recurring revenue: where it went in a month, what is kept of it, and how long plans last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    NARROW,
    QUIET,
    SHARE,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    legend_columns,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.plans import Plan
    from cxlib.value.recurring import RecurringResult

MOVES = {
    "new": N_("New"),
    "reactivation": N_("Came back"),
    "expansion": N_("Pay more"),
    "contraction": N_("Pay less"),
    "churn": N_("Left"),
}
GAINS = ("new", "reactivation", "expansion")
RATES = {"nrr": N_("Net revenue retention"), "grr": N_("Gross revenue retention")}
MONTHLY = (
    "month",
    "mrr_start",
    *MOVES,
    "mrr_end",
    "customers_start",
    "customers_lost",
    "grr",
    "nrr",
    "customer_churn",
)
CURVES = 6  # plans that colours can tell apart
POINTS = 400  # of a curve


def waterfall_table(result: RecurringResult, month: str, lang: Language) -> pd.DataFrame:
    """The steps of a month (2025-12): ``movement, name, amount`` and, to draw, ``low`` and ``high``."""
    row = result.monthly[result.monthly["name"] == month].iloc[0]
    level = float(row["mrr_start"])
    steps = [("start", lang(N_("At the start")), level, 0.0, level)]
    for key, name in MOVES.items():
        amount = float(row[key]) if key in GAINS else 0.0 - float(row[key])
        steps.append(
            (key, lang(name), amount, min(level, level + amount), max(level, level + amount))
        )
        level += amount
    steps.append(("end", lang(N_("At the end")), float(row["mrr_end"]), 0.0, float(row["mrr_end"])))
    return pd.DataFrame(steps, columns=["movement", "name", "amount", "low", "high"])


def waterfall(result: RecurringResult, month: str, lang: Language, look: Theme) -> Any:
    """From the revenue at a month's start to that at its end; clicking a step selects it."""
    table = waterfall_table(result, month, lang)
    colour = {"start": QUIET, "end": QUIET, "contraction": CATEGORIES[1], "churn": CATEGORIES[5]}
    table = table.assign(
        colour=[colour.get(m, ACCENT) for m in table["movement"]],
        text=[
            ("+" if a > 0 and m in GAINS else "") + lang.compact(a)
            for a, m in zip(table["amount"], table["movement"], strict=True)
        ],
    )
    picked = alt.selection_point(name="movement", fields=["movement"])
    base = alt.Chart(table).encode(
        x=alt.X(
            "name:O",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelAngle=0,
                grid=False,
                labelOverlap=False,
                # All seven words find room on a phone, one below the other.
                labelExpr=f"width < {NARROW} ? split(datum.label, ' ') : datum.label",
                labelFontSize=alt.ExprRef(f"width < {NARROW} ? 9 : 12"),
            ),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("amount:Q", title=lang(N_("A month")), format=WHOLE),
        ],
    )
    bars = base.mark_bar(cornerRadius=2, cursor="pointer").encode(
        y=alt.Y(
            "low:Q",
            title=lang(N_("Monthly recurring revenue")),
            axis=compact_axis(lang, tickCount=5),
            # Small steps beside a large stock are seen only where the axis need not begin at 0.
            scale=alt.Scale(domain=_around(table), clamp=True),
        ),
        y2="high:Q",
        color=alt.Color("colour:N", scale=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    ends = base.mark_text(dy=-8, color=QUIET).encode(y="high:Q", text="text:N")
    return dressed(bars.add_params(picked) + ends, lang, height=300)


def _around(table: pd.DataFrame) -> list[float]:
    """From just below the lowest level that moves to just above the highest."""
    moving = table[~table["movement"].isin(["start", "end"])]
    low, high = float(moving["low"].min()), float(table["high"].max())
    room = 0.15 * (high - low) or max(high, 1.0)
    return [max(0.0, low - room), high + room]


def moved(
    result: RecurringResult, month: str, movement: str | None, lang: Language
) -> pd.DataFrame:
    """The customers behind a month, or one of its steps: ``customer_id, movement, before, after``.

    The steps "start" and "end" have the customers who pay then; those are not a movement, and what
    is listed is every change of the month.
    """
    day = result.monthly.loc[result.monthly["name"] == month, "month"].iloc[0].date()
    people = result.members(day, movement if movement in MOVES else None)
    people = people.assign(
        movement=[lang(MOVES[key]) for key in people["movement"]],
        change=(people["after"] - people["before"]).abs(),
    )
    people = people.sort_values(["change", "customer_id"], ascending=[False, True])
    return people[["customer_id", "movement", "before", "after"]]


def retention(result: RecurringResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """GRR and NRR of each complete month with their intervals; clicking a month selects it. `notes`
    are the annotations of the workspace."""
    table = result.monthly[result.monthly["complete"] & result.monthly["grr"].notna()]
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "day": table["month"].dt.strftime("%Y-%m-%d"),
                    "name": [lang.month(day) for day in table["month"]],
                    "rate": lang(name),
                    "value": table[key],
                    "low": table[f"{key}_low"],
                    "high": table[f"{key}_high"],
                    "customers": table["customers_start"],
                }
            )
            for key, name in RATES.items()
        ]
    )
    picked = alt.selection_point(name="month", fields=["day"])
    names = [lang(name) for name in RATES.values()]
    x = alt.X(
        "name:O",
        sort=None,
        title=None,
        axis=alt.Axis(grid=False, labelOverlap=True, labelAngle=0),
    )
    base = alt.Chart(long).encode(
        x=x,
        color=alt.Color(
            "rate:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(CATEGORIES)),
            legend=alt.Legend(
                orient="top",
                symbolType="stroke",
                symbolOpacity=1,
                labelLimit=0,
                columns=legend_columns(1),
            ),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip("rate:N", title=" "),
            alt.Tooltip("value:Q", title=lang(N_("Kept")), format=".1%"),
            alt.Tooltip("low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("customers:Q", title=lang(N_("Customers at the start")), format=WHOLE),
        ],
    )
    axis = alt.Axis(format=SHARE, tickCount=5)
    bands = base.mark_area(opacity=0.15).encode(
        y=alt.Y("low:Q", title=lang(N_("Of the revenue at the start")), axis=axis,
                scale=alt.Scale(zero=False)),
        y2="high:Q",
    )  # fmt: skip
    lines = base.mark_line(point={"size": 60, "filled": True}, cursor="pointer").encode(
        y="value:Q",
        strokeDash=alt.StrokeDash("rate:N", legend=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.4)),
    )
    drawing = bands + lines.add_params(picked)
    months = [day.date() for day in table["month"]]
    return dressed(annotated(drawing, x, months, notes, lang), lang, height=300)


def curve_table(plans: Sequence[Plan], lang: Language) -> pd.DataFrame:
    """Survival by plan, the largest `CURVES` of them: ``plan, time, survival, low, high, at_risk``."""
    shown = plans[1 : CURVES + 1] or plans
    frames = []
    for plan in shown:
        curve = plan.curve
        chosen = np.unique(np.linspace(0, len(curve.durations) - 1, POINTS).round().astype(int))
        frames.append(
            pd.DataFrame(
                {
                    "plan": lang(N_("All")) if plan.plan is None else plan.plan,
                    "time": np.asarray(curve.durations)[chosen],
                    "survival": np.asarray(curve.survival)[chosen],
                    "low": np.asarray(curve.low)[chosen],
                    "high": np.asarray(curve.high)[chosen],
                    "at_risk": np.asarray(curve.at_risk)[chosen],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def survival(plans: Sequence[Plan], lang: Language, look: Theme) -> Any:
    """How long subscriptions last, by plan: the share that is still there, with its band."""
    table = curve_table(plans, lang)
    days = plans[0].curve.unit == "days"
    title = lang(N_("Days since the start") if days else N_("Tenure"))
    base = alt.Chart(table).encode(
        x=alt.X("time:Q", title=title),
        color=alt.Color(
            "plan:N",
            title=None,
            sort=None,
            scale=alt.Scale(range=list(CATEGORIES)),
            legend=alt.Legend(orient="top", symbolType="stroke", symbolOpacity=1),
        ),
        tooltip=[
            alt.Tooltip("plan:N", title=lang(N_("Plan"))),
            alt.Tooltip("time:Q", title=title, format=WHOLE),
            alt.Tooltip("survival:Q", title=lang(N_("Still there")), format=".1%"),
            alt.Tooltip("at_risk:Q", title=lang(N_("Watched until then")), format=WHOLE),
        ],
    )
    y = alt.Y("survival:Q", title=lang(N_("Still there")), axis=alt.Axis(format=SHARE),
              scale=alt.Scale(domain=[0, 1]))  # fmt: skip
    bands = base.mark_area(opacity=0.12, interpolate="step-after").encode(y="low:Q", y2="high:Q")
    lines = base.mark_line(interpolate="step-after").encode(
        y=y, strokeDash=alt.StrokeDash("plan:N", sort=None, legend=None)
    )
    return dressed(lines + bands, lang, height=300)


def plan_table(plans: Sequence[Plan], lang: Language) -> pd.DataFrame:
    """The plans: ``plan, subscriptions, left, monthly_churn, median`` (NaN where not known)."""
    rows = [
        (
            lang(N_("All")) if p.plan is None else p.plan,
            p.subscriptions,
            p.left,
            np.nan if p.monthly_churn is None else p.monthly_churn.value,
            np.nan if p.curve.median is None else p.curve.median.value,
        )
        for p in plans
    ]
    return pd.DataFrame(
        rows, columns=["plan", "subscriptions", "left", "monthly_churn", "median_life"]
    )
