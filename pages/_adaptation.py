"""What the labels say of the model, and the choice to use it in this workspace."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cxlib.results import Estimate
from cxlib.store import labels
from cxlib.voice import adaptation, adapted, labelling
from cxlib.voice.classifier import shipped
from pages import _accuracy, _changing, _parts, _state

_ = _state.say


def learned(now: _accuracy.Check, found: Any) -> None:
    """What the labels say of threshold and model, and the choice to use it in this workspace."""
    lang = _state.session().lang
    kept = labels.adaptation(now.of)
    if found is None or found.n < adaptation.LEAST:
        st.caption(
            _(
                "From {n} labels on the threshold below which the model calls a comment unsure follows"
                " from them; from {more} on the model itself.",
                n=lang.number(adaptation.LEAST),
                more=lang.number(adaptation.REFITTED),
            )
        )
    else:
        fit = _fit(now)
        _threshold(now, fit)
        _model(fit)
        if fit.parameters() != kept:
            st.button(
                _("Use it in this workspace"),
                type="primary",
                key=f"{_accuracy.KEY}_use",
                on_click=_changing.tried,
                args=(lambda: labels.adapt(now.of, fit.parameters()), _accuracy.KEY),
            )
    if kept is not None:
        in_use = adapted.current(kept) is not None
        st.caption(
            _("In use: the model adapted by {n} labels.", n=lang.number(kept["n"]))
            if in_use
            else _("The model has changed since it was adapted: the new one is used as it is.")
        )
        st.button(
            _("Back to the shipped model"),
            key=f"{_accuracy.KEY}_back",
            on_click=_changing.tried,
            args=(lambda: labels.adapt(now.of, None), _accuracy.KEY),
        )


def _fit(now: _accuracy.Check) -> adaptation.Adaptation:
    keys = now.keys["sample"] + now.keys["disagreement"]
    rows = labelling.material(now.labelled, now.asked.comments, keys, now.answers)
    versions = tuple(one.version for one in now.given.values())
    return _parts.computed(_fitted, (shipped(), rows), now.of.id, now.data.digest, versions)


def _fitted(pair: Any) -> adaptation.Adaptation:
    return adaptation.fitted(*pair)


def _threshold(now: _accuracy.Check, fit: adaptation.Adaptation) -> None:
    lang = _state.session().lang
    st.write(
        _(
            "By your labels a comment gets a label from a confidence of {new} on ({old} as shipped)."
            " There the model is right about {right} of them, and labels {coverage} of all.",
            new=lang.percent(fit.threshold, 0),
            old=lang.percent(now.asked.threshold, 0),
            right=_interval(fit.sure),
            coverage=lang.percent(fit.coverage, 0),
        )
    )
    if not fit.kept:
        st.caption(
            _("That nine in ten of them are right is not certain yet; more labels may show it.")
        )


def _model(fit: adaptation.Adaptation) -> None:
    if fit.gain is None:
        more = _state.session().lang.number(adaptation.REFITTED)
        st.caption(_("From {n} labels on the model itself is fitted to yours.", n=more))
        return
    gain = _interval(fit.gain, signed=True)
    if fit.refit is None:
        st.write(
            _(
                "Fitted to your labels, the model would not read detectably more comments as you do,"
                " so the shipped one stays. Difference: {gain}.",
                gain=gain,
            )
        )
    else:
        st.write(
            _(
                "Fitted to your labels, the model reads more comments as you do, so it is fitted."
                " Difference, on labels that it had not seen: {gain}.",
                gain=gain,
            )
        )


def _interval(value: Estimate, signed: bool = False) -> str:
    lang = _state.session().lang
    ends = [lang.percent(end, 0) for end in (value.low, value.high)]
    plus = "+" if signed and value.value > 0 else ""
    return _(
        "{value} ({low} to {high})",
        value=plus + lang.percent(value.value, 0),
        low=ends[0],
        high=ends[1],
    )
