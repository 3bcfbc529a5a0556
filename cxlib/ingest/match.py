"""What a file seems to hold: its kind, which column is which field, and what must be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

import pyarrow as pa

from cxlib.i18n import N_
from cxlib.ingest.assign import CERTAIN as CERTAIN
from cxlib.ingest.assign import LIKELY, Assignment, assign
from cxlib.ingest.attributes import attributes
from cxlib.ingest.columns import Column, Evidence, chunks
from cxlib.ingest.dates import order_of
from cxlib.ingest.plan import Proposal, Question, Score
from cxlib.ingest.questions import ask_direction, currency, formats, open_fields
from cxlib.ingest.scales import Scaled, scaled, scores_of
from cxlib.ingest.staged import Staged
from cxlib.ingest.swapped import looks_swapped
from cxlib.results import Issue
from cxlib.tables.headers import terms
from cxlib.tables.kind import Kind, kinds
from cxlib.tables.kind import kind as kind_of
from cxlib.tables.notes import NOTES
from cxlib.tables.source import Export, recognise

TYPES = ("timestamp", "number", "money")
"""The types of fields that have a format."""
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
    "subscriptions": {"start", "end", "plan", "mrr", "tenure", "churned"},
    "tickets": {"status", "resolved_at", "first_response_at", "activity", "topic", "csat"},
    "transactions": {"amount", "unit_price"},
}  # fmt: skip
"""What a table of a kind is about: one of these at least is to be expected."""
SIDELINES = {"channel", "place", "status", "currency", "category", "discount", "group"}
"""Fields that say little about the kind: other kinds keep such columns as attributes."""
SIDE = 0.25
CLOSE = 0.3
"""What the second kind must lag behind for the first one to be certain."""
ENOUGH = 20
"""Cells of a column from which it is told whether they repeat."""
ANY_KIND = {"customer_id", "timestamp", "channel", "place", "status", "currency"}
"""Fields that nearly every kind has: with nothing else, a table is of any kind."""
SURVEY = frozenset(("survey", "answer", "nps", "satisfaction", "recommend", "weight"))
RATED = {"responses": "score", "feedback": "rating", "tickets": "csat"}
"""The field with points on a scale, of the kinds that have one."""


def propose(
    staged: Staged, kind: str | None = None, mapping: Mapping[str, str] | None = None
) -> Proposal:
    """What the file seems to hold.

    Parameters
    ----------
    staged : Staged
    kind : str, optional
        What the user says it is; found out otherwise.
    mapping : mapping of str to str, optional
        Field → column as the user has them: taken as certain. An empty column leaves the field out.

    Returns
    -------
    Proposal
        Nothing in it is done yet. A required field that is not certain, a day/month order and a
        decimal mark that neither the column nor the documentation of the export tells, mixed
        currencies and the direction of a scale of effort are questions.

    Raises
    ------
    CxError
        `unknown_kind`, `unknown_field`, `unknown_column`.
    """
    said = {name: column and staged.column(column) for name, column in (mapping or {}).items()}
    evidence = Evidence(staged)
    columns = evidence.columns
    rivals = [kind_of(kind)] if kind is not None else _holding(set(said))
    rated = scores_of(columns)
    export = recognise(staged.columns)
    if export is not None and (
        export.kind not in {rival.name for rival in rivals}
        or (export.kind == "responses" and not rated)  # a form that asks for something else
    ):
        export = None
    if export is not None:
        rivals = [kind_of(export.kind)]
    filled = [column.name for column in columns if column.filled]
    known = {} if export is None else export.columns(filled)
    primary = _primary(rated)
    none = {} if export is None else dict.fromkeys(export.lacking, "")
    assigned = {
        rival.name: assign(
            rival, columns, none | said, known, primary, named=staged.titles is not None
        )
        for rival in rivals
    }
    weights = {rival: _plausibility(rival, assigned, evidence, rated) for rival in rivals}
    chosen = max(rivals, key=lambda rival: weights[rival])
    if len(rivals) > 1 and weights[chosen][0] < PLAUSIBLE and not said:
        chosen = kind_of(DEFAULT_KIND)
    found = assigned[chosen.name]
    close = [r for r in rivals if r != chosen and weights[chosen][0] - weights[r][0] < CLOSE]
    if close and not said:
        found = doubted(found, [assigned[rival.name] for rival in close])
    fields = {name: column for name, (column, _) in found.items()}
    typed = {
        name: evidence.whole(name)
        for name in {c for f, c in fields.items() if chosen.field(f).type in TYPES}
    }
    scales = _scales(chosen, fields, rated, evidence)
    written, questions = formats(chosen, fields, typed, staged, export)
    code, asked = currency(chosen, fields, typed, staged)
    scores = tuple(one.score for one in scales)
    return Proposal(
        kind=chosen.name,
        mapping=fields,
        confidence={name: round(score, 2) for name, (_, score) in found.items()},
        formats=written,
        currency=code,
        questions=(
            *open_fields(chosen, found, staged),
            *questions,
            *asked,
            *_directions(scales),
        ),
        issues=(
            *_remarks(chosen, fields, {column.name: column for column in columns}),
            *_known(export, known, fields),
            *_swapped(fields, written, staged),
            *_scale_remarks(scales),
        ),
        samples=dict(zip(staged.columns, staged.samples, strict=True)),
        shape=_shape(chosen, fields, scores),
        source=export.source if export is not None else None,
        scores=scores,
        attributes=attributes(evidence, {*fields.values(), *(score.column for score in scores)})
        if chosen.attributes
        else (),
    )


def _holding(names: set[str]) -> list[Kind]:
    """The kinds that have all these fields; the default kind where there is none, to say so."""
    held = [k for k in kinds().values() if names <= {f.name for f in k.fields}]
    return held or [kind_of(DEFAULT_KIND)]


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


def _plausibility(
    rival: Kind,
    assigned: Mapping[str, Assignment],
    evidence: Evidence,
    rated: Mapping[str, Scaled],
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
    hinted = _hinted(frozenset(rival.hints), columns)
    asked = sum(scale.score.metric != "rating" for scale in rated.values())
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
    if rival.name == "responses" and rated and not asked and not _hinted(SURVEY, columns):
        doubts += any(column.prose for column in columns)  # stars with a text are a review
        doubts += 0.5
    if rival.name == "feedback":
        prose = {column.name for column in columns if column.prose}
        reviewed = {"text", "rating"} <= certain and found["text"][0] in prose
        votes += 0.75 * (reviewed and not _hinted(SURVEY - {"answer"}, columns))  # shops answer too
        doubts += 1.0 * (asked > 0)  # a text beside the answer to a survey is its comment
    likely = {field for field, (_, score) in found.items() if score >= LIKELY}
    doubts += 1.0 * (not CORE[rival.name] & likely)
    if rival.name in ("customers", "transactions") and "customer_id" in certain:
        known_by = {found[f][0] for f in ("customer_id", "email") if f in certain}
        again = _repeats(columns, known_by)
        if again is not None:  # customers come once in a list of them, and again in one of orders
            doubts += (1.5 if again else -0.5) if rival.name == "customers" else 0.5 * (not again)
    shapes = [shape for shape in rival.requires if set(shape) <= certain]
    demands = sum(f.required for f in rival.fields if f.name in certain) + len(shapes[:1])
    if rival.name == "responses":
        votes += min(asked, 2)  # few other tables ask how likely or how satisfied people are
    for_it = votes + 3.0 * hinted / (len(columns) + 3) + 0.5 * named + 0.5 * demands
    return for_it - doubts, rival.name == DEFAULT_KIND


def _repeats(columns: Iterable[Column], names: Collection[str]) -> bool | None:
    """Whether a tenth of the cells of one of the columns are there again; None where they have too
    few to tell."""
    held = [c for c in columns if c.name in names and c.filled >= ENOUGH]
    return any(c.distinct < 0.9 * c.filled for c in held) if held else None


def _hinted(words: frozenset[str], columns: Iterable[Column]) -> int:
    """How many headers have one of these words."""
    return sum(any(term & words for term in terms(column.name)) for column in columns)


def _primary(rated: Mapping[str, Scaled]) -> dict[str, float]:
    """The column that is the score: the first by rank that is certain, else the likeliest."""
    certain = [name for name, found in rated.items() if found.confidence >= CERTAIN]
    likely = max(rated, key=lambda name: rated[name].confidence, default=None)
    name = certain[0] if certain else likely
    return {} if name is None else {name: rated[name].confidence}


def _scales(
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


def _shape(chosen: Kind, fields: Mapping[str, str], scores: tuple[Score, ...]) -> str:
    """Which of its kind's shapes the file has."""
    names = set(fields)
    if chosen.name == "responses":
        return "long" if {"question", "score"} <= names else "wide" if len(scores) > 1 else "rows"
    if chosen.name == "tickets":
        return "log" if "activity" in names and "resolved_at" not in names else "rows"
    if chosen.name == "subscriptions":
        return "snapshot" if {"tenure", "churned"} <= names and "start" not in names else "rows"
    if chosen.name == "experiments":
        return "aggregated" if "n" in names and "outcome" not in names else "rows"
    return "rows"


