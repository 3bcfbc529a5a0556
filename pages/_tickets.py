"""The tickets behind the marks of a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cxlib.frames.filters import Conditions
from cxlib.i18n import N_
from cxlib.periods import months
from cxlib.store.snapshots import Snapshot
from cxlib.voice.ticket_list import ticket_list
from pages import _cache, _charts, _state


@dataclass(frozen=True, slots=True)
class Source:
    """The data of a page: which part of them it looks at, and what the activities of a log mean."""

    data: Snapshot
    part: Mapping[str, Any]
    activities: Mapping[str, tuple[str, ...]]

    def listed(self, key: str, also: Conditions = (), **which: Any) -> None:
        """The tickets that `cxlib.voice.ticket_list` finds, and their downloads."""
        found = _cache.rows(
            ticket_list,
            self.data,
            "tickets",
            end=self.part["as_of"],
            conditions=(*self.part["where"], *also),
            **self.activities,
            **which,
        )
        count = _state.session().lang.plural(N_("{n} ticket"), N_("{n} tickets"), len(found))
        st.subheader(count, anchor=False)
        _charts.listed(found, key, count)


def month_of(day: str) -> dict[str, dt.date]:
    """The first and the last day of the month of a mark."""
    first = dt.date.fromisoformat(day[:10])
    return {"first": first, "last": months(first, first)[0].last}
