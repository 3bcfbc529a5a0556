"""One code path: the same functions on Spark, pandas and Polars, beside the embedded engine.

The tables are made to tell engines apart: ties, refunds of their own and of earlier days, nulls, ids
that sort differently as UTF-8 and as UTF-16, timestamps around midnight, and a JVM that stands far
from the time zone of its session.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from cxlib import engine
from cxlib.frames.base import customer_base
from cxlib.frames.breakdown import breakdown
from cxlib.frames.buyers import buyers
from cxlib.frames.comments import comments
from cxlib.frames.coverage import coverage
from cxlib.frames.daily import daily_kpis
from cxlib.frames.edges import quantile_edges
from cxlib.frames.filters import values, where
from cxlib.frames.histories import histories
from cxlib.frames.history import history
from cxlib.frames.recent import recent, row_at
from cxlib.frames.spend import customer_spend, monthly_spend
from cxlib.frames.summary import customer_summary, last_day
from cxlib.frames.triangle import retention_triangle
from cxlib.value import rfm
from cxlib.value.clv import lifetime
from cxlib.value.clv.ladder import Fit, climb
from cxlib.value.clv.patterns import Patterns
from cxlib.value.clv.simulate import simulate_purchases
from tests.frames.test_comments import TABLE as SAID

# What it warns of are its functions on pandas frames; only its own frames are used here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")

START = dt.date(2024, 1, 1)
END = dt.date(2024, 10, 31)
SETTINGS = {
    "spark.driver.memory": "512m",
    # A day must be the session's, wherever the machine is.
    "spark.driver.extraJavaOptions": "-Duser.timezone=America/Los_Angeles"
    " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # small tables: starting up is what takes time
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# Of one letter and of several, some outside the basic plane, one empty.
IDS = ("Ångström", "ångström", "日本", "\ufb01", "😀", "0012", "12", "12 ", "O'Brien", "")


def mixed(rows: int = 2_000, customers: int = 250) -> pa.Table:
    """Orders with all that can be odd about them."""
    rng = np.random.default_rng(11)
    names = [*IDS, *(f"c{i}" for i in range(customers - len(IDS)))]
    who = [None if p < 0.04 else names[int(customers * p**2)] for p in rng.random(rows)]
    days = rng.integers(0, 330, rows)
    status = rng.choice(["sale", "refund", "cancellation"], rows, p=[0.85, 0.12, 0.03])
    # A third of all amounts are the same, some are nothing, some have no amount at all.
    ticks = np.where(rng.random(rows) < 0.3, 500_000, rng.integers(0, 10**9, rows))
    ticks[rng.random(rows) < 0.05] = 0
    ticks = np.where(status == "refund", -ticks, ticks)
    amounts = [None if rng.random() < 0.03 else Decimal(int(t)).scaleb(-4) for t in ticks]
    back = np.where(status == "refund", rng.integers(0, 20, rows), 0)
    midnight = dt.datetime.combine(START, dt.time())
    edges = (0, 1, 86_399_999_999, 43_200_000_000)  # microseconds of a day
    times = [
        midnight + dt.timedelta(days=int(d), microseconds=int(rng.choice(edges))) for d in days
    ]
    belongs = [
        START + dt.timedelta(days=max(0, int(d - b))) for d, b in zip(days, back, strict=True)
    ]
    channels = [None if p < 0.2 else ("web", "shop", "Ładny")[int(3 * p)] for p in rng.random(rows)]
    orders = [None if p < 0.1 else f"o{int(rows * p)}" for p in rng.random(rows)]
    return pa.table(
        {
            "customer_id": pa.array(who, pa.string()),
            "order_id": pa.array(orders, pa.string()),
            "timestamp": pa.array(times, pa.timestamp("us")),
            "day": pa.array([t.date() for t in times], pa.date32()),
            "purchase_day": pa.array(belongs, pa.date32()),
            "amount": pa.array(amounts, pa.decimal128(18, 4)),
            "channel": pa.array(channels, pa.string()),
            "status": pa.array(status.tolist(), pa.string()),
        }
    )


def simulated(customers: int = 1_500) -> pa.Table:
    """Orders of customers from whom a BG/NBD model can be learned."""
    rng = np.random.default_rng(5)
    age = rng.integers(100, 700, customers).astype(float)
    spend = {"p": 6.25, "q": 3.75, "v": 200.0}
    made = simulate_purchases(rng, age, {"r": 0.6, "alpha": 60.0, "a": 0.8, "b": 2.5}, spend)
    first = np.datetime64("2023-01-01") + (700 - age[made["customer"]]).astype(int)
    days = first + np.floor(made["time"]).astype(int).to_numpy()
    return pa.table(
        {
            "customer_id": pa.array("C" + made["customer"].astype(str), pa.string()),
            "day": pa.array(days.astype("datetime64[D]"), pa.date32()),
            "amount": pa.array(made["value"].round(2)).cast(pa.decimal128(18, 4)),
        }
    )


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="no PySpark (requirements-spark.txt)")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        pytest.skip("Spark needs Java 17, and there is none")
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables as Parquet, as the store keeps them."""
    place = tmp_path_factory.mktemp("tables")
    for name, table in (
        ("mixed", mixed()),
        ("empty", mixed().slice(0, 0)),
        ("simulated", simulated()),
        ("said", SAID),
    ):
        parquet.write_table(table, place / f"{name}.parquet")
    return place


