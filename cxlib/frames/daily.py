"""Daily KPIs of sales: the one table that every time series of money and buyers is summed from."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.frames.collected import collected
from cxlib.frames.summary import TICKS, customer_days, lazy, rows_until

MONEY = (
    "revenue",
    "gross",
    "refunds",
    "new_revenue",
    "returning_revenue",
    "anonymous_revenue",
)
COLUMNS = ("day", "orders", "buyers", "new_buyers", *MONEY)


def daily_kpis(orders: Any, end: dt.date | None = None) -> pd.DataFrame:
    """Revenue, orders and buyers of each day with data, by day of purchase.

    revenue = gross - refunds, a refund counted on the day of the purchase that it undoes;
    revenue = new + returning + anonymous (rows without a customer).

    Parameters
    ----------
    orders : table of any engine
        Orders (``customer_id, day``, optionally ``amount, purchase_day, status, order_id``).
    end : date, optional
        Later rows are ignored.

    Returns
    -------
    pandas.DataFrame
        One row a day, ordered, with `COLUMNS`. Money is float64, summed exactly (NaN throughout without amounts);
        ``orders`` counts sales, ``buyers`` customers with a purchase, ``new_buyers`` those whose
        first it is. Days without a row are absent: absence is no purchase, not missing data.
    """
    frame = lazy(orders)
    has_money = "amount" in frame.collect_schema().names()
    rows = rows_until(frame, end)
    nobody = nw.col("customer_id").is_null()
    sold = (
        rows.with_columns(
            gross=nw.when(nw.col("undoes")).then(0).otherwise(nw.col("net")),
            refunds=nw.when(nw.col("undoes")).then(-nw.col("net")).otherwise(0),
            orders=nw.when(nw.col("undoes")).then(0).otherwise(1),
            anonymous_revenue=nw.when(nobody).then(nw.col("net")).otherwise(0),
        )
        .group_by("purchase_day")
        .agg(
            revenue=nw.col("net").sum(),
            gross=nw.col("gross").sum(),
            refunds=nw.col("refunds").sum(),
            orders=nw.col("orders").sum(),
            anonymous_revenue=nw.col("anonymous_revenue").sum(),
        )
    )
    days = customer_days(frame, end)
    first = (
        days.filter(nw.col("is_purchase"))
        .group_by("customer_id")
        .agg(first_day=nw.col("purchase_day").min())
    )
    # A customer's rows before any purchase (a refund alone) belong to nobody new.
    is_new = (nw.col("purchase_day") == nw.col("first_day")).fill_null(False)
    bought = (
        days.join(first, on="customer_id", how="left")
        .with_columns(
            buyers=nw.when(nw.col("is_purchase")).then(1).otherwise(0),
            new_buyers=nw.when(nw.col("is_purchase") & is_new).then(1).otherwise(0),
            new_revenue=nw.when(is_new).then(nw.col("net")).otherwise(0),
            returning_revenue=nw.when(is_new).then(0).otherwise(nw.col("net")),
        )
        .group_by("purchase_day")
        .agg(
            buyers=nw.col("buyers").sum(),
            new_buyers=nw.col("new_buyers").sum(),
            new_revenue=nw.col("new_revenue").sum(),
            returning_revenue=nw.col("returning_revenue").sum(),
        )
    )
    daily = collected(
        sold.join(bought, on="purchase_day", how="left").rename({"purchase_day": "day"}).sort("day")
    )
    for column in ("orders", "buyers", "new_buyers"):
        daily[column] = daily[column].fillna(0).astype("int64")
    for column in MONEY:
        ticks = daily[column].fillna(0).astype("float64")
        daily[column] = ticks / TICKS if has_money else float("nan")
    return daily[list(COLUMNS)]
