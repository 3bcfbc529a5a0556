"""What each cluster is: its size, its centre, and what sets its customers apart from the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cxlib.value.cluster_features import Features
from cxlib.value.cluster_names import names


@dataclass(frozen=True, slots=True)
class Lift:
    """How much more often a value of an attribute occurs in a cluster than among all customers."""

    attribute: str
    value: str
    share: float
    overall: float
    lift: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster; number 1 has the highest mean revenue (without money, the most purchases).

    `centre` is the mean of its customers in the feature's own unit. `difference` is the mean of its
    customers less the mean of the rest on the model's scale (log where `logged`), in standard
    deviations of all customers. Both cover every measure, also those that the model left out.
    """

    number: int
    name: str
    customers: int
    share: float
    revenue: float | None
    revenue_share: float | None
    centre: Mapping[str, float]
    difference: Mapping[str, float]
    lifts: tuple[Lift, ...] = ()


def profiles(customers: pd.DataFrame, prepared: Features) -> tuple[Cluster, ...]:
    """The clusters of `customers`, numbered from 1 in its column ``cluster``, and how they differ."""
    total = _money(customers)
    numbers = range(1, int(customers["cluster"].max()) + 1)
    inside = [(customers["cluster"] == number).to_numpy() for number in numbers]
    differences = [
        {name: float(z[mine].mean() - z[~mine].mean()) for name, z in prepared.scaled.items()}
        for mine in inside
    ]
    clusters = []
    for number, mine, difference, name in zip(
        numbers, inside, differences, names(differences), strict=True
    ):
        people = customers[mine]
        revenue = _money(people)
        clusters.append(
            Cluster(
                number=number,
                name=name,
                customers=len(people),
                share=len(people) / len(customers),
                revenue=revenue,
                revenue_share=revenue / total if revenue is not None and total else None,
                centre={measure: float(people[measure].mean()) for measure in prepared.scaled},
                difference=difference,
                lifts=_lifts(people, customers, prepared.categories),
            )
        )
    return tuple(clusters)


def _money(customers: pd.DataFrame) -> float | None:
    """Net revenue, exact at the scale of storage whatever the order; None without money."""
    return round(math.fsum(customers["monetary"]), 4) if "monetary" in customers else None


def _lifts(
    people: pd.DataFrame, customers: pd.DataFrame, categories: Sequence[str]
) -> tuple[Lift, ...]:
    found = []
    for attribute in categories:
        overall = customers[attribute].value_counts(normalize=True).sort_index()
        here = people[attribute].value_counts(normalize=True).reindex(overall.index, fill_value=0.0)
        for value, mine, everybody in zip(overall.index, here, overall, strict=True):
            found.append(Lift(attribute, str(value), mine, everybody, mine / everybody))
    return tuple(found)
