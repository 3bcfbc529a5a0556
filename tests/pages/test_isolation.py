"""Who does not hold a workspace's key sees nothing of it; who does sees its own numbers."""

from __future__ import annotations

import datetime as dt
import hashlib
import io

import pandas as pd
import pytest

from cxlib.store.workspaces import Store, Workspace
from cxlib.value import rfm
from pages import _cache
from tests.pages.conftest import words

ROWS = 60_000  # above which Streamlit hashes a sample of a frame
FIRST = dt.date(2024, 1, 1)


def orders(total_of_one: float) -> pd.DataFrame:
    """Orders of 6,000 people that agree in all rows but one, in the middle."""
    number = pd.RangeIndex(ROWS).to_series()
    day = pd.Timestamp(FIRST) + pd.to_timedelta(number % 600, unit="D")
    frame = pd.DataFrame(
        {
            "customer_id": "c" + (number // 10).astype(str),
            "order_id": "o" + number.astype(str),
            "timestamp": day,
            "day": day.dt.date,
            "purchase_day": day.dt.date,
            "amount": 10.0 + number % 7,
            "status": "sale",
            "channel": "shop",
            "place": None,
            "currency": None,
            "line": number,
        }
    )
    frame.loc[ROWS // 2, "amount"] = total_of_one
    frame["place"] = frame["place"].astype("string")
    return frame


def kept(store: Store, frame: pd.DataFrame, digest: str | None = None) -> Workspace:
    """A workspace with a frame as its orders."""
    workspace = store.create(purpose="analysis", name="")
    path = store.folder / f"{workspace.id}-orders"
    path.mkdir()
    frame.to_parquet(path / "orders.parquet", index=False)
    bytes_ = (path / "orders.parquet").read_bytes()
    last = frame["day"].max()
    workspace.commit(
        "transactions",
        [path / "orders.parquet"],
        digest=digest or hashlib.sha256(bytes_).hexdigest(),
        source=f"{workspace.id}.csv",
        report={
            "first_day": FIRST.isoformat(),
            "last_day": last.isoformat(),
            "order_count": len(frame),
            "currency": None,
        },
    )
    return workspace


@pytest.fixture(scope="module")
def two(store: Store) -> tuple[Workspace, Workspace]:
    """Two workspaces whose orders agree in all of 60,000 rows but one, under one digest."""
    return tuple(kept(store, orders(amount), "same") for amount in (10.0, 1_000_000.0))


def revenue_shown(shown) -> float:
    """The revenue of the RFM grid on a page, all cells together."""
    return float(shown.dataframe[0].value["revenue"].sum())


def test_each_workspace_gives_its_own_answer(visit, two):
    poor, rich = two
    first = revenue_shown(visit("value/rfm.py", poor.id))
    second = revenue_shown(visit("value/rfm.py", rich.id))
    again = revenue_shown(visit("value/rfm.py", poor.id))
    assert second - first == pytest.approx(999_990)
    assert again == first


def test_the_new_version_of_a_workspace_gives_its_own_answer(visit, store):
    workspace = kept(store, orders(10.0))
    before = revenue_shown(visit("value/rfm.py", workspace.id))
    newer = kept(store, orders(500_010.0)).current("transactions")
    assert newer is not None
    copy = store.folder / "newer"
    copy.mkdir()
    (copy / "orders.parquet").write_bytes(newer.orders.read_bytes())
    workspace.commit(
        "transactions",
        [copy / "orders.parquet"],
        digest=newer.digest,
        source="newer.csv",
        report=dict(newer.report),
    )
    after = revenue_shown(visit("value/rfm.py", workspace.id))
    assert after - before == pytest.approx(500_000)


def test_parameters_are_part_of_the_key(two):
    data = two[0].current("transactions")
    early = _cache.analysed(rfm.analyse, data, as_of=dt.date(2024, 6, 1))
    late = _cache.analysed(rfm.analyse, data, as_of=dt.date(2024, 12, 1))
    assert early.snapshot < late.snapshot
    assert _cache.analysed(rfm.analyse, data, as_of=dt.date(2024, 6, 1)).snapshot == early.snapshot


def test_what_is_cached_is_a_copy(two):
    data = two[0].current("transactions")
    people = _cache.analysed(rfm.analyse, data).customers
    people["segment"] = "spoilt"
    assert "spoilt" not in set(_cache.analysed(rfm.analyse, data).customers["segment"])


@pytest.mark.parametrize(
    "key",
    ["0" * 32, "", "..", "../../etc", "a" * 32 + "/snapshots", "%2e%2e", "not an id", "' or 1=1"],
)
def test_an_unknown_key_opens_nothing(visit, shop, key):
    shown = visit("value/rfm.py", key)
    assert not shown.exception
    assert not shown.error
    assert not shown.metric
    assert [e.value for e in shown.subheader] == ["This page needs your orders"]
    assert key not in words(shown) or not key


def test_without_the_key_nothing_is_listed(visit, two, shop):
    shown = words(visit("data/start.py"))
    for workspace in (*two, shop):
        assert workspace.id not in shown
        assert workspace.current("transactions").name not in shown


def test_another_workspaces_upload_is_not_found(visit, shop, store):
    mine = store.create(purpose="analysis", name="")
    other = shop.stage(io.BytesIO(b"customer,date\na,2024-01-01\n"), "secret.csv")
    shown = visit("data/upload.py", mine.id, upload=other.id)
    assert not shown.exception
    assert "secret.csv" not in words(shown)
    assert shown.get("file_uploader")
    assert "secret.csv" in words(visit("data/upload.py", shop.id, upload=other.id))
