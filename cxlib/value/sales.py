"""Sales: what was sold, to how many, how often and how unevenly."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.breakdown import breakdown
from cxlib.frames.coverage import Coverage, coverage
from cxlib.frames.daily import MONEY, daily_kpis
from cxlib.frames.spend import customer_spend, monthly_spend
from cxlib.frames.summary import last_day, lazy
from cxlib.i18n import N_
from cxlib.periods import CalendarEffect, Period, calendar_effects, compared, months
from cxlib.results import KPI, Estimate, Fact, Receipt, Sentence, Unit
from cxlib.statistics import customer_ratio, gini, mean_t, top_share, wilson
from cxlib.value.monthly import average, exact_sum, kpi, monthly_table

DEFINITIONS = (
    Definition(
        id="value.sales",
        version=1,
        name=N_("Sales"),
        formula=N_(
            "Net revenue = gross - refunds, a refund on the day of the order that it undoes."
            " Average order value = net revenue / orders. Repeat rate = buyers with two or more"
            " purchases / buyers; a purchase is one customer-day."
        ),
        good_for=N_("Seeing how the shop is doing, and whether a change is more than the usual."),
        not_good_for=N_(
            "Saying why. “New” means first seen in this file: older customers who come back look"
            " new in its first months."
        ),
        pitfalls=N_(
            "The running month is not over: only complete months are compared. Ramadan, Lebaran"
            " and sale days such as 11.11 move revenue from month to month without any change in"
            " the business."
        ),
        source="Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics; Wilson (1927);"
        " Gini (1912)",
    ),
)

BREAKDOWNS = ("product", "category", "channel", "place")
LABELS: Mapping[str, tuple[str, Unit]] = {
    "revenue": (N_("Net revenue"), "money"),
    "orders": (N_("Orders"), "count"),
    "buyers": (N_("Buyers"), "count"),
    "average_order": (N_("Average order value"), "money"),
    "orders_per_buyer": (N_("Orders per buyer"), "ratio"),
    "repeat_rate": (N_("Repeat rate"), "share"),
    "returning_share": (N_("Returning among the month's buyers"), "share"),
    "new_revenue": (N_("Revenue from new buyers"), "money"),
    "returning_revenue": (N_("Revenue from returning buyers"), "money"),
    "anonymous_revenue": (N_("Revenue without a customer"), "money"),
    "gross": (N_("Gross revenue"), "money"),
    "refunds": (N_("Refunds"), "money"),
}


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of the revenue of all buyers that their largest 10 and 20 % brought, and Gini's index.

    A buyer whose refunds outweigh their purchases counts as 0.
    """

    top_10: Fact
    top_20: Fact
    gini: Fact


@dataclass(frozen=True, slots=True)
class SalesResult:
    """Sales of the whole file, by month and by attribute. Money is None in a file without amounts.

    `facts` has ``orders``, ``buyers`` and, with amounts, the money columns of the daily KPIs.
    `monthly` is the table of `cxlib.value.monthly.monthly_table`. `breakdowns` holds a frame by attribute that the file has: ``role``
    (``value``; ``without`` for rows that have none; ``rest`` for all beyond the largest), ``value,
    revenue, orders, buyers, share`` (of revenue, or of orders in a file without amounts). A buyer
    of two values counts in both, so only revenue always adds up to the total.

    `month`, `previous` and `last_year` are the periods that the verdicts compare (None where not
    covered whole) and `effects_previous` and `effects_last_year` the feasts and sale days that set
    them apart.
    """

    first_day: dt.date
    last_day: dt.date
    currency: str | None
    facts: Mapping[str, Fact]
    average_order: Estimate | None
    orders_per_buyer: Estimate | None
    repeat_rate: Estimate | None
    concentration: Concentration | None
    monthly: pd.DataFrame
    breakdowns: Mapping[str, pd.DataFrame]
    month: Period | None
    previous: Period | None
    last_year: Period | None
    effects_previous: tuple[CalendarEffect, ...]
    effects_last_year: tuple[CalendarEffect, ...]
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt


