"""Tickets compared: the waits of groups, recurring topics, silence by number of tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.support import AXES, HOURS, PACE, SATISFIED, Measure, measured
from cxlib.charts.theme import ACCENT, SHARE, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.support import SupportResult
    from cxlib.voice.ticket_churn import TicketChurn


def group_table(result: SupportResult, measure: Measure, lang: Language) -> pd.DataFrame:
    """Groups, the most tickets first: ``group, tickets, still_open`` and the measure as `pace_table`
    has it."""
    groups = result.groups
    return pd.DataFrame(
        {
            "value": groups["value"],
            "tickets": groups["tickets"],
            "still_open": groups["open"],
            **measured(groups, measure),
        }
    )


def groups(result: SupportResult, measure: Measure, lang: Language, look: Theme) -> Any:
    """A measure by group with its interval; clicking a point selects ``group``."""
    table = group_table(result, measure, lang)
    share = measure == "csat"
    value, low, high = SATISFIED if share else PACE
    form = ".1%" if share else HOURS
    picked = alt.selection_point(name="group", fields=["value"])
    axis = alt.Axis(format=SHARE, tickCount=5) if share else compact_axis(lang, tickCount=5)
    base = alt.Chart(table[table[value].notna()]).encode(
        y=alt.Y(
            "value:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("value:N", title=" "),
            alt.Tooltip("tickets:Q", title=lang(N_("Tickets")), format=WHOLE),
            alt.Tooltip("still_open:Q", title=lang(N_("Still open")), format=WHOLE),
            alt.Tooltip(f"{value}:Q", title=lang(AXES[measure]), format=form),
            alt.Tooltip(f"{low}:Q", title=lang(N_("From")), format=form),
            alt.Tooltip(f"{high}:Q", title=lang(N_("To")), format=form),
            *(
                []
                if share
                else [alt.Tooltip("pace_p90:Q", title=lang(N_("Nine in ten within")), format=form)]
            ),
        ],
    )
    return _ranged(base, value, low, high, lang(AXES[measure]), axis, picked, lang, len(table))


def recurring(result: SupportResult, lang: Language, look: Theme) -> Any:
    """The share of recurring tickets by topic, with its interval; clicking a point selects ``topic``."""
    table = result.recurring.topics
    picked = alt.selection_point(name="topic", fields=["topic"])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "topic:N",
            sort=None,
            title=None,
            axis=alt.Axis(ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("topic:N", title=lang(N_("Topic"))),
            alt.Tooltip("tickets:Q", title=lang(N_("Tickets")), format=WHOLE),
            alt.Tooltip("recurring:Q", title=lang(N_("Of them recurring")), format=WHOLE),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("share:Q", title=lang(N_("Share")), format=".1%"),
            alt.Tooltip("share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("share_high:Q", title=lang(N_("To")), format=".1%"),
        ],
    )
    title, axis = lang(N_("Recurring tickets")), alt.Axis(format=SHARE, tickCount=5)
    return _ranged(base, "share", "share_low", "share_high", title, axis, picked, lang, len(table))


def churn(result: TicketChurn, lang: Language, look: Theme) -> Any:
    """The share of silent customers by their number of tickets; clicking a point selects ``class``."""
    table = result.classes
    last = table["tickets"].max()
    names = [lang.number(n) + ("+" if n == last else "") for n in table["tickets"]]
    picked = alt.selection_point(name="class", fields=["tickets"])
    base = alt.Chart(table.assign(name=names)).encode(
        y=alt.Y(
            "name:N",
            sort=None,
            title=lang(N_("Tickets")),
            axis=alt.Axis(ticks=False),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Tickets"))),
            alt.Tooltip("customers:Q", title=lang(N_("Customers")), format=WHOLE),
            alt.Tooltip("silent:Q", title=lang(N_("Silent too long")), format=WHOLE),
            alt.Tooltip("share:Q", title=lang(N_("Share")), format=".1%"),
            alt.Tooltip("share_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("share_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("purchases:Q", title=lang(N_("Mean purchases")), format=HOURS),
        ],
    )
    title, axis = lang(N_("Silent too long")), alt.Axis(format=SHARE, tickCount=5)
    return _ranged(base, "share", "share_low", "share_high", title, axis, picked, lang, len(table))


def _ranged(
    base: Any,
    value: str,
    low: str,
    high: str,
    title: str,
    axis: alt.Axis,
    picked: Any,
    lang: Language,
    rows: int,
) -> Any:
    """A point a row and its interval."""
    x = alt.X(f"{value}:Q", title=title, axis=axis, scale=alt.Scale(zero=True))
    ranges = base.mark_rule(color=ACCENT, strokeWidth=2).encode(x=f"{low}:Q", x2=f"{high}:Q")
    points = base.mark_point(filled=True, size=110, color=ACCENT, cursor="pointer").encode(
        x=x, opacity=alt.condition(picked, alt.value(1), alt.value(0.35))
    )
    return dressed(ranges + points.add_params(picked), lang, height=34 * max(rows, 1) + 20)
