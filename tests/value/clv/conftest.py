"""CDNOW, the data of the papers, and their printed values."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from cxlib.frames.summary import customer_summary
from cxlib.value.clv import lifetime

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
END = dt.date(1997, 9, 30)


@pytest.fixture(scope="session")
def golden():
    path = SHARED / "golden" / "clv.json"
    if not path.exists():
        pytest.skip("the folder with the reference values is not here")
    return json.loads(path.read_text())


@pytest.fixture(scope="session")
def orders():
    path = SHARED / "data" / "transactions" / "cdnow_sample.txt"
    if not path.exists():
        pytest.skip("the folder with the CDNOW sample is not here")
    names = ["master", "customer_id", "day", "cds", "amount"]
    table = pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype=str)
    table["day"] = pd.to_datetime(table["day"])
    table["amount"] = table["amount"].astype(float)
    return table[["customer_id", "day", "amount"]]


@pytest.fixture(scope="session")
def summary(orders):
    """In days, up to the end of the papers' calibration."""
    return customer_summary(orders, END).reset_index(drop=True)


@pytest.fixture(scope="session")
def weeks(summary):
    """x, t_x, T in weeks."""
    return (
        summary["frequency"].to_numpy(float),
        summary["recency"].to_numpy() / 7,
        summary["T"].to_numpy() / 7,
    )


@pytest.fixture(scope="session")
def result(orders):
    """Weeks, and 1 % a month as the reference values have it."""
    return lifetime.analyse(orders, as_of=END, unit="W", annual_discount_rate=1.01**12 - 1)
