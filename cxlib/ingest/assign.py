"""Which column is which field: by names in six languages, and by what the values can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from cxlib.ingest.columns import TYPED, Column
from cxlib.tables.headers import QUALIFIERS, Terms, normal, terms
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import words

CERTAIN = 0.8
"""A required field below this is asked about."""
LIKELY = 0.6
"""A name that fits less well than this suggests nothing."""
UNNAMED = 0.5  # most that a name of something counted may score for what has a name
DOUBTFUL = 0.65  # most that a name with a word of `ELSEWHERE` may score
PARTLY = 0.78  # most that a name with a word left over may score
ONLY = 0.85  # for the only column that can be a field, where its name says so too
LATER, LAST = 0.0015, 60  # what each earlier synonym takes from the score, and of how many
# Words that make a column another one than its other words say: a delivery date, a refunded amount.
ELSEWHERE = frozenset(
    words(
        "refund, return, previous, last, update, due, birth, expire, ship, fee, reply, answer, "
        "developer, agent, owner, parent, company, tax, per, rate, percent, average, cost, discount, "
        "tracking, deliver, next, estimated, expected, commission, supplier, vendor, seller, courier"
    )
)
SINGLE = ("unit_price", "mrr", "mean", "sd", "weight")  # numbers of which a total is another one
BARE: Terms = (frozenset(("id",)),)
# Words of what is counted or added up, which has no name: the number of events, new users.
COUNTED = frozenset(words("quantity, count, total, rate, percent, average, value, amount, new"))

Assignment = dict[str, tuple[str, float]]


def name_score(header: str, wanted: Field, subject: tuple[str, ...] = ()) -> float:
    """How well a header names a field.

    1 by its name, a little less by a later synonym or by the same words in another language or
    order. Below `CERTAIN` where a word is left over that may make it another column, but for those
    that only narrow it, such as a zone, or that say what a row is (`subject`).
    """
    names = (wanted.name.replace("_", " "), *wanted.synonyms)
    if (plain := normal(header)) in names:
        # A bare "id" in a table of things that have one besides: likely theirs, but not for sure.
        sure = wanted.required or plain != "id"
        return 1.0 - LATER * min(names.index(plain), LAST) if sure else PARTLY
    asked = terms(header)
    if wanted.type == "timestamp":  # a time of something is its date as well
        asked = tuple(term | {"date"} if "time" in term else term for term in asked)
    index = _index(names)
    rivals = {pair for senses in asked for sense in senses for pair in index.get(sense, ())}
    best = max((_fit(asked, name, at, wanted, subject) for at, name in rivals), default=0.0)
    # "Visitors" and "Orders" are counted: no id of one of them.
    counted = wanted.type == "id" and plain.endswith("s") and not plain.endswith(("ss", "us", "is"))
    return min(best, DOUBTFUL) if counted else best


@cache
def _index(names: tuple[str, ...]) -> dict[str, tuple[tuple[int, Terms], ...]]:
    """The names as terms, by each sense of their first term."""
    found: dict[str, tuple[tuple[int, Terms], ...]] = {}
    plain = [terms(name) for name in names]
    # A word of several meanings has that one here which other names of the field have as well:
    # "nota" is a rating in Portuguese, and a receipt among the names of an order.
    sure = {sense for meant in plain for senses in meant if len(senses) == 1 for sense in senses}
    for at, meant in enumerate(tuple(senses & sure or senses for senses in m) for m in plain):
        for sense in meant[0] if meant else ():
            found[sense] = (*found.get(sense, ()), (at, meant))
    return found


def _fit(asked: Terms, name: Terms, at: int, wanted: Field, subject: tuple[str, ...]) -> float:
    if name == BARE:
        return 0.0  # as it stands it may be an id; any other number of something is none
    rest, places = list(asked), []
    for senses in name:
        same = next((term for term in rest if term & senses), None)
        if same is None:
            return 0.0
        rest.remove(same)
        places.append(asked.index(same))
    later = LATER * min(at, LAST)
    if not rest:
        return (0.98 if places == sorted(places) else 0.95) - later
    narrow = QUALIFIERS | {*subject} | ({"name"} if wanted.type == "category" else set())
    if wanted.name in ("customer_id", "email", "phone"):
        narrow |= {"customer", "user", "address", "billing", "account"}
    if wanted.type in ("number", "money") and wanted.name not in SINGLE:
        narrow |= {"total"}
    others = [term for term in rest if not (term & narrow or all(map(str.isdecimal, term)))]
    score = 0.5 + 0.47 * len(name) / (len(name) + 0.06 * len(rest) + len(others)) - later
    if wanted.type in ("id", "category", "text") and any(term & COUNTED for term in others):
        return min(score, UNNAMED)
    if any(term & ELSEWHERE for term in others):
        return min(score, DOUBTFUL)
    return min(score, PARTLY) if others else score


def assign(
    rival: Kind,
    columns: Sequence[Column],
    said: Mapping[str, str],
    known: Mapping[str, str] | None = None,
    scores: Mapping[str, float] | None = None,
    *,
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
        (_pair(column, wanted, points, rival.subject), -i, wanted, column)
        for wanted in rival.fields
        for i, column in enumerate(columns)
    ]
    pairs = _without_phones(pairs)
    pairs = sorted((p for p in pairs if p[0] >= LIKELY), key=lambda pair: (-pair[0], -pair[1]))
    for score, _, wanted, column in pairs:
        free = wanted.name not in said and wanted.name not in found
        if free and column.name not in taken:
            found[wanted.name] = (column.name, score)
            taken.add(column.name)
    if rival.name == "customers" and "customer_id" not in said:
        _by_email(found)
    if rival.name == "transactions":
        _settle_money(found, {c.name: c for c in columns}, said)
    _by_values(rival, found, taken, columns, said, named)
    if rival.name == "responses" and "comment" not in found and "comment" not in said:
        prose = [c.name for c in columns if c.prose and c.name not in taken]
        if len(prose) == 1:
            found["comment"] = (prose[0], DOUBTFUL)
    if not named and rival.name == "transactions":
        _money_by_values(found, taken, columns, said)
    return found


Pair = tuple[float, int, Field, Column]


def _without_phones(pairs: list[Pair]) -> list[Pair]:
    """The pairs, none of a bare phone as the customer where another column names the customer."""
    able = [p for p in pairs if p[2].name == "customer_id" and p[0] >= LIKELY]
    if not any(_of_customers(p[3].name) for p in able):
        return pairs
    worse = {
        p[3].name
        for p in able
        if any("phone" in term for term in terms(p[3].name)) and not _of_customers(p[3].name)
    }
    return [p for p in pairs if p[2].name != "customer_id" or p[3].name not in worse]


def _of_customers(name: str) -> bool:
    return any(term & {"customer", "user"} for term in terms(name))


def _by_email(found: Assignment) -> None:
    """Customers without an id of their own are known by their e-mail address."""
    held = found.get("customer_id", ("", 0.0))[1]
    if "email" in found and found["email"][1] >= CERTAIN > held:
        found["customer_id"] = found["email"]


def _pair(
    column: Column, wanted: Field, points: Mapping[str, float], subject: tuple[str, ...]
) -> float:
    if wanted.name == "score":
        return points.get(column.name, 0.0)
    named = name_score(column.name, wanted, subject)
    suits = column.suits(wanted) if named >= LIKELY else 0.0
    return named * (0.5 + 0.5 * suits) if suits > 0 else 0.0


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


def _by_values(
    rival: Kind,
    found: Assignment,
    taken: set[str],
    columns: Sequence[Column],
    said: Mapping[str, str],
    named: bool,
) -> None:
    """Required fields that no name gives, from the values alone: never certain.

    Where only one column can be the field and its name goes that way too, there is no doubt left.
    """
    for wanted in rival.fields:
        if not wanted.required or wanted.name in said:
            continue
        able = [c for c in columns if c.filled and _can_be(c, wanted)]
        if wanted.name in found:
            held, score = found[wanted.name]
            only = wanted.type in ("timestamp", "text") and [c.name for c in able] == [held]
            if only and DOUBTFUL < score < ONLY:
                found[wanted.name] = (held, ONLY)
            continue
        free = [c for c in able if c.name not in taken]
        if wanted.type == "id":
            free.sort(key=lambda c: -c.distinct)
        if free:
            days = [c for c in free if c.dates.share > TYPED] if wanted.type == "timestamp" else []
            guess = days[0] if len(days) == 1 else free[0]
            alone = 0.5 if named else ONLY
            # The only text that people wrote, in answer to a question or beside their points.
            rated = found.get("rating", ("", 0.0))[1] >= CERTAIN
            if wanted.type == "text" and len(free) == 1 and ("?" in guess.name or rated):
                found[wanted.name] = (guess.name, ONLY)
                taken.add(guess.name)
                continue
            found[wanted.name] = (guess.name, alone if len(days) == 1 else 0.3)
            taken.add(guess.name)


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


def _can_be(column: Column, wanted: Field) -> bool:
    if wanted.type == "timestamp":
        return column.suits(wanted) >= TYPED
    if wanted.type == "id":
        return column.suits(wanted) == 1.0 and 1 < column.distinct < 0.95 * column.rows
    return wanted.type == "text" and column.prose
