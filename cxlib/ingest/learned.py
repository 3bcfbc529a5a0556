"""What kind of table a file looks like by its words, fields and values: a logistic regression.

Its weights, one line a sign, are data: `python -m bench kinds` learns them from the header sets of
the bench and prints how often it is right about programs that it has not seen.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path

from cxlib.ingest.assign import LIKELY, Assignment
from cxlib.ingest.columns import TYPED, Column
from cxlib.ingest.naming import meant
from cxlib.ingest.scales import Scaled
from cxlib.tables.kind import kinds

WEIGHTS = Path(__file__).parents[1] / "tables" / "learned.toml"
CONSTANT = "constant"
ENOUGH = 20  # cells of a column from which it is told whether they repeat
MANY = 4  # columns of a sort above which more of them say no more
SURE = 1e-3  # no kind is held less likely than this: the headers learned from are not all there are
POINTS = 10  # the highest point of a scale
SOME_POINTS = 4  # different answers of a column of points


def signs(
    columns: Sequence[Column],
    assigned: Mapping[str, Assignment],
    rated: Mapping[str, Scaled],
    language: str,
) -> dict[str, float]:
    """What speaks for one kind or another, each from 0 to 4.

    Parameters
    ----------
    columns : sequence of Column
    assigned : mapping of str to mapping
        Kind → field → (column, how well it fits).
    rated : mapping of str to Scaled
        The columns that hold points.
    language : str
        That of the headers.

    Returns
    -------
    dict of str to float
        `word:` by each word that a header may mean, shared among its meanings; `field:` by each
        field that a column fits; `values:` how many columns there are of a sort.
    """
    found: dict[str, float] = {CONSTANT: 1.0}
    for column in columns:
        for term in meant(column.name, language):
            for sense in term:
                found[f"word:{sense}"] = max(found.get(f"word:{sense}", 0.0), 1 / len(term))
    for kind, fields in assigned.items():
        for field, (_, score) in fields.items():
            if score >= LIKELY:
                found[f"field:{kind}.{field}"] = score
    ids = Counter(
        fields["customer_id"][0] for fields in assigned.values() if "customer_id" in fields
    )
    customers = [name for name, _ in ids.most_common(1)]
    counts = {
        "prose": sum(column.prose for column in columns),
        "scales": len(rated),
        "points": points(columns),
        "questions": sum("?" in column.name for column in columns),
        "arms": sum(column.arms for column in columns),
        "times": sum(c.dates.share > TYPED for c in columns if c.filled),
        "once": repeats(columns, customers) is False,
        "again": repeats(columns, customers) is True,
    }
    counts |= {one.score.metric: 1 for one in rated.values()}
    return found | {f"values:{name}": float(min(n, MANY)) for name, n in counts.items() if n}


def points(columns: Collection[Column]) -> int:
    """How many columns have nothing but whole points from 0 or 1 to 10 at most, most of them."""
    answers = [column.fills for column in columns]
    return sum(
        len(held) >= SOME_POINTS and all(a.isdecimal() and int(a) <= POINTS for a in held)
        for held in answers
    )


def repeats(columns: Collection[Column], names: Collection[str]) -> bool | None:
    """Whether a tenth of the cells of one of the columns are there again; None where they have too
    few to tell."""
    held = [c for c in columns if c.name in names and c.filled >= ENOUGH]
    return any(c.distinct < 0.9 * c.filled for c in held) if held else None


def leaning(found: Mapping[str, float]) -> dict[str, float]:
    """Kind → the logarithm of how probable the signs make it, no less than that of 0.001."""
    sums = dict.fromkeys(kinds(), 0.0)
    for sign, strength in found.items():
        for kind, weight in _weights().get(sign, {}).items():
            sums[kind] += strength * weight
    highest = max(sums.values())
    total = sum(exp(held - highest) for held in sums.values())
    return {kind: max(held - highest - log(total), log(SURE)) for kind, held in sums.items()}


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    return {sign: dict(held) for sign, held in tomllib.loads(WEIGHTS.read_text("utf-8")).items()}
