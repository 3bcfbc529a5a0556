"""Which column is which field: by names in six languages, and by what the values can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxlib.ingest.columns import Column
from cxlib.ingest.elimination import LIKELY as LIKELY
from cxlib.ingest.elimination import Assignment as Assignment
from cxlib.ingest.elimination import by_own_id, by_values, fit, outcome
from cxlib.ingest.naming import CERTAIN, DOUBTFUL, meant
from cxlib.tables.kind import Field, Kind


def assign(
    rival: Kind,
    columns: Sequence[Column],
    said: Mapping[str, str],
    known: Mapping[str, str] | None = None,
    scores: Mapping[str, float] | None = None,
    *,
    language: str = "",
    named: bool = True,
) -> Assignment:
    """Field → (column, confidence): the user's word, then what the export is known for, then the
    best pairs, one by one.

    Parameters
    ----------
    rival : Kind
    columns : sequence of Column
    said : mapping of str to str
        Field → column as the user has them; an empty column leaves the field out.
    known : mapping of str to str, optional
        The same from the documentation of a recognised export.
    scores : mapping of str to float, optional
        How sure a column is to hold points, by its name, for the field `score`.
    language : str
        That of the headers, where it is known.
    named : bool
        Whether the file has a header. Without one the only column of days is the day.
    """
    found: Assignment = {rival.field(n).name: (c, 1.0) for n, c in said.items() if c}
    taken = {column for column, _ in found.values()}
    for name, documented in (known or {}).items():
        if name not in said and documented not in taken:
            found[name] = (documented, 1.0)
            taken.add(documented)
    points = scores or {}
    pairs = [
        (fit(column, wanted, points, rival.subject, language), -i, wanted, column)
        for wanted in rival.fields
        for i, column in enumerate(columns)
    ]
    pairs = _without_phones(pairs, language)
    pairs = _without_names(pairs, language)
    if rival.name == "experiments":
        pairs = _of_units(pairs)
    pairs = sorted((p for p in pairs if p[0] >= LIKELY), key=lambda pair: (-pair[0], -pair[1]))
    for score, _, wanted, column in pairs:
        free = wanted.name not in said and wanted.name not in found
        if free and column.name not in taken:
            found[wanted.name] = (column.name, score)
            taken.add(column.name)
    if named and "customer_id" not in said and "ticket_id" not in said:
        by_own_id(rival, found, taken, columns, language)
    if rival.name == "customers" and "customer_id" not in said:
        _by_email(found)
    if rival.name == "transactions":
        _settle_money(found, {c.name: c for c in columns}, said)
    if rival.name == "experiments" and "outcome" not in said:
        outcome(found, taken, columns)
    by_values(rival, found, taken, columns, said, language, named)
    if rival.name == "responses" and "comment" not in found and "comment" not in said:
        prose = [c.name for c in columns if c.prose and c.name not in taken]
        if len(prose) == 1:
            found["comment"] = (prose[0], DOUBTFUL)
    if not named and rival.name == "transactions":
        _money_by_values(found, taken, columns, said)
    return found


Pair = tuple[float, int, Field, Column]


def _without_phones(pairs: list[Pair], language: str) -> list[Pair]:
    """The pairs, none of a bare phone as the customer where another column is of the customer and
    more than a name, of which there may be two alike."""
    able = [p for p in pairs if p[2].name == "customer_id" and p[0] >= LIKELY]
    words = {p[3].name: frozenset().union(*meant(p[3].name, language)) for p in able}
    theirs = {name for name, meanings in words.items() if meanings & {"customer", "user"}}
    if all("name" in words[name] for name in theirs):
        return pairs
    worse = {name for name in words.keys() - theirs if "phone" in words[name]}
    return [p for p in pairs if p[2].name != "customer_id" or p[3].name not in worse]


def _without_names(pairs: list[Pair], language: str) -> list[Pair]:
    """The pairs, no names of people as the customer where something else surely tells who it is:
    two customers may be called alike."""
    able = [p for p in pairs if p[2].name == "customer_id" and p[0] >= CERTAIN]
    people = {p[3].name for p in able if p[3].personal}
    phones = {p[3].name for p in able if any("phone" in t for t in meant(p[3].name, language))}
    if not {p[3].name for p in able} - people - phones:
        return pairs
    return [p for p in pairs if p[2].name != "customer_id" or p[3].name not in people]


def _of_units(pairs: list[Pair]) -> list[Pair]:
    """The pairs without counts of units where a column says of each unit whether it did."""
    sure = {p[2].name for p in pairs if p[0] >= CERTAIN}
    if "successes" in sure or not any(p[3].yes_or_no for p in pairs):
        return pairs
    return [p for p in pairs if p[2].name not in ("n", "successes")]


def _by_email(found: Assignment) -> None:
    """Customers without an id of their own are known by their e-mail address."""
    held = found.get("customer_id", ("", 0.0))[1]
    if "email" in found and found["email"][1] >= CERTAIN > held:
        found["customer_id"] = found["email"]


def _settle_money(
    found: Assignment, columns: Mapping[str, Column], said: Mapping[str, str]
) -> None:
    """A price without a quantity, and a `jumlah` with cents or a currency, are amounts."""
    if "amount" in found or "amount" in said:
        return
    if "unit_price" in found and "quantity" not in found and "unit_price" not in said:
        column, score = found.pop("unit_price")
        found["amount"] = (column, 0.8 * score)
    elif "quantity" in found and "unit_price" not in found and "quantity" not in said:
        column, score = found["quantity"]
        evidence = columns[column].numbers
        if (
            evidence.currencies
            or evidence.fractions > 0.2 * evidence.values
            or evidence.either > 0.5 * evidence.values
        ):
            del found["quantity"]
            found["amount"] = (column, 0.8 * score)


def _money_by_values(
    found: Assignment, taken: set[str], columns: Sequence[Column], said: Mapping[str, str]
) -> None:
    """The only column with cents, in a file without a header, is suggested as the amount."""
    cents = [
        c for c in columns if c.name not in taken and c.numbers.fractions > 0.2 * c.numbers.values
    ]
    if len(cents) == 1 and "amount" not in found and "amount" not in said:
        found["amount"] = (cents[0].name, LIKELY)
        taken.add(cents[0].name)
