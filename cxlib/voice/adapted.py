"""The sentiment model of a workspace: the shipped one with what labels of its people changed.

What they changed is kept, downloaded and given to analyses as text of one form: the same change is the
same text, and receipts know it by its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlib.errors import CxError
from cxlib.i18n import N_
from cxlib.results import Param
from cxlib.voice.classifier import LABELS, Classifier, Weights, shipped
from cxlib.voice.features import DENSE

KNOWN = 8  # models in memory at once, of some megabytes each

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Refit:
    """New logits = logits · `turn` (3 × 3) + dense · `dense` (30 × 3) + `intercept`."""

    turn: Floats
    dense: Floats
    intercept: Floats

    def logits(self, logits: Floats, dense: Floats) -> Floats:
        return np.asarray(logits @ self.turn + dense @ self.dense + self.intercept)


SHAPES = {
    "turn": (len(LABELS), len(LABELS)),
    "dense": (len(DENSE), len(LABELS)),
    "intercept": (len(LABELS),),
}


def applied(model: Classifier, parameters: Mapping[str, Any] | None) -> Classifier:
    """The model with what a workspace keeps; what was learned for another version is not used."""
    if parameters is None or parameters["version"] != model.version:
        return model
    known = parameters["refit"]
    version = f"{model.version}+{digest(written(parameters))}"
    own = replace(model, threshold=float(parameters["threshold"]), version=version)
    if known is None:
        return own
    refit = Refit(**{name: np.array(known[name], np.float64) for name in SHAPES})
    return replace(own, weights={lang: _turned(w, refit) for lang, w in model.weights.items()})


def current(parameters: Mapping[str, Any] | None) -> str | None:
    """What a workspace keeps, as analyses take it; None where it is of another than the shipped model."""
    if parameters is None or parameters["version"] != shipped().version:
        return None
    return written(parameters)


@lru_cache(KNOWN)
def adapted(adaptation: str | None) -> Classifier:
    """The shipped model as a workspace has adapted it; without an adaptation as it is.

    Raises
    ------
    CxError
        ``no_adaptation``, or ``other_model`` where it was learned for another version.
    """
    if adaptation is None:
        return shipped()
    parameters = _read(adaptation)
    if parameters["version"] != shipped().version:
        raise CxError(
            "other_model",
            N_("The model was adapted when its version was {then}; now it is {now}."),
            N_("Adapt it again: the Accuracy check offers it."),
            then=parameters["version"][:20],
            now=shipped().version,
        )
    return applied(shipped(), parameters)


def written(parameters: Mapping[str, Any]) -> str:
    """An adaptation as text, the same for the same one."""
    return json.dumps(parameters, sort_keys=True, separators=(",", ":"))


def digest(adaptation: str) -> str:
    """The eight hexadecimal digits by which receipts know an adaptation."""
    return hashlib.sha256(adaptation.encode()).hexdigest()[:8]


def stated(adaptation: str | None) -> dict[str, Param]:
    """What a receipt states of an adaptation: its digest and the number of labels behind it."""
    if adaptation is None:
        return {"adaptation": None, "adapted_labels": None}
    return {"adaptation": digest(adaptation), "adapted_labels": _read(adaptation)["n"]}


def _read(adaptation: str) -> dict[str, Any]:
    """The parameters of a text, checked: it may come from elsewhere."""
    try:
        found = json.loads(adaptation)
    except (ValueError, RecursionError) as error:
        raise _none() from error
    match found:
        case {"version": str(), "threshold": float(threshold), "n": int(), "refit": refit} if (
            0 < threshold < 1 and (refit is None or _fits(refit))
        ):
            return dict(found)
    raise _none()


def _fits(refit: Any) -> bool:
    """Whether arrays of numbers have the shapes of a refit."""
    if not isinstance(refit, dict) or refit.keys() != SHAPES.keys():
        return False
    try:
        arrays = {name: np.array(held, np.float64) for name, held in refit.items()}
    except (TypeError, ValueError):
        return False
    return all(a.shape == SHAPES[name] and np.isfinite(a).all() for name, a in arrays.items())


def _none() -> CxError:
    return CxError(
        "no_adaptation",
        N_("What the model was adapted by is not here, or is no adaptation."),
        N_("A page’s report holds it: download the report from the workspace that was adapted."),
    )


def _turned(w: Weights, refit: Refit) -> Weights:
    """Weights whose scores are the refitted logits."""
    shift = np.broadcast_to(np.asarray(w.shift, np.float64), len(LABELS))
    return Weights(
        views={v: (w.scale * (m @ refit.turn)).astype(np.float32) for v, m in w.views.items()},
        dense=(w.scale * (w.dense @ refit.turn) + refit.dense).astype(np.float32),
        intercept=((w.scale * w.intercept + shift) @ refit.turn + refit.intercept).astype(
            np.float32
        ),
    )
