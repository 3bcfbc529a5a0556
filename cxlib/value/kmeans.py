"""k-means, and the evidence for one number of clusters or another.

Everything runs on one thread: sums of floats in another order could move a customer on a border, and
the same seed has to give the same answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.pairwise import euclidean_distances
from threadpoolctl import ThreadpoolController

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

KS = tuple(range(2, 11))
STARTS = 10  # k-means++ starts; the best one counts
RESAMPLES = 10
RESAMPLE_STARTS = 2
SAMPLE = 10_000  # customers on whom the numbers of clusters are compared, when there are more
LARGE = 50_000  # points above which the starts are tried on half as many
STABLE = 0.8
SMALLEST_SHARE = 0.05
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class KTried:
    """What speaks for k clusters.

    `silhouette` (-1 to 1) says how much nearer customers are to their own cluster than to the next;
    `inertia` is the sum of squared distances to the centres; `stability` the mean adjusted Rand
    index of refits on bootstrap resamples against the fit on all (1: the same clusters every time);
    `smallest_share` the share of customers in the smallest cluster.
    """

    k: int
    silhouette: float
    inertia: float
    stability: float
    smallest_share: float


def one_thread() -> AbstractContextManager[object]:
    """A block in which numerical libraries use one thread."""
    limit: AbstractContextManager[object] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # it searches all loaded libraries: once is enough


def fit(points: Points, k: int, seed: int, starts: int = STARTS) -> KMeans:
    """k-means++ with the best of `starts` starts (scikit-learn's, on one thread).

    Of more than `LARGE` points the starts are tried on a seeded sample, and the best one goes on
    from there with all points (Bradley & Fayyad 1998, "Refining initial points for k-means").
    """
    with one_thread(), warnings.catch_warnings():
        # A resample may hold fewer distinct customers than k; it then has fewer clusters.
        warnings.simplefilter("ignore", ConvergenceWarning)
        if len(points) <= LARGE:
            return KMeans(k, n_init=starts, random_state=seed).fit(points)
        some = np.random.default_rng(seed).choice(len(points), LARGE // 2, replace=False)
        near = KMeans(k, n_init=starts, random_state=seed).fit(points[np.sort(some)])
        return KMeans(k, init=near.cluster_centers_, n_init=1, random_state=seed).fit(points)


def compare(points: Points, ks: Sequence[int], seed: int) -> tuple[KTried, ...]:
    """Fit every k and measure what speaks for it.

    Parameters
    ----------
    points : array, shape (n, d)
        Standardised features.
    ks : sequence of int
        Each between 2 and min(n - 1, distinct points).
    """
    fits = [fit(points, k, seed) for k in ks]
    labelings = [model.labels_.astype(np.int64) for model in fits]
    return tuple(
        KTried(
            k=k,
            silhouette=silhouette,
            inertia=float(model.inertia_),
            stability=stability(points, labels, k, seed),
            smallest_share=float(np.bincount(labels, minlength=k).min() / len(labels)),
        )
        for k, model, labels, silhouette in zip(
            ks, fits, labelings, silhouettes(points, labelings), strict=True
        )
    )


def recommend(tried: Sequence[KTried]) -> int:
    """The k of the best silhouette among those that are stable (0.8 and more) and have no cluster
    below 5 % of the customers; where there is none, among those without such a small cluster;
    where there is none either, among all. Of equals the smallest k.
    """
    large = [t for t in tried if t.smallest_share >= SMALLEST_SHARE]
    stable = [t for t in large if t.stability >= STABLE]
    return max(stable or large or tried, key=lambda t: (t.silhouette, -t.k)).k


def silhouettes(points: Points, labelings: Sequence[Labels]) -> list[float]:
    """The mean silhouette of several labelings in one pass over the distances.

    s = (b - a) / max(a, b) with a the mean distance to the own cluster and b to the nearest other;
    0 for a cluster of one. Each labeling has labels 0 … k-1, all of them used.

    References
    ----------
    Rousseeuw (1987), Silhouettes, J. Computational and Applied Mathematics 20.
    """
    n = len(points)
    members = [np.eye(labels.max() + 1)[labels] for labels in labelings]
    sizes = [member.sum(axis=0) for member in members]
    borders = np.cumsum([member.shape[1] for member in members])[:-1]
    together = np.hstack(members)
    totals = np.zeros(len(labelings))
    for start in range(0, n, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, n))
        distances = euclidean_distances(points[rows], points)
        distances[np.arange(len(rows)), rows] = 0.0
        for i, sums in enumerate(np.split(distances @ together, borders, axis=1)):
            at, own = np.arange(len(rows)), labelings[i][rows]
            inside = sums[at, own] / np.maximum(sizes[i][own] - 1, 1)
            means = sums / sizes[i]
            means[at, own] = np.inf
            outside = means.min(axis=1)
            larger = np.maximum(inside, outside)
            known = (sizes[i][own] > 1) & (larger > 0)
            totals[i] += ((outside - inside)[known] / larger[known]).sum()
    return [float(total / n) for total in totals]


def stability(points: Points, labels: Labels, k: int, seed: int) -> float:
    """The mean adjusted Rand index of refits on bootstrap resamples, applied to all points."""
    rng = np.random.default_rng([seed, k])
    n = len(points)
    found = []
    for _ in range(RESAMPLES):
        refit = fit(points[rng.integers(0, n, n)], k, seed, RESAMPLE_STARTS)
        with one_thread():
            found.append(adjusted_rand_score(labels, refit.predict(points)))
    return float(np.mean(found))


def plane(points: Points) -> tuple[Points, tuple[float, float]]:
    """The first two principal components, shape (n, 2), and the shares of variance they explain.

    The largest loading of each is positive, so that the picture does not flip; with one feature the
    second component is 0.
    """
    centred = points - points.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    shares = np.append(values[::-1] / values.sum(), 0.0)
    placed = np.zeros((len(points), 2))
    placed[:, : axes.shape[1]] = centred @ axes
    return placed, (float(shares[0]), float(shares[1]))
