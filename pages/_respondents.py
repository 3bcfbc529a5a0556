"""Who answered: the score as it is, and as all customers would have given it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from cxlib.charts import weighting as charts
from cxlib.frames.answers import answered_values
from cxlib.results import Estimate
from cxlib.store.snapshots import Snapshot
from cxlib.value import rfm
from cxlib.voice.survey import SurveyResult
from cxlib.voice.weighting import Weighted, weighted
from pages import _cache, _charts, _parts, _report, _state

_ = _state.say


def who(result: SurveyResult, data: Snapshot, part: dict[str, Any]) -> None:
    """The score weighted to the customer base, where answers join to orders."""
    orders = _state.snapshot("transactions")
    if orders is None or "customer_id" not in data.report["plan"]["mapping"]:
        return
    title = _("Do those who answered stand for all customers?")
    opened = _parts.details(title, f"{result.metric}_who", ":material/balance:")
    if opened is None:
        return
    with opened:
        base = _parts.attempted(rfm.analyse, orders)
        if base is None:
            return
        net = result.metric == "nps"

        def weigh(result: SurveyResult) -> Weighted:
            rows = _cache.rows(
                answered_values,
                data,
                data.kind,
                asked=result.asked,
                end=part["as_of"],
                conditions=part["where"],
            )
            rows = rows.rename(columns={"net" if net else "good": "value"})
            digests = (data.digest, orders.digest)
            return weighted(rows, base.customers, unit=result.value.unit, digests=digests)

        key = (data.workspace, data.digest, orders.digest, repr(result.receipt))
        found = _parts.tried(weigh, result, *key)
        if found is None:
            return
        _parts.meaning(found.meaning)
        _report.figures(
            [
                (_("As answered"), found.raw),
                (_("Weighted to all customers"), found.weighted),
                (_("Difference, in points"), _points(found.gap)),
            ]
        )
        lang = _state.session().lang
        st.caption(
            _(
                "{n} answers of {people} customers joined; weighted they are worth {effective} answers"
                " of customers picked at random.",
                n=lang.number(found.joined),
                people=lang.number(len(found.respondents)),
                effective=lang.number(found.effective_n),
            )
        )
        _charts.chart(
            charts.mix,
            found,
            f"{result.metric}_mix",
            _("Segments of those who answered and of all customers"),
            charts.mix_table,
            charts.MIX,
        )
        _report.issues(found.issues)
        _report.receipt(found.receipt)


def _points(gap: Estimate) -> Estimate:
    """A difference of two shares in points: per cent would be read as a share of the score."""
    by = 100 if gap.unit == "share" else 1
    ends = {"value": by * gap.value, "low": by * gap.low, "high": by * gap.high}
    return replace(gap, unit="points", **ends)