def analyse(
    table: Any,
    *,
    lines: Any = None,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    currency: str | None = None,
    timezone: str = "Asia/Jakarta",
    seed: int = 0,
    top: int = 20,
) -> SalesResult:
    """Sales facts, averages with intervals, the monthly series with verdicts, and breakdowns.

    Parameters
    ----------
    table : orders of any engine
        Needs ``customer_id`` and ``day``. Rows without a customer count in revenue and orders.
    lines : order lines of any engine, optional
        Where products and categories are.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    seed : int
        Of the bootstrap of the average order value.
    top : int
        Values a breakdown shows before the rest.

    Raises
    ------
    NotEnoughData
        No row lies in the period.
    """
    end = as_of or last_day(table)
    daily = daily_kpis(table, end)
    if end is None or daily.empty:
        raise NotEnoughData(
            "not_enough_data",
            N_("There is no sale in this period."),
            N_("Sales needs at least one row with a day."),
        )
    spend = customer_spend(table, end)
    people = spend[spend["purchases"] > 0]
    rows = coverage(table, end)
    has_money = bool(daily["revenue"].notna().any())
    first_day = daily["day"].iloc[0].date()
    periods = months(first_day, end)
    monthly = monthly_table(daily, monthly_spend(table, end), periods)
    facts = _facts(daily, len(people), rows, has_money)
    average_order = orders_per_buyer = repeat_rate = None
    if has_money and facts["orders"].value:
        average_order = customer_ratio(spend["revenue"], spend["orders"], seed, unit="money")
    if len(people):
        orders_per_buyer = mean_t(people["orders"]) if len(people) > 1 else None
        repeat_rate = wilson(int((people["purchases"] > 1).sum()), len(people))
    month, previous, last_year = compared(periods)
    headline = _headline(
        {
            **facts,
            "average_order": average_order,
            "orders_per_buyer": orders_per_buyer,
            "repeat_rate": repeat_rate,
        },
        monthly,
        periods.index(month) if month else None,
        periods.index(last_year) if last_year else None,
    )
    excluded = {
        N_("after the end of observation"): rows.later,
        N_("without a customer: in revenue and orders, not in buyers"): rows.anonymous,
    }
    return SalesResult(
        first_day=first_day,
        last_day=end,
        currency=currency,
        facts=facts,
        average_order=average_order,
        orders_per_buyer=orders_per_buyer,
        repeat_rate=repeat_rate,
        concentration=_concentration(people["revenue"]) if has_money else None,
        monthly=monthly,
        breakdowns=_breakdowns(table, lines, end, top),
        month=month,
        previous=previous,
        last_year=last_year,
        effects_previous=calendar_effects(month, previous) if month and previous else (),
        effects_last_year=calendar_effects(month, last_year) if month and last_year else (),
        headline=headline,
        meaning=_meaning(headline, month, facts),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=excluded,
            parameters={"as_of": end.isoformat(), "seed": seed, "top": top, "currency": currency},
            timezone=timezone,
        ),
    )


def _facts(daily: pd.DataFrame, buyers: int, rows: Coverage, has_money: bool) -> Mapping[str, Fact]:
    counted = rows.rows - rows.later
    found = {
        "orders": Fact(int(daily["orders"].sum()), "count", counted),
        "buyers": Fact(buyers, "count", counted - rows.anonymous),
    }
    if has_money:
        found |= {name: Fact(exact_sum(daily[name]), "money", counted) for name in MONEY}
    return found


def _concentration(revenue: pd.Series[Any]) -> Concentration | None:
    amounts = revenue.clip(lower=0)
    n = len(amounts)
    if not amounts.sum() > 0:
        return None
    return Concentration(
        Fact(top_share(amounts, 10), "share", n),
        Fact(top_share(amounts, 20), "share", n),
        Fact(gini(amounts), "ratio", n),
    )


