"""The chain: engagement, experience, satisfaction, loyalty, value, and how each goes with the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.answers import Asked
from cxlib.frames.followups import counted_rows
from cxlib.growth.chain_customers import FOLLOWED, People, people
from cxlib.growth.chain_headline import headline, meaning, notes
from cxlib.growth.chain_lists import after
from cxlib.growth.chain_questions import asked_of
from cxlib.growth.holdings import group_means, grouped, holdings
from cxlib.growth.links import Association, Link, judged, link, per_point
from cxlib.i18n import N_
from cxlib.results import KPI, Estimate, Fact, Gate, Issue, Receipt, Sentence, Unit
from cxlib.value.clv.lifetime import ClvResult
from cxlib.value.clv.lifetime import analyse as lifetime_value
from cxlib.value.clv.segments import by_group
from cxlib.value.clv.totals import Total
from cxlib.voice.survey import DATE_BASIS

TABLE = "responses"
STAGES = ("engagement", "experience", "satisfaction", "loyalty", "value")
# Which measures are linked: stages, and the columns of `People.table` that stand for them.
LINKS = (
    ("engagement", "experience", "sessions", "ces"),
    ("engagement", "experience", "sessions", "tickets"),
    ("experience", "satisfaction", "ces", "csat"),
    ("experience", "satisfaction", "tickets", "csat"),
    ("experience", "satisfaction", "resolution", "csat"),
    ("satisfaction", "loyalty", "csat", "nps"),
    ("loyalty", "value", "nps", "retained"),
    ("loyalty", "value", "nps", "spend"),
    ("loyalty", "value", "nps", "clv"),
    ("satisfaction", "value", "csat", "retained"),
    ("satisfaction", "value", "csat", "spend"),
)
OUTCOMES: tuple[tuple[str, Unit], ...] = (
    ("retained", "share"),
    ("spend", "money"),
    ("clv", "money"),
)
CONNECT = N_("Map the customer ids of one file to those of the other on the Connections page.")

DEFINITIONS = (
    Definition(
        id="growth.chain",
        version=1,
        name=N_("The chain"),
        formula=N_(
            "One row a customer. Experience (CES; tickets a purchase; median hours to a solution),"
            " satisfaction (CSAT) and loyalty (NPS) are those of the first answer, sessions and tickets"
            " those up to it. Bought again and spend are counted in the days after that answer (the"
            " 90th percentile of gaps between purchases unless chosen), of customers whose days are"
            " over. Links: Spearman's ρ with Fisher's interval, Benjamini–Hochberg over all links. A"
            " point of NPS: slope by least squares, HC3. Who holds the revenue goes by the newest answer."
        ),
        good_for=N_(
            "Seeing which step of the chain shows in your own data, and how much revenue is with"
            " customers who would not recommend you."
        ),
        not_good_for=N_(
            "Causes: this is an association. Who spends more may be happier for another reason, and"
            " those who answer are not all customers."
        ),
        source=(
            "Heskett et al. (1994), Putting the Service-Profit Chain to Work; Bonett & Wright (2000),"
            " Psychometrika 65: 23-28; Long & Ervin (2000), The American Statistician 54: 217-224"
        ),
        pitfalls=N_(
            "Multiplying a point of NPS by all customers: nobody has shown that moving the score moves"
            " the money. Answers of one questionnaire colour one another, so links between them look"
            " stronger than those to what customers did."
        ),
    ),
)

READING = N_(
    "An association, not a cause: it says what goes together in these customers, not what would happen"
    " to retention or value if a score rose."
)


@dataclass(frozen=True, slots=True)
class ChainResult:
    """Every link of the chain, what goes with a point of NPS, and who holds the revenue.

    `links` are in the order of `LINKS`, `points` of `OUTCOMES`. `groups` has a row a question, group
    and outcome (`cxlib.growth.holdings.COLUMNS`), `held` a row a group of NPS. `answered` counts the
    customers with an answer who have bought, of all who have (None without orders); `joined` counts
    them by table. `customers` has a row a customer who answered. `clv_gates` are the checks that
    withheld CLV.
    """

    links: tuple[Link, ...]
    points: tuple[Association, ...]
    groups: pd.DataFrame
    held: pd.DataFrame
    detractor_revenue: Fact | None
    detractor_share: Estimate | None
    answered: Fact | None
    joined: Mapping[str, int]
    censored: int
    window_days: int | None
    lookback_days: int
    end: dt.date | None
    clv_gates: tuple[Gate, ...]
    customers: pd.DataFrame
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt


def analyse(
    table: Any,
    *,
    orders: Any = None,
    events: Any = None,
    tickets: Any = None,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    nps: str | None = "s0",
    csat: str | None = "s1",
    ces: str | None = "s2",
    nps_scale: str = "0-10",
    csat_scale: str = "1-5",
    ces_scale: str = "1-7",
    window_days: int | None = None,
    lookback_days: int = 90,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> ChainResult:
    """Measure the links of the chain on the customers whom the tables share.

    Parameters
    ----------
    table : survey answers of any engine, as stored
        With ``line`` and ``customer_id``.
    orders, events, tickets : tables of any engine, optional
        Joined by ``customer_id``; links that need one that is missing are not measured.
    as_of : date, optional
        Later rows of all tables are ignored. The last day of the orders unless given.
    nps, csat, ces : str, optional
        The column of points, or of a table with a row an answer the question.
    nps_scale, csat_scale, ces_scale : str
        From the worst point to the best: ``1-7``, or ``7-1`` where a low score is good.
    window_days : int, optional
        How long after an answer purchases count; the 90th percentile of gaps unless given.
    lookback_days : int
        How long before it sessions count.
    seed : int
        Of the bootstrap.

    Raises
    ------
    NotEnoughData
        No answer has a customer, or no customer is in another table, or no link has 30 of them.
    CxError
        `bad_option` for a scale that is none.
    """
    asked = asked_of(
        table, {"nps": (nps, nps_scale), "csat": (csat, csat_scale), "ces": (ces, ces_scale)}
    )
    rows = counted_rows(table, tuple(asked.values()), as_of)
    if not rows.named:
        raise NotEnoughData(
            "not_enough_data",
            N_("No answer has both a score and a customer, so nothing can be joined."),
            N_("Upload the answers with a column of customer ids, and say which column it is."),
        )
    found = people(table, asked, orders, events, tickets, as_of, window_days, lookback_days)
    if found.joined and not any(found.joined.values()):
        raise NotEnoughData(
            "not_enough_data",
            N_("No customer who answered is in your other tables: their ids do not match."),
            CONNECT,
        )
    worth = lifetime_value(orders, as_of=found.end) if found.joined.get("orders") else None
    customers = _customers(found, asked, worth)
    links = judged(
        [
            link(one, other, of, to, _array(customers, of), _array(customers, after(of, to)))
            for one, other, of, to in LINKS
        ]
    )
    if not any(one.value for one in links) and "orders" not in found.joined:
        raise NotEnoughData(
            "not_enough_data",
            N_("No link of the chain has 30 customers."),
            N_("Add orders, events or tickets of the same customers, or more answers."),
        )
    points = judged(
        [
            per_point(
                "nps", to, _array(customers, "nps"), _array(customers, after("nps", to)), unit
            )
            for to, unit in OUTCOMES
        ]
    )
    held = holdings(customers, _ahead(worth, customers), seed)
    answered = None
    if found.base is not None:
        answered = Fact(found.joined["orders"], "count", len(found.base))
    gates = tuple(g for g in worth.gates if not g.passed and g.blocks != "nothing") if worth else ()
    return ChainResult(
        links=links,
        points=points,
        groups=group_means(
            customers,
            {key: asked[key].scale for key in ("nps", "csat") if key in asked},
            {key: [(to, after(key, to), unit) for to, unit in OUTCOMES] for key in ("nps", "csat")},
        ),
        held=held.table,
        detractor_revenue=held.detractor_revenue,
        detractor_share=held.detractor_share,
        answered=answered,
        joined=found.joined,
        censored=found.censored,
        window_days=found.window_days,
        lookback_days=lookback_days,
        end=found.end,
        clv_gates=gates,
        customers=customers,
        headline=headline(links, held, answered),
        meaning=meaning(links, points, found.window_days),
        notes=notes(found, asked),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=rows.rows,
            excluded=rows.excluded,
            parameters={
                "as_of": as_of.isoformat() if as_of else None,
                "nps": nps,
                "csat": csat,
                "ces": ces,
                "nps_scale": nps_scale,
                "csat_scale": csat_scale,
                "ces_scale": ces_scale,
                "window_days": window_days,
                "lookback_days": lookback_days,
                "seed": seed,
                "days_after_an_answer": found.window_days,
                "customers_who_answered": len(customers),
                "customers_whose_days_are_not_over": found.censored,
                **{f"of_them_in_{name}": n for name, n in found.joined.items()},
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def _customers(found: People, asked: Mapping[str, Asked], worth: ClvResult | None) -> pd.DataFrame:
    """The joined table with the lifetime value of each customer and their groups."""
    table = found.table
    known = pd.Series(dtype="float64")
    if worth is not None:
        known = worth.customers.set_index("customer_id")["clv"]
    groups = {
        f"{key}_group": grouped(table[key], asked[key].scale)
        if key in asked
        else pd.Series(None, index=table.index, dtype="str")
        for key in FOLLOWED
    }
    newest = grouped(table["latest"], asked["nps"].scale) if "nps" in asked else groups["nps_group"]
    clv = table["customer_id"].map(known).astype("float64")
    return table.assign(clv=clv, **groups, group=newest)


def _ahead(worth: ClvResult | None, customers: pd.DataFrame) -> tuple[Total, ...]:
    """What the groups of the newest answers are expected to bring."""
    if worth is None or worth.total_clv is None:
        return ()
    group = customers.set_index("customer_id")["group"]
    return by_group(worth.fitted, worth.terms, worth.customers["customer_id"].map(group))


def _array(customers: pd.DataFrame, column: str) -> Any:
    return customers[column].to_numpy(np.float64)
