"""Clusters: groups of customers who behave alike, found by k-means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.definitions import Definition
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.base import customer_base
from cxlib.i18n import N_
from cxlib.results import KPI, Fact, Receipt, Sentence
from cxlib.value import kmeans
from cxlib.value.cluster_features import DEFAULT, MEASURES, prepare
from cxlib.value.cluster_profiles import Cluster, profiles
from cxlib.value.kmeans import KTried, Labels

NATURAL = 0.25  # silhouette below which there is no substantial structure

DEFINITIONS = (
    Definition(
        id="value.clusters",
        version=1,
        name=N_("Clusters"),
        formula=N_(
            "k-means (k-means++, best of 10 starts) on standardised features, skewed ones as"
            " log(1 + value). Suggested k: the best silhouette among those with bootstrap stability"
            " of at least 0.8 and no cluster below 5 %, where there is one."
        ),
        good_for=N_("Finding groups that you did not define beforehand, and what sets them apart."),
        not_good_for=N_(
            "Following customers over time: other data give other clusters. RFM segments keep their"
            " meaning."
        ),
        pitfalls=N_(
            "Names come from the averages of a cluster, and its members differ from them. With"
            " few customers, or two features that say the same, clusters come and go: look at"
            " their stability first."
        ),
        source="Arthur & Vassilvitskii (2007), k-means++; Rousseeuw (1987), silhouettes;"
        " Hubert & Arabie (1985), adjusted Rand index",
    ),
)


@dataclass(frozen=True, slots=True)
class ClustersResult:
    """The clusters of all customers with a purchase, and the evidence for their number.

    `customers` has a row a customer, ordered by id: ``customer_id``, the `MEASURES` that the file
    allows, the attributes, ``cluster`` (1 … k), ``cluster_name`` (message id) and ``x``, ``y``: the
    first two principal components of the model's features, which explain the shares `explained`.
    `features` are those that the model used, `logged` the ones on the log scale. `tried` was measured
    on `silhouette_sample` customers: all of them, or a seeded sample of 10,000.
    """

    k: int
    recommended: int
    tried: tuple[KTried, ...]
    clusters: tuple[Cluster, ...]
    customers: pd.DataFrame
    features: tuple[str, ...]
    logged: tuple[str, ...]
    explained: tuple[float, float]
    silhouette_sample: int
    headline: tuple[KPI, ...]
    meaning: Sentence
    notes: tuple[Sentence, ...]
    receipt: Receipt

    def members(self, cluster: int) -> pd.DataFrame:
        """The customers of a cluster."""
        return self.customers[self.customers["cluster"] == cluster]


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    k: int | None = None,
    features: Sequence[str] = DEFAULT,
    attributes: pd.DataFrame | None = None,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> ClustersResult:
    """Group customers by what they do, and say how good the grouping is.

    Features whose skewness is above 1 become log(1 + value); a negative net revenue counts as 0
    there, and nobody is left out. All are standardised; a feature that is the same for all is
    dropped with a note. k-means++ with 10 starts for k = 2 … 10, as far as there are different
    customers. The k that `kmeans.recommend` names is used unless one is given. With more than 10,000
    customers the ks are compared on a seeded sample of 10,000, and the chosen one fits all.

    Parameters
    ----------
    table : orders of any engine, or a `CustomerBase` of them
        Needs ``customer_id`` and ``day``; money features need ``amount``.
    as_of : date, optional
        The last day of data unless given. Later rows are ignored.
    k : int, optional
        From 2 to 10.
    features : sequence of str
        From `MEASURES`: recency_days (days from the last purchase to as-of + 1), frequency
        (purchases), monetary (net revenue), average_order_value (net revenue a purchase), tenure
        (days from the first purchase to as-of).
    attributes : pandas.DataFrame, optional
        ``customer_id`` and a column an attribute. Numbers are features like the others, missing ones
        at the median; texts are one-hot, with the weight of one feature, missing ones a level.
    seed : int
        From 0 to 2³² - 1. The same seed and data give the same answer.

    Raises
    ------
    NotEnoughData
        Fewer than three customers with a purchase, or fewer different ones than clusters.
    CxError
        ``bad_option``: k, seed, a feature or the attributes cannot be used.

    References
    ----------
    Arthur & Vassilvitskii (2007), k-means++: the advantages of careful seeding, SODA.
    Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52.
    """
    _check(k, features, seed)
    base = customer_base(table, as_of, splits=())
    end, summary = base.end, base.summary
    if end is None or len(summary) < 3:
        raise NotEnoughData(
            "not_enough_data",
            N_("Clusters need at least 3 customers with a purchase; here there are {n}."),
            N_("The Overview page works with any number of orders."),
            n=len(summary),
        )
    prepared = prepare(summary, end, features, attributes)
    customers, points = prepared.customers, prepared.points
    compared = points[_sample(len(points), seed)]
    distinct = len(np.unique(compared, axis=0))
    ks = [each for each in kmeans.KS if each <= min(distinct, len(compared) - 1)]
    if not ks or (k is not None and k not in ks):
        raise NotEnoughData(
            "not_enough_data",
            N_("{k} clusters need more different customers: here there are {distinct}."),
            N_("Choose fewer clusters or more features."),
            k=k or kmeans.KS[0],
            distinct=distinct,
        )
    tried = kmeans.compare(compared, ks, seed)
    recommended = kmeans.recommend(tried)
    chosen = k or recommended
    labels = kmeans.fit(points, chosen, seed).labels_.astype(np.int64)
    placed, explained = kmeans.plane(points)
    customers = customers.assign(cluster=_numbered(labels, customers))
    clusters = profiles(customers, prepared)
    named = {cluster.number: cluster.name for cluster in clusters}
    customers = customers.assign(
        cluster_name=customers["cluster"].map(named).astype("str"), x=placed[:, 0], y=placed[:, 1]
    )
    silhouette = next(t.silhouette for t in tried if t.k == chosen)
    n = len(customers)
    return ClustersResult(
        k=chosen,
        recommended=recommended,
        tried=tried,
        clusters=clusters,
        customers=customers,
        features=prepared.used,
        logged=prepared.logged,
        explained=explained,
        silhouette_sample=len(compared),
        headline=(
            KPI("customers", N_("Buyers"), Fact(n, "count", n)),
            KPI("clusters", N_("Clusters"), Fact(chosen, "count", n)),
            KPI("silhouette", N_("Silhouette"), Fact(silhouette, "ratio", len(compared))),
        ),
        meaning=_meaning(clusters, silhouette),
        notes=prepared.notes,
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=base.coverage.rows,
            excluded=base.coverage.excluded,
            parameters={
                "as_of": end.isoformat(),
                "k": chosen,
                "features": ", ".join(prepared.used),
                "log": ", ".join(prepared.logged),
                "seed": seed,
                "compared_on": len(compared),
                "starts": kmeans.STARTS,
                "resamples": kmeans.RESAMPLES,
            },
            timezone=timezone,
        ),
    )


def _check(k: int | None, features: Sequence[str], seed: int) -> None:
    for feature in features:
        if feature not in MEASURES:
            raise CxError(
                "bad_option",
                N_("There is no feature “{feature}”."),
                N_("Choose from: {choices}."),
                feature=feature,
                choices=", ".join(MEASURES),
            )
    if k is not None and k not in kmeans.KS:
        raise CxError(
            "bad_option",
            N_("There cannot be {k} clusters."),
            N_("Choose a number from 2 to 10."),
            k=k,
        )
    if not 0 <= seed < 2**32:
        raise CxError(
            "bad_option",
            N_("{seed} is no seed."),
            N_("Choose a whole number from 0 to 4294967295."),
            seed=seed,
        )


def _sample(n: int, seed: int) -> NDArray[np.int64]:
    """Indices, in order, of at most `kmeans.SAMPLE` customers."""
    if n <= kmeans.SAMPLE:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, kmeans.SAMPLE, replace=False))


def _numbered(labels: Labels, customers: pd.DataFrame) -> Labels:
    """Labels as numbers from 1, ordered by mean revenue, then purchases, then how recent."""
    by = [m for m in ("monetary", "frequency", "recency_days") if m in customers]
    means = customers[by].groupby(labels).mean().assign(recency_days=lambda m: -m["recency_days"])
    order = means.sort_values(by, ascending=False, kind="stable").index
    numbers = np.empty(labels.max() + 1, dtype=np.int64)
    numbers[order] = np.arange(1, len(order) + 1)
    return numbers[labels]


def _meaning(clusters: Sequence[Cluster], silhouette: float) -> Sentence:
    """Whether there are groups at all; if so, what the best one brings."""
    best = clusters[0]
    if silhouette < NATURAL:
        return Sentence(
            N_(
                "The customers form no clearly separate groups (silhouette {silhouette}): the"
                " clusters divide them usefully, but the borders are a choice."
            ),
            {"silhouette": silhouette},
            {"silhouette": "ratio"},
        )
    if best.revenue_share is None or best.revenue_share <= 0:
        return Sentence(
            N_("Cluster 1 buys most often: {share} of the customers."),
            {"share": best.share},
            {"share": "share"},
        )
    return Sentence(
        N_("Cluster 1 is {share} of the customers and brings {revenue} of the revenue."),
        {"share": best.share, "revenue": best.revenue_share},
        {"share": "share", "revenue": "share"},
    )
