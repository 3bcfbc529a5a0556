"""What names leave open: fields that only one column can be, by its values and by the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxlib.ingest.columns import TYPED, Column
from cxlib.ingest.naming import CERTAIN, DOUBTFUL, elsewhere, foreign, meant, name_score
from cxlib.tables.headers import normal
from cxlib.tables.kind import Field, Kind

LIKELY = 0.6
"""A name that fits less well than this suggests nothing."""
UNIQUE = 0.95  # share of different cells from which a column tells rows apart
ONLY = 0.85  # for the only column that can be a field, where its name says so too

Assignment = dict[str, tuple[str, float]]
"""Field → (column, confidence)."""


def fit(
    column: Column,
    wanted: Field,
    points: Mapping[str, float],
    subject: tuple[str, ...],
    language: str,
) -> float:
    """How well a column fits a field, by its name and its values; `points` are those of `score`."""
    if wanted.name == "score":
        return points.get(column.name, 0.0)
    named = name_score(column.name, wanted, subject, language)
    suits = column.suits(wanted) if named >= LIKELY else 0.0
    return named * (0.5 + 0.5 * suits) if suits > 0 else 0.0


def by_own_id(
    rival: Kind,
    found: Assignment,
    taken: set[str],
    columns: Sequence[Column],
    language: str,
) -> None:
    """What a table is a list of is known by its only column that is nothing but an id."""
    wanted = next((f for f in rival.fields if f.required and f.type == "id"), None)
    if wanted is None or rival.name not in ("customers", "subscriptions", "tickets"):
        return
    held, score = found.get(wanted.name, ("", 0.0))
    named = next((c for c in columns if c.name == held), None)
    if score >= CERTAIN and not (rival.name != "tickets" and named is not None and named.personal):
        return
    solved = found.get("resolved_at", ("", 0.0))[1] >= CERTAIN
    able = [c for c in columns if _bare(c, language)]
    if not able and (solved or rival.name != "tickets"):
        able = [c for c in columns if is_numbered(c, wanted, language)]
    if rival.name == "subscriptions" and score >= CERTAIN:  # a bare "id" may be the contract's
        able = [c for c in able if normal(c.name) != "id"]
    ids = [
        c
        for c in able
        if c.suits(wanted) == 1.0 and c.distinct >= UNIQUE * c.filled > 0 and not c.counted
    ]
    if len(ids) == 1 and (ids[0].name not in taken or ids[0].name == held):
        found[wanted.name] = (ids[0].name, ONLY)
        taken.discard(held)
        taken.add(ids[0].name)


def _bare(column: Column, language: str) -> bool:
    """Whether a header says no more than that this is an id."""
    terms = meant(column.name, language)
    return len(terms) == 1 and "id" in terms[0]


def is_numbered(column: Column, wanted: Field, language: str) -> bool:
    """Whether a header says that this is an id of something, and no dictionary knows of what."""
    if column.suits(wanted) < 1.0 or column.personal:
        return False
    ids = any("id" in term for term in meant(column.name, language))
    papers = ("order", "invoice", "transaction") if wanted.name == "ticket_id" else ()
    return ids and not foreign(column.name, wanted, papers, language)


def outcome(found: Assignment, taken: set[str], columns: Sequence[Column]) -> None:
    """The only column of yes and no, or else of numbers, in a test with variants is what came of
    it."""
    held = found.get("outcome", ("", 0.0))[0]
    sure = {field for field, (_, share) in found.items() if share >= CERTAIN}
    if "variant" not in sure or sure & {"outcome", "n"}:
        return
    free = [c for c in columns if c.name not in taken or c.name == held]
    able = [c.name for c in free if c.yes_or_no]
    if not able:
        numbers = [c for c in free if c.numbers.share > TYPED]
        broken = [c for c in numbers if c.numbers.fractions > 0]
        able = [c.name for c in broken or numbers if c in broken or c.distinct < UNIQUE * c.filled]
    if len(able) == 1:
        found["outcome"] = (able[0], ONLY)
        taken.discard(held)
        taken.add(able[0])


def by_values(
    rival: Kind,
    found: Assignment,
    taken: set[str],
    columns: Sequence[Column],
    said: Mapping[str, str],
    language: str,
    named: bool,
) -> None:
    """Required fields that the names leave open, by the values and by what there is besides.

    Where only one column can be the field and its name goes that way too, there is no doubt left.
    """
    for wanted in rival.fields:
        held, score = found.get(wanted.name, ("", 0.0))
        if wanted.name in said or score >= CERTAIN:
            continue
        if not wanted.required:
            if wanted.name == "timestamp" and not held and named:
                _only_day(rival, found, taken, wanted, columns, language)
            continue
        able = [c for c in columns if c.filled and _can_be(c, wanted)]
        free = [c for c in able if c.name not in taken or c.name == held]
        only = _only(rival, wanted, held, able, columns, found, language, named)
        if only is not None and (only not in taken or only == held):
            found[wanted.name] = (only, ONLY)
            taken.discard(held)
            taken.add(only)
        elif not held and free:
            if wanted.type == "id":
                free.sort(key=lambda c: -c.distinct)
            days = [c for c in free if c.dates.share > TYPED] if wanted.type == "timestamp" else []
            guess = days[0] if len(days) == 1 else free[0]
            found[wanted.name] = (guess.name, 0.5 if len(days) == 1 else 0.3)
            taken.add(guess.name)


def _only_day(
    rival: Kind,
    found: Assignment,
    taken: set[str],
    wanted: Field,
    columns: Sequence[Column],
    language: str,
) -> None:
    """The only column of days is suggested as the day, though its name does not say so."""
    days = [
        c.name
        for c in columns
        if c.dates.share > TYPED and not elsewhere(c.name, rival.name, language)
    ]
    if len(days) == 1 and days[0] not in taken:
        found[wanted.name] = (days[0], DOUBTFUL)
        taken.add(days[0])


def _only(
    rival: Kind,
    wanted: Field,
    held: str,
    able: Sequence[Column],
    columns: Sequence[Column],
    found: Assignment,
    language: str,
    named: bool,
) -> str | None:
    """The one column that can be a required field by its values and by its name, which says so or
    at least nothing else; None where there are more, or none."""
    if wanted.type == "timestamp":
        days = [
            c.name
            for c in able
            if c.dates.share > TYPED and not elsewhere(c.name, rival.name, language)
        ]
        plain = [n for n in days if not foreign(n, wanted, rival.subject, language)]
        return days[0] if len(days) == 1 else plain[0] if len(plain) == 1 and named else None
    if wanted.type == "text":
        # The only text that people wrote, in answer to a question or beside their points.
        rated = found.get("rating", ("", 0.0))[1] >= CERTAIN
        prose = [c.name for c in able if c.prose]
        said = bool(held) or any("?" in name for name in prose) or rated
        return prose[0] if len(prose) == 1 and said else None
    if not named:
        return None
    if held:
        rivals = [
            c.name
            for c in columns
            if c.filled
            and fit(c, wanted, {}, rival.subject, language) >= LIKELY
            and not foreign(c.name, wanted, rival.subject, language)
        ]
        if rivals == [held] and (wanted.type != "id" or held in [c.name for c in able]):
            return held
    return None


def _can_be(column: Column, wanted: Field) -> bool:
    if wanted.type == "timestamp":
        return column.suits(wanted) >= TYPED
    if wanted.type == "id":
        return column.suits(wanted) == 1.0 and 1 < column.distinct < 0.95 * column.rows
    return wanted.type == "text" and column.prose