def _directions(scales: list[Scaled]) -> list[Question]:
    first = scales[0] if scales else None
    if first is None or not first.direction_open:
        return []
    return [ask_direction(first.score.column, first.score.high)]


def _remarks(
    chosen: Kind, fields: Mapping[str, str], columns: Mapping[str, Column]
) -> Iterator[Issue]:
    customer = fields.get("customer_id")
    if customer is not None and columns[customer].masked:
        yield Issue(
            "masked_customers",
            "warning",
            N_("Most names in the column “{column}” are hidden behind asterisks."),
            N_(
                "Customers cannot be told apart by them: choose a column with an id, if there is one."
            ),
            {"column": customer},
            column=customer,
        )
    if chosen.name != "transactions":
        return
    if "amount" not in fields and {"quantity", "unit_price"} <= set(fields):
        yield Issue(
            "amount_computed",
            "info",
            N_("The file has no amounts; they are quantity × unit price."),
        )
    elif "amount" not in fields:
        yield Issue(
            "no_amount",
            "warning",
            N_("No column looks like an amount: revenue and value will be missing."),
            N_("Choose the column of the amount, if there is one."),
        )


def _known(
    export: Export | None, known: Mapping[str, str], fields: Mapping[str, str]
) -> Iterator[Issue]:
    if export is None:
        return
    program = {"program": export.program}
    yield Issue(
        "known_export",
        "info",
        N_("The header is that of an export from {program}; its columns are known."),
        params=program,
    )
    if fields.get("amount") == known.get("amount"):  # the user may have chosen another column
        for note in export.notes:
            yield Issue(note, "info", NOTES[note], params=program)