def _headline(
    totals: Mapping[str, Fact | Estimate | None],
    monthly: pd.DataFrame,
    month: int | None,
    year_before: int | None,
) -> tuple[KPI, ...]:
    # Who returns is a question of each month: its tile shows the newest.
    if month is not None:
        totals = {**totals, "returning_share": average(monthly, "returning_share", month)}
    # A file without refunds needs no tile to say so, and its gross is its net.
    idle = {key for key in ("anonymous_revenue", "refunds") if _is_zero(totals.get(key))}
    if "refunds" in idle:
        idle.add("gross")
    shown = (
        kpi(monthly, key, label, unit, value, month, year_before)
        for key, (label, unit) in LABELS.items()
        if key not in idle and (value := totals.get(key)) is not None
    )
    return tuple(replace(k, better="less") if k.key == "refunds" else k for k in shown)


def _is_zero(number: Fact | Estimate | None) -> bool:
    return number is not None and number.value == 0


def _breakdowns(orders: Any, lines: Any, end: dt.date, top: int) -> Mapping[str, pd.DataFrame]:
    found = {}
    for by in BREAKDOWNS:
        source = next((t for t in (orders, lines) if t is not None and _has(t, by)), None)
        if source is None:
            continue
        table = breakdown(source, by, end)
        if table["value"].notna().any():
            found[by] = _largest(table, top)
    return found


def _has(table: Any, column: str) -> bool:
    return column in lazy(table).collect_schema().names()


def _largest(table: pd.DataFrame, top: int) -> pd.DataFrame:
    """The `top` values, the rest summed to one row, and the row without a value at the end."""
    named = table[table["value"].notna()]
    shown = named.head(top).assign(role="value")
    parts = [shown]
    for role, members in (("rest", named.iloc[top:]), ("without", table[table["value"].isna()])):
        if len(members):
            summed = {c: int(members[c].sum()) for c in ("orders", "buyers")}
            row = {"role": role, "value": None, "revenue": exact_sum(members["revenue"]), **summed}
            parts.append(pd.DataFrame([row]))
    whole = pd.concat(parts, ignore_index=True)
    measure = whole["revenue"] if whole["revenue"].notna().any() else whole["orders"]
    total = math.fsum(measure)
    whole["share"] = measure / total if total > 0 else math.nan
    return whole[["role", "value", "revenue", "orders", "buyers", "share"]]


def _meaning(
    headline: tuple[KPI, ...], month: Period | None, facts: Mapping[str, Fact]
) -> Sentence:
    """How the newest complete month went, by revenue where there is money, else by orders."""
    main = headline[0]
    unit = main.value.unit
    verdict, latest = main.verdict, main.latest
    if month is None or verdict is None or latest is None:
        return Sentence(
            N_("{orders} orders so far; no calendar month is covered whole yet."),
            {"orders": facts["orders"].value},
            {"orders": "count"},
        )
    if verdict.state == "unknown" or verdict.change is None or verdict.usual is None:
        return Sentence(
            N_(
                "{month} brought {total}. Telling a change from the usual ups and downs takes eight"
                " complete months."
            ),
            {"month": month.name, "total": latest.value},
            {"total": unit},
        )
    messages = {
        "up": N_(
            "{month} brought {total}: {change} more than the month before, beyond the usual ups"
            " and downs ({usual} a month)."
        ),
        "down": N_(
            "{month} brought {total}: {change} less than the month before, beyond the usual ups"
            " and downs ({usual} a month)."
        ),
        "none": N_(
            "{month} brought {total}, a difference of {change} to the month before: not clearly beyond"
            " the usual ups and downs ({usual} a month)."
        ),
    }
    change = verdict.change if verdict.state == "none" else abs(verdict.change)
    return Sentence(
        messages[verdict.state],
        {"month": month.name, "total": latest.value, "change": change, "usual": verdict.usual},
        {"total": unit, "change": unit, "usual": unit},
    )
