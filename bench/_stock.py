"""What users of lifetimes and scikit-learn write: the peer of `bench speed`, each step timed.

    python -m bench._stock ORDERS.csv SEED

Read, summarise, fit and value with lifetimes' own functions, RFM with pandas, k-means with
scikit-learn; vectorised, and left as it was when it was first measured.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings

import numpy as np
import pandas as pd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data  # noqa: TID251 - the peer's
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from bench._laps import Laps

CLUSTERS, STARTS = 5, 10
MONTHS, MONTHLY_RATE = 12, 0.008


def main(path: str, seed: int) -> dict[str, float]:
    """Seconds of each step, and what came out of it."""
    laps = Laps()
    orders = pd.read_csv(path, parse_dates=["order_date"])
    laps.done("read")
    summary = summary_data_from_transaction_data(
        orders, "customer_id", "order_date", monetary_value_col="amount", freq="D"
    )
    laps.done("summary")
    end = orders["order_date"].max() + pd.Timedelta(days=1)
    rfm = orders.groupby("customer_id").agg(
        last=("order_date", "max"), frequency=("order_id", "nunique"), monetary=("amount", "sum")
    )
    rfm["recency"] = (end - rfm["last"]).dt.days
    rfm["R"] = pd.qcut(rfm["recency"].rank(method="first"), 5, labels=[5, 4, 3, 2, 1]).astype(int)
    rfm["F"] = pd.qcut(rfm["frequency"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5]).astype(int)
    rfm["M"] = pd.qcut(rfm["monetary"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5]).astype(int)
    laps.done("rfm")
    purchases = BetaGeoFitter(penalizer_coef=0.0)
    purchases.fit(summary["frequency"], summary["recency"], summary["T"])
    laps.done("bgnbd_fit")
    repeat = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = GammaGammaFitter(penalizer_coef=0.0)
    spend.fit(repeat["frequency"], repeat["monetary_value"])
    laps.done("gamma_gamma_fit")
    clv = spend.customer_lifetime_value(
        purchases,
        summary["frequency"],
        summary["recency"],
        summary["T"],
        summary["monetary_value"],
        time=MONTHS,
        discount_rate=MONTHLY_RATE,
        freq="D",
    )
    laps.done("clv_12_months")
    laps.took["end_to_end"] = laps.all()
    laps.took["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    features = StandardScaler().fit_transform(np.log1p(rfm[["recency", "frequency", "monetary"]]))
    laps.again()
    groups = KMeans(CLUSTERS, n_init=STARTS, random_state=seed).fit(features)
    laps.done("clustering")
    laps.took |= {f"bgnbd_{name}": float(value) for name, value in purchases.params_.items()}
    laps.took |= {f"spend_{name}": float(value) for name, value in spend.params_.items()}
    return laps.took | {"clv": float(clv.sum()), "inertia": float(groups.inertia_)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
