"""How much speaks for a file being a table of a kind: by its fields, headers, values and rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cxlib.ingest.assign import LIKELY, Assignment
from cxlib.ingest.columns import Column, Evidence
from cxlib.ingest.learned import points, repeats
from cxlib.ingest.naming import CERTAIN, meant
from cxlib.ingest.scales import Scaled, is_asked
from cxlib.ingest.scores import GRID_SIZE
from cxlib.tables.headers import terms
from cxlib.tables.kind import Kind

DEFAULT_KIND = "transactions"
PLAUSIBLE = 0.5
"""What less speaks for than this is no table of a kind that is known."""
CORE = {
    "campaigns": {"cost", "impressions", "clicks", "sent", "delivered", "opened", "conversions",
                  "revenue", "leads", "new_customers"},
    "customers": {"email", "phone", "name", "consent"},
    "events": {"event"},
    "experiments": {"variant"},
    "feedback": {"text"},
    "responses": {"score"},
    "subscriptions": {"start", "end", "mrr", "tenure", "churned"},
    "tickets": {"status", "resolved_at", "first_response_at", "activity", "topic", "csat"},
    "transactions": {"amount", "unit_price"},
}  # fmt: skip
"""What a table of a kind is about: one of these at least is to be expected."""
BOUGHT = {"amount", "unit_price", "product", "quantity"}
SIDELINES = {"channel", "place", "status", "currency", "category", "discount", "group"}
"""Fields that say little about the kind: other kinds keep such columns as attributes."""
SIDE = 0.25
CLOSE = 0.75
"""What the second kind must lag behind for the first one to be certain."""
ANY_KIND = {"customer_id", "timestamp", "channel", "place", "status", "currency"}
"""Fields that nearly every kind has: with nothing else, a table is of any kind."""
VOICE = ("review", "comment", "complaint")
SURVEYS = frozenset(("survey", "respondent", "nps", "recommend"))
SURVEY = frozenset(("survey", "answer", "nps", "satisfaction", "recommend", "weight", "respondent"))


def unsupported(chosen: Kind, found: Assignment) -> bool:
    """Whether a table of purchases has nothing that was bought: any table has people and times."""
    likely = {field for field, (_, score) in found.items() if score >= LIKELY}
    ordered = found.get("order_id", ("", 0.0))[1] >= CERTAIN
    return chosen.name == DEFAULT_KIND and not ordered and not likely & BOUGHT


def doubted(found: Assignment, others: Iterable[Assignment]) -> Assignment:
    """The assignment of a kind that is hardly likelier than others: only where they agree on a
    field is it certain."""
    agreed = {
        field: all(column == other.get(field, ("", 0.0))[0] for other in others)
        for field, (column, _) in found.items()
    }
    return {
        field: (column, score if agreed[field] else min(score, LIKELY))
        for field, (column, score) in found.items()
    }


def likelihood(
    rival: Kind,
    assigned: Mapping[str, Assignment],
    evidence: Evidence,
    rated: Mapping[str, Scaled],
    language: str,
) -> tuple[float, bool]:
    """How much speaks for a kind; transactions win a tie.

    A column counts the less, the more kinds have a field for it: every kind has a date. Words of
    the headers and of the file's name count too, and a missing required field counts against it.
    """
    shared = Counter(
        column for found in assigned.values() for column, score in found.values() if score >= LIKELY
    )
    found, columns = assigned[rival.name], evidence.columns
    certain = {field for field, (_, score) in found.items() if score >= CERTAIN}
    votes = sum(
        2 * (score - 0.5) * (SIDE if field in SIDELINES else 1.0) / shared[column]
        for field, (column, score) in found.items()
        if score >= LIKELY
    )
    hinted = _hinted(frozenset(rival.hints), columns, language)
    asked = sum(s.score.metric != "rating" or is_asked(name) for name, s in rated.items())
    if rival.name == "responses":
        hinted += sum("?" in column.name for column in columns) + asked
    elif rival.name == "feedback":
        hinted += sum("?" in column.name and column.prose for column in columns)
    about = {*rival.hints, rival.name.rstrip("s")}
    named = any(term & about for term in terms(evidence.staged.name))
    doubts = sum(
        0.75 if found.get(field, ("", 0.0))[1] >= LIKELY else 1.5
        for field in rival.missing(certain)
    )
    if not {*found} - ANY_KIND and not hinted:
        doubts += 1.5
    voices = [c for c in columns if c.prose and any(_says(w, c.name, language) for w in VOICE[:2])]
    if rival.name in ("customers", "tickets"):
        doubts += 1.25 * (voices != [])
    grid = len(rated) and points(columns) >= GRID_SIZE  # reviews have one rating, seldom two
    surveyed = asked or grid or _hinted(SURVEY, columns, language)
    if rival.name == "experiments":  # A and B, control and treatment: few other columns hold that
        votes += any(c.arms for c in columns if c.name == found.get("variant", ("", 0.0))[0])
    if rival.name == "responses" and rated and not surveyed:
        doubts += any(column.prose for column in columns)  # stars with a text are a review
        doubts += 0.5
    if rival.name == "feedback":
        prose = {column.name for column in columns if column.prose}
        reviewed = {"text", "rating"} <= certain and found["text"][0] in prose
        votes += 0.75 * (
            reviewed and not _hinted(SURVEY - {"answer"}, columns, language)
        )  # shops answer too
        text = found.get("text", ("", 0.0))[0]
        voiced = text in prose or any(_says(word, text, language) for word in VOICE)
        doubts += 1.0 * (not voiced and "rating" not in certain)  # any table has descriptions
        doubts += 0.5 * (_hinted(SURVEYS, columns, language) > 0)
        doubts += 1.0 * (asked > 0 or grid)  # a text beside the answer to a survey is its comment
    likely = {field for field, (_, score) in found.items() if score >= LIKELY}
    numbered = rival.name == "tickets" and "ticket_id" in certain
    ticketed = (
        numbered and _says("ticket", found["ticket_id"][0], language) and not rated and not voices
    )
    doubts += 1.0 * (not CORE[rival.name] & likely and not ticketed)
    if rival.name == "tickets" and asked:  # a survey after a case has its number too
        doubts += 1.0 * (not (CORE["tickets"] - {"csat"}) & likely)
    if rival.name in ("customers", "transactions") and "customer_id" in certain:
        known_by = {found[f][0] for f in ("customer_id", "email") if f in certain}
        again = repeats(columns, known_by)
        if again is not None:  # customers come once in a list of them, and again in one of orders
            doubts += (1.5 if again else -0.5) if rival.name == "customers" else 0.5 * (not again)
    if rival.name == "campaigns":  # they have no row for each customer
        who, sure = assigned.get("customers", {}).get("customer_id", ("", 0.0))
        doubts += 1.0 * (sure >= CERTAIN and repeats(columns, {who}) is False)
    shapes = [shape for shape in rival.requires if set(shape) <= certain]
    demands = sum(f.required for f in rival.fields if f.name in certain) + len(shapes[:1])
    if rival.name == "responses":
        votes += min(asked + grid, 2)  # few other tables ask how likely or how satisfied people are
    for_it = votes + 3.0 * hinted / (len(columns) + 3) + 0.5 * named + 0.5 * demands
    return for_it - doubts, rival.name == DEFAULT_KIND


def _says(word: str, name: str, language: str) -> bool:
    return any(word in term for term in meant(name, language))


def _hinted(words: frozenset[str], columns: Iterable[Column], language: str) -> int:
    """How many headers have one of these words."""
    return sum(any(term & words for term in meant(column.name, language)) for column in columns)
