"""Drivers: which ratings go with the score (importance), and how well each is rated (performance)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.answers import Scale
from cxlib.frames.collected import collected
from cxlib.frames.summary import lazy
from cxlib.i18n import N_
from cxlib.ingest.plan import Score
from cxlib.results import KPI, Estimate, Fact, Issue, Param, Receipt, Sentence
from cxlib.voice.listwise import Listwise, answers_of, listwise
from cxlib.voice.quadrant import Driver, measured
from cxlib.voice.ratings import SCORE, Rating, chosen, fitting, ratings, scale_of
from cxlib.voice.survey import DATE_BASIS

TABLE = "responses"
SHOWN = 5  # names in a note
FEW = 0.5  # share of the answers with a score below which those that count may be another kind

DEFINITIONS = (
    Definition(
        id="voice.drivers",
        version=1,
        name=N_("Drivers"),
        formula=N_(
            "Importance = Johnson's relative weight of a rating for the score, as a share of R²."
            " Performance = mean of the rating. Both over answers that rate every driver; intervals"
            " over customers: bootstrap, and t. The quadrant is split at the mean of each; what its"
            " interval does not clear of a border is unclear."
        ),
        good_for=N_("Deciding what to look into first: what goes with the score and is rated low."),
        not_good_for=N_(
            "Causes: a rating that goes with the score need not move it. Ratings of one survey colour"
            " one another, and what nobody rated cannot show."
        ),
        source=(
            "Johnson (2000); Tonidandel, LeBreton & Johnson (2009); Martilla & James (1977),"
            " Importance-performance analysis, Journal of Marketing 41: 77-79"
        ),
        pitfalls=N_(
            "Taking the most important rating for the best lever: it may be rated well already, or be"
            " an echo of the score. Comparing the importance of surveys that ask other ratings."
        ),
    ),
)

READING = N_(
    "An association, not a cause: it says which ratings go with the score, not what would happen to"
    " the score if one of them rose."
)


@dataclass(frozen=True, slots=True)
class DriversResult:
    """The drivers of a score, the most important first.

    `n` answers of `customers` (an answer without a customer is one of its own) rate all of them.
    `borders` are where the quadrant is split: a share of importance, and a `level` of performance.
    `scale` is that of all drivers, None where they have different ones. `offered` are all columns
    that could be drivers, `notes` what was left out and why.
    """

    outcome: str
    name: str
    n: int
    customers: int
    r_squared: Estimate
    drivers: tuple[Driver, ...]
    borders: tuple[float, float]
    scale: Scale | None
    offered: tuple[Rating, ...]
    excluded: Mapping[str, int]
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Issue, ...]
    receipt: Receipt


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    outcome: str = SCORE,
    drivers: Sequence[str] | None = None,
    names: Mapping[str, str] | None = None,
    scales: Sequence[Score] = (),
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> DriversResult:
    """Importance and performance of the drivers of a score.

    Parameters
    ----------
    table : survey answers of any engine, as stored, a row a respondent
        ``score``, the columns ``s0, s1, …`` and ``a0, a1, …``; intervals go by ``customer_id`` where
        there is one.
    as_of : date, optional
        Later answers are left out.
    outcome : str
        The column of the score.
    drivers : sequence of str, optional
        Columns or names; the ratings of parts (`ratings.chosen`) unless given.
    names : mapping of column to name, optional
        What the user calls the attributes.
    scales : sequence of Score
        What ``s0, s1, …`` hold, in their order.
    seed : int

    Raises
    ------
    NotEnoughData
        Fewer than two drivers are left, or fewer than ten answers a driver.
    CxError
        `unknown_column` where a driver that is named is no rating.

    References
    ----------
    Johnson (2000), Multivariate Behavioral Research 35: 1-19; Tonidandel, LeBreton & Johnson (2009),
    Psychological Methods 14: 387-399; Martilla & James (1977), Journal of Marketing 41: 77-79.
    """
    _one_question(table)
    offered = ratings(table, outcome, scales, names)
    rows = answers_of(table, outcome, [r.column for r in offered])
    name, scale = _outcome(rows["score"], outcome, scales)
    asked = chosen(offered, drivers)
    kept = listwise(rows, asked, scale, as_of)
    found, r_squared = measured(kept, seed)
    n = len(kept.values)
    same = {driver.rating.scale for driver in found}
    borders = (1 / len(found), float(np.mean([d.level.value for d in found])))
    return DriversResult(
        outcome=outcome,
        name=name,
        n=n,
        customers=len(kept.starts),
        r_squared=r_squared,
        drivers=found,
        borders=borders,
        scale=same.pop() if len(same) == 1 else None,
        offered=offered,
        excluded={reason: count for reason, count in kept.excluded.items() if count},
        headline=_headline(found, r_squared, n),
        meaning=_meaning(found, name),
        notes=(*kept.notes, *_notes(found, kept, name), *_not_taken(offered, asked, drivers)),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=kept.rows,
            excluded=kept.excluded,
            parameters={
                "as_of": as_of.isoformat() if as_of else None,
                "outcome": outcome,
                "drivers": ", ".join(r.column for r in asked),
                "left_out": ", ".join(r.column for r in asked if r not in kept.drivers),
                "scales": ", ".join(f"{r.scale.low:g}-{r.scale.high:g}" for r in asked),
                "score_scale": f"{scale.low:g}-{scale.high:g}",
                "seed": seed,
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def _one_question(table: Any) -> None:
    """A table with a row an answer has no columns of ratings beside its score."""
    frame = lazy(table)
    if "question" not in frame.collect_schema().names():
        return
    asked = collected(
        frame.select(first=nw.col("question").min(), last=nw.col("question").max())
    ).iloc[0]
    if asked["first"] != asked["last"] and not pd.isna(asked["first"]):
        raise NotEnoughData(
            "not_enough_data",
            N_("This file has a row for every single answer, so no row holds ratings and a score."),
            N_("Export it with a row a respondent, one column a question."),
        )


def _outcome(points: pd.Series[Any], outcome: str, scales: Sequence[Score]) -> tuple[str, Scale]:
    """What the score is called, and its scale: as the import says, or as its points tell."""
    place = 0 if outcome == SCORE else int(outcome[1:]) if outcome[:1] == "s" else len(scales)
    if place < len(scales):
        return scales[place].column, scale_of(scales[place])
    given = points.dropna()
    scale = fitting(given.min(), given.max()) if len(given) else None
    if scale is None:
        raise NotEnoughData(
            "not_enough_data",
            N_("No answer has a score on a scale of 1–5, 1–7 or 0–10."),
            N_("Check that the right column is taken for the score, and its scale."),
        )
    return outcome, scale


def _notes(found: Sequence[Driver], kept: Listwise, outcome: str) -> list[Issue]:
    """What to know before the figures are believed."""
    notes = []
    n = len(kept.values)
    if n < FEW * kept.scored:
        message = N_(
            "Only {n} of the {scored} answers with a score rate all drivers; they may not be like the"
            " others."
        )
        hint = N_("With fewer drivers more answers count.")
        notes.append(
            Issue("few_complete", "warning", message, hint, {"n": n, "scored": kept.scored})
        )
    backwards = [d.name for d in found if d.coefficient.high < 0]
    if backwards:
        message = N_(
            "Better ratings of {drivers} go with a lower {outcome}, the others held still."
        )
        hint = N_("Check that their scales run the right way round.")
        params = {"drivers": ", ".join(backwards), "outcome": outcome}
        notes.append(Issue("backwards", "warning", message, hint, params))
    return notes


def _not_taken(
    offered: Sequence[Rating], asked: Sequence[Rating], drivers: Sequence[str] | None
) -> list[Issue]:
    """Columns that look like ratings too, where the choice was ours."""
    others = [r for r in offered if r not in asked and r.used]
    if drivers or not others:
        return []
    message = N_("More columns look like ratings and were not taken: {names}.")
    hint = N_("They rate the whole, or may be codes. Choose the drivers yourself to take them.")
    shown = ", ".join(r.name for r in others[:SHOWN]) + ("…" if len(others) > SHOWN else "")
    return [
        Issue("not_taken", "info", message, hint, {"names": shown}, count=len(others)),
    ]


def _headline(found: Sequence[Driver], r_squared: Estimate, n: int) -> tuple[KPI, ...]:
    fix = sum(d.quadrant == "fix_first" for d in found)
    return (
        KPI("answers", N_("Rated everything"), Fact(n, "count", n)),
        KPI("r_squared", N_("Explained (R²)"), r_squared),
        KPI("first", N_("Largest share"), found[0].share),
        KPI("fix_first", N_("To fix first"), Fact(fix, "count", len(found))),
    )


def _meaning(found: Sequence[Driver], outcome: str) -> Sentence:
    """What to look into first, if the data say so."""
    fix = [d for d in found if d.quadrant == "fix_first"]
    one = (fix or found)[0]
    params: dict[str, Param] = {"driver": one.name, "outcome": outcome, "share": one.share.value}
    if not any(d.beyond_chance for d in found):
        message = N_(
            "No rating goes with {outcome} more than a column of chance would: these answers do not"
            " say what matters."
        )
        return Sentence(message, {"outcome": outcome})
    if fix:
        message = N_(
            "{driver} asks for attention first: it holds {share} of what the ratings explain of"
            " {outcome}, and is rated below the others. An association, not a cause."
        )
    else:
        message = N_(
            "{driver} goes most closely with {outcome}: it holds {share} of what the ratings explain."
            " No driver is beyond doubt both important and rated low. An association, not a cause."
        )
    return Sentence(message, params, {"share": "share"})
