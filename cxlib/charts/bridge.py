"""The bridge between two definitions: a waterfall from our share to a vendor's, and all conventions."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.theme import ACCENT, CATEGORIES, NARROW, QUIET, Theme, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.value.answers import Answer, Step
    from cxlib.value.bridge import BridgeResult
    from cxlib.value.conventions import Convention

STEPS = ("step", "effect", "rate", "numerator", "denominator")
CONVENTIONS = ("vendor", "convention", "rate", "numerator", "denominator", "formula", "source")
WRAPPED = 27  # characters of a line beside a bar: what a phone has room for
ROW = 52  # pixels of a bar, so that three lines stand beside it
AXIS = 4  # ticks
AROUND = 60  # pixels of the axis and its title


def waterfall_table(
    result: BridgeResult, question: str, convention: str, lang: Language
) -> pd.DataFrame:
    """From ours to a convention: ``place`` (0 is ours), `STEPS` and, to draw, ``low`` and ``high``.

    The effect of the first row is our share, that of the last one, the convention itself, its own.
    """
    bridge = next(b for b in result.bridges if b.id == question)
    ours, theirs = bridge.ours, bridge.answer(convention)
    rows: list[tuple[Any, ...]] = []
    if ours.value is not None and theirs.value is not None and theirs.steps:
        level = ours.value.value
        rows = [_row(_titled(ours.convention, lang), ours, level, 0.0, level)]
        for step in theirs.steps:
            after = step.value.value
            rows.append(_row(lang(step.change.what), step, step.effect, level, after))
            level = after
        rows.append(_row(_titled(theirs.convention, lang), theirs, level, 0.0, level))
    table = pd.DataFrame(rows, columns=[*STEPS, "low", "high"])
    table.insert(0, "place", range(len(table)))
    return table


def _row(
    name: str, of: Answer | Step, effect: float, start: float, level: float
) -> tuple[Any, ...]:
    counted = of.numerator.value, of.denominator.value
    return name, effect, level, *counted, min(start, level), max(start, level)


def _titled(convention: Convention, lang: Language) -> str:
    return f"{convention.vendor}: {lang(convention.name)}"


def waterfall(
    result: BridgeResult, question: str, convention: str, lang: Language, look: Theme
) -> Any:
    """A bar a change of the definition; clicking one selects its ``place``."""
    table = waterfall_table(result, question, convention, lang)
    ends = {0, len(table) - 1}
    table = table.assign(
        lines=[
            # A number in front, since two steps may be worded alike.
            "\n".join(textwrap.wrap(f"{i + 1}. {step}", WRAPPED))
            for i, step in enumerate(table["step"])
        ],
        text=[
            lang.percent(effect)
            if i in ends
            else ("+" if effect > 0 else "") + lang.number(100 * effect, 1)
            for i, effect in enumerate(table["effect"])
        ],
        written=[lang.percent(rate, 2) for rate in table["rate"]],
        colour=[
            QUIET if i in ends else ACCENT if effect >= 0 else CATEGORIES[5]
            for i, effect in enumerate(table["effect"])
        ],
    )
    low, high = min(0.0, float(table["low"].min())), max(0.0, float(table["high"].max()))
    # Room for the words at the end of the longest bar.
    domain = [1.2 * low, high + 0.3 * (high - low) or 0.01]
    picked = alt.selection_point(name="step", fields=["place"])
    count = ",.2~f"
    base = alt.Chart(table).encode(
        y=alt.Y(
            "lines:N",
            sort=None,
            title=None,
            axis=alt.Axis(
                labelExpr="split(datum.label, '\\n')",
                labelLimit=190,
                labelOverlap=False,
                labelOffset=-7,
                ticks=False,
                domain=False,
            ),
        ),
        tooltip=[
            alt.Tooltip("step:N", title=" "),
            alt.Tooltip("text:N", title=lang(N_("Effect, in percentage points"))),
            alt.Tooltip("written:N", title=lang(N_("Share after it"))),
            alt.Tooltip("numerator:Q", title=lang(N_("Numerator")), format=count),
            alt.Tooltip("denominator:Q", title=lang(N_("Denominator")), format=count),
        ],
    )
    bars = base.mark_bar(cornerRadius=2, cursor="pointer").encode(
        x=alt.X(
            "low:Q",
            title=lang(N_("Share")),
            axis=alt.Axis(format="~%", tickCount=AXIS),
            scale=alt.Scale(domain=domain, nice=False),
        ),
        x2="high:Q",
        color=alt.Color("colour:N", scale=None),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.35)),
    )
    words = base.mark_text(
        align="left", dx=5, color=QUIET, fontSize=alt.ExprRef(f"width < {NARROW} ? 9 : 11")
    ).encode(x="high:Q", text="text:N")
    return dressed(bars.add_params(picked) + words, lang, height=ROW * len(table) + AROUND)


def convention_table(result: BridgeResult, question: str, lang: Language) -> pd.DataFrame:
    """All conventions of a question, ours first: `CONVENTIONS`; ``rate`` is NaN without a denominator."""
    bridge = next(b for b in result.bridges if b.id == question)
    return pd.DataFrame(
        [
            (
                answer.convention.vendor,
                answer.convention.name,
                np.nan if answer.value is None else answer.value.value,
                answer.numerator.value,
                answer.denominator.value,
                answer.convention.formula,
                answer.convention.source,
            )
            for answer in (bridge.ours, *bridge.others)
        ],
        columns=list(CONVENTIONS),
    )
