"""What the chain says in four numbers and a sentence, and what to know before it is believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxlib.frames.answers import Asked
from cxlib.growth.chain_customers import People
from cxlib.growth.holdings import Holdings
from cxlib.growth.links import Association, Link
from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Issue, Param, Sentence, Unit

QUESTIONS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
APART = {
    "orders": N_("None of the customers who answered is among your orders."),
    "events": N_("None of the customers who answered is among your events."),
    "tickets": N_("None of the customers who answered is among your tickets."),
}


def headline(links: Sequence[Link], held: Holdings, answered: Fact | None) -> tuple[KPI, ...]:
    """How many answered, how many links show, and what detractors hold."""
    measured = [one for one in links if one.value is not None]
    shown = sum(one.state == "linked" for one in measured)
    found = [KPI("links", N_("Links shown"), Fact(shown, "count", len(measured)))]
    if answered is not None:
        found.insert(0, KPI("answered", N_("Answered"), answered))
    if held.detractor_revenue is not None:
        found.append(KPI("detractor_revenue", N_("Held by detractors"), held.detractor_revenue))
    if held.detractor_share is not None:
        found.append(KPI("detractor_share", N_("Their share"), held.detractor_share))
    return tuple(found)


def meaning(
    links: Sequence[Link], points: Sequence[Association], window_days: int | None
) -> Sentence:
    """What goes with a point of NPS; without orders, how many links show."""
    kept = next((p for p in points if p.to == "retained"), None)
    if kept is None or kept.value is None or window_days is None:
        measured = [one for one in links if one.value is not None]
        params: dict[str, Param] = {
            "shown": sum(one.state == "linked" for one in measured),
            "measured": len(measured),
        }
        return Sentence(
            N_("{shown} of {measured} links that could be measured show in these data."),
            params,
            {"shown": "count", "measured": "count"},
        )
    value = kept.value
    found: dict[str, Param] = {"days": window_days, "n": kept.n}
    units: dict[str, Unit] = {"days": "days", "n": "count"}
    if kept.state == "none":
        message = N_(
            "With {n} customers no link between NPS and buying again within {days} days is detectable;"
            " only {least} a point or more would show."
        )
        found["least"], units["least"] = kept.smallest_detectable, "share"
        return Sentence(message, found, units)
    # A difference of two shares is told in percentage points.
    more, low, high = (abs(100 * end) for end in (value.value, value.low, value.high))
    found |= {"more": more, "low": low, "high": high}
    if value.value < 0:
        found["low"], found["high"] = found["high"], found["low"]
    units |= {"more": "points", "low": "points", "high": "points"}
    message = (
        N_(
            "For each point that the score was higher, the share who bought again within {days} days"
            " was {more} percentage points higher ({low} to {high}). An association, not a cause."
        )
        if value.value > 0
        else N_(
            "For each point that the score was higher, the share who bought again within {days} days"
            " was {more} percentage points lower ({low} to {high}). An association, not a cause."
        )
    )
    return Sentence(message, found, units)


def notes(found: People, asked: Mapping[str, Asked]) -> tuple[Issue, ...]:
    """What is missing, and who is not counted yet."""
    made = []
    missing = [name for key, name in QUESTIONS.items() if key not in asked]
    if missing:
        message = N_("The file has no question for {names}, so links with it are not measured.")
        made.append(Issue("not_asked", "info", message, params={"names": ", ".join(missing)}))
    if found.table["answered"].isna().all():
        message = N_("The answers have no day, so nothing can be said of before and after.")
        made.append(Issue("undated", "warning", message))
    if found.base is not None and found.window_days is None:
        message = N_("No customer has bought twice, so there is no usual time to buy again.")
        hint = N_("Choose how many days after an answer count.")
        made.append(Issue("no_window", "warning", message, hint))
    if found.censored:
        message = N_(
            "{n} customers answered less than {days} days before the end of the data: whether they buy"
            " again is not known yet, and they are left out of it."
        )
        params: dict[str, Param] = {"n": found.censored, "days": found.window_days}
        made.append(Issue("censored", "info", message, params=params, count=found.censored))
    hint = N_("Map the customer ids of one file to those of the other on the Connections page.")
    made += [
        Issue("apart", "warning", APART[name], hint) for name, n in found.joined.items() if not n
    ]
    return tuple(made)
