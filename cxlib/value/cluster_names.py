"""Names of clusters, written from what sets their customers apart from the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from cxlib.i18n import N_

_FAR = 2.0  # a difference beyond two standard deviations says no more than one of two

# What a name claims: (bought recently, buys often, brings much), in standard deviations from the rest.
NAMES: Mapping[str, tuple[float, float, float]] = {
    N_("Recent, frequent big spenders"): (1, 1, 1),
    N_("Recent frequent buyers"): (1, 1, 0),
    N_("Recent, frequent small spenders"): (1, 1, -1),
    N_("Recent big spenders"): (1, 0, 1),
    N_("Recent buyers"): (1, 0, 0),
    N_("Recent small spenders"): (1, 0, -1),
    N_("Recent, rare big spenders"): (1, -1, 1),
    N_("Recent occasional buyers"): (1, -1, 0),
    N_("Recent, occasional small spenders"): (1, -1, -1),
    N_("Frequent big spenders"): (0, 1, 1),
    N_("Frequent buyers"): (0, 1, 0),
    N_("Frequent small spenders"): (0, 1, -1),
    N_("Big spenders"): (0, 0, 1),
    N_("Average customers"): (0, 0, 0),
    N_("Small spenders"): (0, 0, -1),
    N_("Rare big spenders"): (0, -1, 1),
    N_("Occasional buyers"): (0, -1, 0),
    N_("Occasional small spenders"): (0, -1, -1),
    N_("Lapsed, once frequent big spenders"): (-1, 1, 1),
    N_("Lapsed, once frequent buyers"): (-1, 1, 0),
    N_("Lapsed, once frequent small spenders"): (-1, 1, -1),
    N_("Lapsed big spenders"): (-1, 0, 1),
    N_("Lapsed buyers"): (-1, 0, 0),
    N_("Lapsed small spenders"): (-1, 0, -1),
    N_("Lapsed, rare big spenders"): (-1, -1, 1),
    N_("Lapsed occasional buyers"): (-1, -1, 0),
    N_("Lapsed, occasional small spenders"): (-1, -1, -1),
    N_("Very frequent buyers"): (0, 2, 0),
    N_("Long-gone buyers"): (-2, 0, 0),
    N_("Very big spenders"): (0, 0, 2),
}


def names(differences: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """A name for each cluster, no two alike: the assignment that is nearest to the profiles in all.

    Parameters
    ----------
    differences : sequence of mapping
        For each cluster the standardised difference of ``recency_days``, ``frequency`` and, where
        the file has money, ``monetary`` from the rest. Without money no name speaks of spending.

    Returns
    -------
    tuple of str
        Message ids from `NAMES`.
    """
    money = all("monetary" in d for d in differences)
    known = [name for name, claim in NAMES.items() if money or claim[2] == 0]
    claims = np.array([NAMES[name] for name in known])
    profiles = np.array(
        [[-d["recency_days"], d["frequency"], d["monetary"] if money else 0.0] for d in differences]
    )
    distances = np.clip(profiles, -_FAR, _FAR)[:, None, :] - claims[None, :, :]
    _, chosen = linear_sum_assignment((distances**2).sum(axis=2))
    return tuple(known[i] for i in chosen)
