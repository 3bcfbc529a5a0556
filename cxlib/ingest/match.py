"""What a file seems to hold: its kind, which column is which field, and what must be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cxlib.i18n import N_
from cxlib.ingest.assign import LIKELY as LIKELY
from cxlib.ingest.assign import assign
from cxlib.ingest.attributes import attributes
from cxlib.ingest.columns import Column, Evidence
from cxlib.ingest.learned import leaning, signs
from cxlib.ingest.likelihood import (
    CLOSE,
    DEFAULT_KIND,
    PLAUSIBLE,
    doubted,
    likelihood,
    unsupported,
)
from cxlib.ingest.naming import CERTAIN as CERTAIN
from cxlib.ingest.plan import Proposal, Question, Score
from cxlib.ingest.questions import ask_direction, currency, formats, open_fields
from cxlib.ingest.scales import Scaled
from cxlib.ingest.scores import primary, scales_in, scores_of
from cxlib.ingest.staged import Staged
from cxlib.ingest.swapped import swapped_days
from cxlib.results import Issue
from cxlib.tables.headers import language_of
from cxlib.tables.kind import Kind, kinds
from cxlib.tables.kind import kind as kind_of
from cxlib.tables.notes import NOTES
from cxlib.tables.source import Export, recognise

TYPES = ("timestamp", "number", "money")
"""The types of fields that have a format."""

LEARNED = 0.75
"""How much what header sets taught counts beside what is laid down here, a natural logarithm."""
TAUGHT = -0.1
"""From how probable on, as a logarithm, header sets make a kind plausible that few rules speak for."""
GUESTS = 0.05
"""The share of zeros in a column of ids above which 0 stands for guests, not for a customer."""


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
    language = language_of(staged.columns)
    rivals = [kind_of(kind)] if kind is not None else _holding(set(said))
    rated = scores_of(columns)
    export = recognise(staged.columns)
    if export is not None and (
        export.kind not in {rival.name for rival in rivals}
        # a form that asks for something else
        or (
            export.kind == "responses"
            and not rated
            and "score" not in export.columns(staged.columns)
        )
    ):
        export = None
    if export is not None:
        rivals = [kind_of(export.kind)]
    filled = [column.name for column in columns if column.filled]
    hiding = {c.name for c in columns if c.masked or c.zeros > GUESTS * c.filled}
    known = {} if export is None else _without(hiding, export, filled)
    points = primary(rated)
    none = {} if export is None else dict.fromkeys(export.lacking, "")
    assigned = {
        rival.name: assign(
            rival,
            columns,
            none | said,
            known,
            points,
            language=language,
            named=staged.titles is not None,
        )
        for rival in rivals
    }
    weights = {r: likelihood(r, assigned, evidence, rated, language) for r in rivals}
    told = len(rivals) > 1 and staged.titles is not None  # words tell a kind from another one
    learned = leaning(signs(columns, assigned, rated, language) if told else {})
    votes = {
        r: weights[r][0] + LEARNED * learned[r.name] + _ours(r, staged.columns) for r in rivals
    }
    chosen = max(rivals, key=lambda rival: (votes[rival], weights[rival]))
    open_kind = len(rivals) > 1 and not said
    plausible = PLAUSIBLE if learned[chosen.name] < TAUGHT else 0.0
    strange = open_kind and weights[chosen][0] < plausible
    if strange:
        chosen = kind_of(DEFAULT_KIND)
    found = assigned[chosen.name]
    if staged.titles is None:
        strange = False  # names cannot tell what a file without them holds
    elif open_kind:
        strange |= unsupported(chosen, found)
    close = [r for r in rivals if r != chosen and votes[chosen] - votes[r] < CLOSE]
    if (close or strange) and not said:
        found = doubted(found, [assigned[rival.name] for rival in close] + [{}] * strange)
    fields = {name: column for name, (column, _) in found.items()}
    types = {column: chosen.field(name).type for name, column in fields.items()}
    typed = evidence.typed({c: wanted for c, wanted in types.items() if wanted in TYPES})
    scales = scales_in(chosen, fields, rated, evidence)
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
            *swapped_days(fields, written, staged),
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


def _ours(rival: Kind, headers: Sequence[str]) -> float:
    """1 where all headers are names of fields of a kind, as in its template."""
    return float({*headers} <= {field.name for field in rival.fields})


def _without(hiding: Collection[str], export: Export, filled: Sequence[str]) -> dict[str, str]:
    """The columns of an export, the customer in another than one that has 0 for every guest, or
    hides who it is."""
    known = export.columns(filled)
    if known.get("customer_id") in hiding:
        named = export.columns([name for name in filled if name not in hiding])
        known["customer_id"] = named.get("customer_id", known["customer_id"])
    return known


def _holding(names: set[str]) -> list[Kind]:
    """The kinds that have all these fields; the default kind where there is none, to say so."""
    held = [k for k in kinds().values() if names <= {f.name for f in k.fields}]
    return held or [kind_of(DEFAULT_KIND)]


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
