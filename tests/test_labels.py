"""Every column that a page shows has a name and a reading; values are written as they are read."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import churn as churn_charts
from cxlib.charts import clusters as cluster_charts
from cxlib.charts import clv as clv_charts
from cxlib.charts import customer as customer_charts
from cxlib.charts import migration as migration_charts
from cxlib.charts import retention as retention_charts
from cxlib.charts import rfm as rfm_charts
from cxlib.charts import sales as sales_charts
from cxlib.frames.gaps import gap_members
from cxlib.frames.history import COLUMNS, history
from cxlib.frames.triangle import triangle_members
from cxlib.i18n import SOURCE, language, languages
from cxlib.labels import LABELS, label, written
from cxlib.value import churn, clusters, migration, retention, rfm, sales
from cxlib.value.clv import explain, lifetime
from cxlib.value.clv.simulate import simulate_purchases

EN, ID = language("en"), language("id")


@pytest.fixture(scope="module")
def orders():
    generator = np.random.default_rng(3)
    bought = simulate_purchases(
        generator,
        np.full(700, 400.0),
        {"r": 0.9, "alpha": 60.0, "a": 0.7, "b": 2.6},
        {"p": 6.0, "q": 4.0, "v": 15.0},
    )
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in bought["customer"]],
            "order_id": [f"o{n}" for n in range(len(bought))],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(bought["time"].astype(int), "D"),
            "amount": bought["value"].round(2),
            "status": "sale",
            "channel": "web",
            "place": "Solo",
            "product": "kopi",
            "lines": 1,
        }
    )


def test_every_column_that_pages_show_has_a_label(orders):
    scored = rfm.analyse(orders, scoring="fm")
    grouped = clusters.analyse(orders, k=2)
    valued = lifetime.analyse(orders)
    sold = sales.analyse(orders, lines=orders)
    silent = churn.analyse(orders)
    back = retention.analyse(orders)
    moved = migration.analyse(orders)
    steps = explain.breakdown(valued, "c1")
    shown = {
        "rfm customers": scored.customers,
        "rfm cells": rfm_charts.cell_table(scored),
        "rfm segments": rfm_charts.segment_table(scored),
        "cluster profiles": cluster_charts.profile_table(grouped),
        "cluster comparison": cluster_charts.k_table(grouped),
        "cluster customers": grouped.customers.drop(columns=["x", "y"], errors="ignore"),
        "clv customers": valued.customers,
        "clv top": valued.customers[list(clv_charts.TOP)],
        "clv classes": clv_charts.classes(valued, EN),
        "clv map": clv_charts.value_map_table(valued, EN).drop(columns="alive", errors="ignore"),
        "clv scores": clv_charts.score_table(valued, EN),
        "clv backtest": valued.backtest.calibration,
        "clv surface": explain.frequency_recency_grid(valued.fitted, 365),
        "sales months": sold.monthly[list(sales_charts.MONTHLY)],
        "sales by channel": sales_charts.breakdown_table(sold, "channel", EN)[
            ["value", "revenue", "orders", "buyers"]
        ],
        "churn customers": silent.customers,
        "churn saves": silent.saves()[[c for c in churn_charts.SAVES if c in silent.customers]],
        "churn silence": churn_charts.silence_table(silent, EN),
        "churn map": churn_charts.risk_map_table(silent, EN)[list(churn_charts.MAPPED)],
        "churn quality": churn_charts.quality_table(silent.model, EN),
        "churn calibration": silent.model.calibration,
        "churn importance": silent.model.importance.drop(columns="column"),
        "migration customers": moved.customers[list(migration_charts.MEMBERS)],
        "migration pairs": migration_charts.listed(moved),
        "migration outcomes": migration_charts.outcome_table(moved),
        "migration cohorts": migration_charts.cohort_table(moved, EN).drop(columns="cohort"),
        "retention triangle": retention_charts.triangle_table(back, "share", "exact", EN)[
            list(retention_charts.TRIANGLE)
        ],
        "retention curve": retention_charts.curve_table(back, "share", "exact", EN),
        "retention wait": retention_charts.next_order_table(back, EN),
        "retention gaps": retention_charts.gap_table(back, EN),
        "retention customers": triangle_members(orders, 1),
        "retention waiting": gap_members(orders, 1),
        "one customer": history(orders, "c1"),
        "one customer's steps": customer_charts.step_table(steps, EN)[["name", "change", "level"]],
    }
    without = {
        (where, column)
        for where, frame in shown.items()
        for column in frame.columns
        if column not in LABELS
    }
    assert without == set()
    assert set(sales.BREAKDOWNS) | set(COLUMNS) <= set(LABELS)


@pytest.mark.parametrize("code", [code for code in languages() if code != SOURCE])
def test_labels_are_translated(code):
    lang = language(code)
    same = {name for name in (meaning.name for meaning in LABELS.values()) if lang(name) == name}
    assert same <= {
        *("CLV", "P(alive)", "Status", "Total", "Silhouette", "Bias", "Segment"),
        *("Save rate", "Model", "AIC", "Log-likelihood", "Cohort"),
        *("NPS", "CSAT", "CES", "CTR", "Rating", "Stickiness (DAU/MAU)"),
    }


def test_an_unknown_column_keeps_its_name():
    assert label("a:b").name == "a:b"
    assert label("a:b").reading == "text"


@pytest.mark.parametrize(
    ("value", "reading", "english", "indonesian"),
    [
        (1234567.8, "money", "Rp 1,234,568", "Rp 1.234.568"),
        (0.1234, "share", "12.3 %", "12,3%"),
        (1234, "count", "1,234", "1.234"),
        (12.346, "number", "12.35", "12,35"),
        (40.0, "days", "40", "40"),
        (dt.date(2025, 8, 31), "day", "31 Aug 2025", "31 Agu 2025"),
        (pd.Timestamp(2025, 8, 31, 10), "day", "31 Aug 2025", "31 Agu 2025"),
        ("2025-08-31T10:00:00", "day", "31 Aug 2025", "31 Agu 2025"),
        ("Lost", "word", "Lost", ID("Lost")),
        ("Lost", "text", "Lost", "Lost"),
    ],
)
def test_values_are_written_as_they_are_read(value, reading, english, indonesian):
    assert written(value, reading, EN, "IDR") == english
    assert written(value, reading, ID, "IDR") == indonesian


@pytest.mark.parametrize("reading", ["text", "word", "count", "number", "money", "share", "day"])
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NaT, pd.NA], ids=repr)
def test_what_is_missing_is_a_dash(missing, reading):
    assert written(missing, reading, EN) == "–"
