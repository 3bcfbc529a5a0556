"""Which column is which field: by names in six languages, and by what the values can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxlib.ingest.columns import Column
from cxlib.ingest.elimination import LIKELY as LIKELY
from cxlib.ingest.elimination import Assignment as Assignment
from cxlib.ingest.elimination import by_own_id, by_values, fit, is_numbered, outcome
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
    pairs = _of_the_group(_of_the_text(_told_apart(pairs, language)), language)
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
        _by_email(found, taken, columns, language)
    if rival.name == "transactions":
        _settle_money(found, {c.name: c for c in columns}, said)
    if rival.name == "experiments" and "outcome" not in said:
        outcome(found, taken, columns)
    by_values(rival, found, taken, columns, said, language, named)
    text, score = found.get("text", ("", 0.0))
    if "text" not in said and any("subject" in term for term in meant(text, language)):
        found["text"] = (text, min(score, DOUBTFUL))  # what it is about, in place of what was said
    if named and "customer_id" in found and "customer_id" not in {**(known or {}), **said}:
        _named_alike(found, taken, columns, rival.field("customer_id"), language)
    if rival.name == "responses" and "comment" not in found and "comment" not in said:
        prose = [c.name for c in columns if c.prose and c.name not in taken]
        if len(prose) == 1:
            found["comment"] = (prose[0], DOUBTFUL)
    if not named and rival.name == "transactions":
        _money_by_values(found, taken, columns, said)
    return found


NUMBERED = 0.7
"""How well a number has to fit by its name for names of people to stand back."""
Pair = tuple[float, int, Field, Column]


def _told_apart(pairs: list[Pair], language: str) -> list[Pair]:
    """The pairs, none for the customer that tell people apart less well than another does: a bare
    phone beside what is said to be the customer's, a name, which two may share, beside all else."""
    able = [p for p in pairs if p[2].name == "customer_id" and p[0] >= LIKELY]
    said = {p[3].name: frozenset().union(*meant(p[3].name, language)) for p in able}
    people = {p[3].name for p in able if p[3].personal}
    theirs = {n for n, words in said.items() if words & {"customer", "user"}} - people
    worse: set[str] = set()
    if any("name" not in said[name] for name in theirs):
        worse |= {n for n in said.keys() - theirs if "phone" in said[n]}
    numbers = {p[3].name for p in able if p[0] > NUMBERED and "id" in said[p[3].name]}
    if ({p[3].name for p in able if p[0] >= CERTAIN} | numbers) - people - worse:
        worse |= people
    return _without(pairs, "customer_id", worse)


def _of_the_group(pairs: list[Pair], language: str) -> list[Pair]:
    """The pairs, no agent as the group where there is one."""
    able = {p[3].name for p in pairs if p[2].name == "group" and p[0] >= LIKELY}
    agents = {name for name in able if any("agent" in term for term in meant(name, language))}
    return _without(pairs, "group", agents) if able - agents else pairs


def _of_the_text(pairs: list[Pair]) -> list[Pair]:
    """The pairs, no subject as the text where somebody wrote one."""
    able = {p[3].name for p in pairs if p[2].name == "text" and p[0] >= LIKELY and p[3].prose}
    return _without(pairs, "text", {p[3].name for p in pairs} - able) if able else pairs


def _without(pairs: list[Pair], field: str, worse: set[str]) -> list[Pair]:
    return [p for p in pairs if p[2].name != field or p[3].name not in worse]


def _named_alike(
    found: Assignment, taken: set[str], columns: Sequence[Column], wanted: Field, language: str
) -> None:
    """Names are not surely the customer where a number that no dictionary knows may be."""
    held, score = found.get("customer_id", ("", 0.0))
    people = any(c.personal for c in columns if c.name == held)
    if people and any(
        # A bare "Reference" is the row's own.
        len(meant(c.name, language)) > 1
        and is_numbered(c, wanted, language)
        and c.name not in taken
        and not c.counted
        for c in columns
    ):
        found["customer_id"] = (held, min(score, DOUBTFUL))


def _of_units(pairs: list[Pair]) -> list[Pair]:
    """The pairs without counts of units where a column says of each unit whether it did."""
    sure = {p[2].name for p in pairs if p[0] >= CERTAIN}
    if "successes" in sure or not any(p[3].yes_or_no for p in pairs):
        return pairs
    return [p for p in pairs if p[2].name not in ("n", "successes")]


def _by_email(found: Assignment, taken: set[str], columns: Sequence[Column], language: str) -> None:
    """Customers without an id of their own are known by their e-mail address: surely where no
    other column has numbers of something that are all different."""
    own, held = found.get("customer_id", ("", 0.0))
    if held > NUMBERED and any("id" in term for term in meant(own, language)):
        return
    if "email" in found and found["email"][1] >= CERTAIN > held:
        column, score = found["email"]
        numbers = [
            c
            for c in columns
            if c.name not in taken and not c.counted and c.filled and c.distinct == c.filled
            if any("id" in term for term in meant(c.name, language))
        ]
        found["customer_id"] = (column, min(score, DOUBTFUL) if numbers else score)


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
        if evidence.currencies or evidence.broken or evidence.either > 0.5 * evidence.values:
            del found["quantity"]
            found["amount"] = (column, 0.8 * score)


def _money_by_values(
    found: Assignment, taken: set[str], columns: Sequence[Column], said: Mapping[str, str]
) -> None:
    """The only column with cents, in a file without a header, is suggested as the amount."""
    cents = [c for c in columns if c.name not in taken and c.numbers.broken]
    if len(cents) == 1 and "amount" not in found and "amount" not in said:
        found["amount"] = (cents[0].name, LIKELY)
        taken.add(cents[0].name)