def _swapped(
    fields: Mapping[str, str], written: Mapping[str, str], staged: Staged
) -> Iterator[Issue]:
    column, order = fields.get("timestamp"), order_of(written.get("timestamp", ""))
    if column is None or order not in ("ymd", "dmy", "mdy"):
        return
    first = [c.cast(pa.string()) for c in chunks(staged, staged.cell(column), most=1)]
    if first and looks_swapped(pa.concat_arrays(first), order):
        yield Issue(
            "swapped_days",
            "warning",
            N_("In the column “{column}” day and month look exchanged in days up to the 12th."),
            N_(
                "Compare a few with the program that the file is from, and export it again with the "
                "year first."
            ),
            {"column": column},
            column=column,
        )


def _scale_remarks(scales: list[Scaled]) -> Iterator[Issue]:
    """What was taken for points, so that the user can confirm it."""
    for scale in scales[:1]:
        score = scale.score
        yield Issue(
            "scale",
            "info",
            N_("The answers in the column “{column}” are read as points from {low} to {high}."),
            N_("Correct the scale if the question had another one."),
            {"column": score.column, "low": f"{score.low:g}", "high": f"{score.high:g}"},
            column=score.column,
        )
    if len(scales) > 1:
        yield Issue(
            "more_scales",
            "info",
            N_("{count} more columns hold points: {columns}."),
            params={
                "count": len(scales) - 1,
                "columns": ", ".join(
                    f"{s.score.column} ({s.score.low:g}–{s.score.high:g})" for s in scales[1:]
                ),
            },
            count=len(scales) - 1,
        )
