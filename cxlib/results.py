"""The values that analyses return: frozen, data only.

No chart and no translated text lives here. Where a value carries words (an `Issue`), they are the
English message id with its parameters; `cxlib.i18n` turns them into the reader's language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["count", "share", "money", "hours", "days", "years", "points", "ratio", "score"]
Param = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, in full: exact, without an interval.

    `value` is in `unit`; `n` is how many rows (or customers, as the definition says) it rests on.
    """

    value: float
    unit: Unit
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was measured on some to speak of more, with its interval.

    `low` and `high` bound `value` at `level`; `n` is the sample size that the interval rests on and
    `method` names how it was made (for example ``wilson``, ``bootstrap``, ``delta``).
    """

    value: float
    low: float
    high: float
    n: int
    unit: Unit
    method: str
    level: float = 0.95


Direction = Literal["up", "down", "none", "unknown"]
Better = Literal["more", "less", "neither"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the data show a change, not merely whether two figures differ.

    `state` is ``up`` or ``down`` only where the test of the family says so, ``none`` where no change
    is detectable and ``unknown`` where there is too little to compare. `change` is the observed
    difference in `unit`; `smallest_detectable` is the smallest change that this much data could have
    shown (80 % power, two-sided 5 %), None for facts; `usual` is the usual month-to-month variation
    (one standard deviation), None for estimates. `p` is adjusted over `family` comparisons.
    """

    state: Direction
    change: float | None
    unit: Unit
    smallest_detectable: float | None = None
    usual: float | None = None
    p: float | None = None
    family: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that was noticed in the user's data.

    `message` and `hint` are message ids with ``{named}`` placeholders filled from `params`. `rows`
    holds at most a few line numbers of the file as examples; `count` is how many there are in all.
    """

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    column: str | None = None
    rows: tuple[int, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """A check that a model must pass before its numbers are shown.

    `measured` is what was found and `required` the bound that it was held against; `blocks` names
    what is withheld when it fails: everything, the money columns, or nothing (reported only).
    """

    code: str
    passed: bool
    message: str
    measured: float | None
    required: float | None
    blocks: Literal["all", "money", "nothing"]
    params: Mapping[str, Param] = field(default_factory=dict)

    @classmethod
    def at_least(
        cls,
        code: str,
        measured: float,
        required: int,
        words: tuple[str, str],
        blocks: Literal["all", "money", "nothing"],
    ) -> Gate:
        """A count that must not be below `required`; `words` say so where it is not, and where it is."""
        passed = measured >= required
        params = {"measured": math.floor(measured), "required": required}
        message = words[0] if passed else words[1]
        return cls(code, passed, message, float(measured), float(required), blocks, params)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a number came to be, in enough detail to compute it again.

    `snapshots` are the digests of the data, `rows_in` what was offered, `rows_used` what counted and
    `excluded` the difference by reason.
    """

    definition: str
    version: int
    formula: str
    snapshots: tuple[str, ...]
    rows_in: int
    rows_used: int
    excluded: Mapping[str, int] = field(default_factory=dict)
    filters: Mapping[str, Param] = field(default_factory=dict)
    parameters: Mapping[str, Param] = field(default_factory=dict)
    date_basis: str = "purchase day"
    timezone: str = "Asia/Jakarta"
    library: str = ""


@dataclass(frozen=True, slots=True)
class KPI:
    """A number for the top of a page: what it is called, what it is, and how it moves.

    `key` is stable for programs, `label` a message id. `value` covers the whole of the data (the
    newest complete month where a figure has a meaning by month only); `latest` is the newest complete month's, `verdict` compares that with the month before and
    `last_year` with the same month a year earlier. `series` has a value a complete month, oldest
    first (NaN where there is none), and `family` the verdicts that were judged together, of which
    `verdict` is the newest. `better` says which way is for the better.
    """

    key: str
    label: str
    value: Fact | Estimate
    latest: Fact | Estimate | None = None
    verdict: Verdict | None = None
    last_year: Verdict | None = None
    series: tuple[float, ...] = ()
    family: tuple[Verdict, ...] = ()
    better: Better = "more"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a result means, in words: a message id, its parameters and the units to write them in.

    `units` says for a parameter how it reads (``money``, ``share``, ``count``, …); a parameter
    without one is written as it is.
    """

    message: str
    params: Mapping[str, Param] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
