"""Groups, attributes and what lies beyond the horizon, as `clv` answers and prints them."""

from __future__ import annotations

from typing import Any

from cxlib.cli import printing
from cxlib.i18n import Language
from cxlib.results import Estimate
from cxlib.value.clv.cohort_fits import GroupFits
from cxlib.value.clv.covariates import Covariates


def grouped(found: GroupFits, shown: Language) -> dict[str, Any]:
    """Groups and their test as `clv` answers them."""
    return {
        "by": found.receipt.parameters["groups"],
        "test": found.test,
        "differ": found.differ,
        "largest": found.largest,
        "groups": [
            {
                "group": one.group,
                "customers": one.customers,
                "repeaters": one.repeaters,
                "state": one.state,
                "params": one.fit and one.fit.params,
                "log_likelihood": one.fit and one.fit.log_likelihood,
                "purchases": {"pooled": one.pooled_purchases, "own": one.own_purchases},
                "value": {"pooled": one.pooled, "own": one.own},
            }
            for one in found.groups
        ],
        "notes": [printing.issue(note, shown) for note in found.notes],
    }


def rows(grouped: dict[str, Any]) -> dict[str, Any]:
    """Groups as a table for people: purchases expected by the fit of all and by their own."""
    rows = [
        {
            **{key: one[key] for key in ("group", "customers", "state")},
            **{
                f"{name}{end}": found and getattr(found, field)
                for name, found in one["purchases"].items()
                for end, field in (("", "value"), ("_low", "low"), ("_high", "high"))
            },
        }
        for one in grouped["groups"]
    ]
    return {**{key: grouped[key] for key in ("test", "differ", "largest")}, "groups": rows}


def related(found: Covariates, shown: Language) -> dict[str, Any]:
    """Effects of attributes and their tests as `clv` answers them."""
    fit = found.fit
    return {
        "params": fit.params,
        "moved": fit.moved,
        "log_likelihood": fit.log_likelihood,
        "overall": found.overall,
        "by_attribute": found.by_attribute,
        "effects": [
            {
                "attribute": one.column.attribute,
                "level": one.column.level,
                "reference": one.column.reference,
                "customers": one.column.customers,
                "coefficients": dict(zip(fit.moved, fit.coefficients[:, i], strict=True)),
                "often": one.often,
                "leaves": one.leaves,
            }
            for i, one in enumerate(found.effects)
        ],
        "notes": [printing.issue(note, shown) for note in found.notes],
    }


def effects(related: dict[str, Any]) -> dict[str, Any]:
    """Effects as a table for people: how many times as often, and how many times the odds to leave."""
    rows = [
        {
            **{key: one[key] for key in ("attribute", "level", "reference", "customers")},
            **{
                f"{name}{end}": getattr(one[name], field)
                for name in ("often", "leaves")
                for end, field in (("", "value"), ("_low", "low"), ("_high", "high"))
            },
        }
        for one in related["effects"]
    ]
    return {**{key: related[key] for key in ("overall", "by_attribute")}, "effects": rows}


def beyond(found: dict[str, Any]) -> dict[str, Any]:
    """What lies beyond the horizon, for people: its estimates as their value and ends."""
    return {name: printing.ends(e) if isinstance(e, Estimate) else e for name, e in found.items()}
