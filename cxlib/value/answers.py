"""What conventions make of the same data, and the steps from our answer to another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from cxlib.frames.summary import TICKS
from cxlib.i18n import N_
from cxlib.results import Fact, Sentence, Unit
from cxlib.value.conventions import Change, Convention, Measure

APART = N_(
    "The same data give {low} by “{low_name}” ({low_vendor}) and {high} by “{high_name}”"
    " ({high_vendor}). Neither is wrong: they count different things."
)


@dataclass(frozen=True, slots=True)
class Counted:
    """The numerator and the denominator of a share, exactly, and how many customers it rests on."""

    part: Fraction
    of: Fraction
    customers: int


@dataclass(frozen=True, slots=True)
class Step:
    """A change of the definition, the share after it, and its effect: that share less the one before."""

    change: Change
    numerator: Fact
    denominator: Fact
    value: Fact
    effect: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A convention and what it makes of the data.

    `value` is numerator / denominator, None where the denominator is 0. `steps` lead from our answer to
    this one; there are none where a share on the way has no denominator, and none for ours.
    """

    convention: Convention
    numerator: Fact
    denominator: Fact
    value: Fact | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """One question: our answer, those of the others, and how far apart they are (None if they agree)."""

    id: str
    question: str
    start: Change
    ours: Answer
    others: tuple[Answer, ...]
    meaning: Sentence | None

    def answer(self, convention: str) -> Answer:
        """The answer of a convention, by its id. Raises KeyError for one that is not there."""
        return {a.convention.id: a for a in (self.ours, *self.others)}[convention]


def bridge(measure: Measure, count: Callable[[Change], Counted]) -> Bridge:
    """The answers to a question.

    Parameters
    ----------
    measure : Measure
    count : callable
        What is counted after a change: money in whole ten-thousandths.
    """
    start = count(measure.start)
    ours, *others = (
        _answer(c, [start, *(count(change) for change in c.path)], measure.unit)
        for c in measure.conventions
    )
    answers = (ours, *others)
    return Bridge(
        measure.id, measure.question, measure.start, ours, tuple(others), _meaning(answers)
    )


def _answer(convention: Convention, counts: list[Counted], unit: Unit) -> Answer:
    last = counts[-1]
    steps: list[Step] = []
    if all(count.of for count in counts):
        shares = [count.part / count.of for count in counts]
        steps = [
            Step(
                change,
                _fact(count.part, count, unit),
                _fact(count.of, count, unit),
                Fact(float(share), "share", count.customers),
                float(share - before),
            )
            for change, count, before, share in zip(
                convention.path, counts[1:], shares[:-1], shares[1:], strict=True
            )
        ]
    value = Fact(float(last.part / last.of), "share", last.customers) if last.of else None
    return Answer(
        convention,
        _fact(last.part, last, unit),
        _fact(last.of, last, unit),
        value,
        tuple(steps),
    )


def _fact(amount: Fraction, count: Counted, unit: Unit) -> Fact:
    return Fact(float(amount / TICKS if unit == "money" else amount), unit, count.customers)


def _meaning(answers: tuple[Answer, ...]) -> Sentence | None:
    """Which conventions are furthest apart."""
    shares = {a.convention: a.value.value for a in answers if a.value is not None}
    if len(set(shares.values())) < 2:
        return None
    low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return Sentence(
        APART,
        {
            "low": shares[low],
            "low_name": low.name,
            "low_vendor": low.vendor,
            "high": shares[high],
            "high_name": high.name,
            "high_vendor": high.vendor,
        },
        {"low": "share", "high": "share"},
    )
