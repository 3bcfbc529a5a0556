"""The wait of tickets as curves: how many still wait after so many hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from cxlib.charts.steps import stepped
from cxlib.charts.support import HOURS
from cxlib.charts.theme import ACCENT, CATEGORIES, WHOLE, Theme, compact_axis, dressed
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.support import SupportResult

WAITS = {
    "response": N_("First response"),
    "first_resolution": N_("First resolution"),
    "resolution": N_("Resolution"),
}
POINTS = 400  # of a curve
TICKS = (0.1, 0.5, 1, 2, 4, 8, 24, 48, 96, 168, 336, 720, 2160)  # hours as people count them


def wait_table(result: SupportResult, lang: Language) -> pd.DataFrame:
    """The waits as curves: ``event, name, hours, waiting, waiting_low, waiting_high, at_risk``, where
    ``waiting`` is the share that waits longer than so many hours."""
    frames = []
    for event, found in result.waits.items():
        curve = found.curve
        last = len(curve.durations) - 1
        chosen = np.unique(np.linspace(0, last, min(POINTS, last + 1)).round().astype(int))
        frames.append(
            pd.DataFrame(
                {
                    "event": event,
                    "name": lang(WAITS[event]),
                    "hours": curve.durations[chosen],
                    "waiting": curve.survival[chosen],
                    "waiting_low": curve.low[chosen],
                    "waiting_high": curve.high[chosen],
                    "at_risk": curve.at_risk[chosen],
                }
            )
        )
    columns = ["event", "name", "hours", "waiting", "waiting_low", "waiting_high", "at_risk"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def wait_curve(result: SupportResult, lang: Language, look: Theme) -> Any:
    """How many wait longer than a time; clicking selects ``wait``: event and hours."""
    table = wait_table(result, lang)
    table = table[table["hours"] > 0]  # a logarithm has no 0
    picked = alt.selection_point(
        name="wait", fields=["event", "hours"], nearest=True, on="click", empty=False
    )
    several = table["event"].nunique() > 1
    base = alt.Chart(table).encode(
        x=alt.X(
            "hours:Q",
            title=lang(N_("Hours since the ticket was opened")),
            scale=alt.Scale(type="log", nice=False),
            axis=compact_axis(lang, grid=False, values=list(TICKS), labelOverlap="greedy"),
        ),
        color=alt.Color(
            "name:N",
            title=None,
            sort=None,
            scale=alt.Scale(range=list(CATEGORIES) if several else [ACCENT]),
            legend=alt.Legend(orient="top", symbolOpacity=1) if several else None,
        ),
        tooltip=[
            alt.Tooltip("name:N", title=" "),
            alt.Tooltip("hours:Q", title=lang(N_("Hours")), format=HOURS),
            alt.Tooltip("waiting:Q", title=lang(N_("Still waiting")), format=".1%"),
            alt.Tooltip("waiting_low:Q", title=lang(N_("From")), format=".1%"),
            alt.Tooltip("waiting_high:Q", title=lang(N_("To")), format=".1%"),
            alt.Tooltip("at_risk:Q", title=lang(N_("Watched until then")), format=WHOLE),
        ],
    )
    drawing = stepped(
        base, "waiting", ("waiting_low", "waiting_high"), lang(N_("Still waiting")), picked
    )
    return dressed(drawing, lang, height=260)
