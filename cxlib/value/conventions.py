"""What vendors document as the rate of returning customers, and as churn: one path from ours to each.

A path changes one thing at a time, always in this order: what counts as an order; who is asked about
(the denominator); what is asked of them (the numerator); when it is asked. `source` names the page
that says so. Where a page leaves something open, ours stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxlib.results import Unit

Window = Literal["month", "days"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the definition: after it, `part` of `of` is counted.

    Of orders both are flags of `cxlib.frames.profiles`; of subscriptions sums of `Span` (a leading
    minus takes away), within the calendar month or the last 30 days.
    """

    what: str
    part: tuple[str, ...]
    of: str
    window: Window = "month"


@dataclass(frozen=True, slots=True)
class Convention:
    """A documented definition. `path` leads from ours to it; the `source` of ours is a definition's id."""

    id: str
    vendor: str
    name: str
    formula: str
    source: str
    path: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One question that vendors answer differently: our answer first, and the unit of its counts."""

    id: str
    question: str
    unit: Unit
    start: Change
    conventions: tuple[Convention, ...]


OURS = ("cxlib", "cxlib")  # id and vendor


def pages(measures: tuple[Measure, ...]) -> str:
    """The pages of all vendors, each once."""
    sources = (c.source.split("; ") for m in measures for c in m.conventions if c.path)
    return "; ".join(dict.fromkeys(page for some in sources for page in some))
