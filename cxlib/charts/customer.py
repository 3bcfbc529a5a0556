"""One customer: the timeline, P(alive) through time, and the reasons in words and as steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.theme import ACCENT, CATEGORIES, QUIET, SHARE, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language
from cxlib.labels import Reading, written
from cxlib.results import Param, Sentence, Unit

if TYPE_CHECKING:
    from cxlib.value.clv.coming import Coming
    from cxlib.value.clv.explain import Breakdown, Reasons


MARKS = 1_000  # bars that are drawn; a longer history is drawn by day, or by month


def timeline(rows: pd.DataFrame, currency: str | None, lang: Language, look: Theme) -> Any:
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


def alive(path: pd.DataFrame, lang: Language, look: Theme) -> Any:
    """P(alive) from the first purchase on, with its interval; a tick marks each purchase."""
    table = path.assign(
        day=path["day"].dt.strftime("%Y-%m-%d"),
        shown=[lang.date(day.date()) for day in path["day"]],
        text=[lang.percent(p) for p in path["p_alive"]],
    )
    base = alt.Chart(table).encode(
        x=alt.X(
            "utcyearmonthdate(day):T",
            title=None,
            axis=alt.Axis(grid=False, format="%b %y", labelOverlap=True, tickCount=8),
        ),
        tooltip=[
            alt.Tooltip("shown:N", title=lang(N_("Day"))),
            alt.Tooltip("text:N", title=lang(N_("P(alive)"))),
            alt.Tooltip("purchases:Q", title=lang(N_("Purchases")), format=WHOLE),
        ],
    )
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y(
        "p_alive:Q",
        title=lang(N_("P(alive)")),
        scale=scale,
        axis=alt.Axis(format=SHARE, tickCount=4),
    )
    band = base.mark_area(color=ACCENT, opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("alive_low:Q", scale=scale), y2="alive_high:Q"
    )
    line = base.mark_line(color=ACCENT, interpolate="step-after").encode(y=y)
    ticks = (
        base.transform_filter("datum.bought")
        .mark_tick(color=QUIET, thickness=2, size=12, orient="vertical")
        .encode(y=alt.YDatum(0, scale=scale))
    )
    return dressed(band + line + ticks, lang, height=200)


def step_table(broken: Breakdown, lang: Language) -> pd.DataFrame:
    """The steps from the average customer to this one: ``name, change, level``, and, to draw,
    ``low`` and ``high``."""
    rows = [
        (lang(step.name), step.change, step.level, *sorted((step.level - step.change, step.level)))
        for step in broken.steps
    ]
    value = broken.steps[-1].level
    rows.append((lang(N_("This customer")), value, value, 0.0, value))
    return pd.DataFrame(rows, columns=["name", "change", "level", "low", "high"])


def steps(broken: Breakdown, currency: str | None, lang: Language, look: Theme) -> Any:
    """A waterfall from the average customer's value to this customer's."""
    table = step_table(broken, lang)
    reading: Reading = "money" if broken.unit == "money" else "number"
    last = len(table) - 1
    table = table.assign(
        text=[written(v, reading, lang, currency) for v in table["change"]],
        short=[
            ("+" if change > 0 and 0 < i < last else "") + lang.compact(change)
            for i, change in enumerate(table["change"])
        ],
        colour=[
            QUIET if i in (0, last) else ACCENT if change >= 0 else CATEGORIES[5]
            for i, change in enumerate(table["change"])
        ],
    )
    title = N_("Value") if broken.unit == "money" else N_("Expected purchases")
    base = alt.Chart(table).encode(
        y=alt.Y(
            "name:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=170, ticks=False, domain=False),
        ),
        tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("text:N", title=lang(title))],
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        x=alt.X(
            "low:Q",
            title=lang(title),
            axis=compact_axis(lang, tickCount=4),
            # Room for the words at the end of the longest bar.
            scale=alt.Scale(domain=[0, 1.2 * float(table["high"].max()) or 1.0], nice=False),
        ),
        x2="high:Q",
        color=alt.Color("colour:N", scale=None),
    )
    ends = base.mark_text(align="left", dx=5, color=QUIET).encode(x="high:Q", text="short:N")
    return dressed(bars + ends, lang, height=200)


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
    params: dict[str, Param] = {"since": reasons.days_since}
    units: dict[str, Unit] = {"since": "days", "gap": "days", "late": "days", "left": "days"}
    if reasons.usual_gap_days is None or reasons.overdue_days is None:
        message = N_("One purchase so far, {since} days ago: there is no rhythm yet.")
        if reasons.median_gap_days is not None:
            message = N_(
                "One purchase so far, {since} days ago: there is no rhythm yet. Half of the customers"
                " who came back buy every {gap} days or more often."
            )
            params["gap"] = reasons.median_gap_days
    elif reasons.overdue_days > 0:
        message = N_(
            "They usually buy every {gap} days; the last purchase is {since} days ago: overdue by"
            " {late} days."
        )
        params |= {"gap": reasons.usual_gap_days, "late": reasons.overdue_days}
    else:
        message = N_(
            "They usually buy every {gap} days; the last purchase is {since} days ago: on time, with"
            " {left} days to go."
        )
        params |= {"gap": reasons.usual_gap_days, "left": -reasons.overdue_days}
    return Sentence(message, params, {name: unit for name, unit in units.items() if name in params})


def ahead(found: Coming) -> tuple[Sentence, ...]:
    """When the customer buys next, and how often within the horizon."""
    told = []
    if found.median is not None and found.high is not None:
        told.append(
            Sentence(
                N_(
                    "If they still buy, the next purchase comes within {median} days in one case of"
                    " two, and within {high} days in nine of ten."
                ),
                {"median": found.median, "high": found.high},
                {"median": "days", "high": "days"},
            )
        )
    none, one, two, more = found.chances
    told.append(
        Sentence(
            N_(
                "In the next {days} days: no purchase with {none}, one with {one}, two with {two},"
                " more with {more}."
            ),
            {"days": found.horizon_days, "none": none, "one": one, "two": two, "more": more},
            {"days": "days", "none": "share", "one": "share", "two": "share", "more": "share"},
        )
    )
    return tuple(told)


def shrinkage(reasons: Reasons) -> tuple[Sentence, ...]:
    """How far the averages of all customers come into this one's figures."""
    found = []
    if reasons.own_gap_days is not None and reasons.gap_weight is not None:
        found.append(
            Sentence(
                N_(
                    "Usual gap: their own mean is {own} days (gaps so far: {n}) and counts for"
                    " {weight}; the rest is the average customer's {all} days. The more gaps of"
                    " their own, the more these count: n / (n + r), r from the model."
                ),
                {
                    "own": reasons.own_gap_days,
                    "n": reasons.purchases - 1,
                    "weight": reasons.gap_weight,
                    "all": reasons.average_gap_days,
                },
                {"own": "days", "n": "count", "weight": "share", "all": "days"},
            )
        )
    if reasons.rate_weight is not None:
        found.append(
            Sentence(
                N_(
                    "Rate: what they did so far counts for {weight} of the rate that the model expects"
                    " while they are alive; the rest is the average customer's."
                ),
                {"weight": reasons.rate_weight},
                {"weight": "share"},
            )
        )
    return tuple(found)


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
