"""Which columns hold points on a scale, and which of them is the score of a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cxlib.ingest.assign import LIKELY
from cxlib.ingest.columns import Column, Evidence
from cxlib.ingest.naming import CERTAIN
from cxlib.ingest.plan import Metric, Score
from cxlib.ingest.scales import (
    GUESS,
    SURE,
    TYPICAL,
    Scaled,
    by_numbers,
    ends_of,
    outside_of,
    scaled,
)
from cxlib.tables.headers import normal, terms
from cxlib.tables.kind import Kind

RATED = {"responses": "score", "feedback": "rating", "tickets": "csat"}
"""The field with points on a scale, of the kinds that have one."""
# A grid of ratings shares the beginning of its names: Q7ART, Q7FOOD, Q7_3.
GRID = re.compile(r"^(q\d+)[_ .]?([a-z]\w*|\d+)$", re.IGNORECASE)
OVERALL = re.compile(r"\b(?:overall|keseluruhan|general|global|insgesamt|gesamt\w*|geral)\b")
GRID_SIZE = 3


def scores_of(columns: Sequence[Column]) -> dict[str, Scaled]:
    """The columns that hold points, the primary one first.

    First of all are net promoter scores, then overall satisfaction, then what comes first in the
    file. Grids of coded ratings are taken along where the file has a question that is known.
    """
    found = {c.name: s for c in columns if (s := scaled(c)) is not None}
    found |= _grids(columns, found) | _answers(columns, found)
    found = _ungrouped(columns, found)
    order = {name: _rank(s, i) for i, (name, s) in enumerate(found.items())}
    return {name: found[name] for name in sorted(found, key=order.__getitem__)}


def primary(rated: Mapping[str, Scaled]) -> dict[str, float]:
    """The column that is the score: the first by rank that is certain, else the likeliest."""
    certain = [name for name, found in rated.items() if found.confidence >= CERTAIN]
    likely = max(rated, key=lambda name: rated[name].confidence, default=None)
    name = certain[0] if certain else likely
    return {} if name is None else {name: rated[name].confidence}


def scales_in(
    chosen: Kind,
    fields: Mapping[str, str],
    rated: Mapping[str, Scaled],
    evidence: Evidence,
) -> list[Scaled]:
    """The scales of the columns with points, by all their values, the mapped one first."""
    field = RATED.get(chosen.name)
    if field is None:
        return []
    others = {column for name, column in fields.items() if name != field}
    first = [fields[field]] if field in fields else []
    names = first
    if chosen.name == "responses" and "question" not in fields:
        names = [*first, *(n for n in rated if n not in others and n not in first)]
    found = []
    for name in names:
        column = evidence.whole(name)
        scale = scaled(column) or rated.get(name)
        if scale is None and name in first:
            scale = _observed(column)
        if scale is not None:
            found.append(scale)
    return found


def _observed(column: Column) -> Scaled | None:
    """A scale for a column that the user calls points, by the numbers that are there."""
    numbers = [float(a) for a in column.fills if a.replace(".", "", 1).isdecimal()]
    if not numbers:
        return None
    usual = next((h for h in (5.0, 7.0, 10.0, 100.0) if max(numbers) <= h), max(numbers))
    low = 0.0 if min(numbers) < 1 or usual > 10 else 1.0
    return Scaled(Score(column.name, "rating", low, usual), LIKELY, {})


def _ungrouped(columns: Sequence[Column], found: dict[str, Scaled]) -> dict[str, Scaled]:
    """The points themselves in the place of the groups that were made of them: Q1 and Q1_GROUP."""
    for name, scale in list(found.items()):
        if not set(scale.score.words) or scale.score.metric != "nps":
            continue
        stem = normal(name)
        points = [c for c in columns if c.name != name and stem.startswith(f"{normal(c.name)} ")]
        for column in points:
            same = by_numbers(column, "nps", column.fills) if column.fills else None
            if same is not None and same.score.metric == "nps":
                del found[name]
                found[column.name] = replace(same, confidence=SURE)
                break
    return found


def _grids(columns: Sequence[Column], found: Mapping[str, Scaled]) -> dict[str, Scaled]:
    """Coded ratings: three columns or more of one question that use the same points."""
    if not found:
        return {}
    grids: dict[str, list[Scaled]] = {}
    for column in columns:
        named, answers = GRID.match(column.name.strip()), column.fills
        if named is None or column.name in found or len(answers) < 4:
            continue
        parsed = {a: float(a) for a in answers if a.isdecimal()}
        if len(parsed) < len(answers) or max(parsed.values()) > 7:
            continue
        low, high = ends_of("rating", parsed, answers)
        if high in (5.0, 7.0):
            metric: Metric = "csat" if named[2].casefold() in ("all", "overall") else "rating"
            score = Score(column.name, metric, low, high)
            grids.setdefault(named[1].casefold(), []).append(
                Scaled(score, GUESS, outside_of(answers, score))
            )
    held: dict[str, Scaled] = {}
    for members in grids.values():
        if len(members) >= GRID_SIZE:
            high = Counter(m.score.high for m in members).most_common(1)[0][0]
            held |= {
                m.score.column: replace(m, confidence=TYPICAL)
                for m in members
                if m.score.high == high
            }
    return held


def _answers(columns: Sequence[Column], found: Mapping[str, Scaled]) -> dict[str, Scaled]:
    """Points in answer to a question that stands in another column of the row."""
    asked = [c for c in columns if any("question" in t for t in terms(c.name))]
    given = [c for c in columns if any("answer" in t for t in terms(c.name)) and c not in asked]
    if len(asked) != 1 or len(given) != 1 or given[0].name in found or not given[0].fills:
        return {}
    scale = by_numbers(given[0], "rating", given[0].fills)
    return {} if scale is None else {given[0].name: replace(scale, confidence=SURE)}


def _rank(found: Scaled, place: int) -> tuple[int, float, int]:
    name = found.score.column
    grid = GRID.match(name.strip())
    overall = OVERALL.search(normal(name)) or (grid and grid[2].casefold() in ("all", "overall"))
    grouped = bool(found.score.words)  # promoters, passives and detractors have lost their points
    order: dict[Metric, int] = {"nps": 0, "csat": 1, "ces": 2, "rating": 3}
    return (
        0 if found.score.metric == "nps" else 1 if overall else 2,
        order[found.score.metric] + 0.5 * grouped,
        place,
    )