@pytest.fixture(scope="session")
def embedded(folder: Path) -> Iterator[Callable[[str], Any]]:
    with engine.connect(folder) as connection:
        yield lambda name: engine.scan(connection, [folder / f"{name}.parquet"])


@pytest.fixture(scope="session", params=["spark", "pandas", "pandas-arrow", "polars"])
def other(request: pytest.FixtureRequest, folder: Path) -> Callable[[str], Any]:
    """The same tables on another engine."""
    if request.param == "spark":
        session = request.getfixturevalue("spark")
        return lambda name: session.read.parquet(str(folder / f"{name}.parquet"))
    if request.param == "polars":
        return lambda name: pl.read_parquet(folder / f"{name}.parquet")
    arrow = {"types_mapper": pd.ArrowDtype} if request.param == "pandas-arrow" else {}
    return lambda name: parquet.read_table(folder / f"{name}.parquet").to_pandas(**arrow)


FRAMES: dict[str, Callable[[Any], pd.DataFrame]] = {
    "customer_summary": customer_summary,
    "customer_summary until": lambda table: customer_summary(table, END),
    "customer_summary of a part": lambda table: customer_summary(
        where(table, (("channel", ("web", "Ładny")),))
    ),
    "histories": histories,
    "histories until": lambda table: histories(table, END),
    "daily_kpis": daily_kpis,
    "retention_triangle": retention_triangle,
    "retention_triangle until": lambda table: retention_triangle(table, END, "week"),
    "customer_spend": customer_spend,
    "breakdown": lambda table: breakdown(table, "channel"),
    "buyers": buyers,
    "buyers of a month": lambda table: buyers(
        table, (("channel", ("shop",)),), dt.date(2024, 2, 1), dt.date(2024, 2, 29)
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_the_same_to_the_last_bit(
    name: str, embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected = FRAMES[name](embedded("mixed"))
    assert len(expected) > 3
    pd.testing.assert_frame_equal(FRAMES[name](other("mixed")), expected, check_exact=True)


@pytest.mark.parametrize("name", ["customer_summary", "histories", "daily_kpis", "breakdown"])
def test_nothing_gives_nothing(
    name: str, embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected = FRAMES[name](embedded("empty"))
    assert expected.empty
    pd.testing.assert_frame_equal(FRAMES[name](other("empty")), expected)


def test_floats_are_the_same_up_to_rounding(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected, found = monthly_spend(embedded("mixed")), monthly_spend(other("mixed"))
    assert len(expected) == 11
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12)  # sums of squares, in any order
    expected, found = history(embedded("mixed"), "日本", END), history(other("mixed"), "日本", END)
    assert len(expected) > 10
    pd.testing.assert_frame_equal(found, expected, rtol=1e-15)  # Arrow's decimals as floats


def test_counts_days_and_values_are_the_same(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected, found = embedded("mixed"), other("mixed")
    for end in (None, END):
        assert coverage(found, end) == coverage(expected, end)
        assert last_day(found, end) == last_day(expected, end)
    assert coverage(found).unbought > 0
    assert values(found, "channel") == values(expected, "channel")
    assert values(found, "order_id", 7) == values(expected, "order_id", 7)
    assert last_day(other("empty")) is None


def test_the_customer_base_is_the_same(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected, found = (customer_base(table("mixed"), END) for table in (embedded, other))
    assert (found.end, found.coverage) == (expected.end, expected.coverage)
    pd.testing.assert_frame_equal(found.summary, expected.summary, check_exact=True)
    for split, known in zip(found.splits, expected.splits, strict=True):
        assert split.cut == known.cut
        pd.testing.assert_frame_equal(split.customers, known.customers, check_exact=True)


def test_comments_and_the_newest_rows_are_the_same(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    tables = embedded("said"), other("said")
    expected, found = (comments(t, SAID["day"][1].as_py(), also=("channel",)) for t in tables)
    assert (found.rows, found.later) == (expected.rows, expected.later) == (6, 2)
    pd.testing.assert_frame_equal(found.table, expected.table)
    wanted = nw.col("rating") >= 1
    expected, found = (recent(t, 1, ("text", "rating"), wanted) for t in tables)
    assert (found.older, found.undated) == (expected.older, expected.undated) == (2, 1)
    pd.testing.assert_frame_equal(found.rows, expected.rows)
    assert row_at(tables[1], 3) == row_at(tables[0], 3)


@pytest.mark.parametrize("bins", [2, 5, 10])
def test_edges_are_numpys_quantiles(bins: int, other: Callable[[str], Any], folder: Path) -> None:
    amounts = pd.read_parquet(folder / "mixed.parquet")["amount"].dropna().astype(float)
    edges = quantile_edges(other("mixed"), "amount", bins)
    expected = np.quantile(amounts, np.arange(1, bins) / bins)
    np.testing.assert_allclose(edges, expected, rtol=1e-12)
    assert quantile_edges(other("empty"), "amount", bins) == ()


@pytest.mark.parametrize("end", [None, dt.date(2024, 6, 30)])
def test_histories_are_the_customers_of_the_summary(
    end: dt.date | None, embedded: Callable[[str], Any]
) -> None:
    counted = histories(embedded("simulated"), end)
    summary = customer_summary(embedded("simulated"), end)
    keys = ["frequency", "recency", "T"]
    expected = summary.groupby(keys).size().rename("customers").reset_index()
    pd.testing.assert_frame_equal(counted, expected, check_exact=True)
    assert len(counted) < len(summary)


def timed(table: Any) -> nw.LazyFrame[Any]:
    """The table as it is without days: a timestamp each row."""
    return nw.from_native(table).lazy().drop("day", "purchase_day").rename({"timestamp": "day"})


def test_the_time_of_day_moves_no_day(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    expected = customer_summary(embedded("mixed").drop("purchase_day"))
    found = customer_summary(timed(other("mixed")))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_days_of_a_frame_made_in_python_are_the_sessions(
    spark: Any, embedded: Callable[[str], Any], folder: Path
) -> None:
    plain = parquet.read_table(folder / "mixed.parquet").to_pandas()
    frame = spark.createDataFrame(plain)  # its timestamps have a zone: the session's
    assert dict(frame.dtypes)["timestamp"] == "timestamp"
    for made, known in ((frame, embedded("mixed")), (timed(frame), timed(embedded("mixed")))):
        pd.testing.assert_frame_equal(customer_summary(made), customer_summary(known))


def fitted(table: Any) -> Fit:
    counted = histories(table)
    columns = (counted[column] for column in ("frequency", "recency", "T", "customers"))
    fit = climb("bgnbd", Patterns.merged(*columns), "D", 0).fit
    assert fit is not None
    return fit


def test_bgnbd_is_fitted_without_gathering_customers(
    embedded: Callable[[str], Any], other: Callable[[str], Any]
) -> None:
    summary = customer_summary(embedded("simulated"))
    rows = Patterns.merged(*(summary[column] for column in ("frequency", "recency", "T")))
    known = climb("bgnbd", rows, "D", 0).fit
    assert known is not None
    for found in (fitted(embedded("simulated")), fitted(other("simulated"))):
        assert found.n == known.n == len(summary)
        assert found.params == pytest.approx(known.params, rel=1e-8)
        assert found.log_likelihood == pytest.approx(known.log_likelihood, rel=1e-12)


def test_analyses_run_on_spark(spark: Any, embedded: Callable[[str], Any], folder: Path) -> None:
    table, known = spark.read.parquet(str(folder / "mixed.parquet")), embedded("mixed")
    scored, expected = rfm.analyse(table), rfm.analyse(known)
    assert scored.edges == expected.edges
    assert scored.segments == expected.segments
    assert scored.receipt == expected.receipt
    pd.testing.assert_frame_equal(scored.customers, expected.customers, check_exact=True)

    table, known = spark.read.parquet(str(folder / "simulated.parquet")), embedded("simulated")
    valued, forecast = lifetime.analyse(table), lifetime.analyse(known)
    for name, estimate in forecast.params.items():
        assert valued.params[name].value == pytest.approx(estimate.value, rel=1e-8)
    assert valued.receipt == forecast.receipt
    assert valued.backtest is not None
    pd.testing.assert_frame_equal(valued.customers, forecast.customers, rtol=1e-8)
