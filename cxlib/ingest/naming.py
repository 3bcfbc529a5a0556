"""How well a header names a field: by words in six languages, whatever the values are."""

from __future__ import annotations

from functools import cache

from cxlib.tables.headers import QUALIFIERS, Terms, is_known, normal, terms
from cxlib.tables.kind import Field
from cxlib.tables.names import words

CERTAIN = 0.8
"""A required field below this is asked about."""
UNNAMED = 0.5  # most that a name of something counted may score for what has a name
DOUBTFUL = 0.65  # most that a name with a word of `ELSEWHERE` may score
PARTLY = 0.78  # most that a name with a word left over may score
LATER, LAST = 0.0015, 60  # what each earlier synonym takes from the score, and of how many
# Words that make a column another one than its other words say: a delivery date, a refunded amount.
ELSEWHERE = frozenset(
    words(
        "refund, return, previous, last, update, due, birth, expire, ship, fee, reply, answer, "
        "developer, agent, owner, parent, company, tax, per, rate, percent, average, cost, discount, "
        "tracking, deliver, next, estimated, expected, commission, supplier, vendor, seller, courier"
    )
)
# Times of something else than what a row is.
OTHER_TIMES = ELSEWHERE | frozenset(words("cancel, end, join, customer"))
LATER_ON = frozenset(words("resolve, close, first"))  # of a case that was open before
SINGLE = ("unit_price", "mrr", "mean", "sd", "weight")  # numbers of which a total is another one
BARE: Terms = (frozenset(("id",)),)
# Words of what is counted or added up, which has no name: the number of events, new users.
COUNTED = frozenset(words("quantity, count, total, rate, percent, average, value, amount, new"))


def name_score(
    header: str, wanted: Field, subject: tuple[str, ...] = (), language: str = ""
) -> float:
    """How well a header names a field.

    1 by its name, a little less by a later synonym or by the same words in another language or
    order. Below `CERTAIN` where a word is left over that may make it another column, but for those
    that only narrow it, such as a zone, or that say what a row is (`subject`).
    """
    names = (wanted.name.replace("_", " "), *wanted.synonyms)
    if (plain := normal(header)) in names:
        # A bare "id" in a table of things that have one besides: likely theirs, but not for sure.
        sure = wanted.required or plain != "id"
        at = names.index(plain)
        return (0.99 - LATER * min(at, LAST) if at else 1.0) if sure else PARTLY
    asked = meant(header, language)
    if wanted.type == "timestamp":  # a time of something is its date as well
        asked = tuple(term | {"date"} if "time" in term else term for term in asked)
    index = _index(names)
    rivals = {pair for senses in asked for sense in senses for pair in index.get(sense, ())}
    best = max((_fit(asked, name, at, wanted, subject) for at, name in rivals), default=0.0)
    # "Visitors" and "Orders" are counted: no id of one of them.
    counted = wanted.type == "id" and plain.endswith("s") and not plain.endswith(("ss", "us", "is"))
    return min(best, DOUBTFUL) if counted and not any("id" in term for term in asked) else best


@cache
def _index(names: tuple[str, ...]) -> dict[str, tuple[tuple[int, Terms], ...]]:
    """The names as terms, by each sense of their first term."""
    found: dict[str, tuple[tuple[int, Terms], ...]] = {}
    plain = [terms(name, "en", "id") if len(name) > 1 else () for name in names]
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
        return (0.98 if places == sorted(places) else 0.979) - later
    narrow = _narrowing(wanted, subject)
    others = [term for term in rest if not (term & narrow or all(map(str.isdecimal, term)))]
    if wanted.name in ("mean", "sd"):
        others = []  # of whatever
    if not others:
        return 0.98 - 0.004 * len(rest) - later
    score = 0.5 + 0.47 * len(name) / (len(name) + 0.02 * len(rest) + len(others)) - later
    if wanted.type in ("id", "category", "text") and any(term & COUNTED for term in others):
        return min(score, UNNAMED)
    if any(term & ELSEWHERE for term in others):
        return min(score, DOUBTFUL)
    return min(score, PARTLY)


def _narrowing(wanted: Field, subject: tuple[str, ...]) -> frozenset[str]:
    """Words that narrow a field without making it another one."""
    narrow = {*QUALIFIERS, *subject}
    if wanted.type != "timestamp":
        narrow -= {"time"}
    if wanted.type == "category":
        narrow |= {"name"}
    if wanted.type == "text":
        narrow |= {"customer", "user"}
    if wanted.name in ("customer_id", "email", "phone"):
        narrow |= {"customer", "user", "address", "billing", "account", "taxid"}
    if wanted.type in ("number", "money") and wanted.name not in SINGLE:
        narrow |= {"total"}
    if wanted.type == "number" and wanted.name not in SINGLE:
        narrow |= {"quantity"}
    return frozenset(narrow)


def foreign(header: str, wanted: Field, subject: tuple[str, ...] = (), language: str = "") -> bool:
    """Whether a header has a word that no name of the field has: it may be another column, as a
    customer's city is. A word that no dictionary has tells nothing."""
    own = _own(wanted) | _narrowing(wanted, subject)
    return any(is_known(term) and not term & own for term in meant(header, language))


@cache
def _own(wanted: Field) -> frozenset[str]:
    names = (wanted.name.replace("_", " "), *wanted.synonyms)
    return frozenset(sense for name in names for term in terms(name, "en", "id") for sense in term)


def elsewhere(header: str, kind: str, language: str = "") -> bool:
    """Whether a column of times is, by its words, not when the thing happened that a row is."""
    others = OTHER_TIMES | LATER_ON if kind == "tickets" else OTHER_TIMES
    return any(term & others for term in meant(header, language))


def meant(header: str, language: str) -> Terms:
    """What the words of a header mean in a file whose headers are of this language."""
    return terms(header, language, "en") if language else terms(header)
