"""Orders that are read as they are said to be: right as an import, or refused."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from cxlib import engine
from cxlib.errors import CxError
from cxlib.frames.base import customer_base
from cxlib.ingest import convert, match, read
from cxlib.ingest.plan import plan
from cxlib.ingest.strict import read_orders
from cxlib.value.clv.simulate import simulate_purchases

NAMED = {"customer_id": "customer", "day": "date", "amount": "amount"}
HEADER = "order,date,customer,amount"


def base_of(path, named=NAMED, **said):
    with engine.connect(path.parent) as connection:
        return customer_base(read_orders(connection, path, **named, **said))


def written(folder, *rows, header=HEADER, encoding="utf-8"):
    path = folder / "orders.csv"
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def test_customers_are_those_of_an_import(tmp_path):
    rng = np.random.default_rng(5)
    ages = rng.integers(30, 400, 300).astype(float)
    made = simulate_purchases(
        rng,
        ages,
        {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5},
        {"p": 6.25, "q": 3.75, "v": 200_000.0},
    )
    start = pd.Timestamp("2025-01-01") + pd.to_timedelta(400 - ages[made["customer"]], "D")
    table = pd.DataFrame(
        {
            "order": [f"O{i}" for i in range(len(made))],
            "date": (start + pd.to_timedelta(made["time"], "D")).dt.date,
            "customer": [f"C{i:04}" for i in made["customer"]],
            "amount": made["value"].round(2),
        }
    )
    path = tmp_path / "orders.csv"
    table.to_csv(path, index=False)
    staged = read.stage(path, tmp_path)
    chosen = plan(match.propose(staged), today=dt.date(2027, 1, 1))
    imported = convert.convert(staged, chosen, tmp_path)
    with engine.connect(tmp_path) as connection:
        there = customer_base(engine.scan(connection, [imported.table]))
    here = base_of(path)
    assert len(here.summary) == 300
    pd.testing.assert_frame_equal(here.summary, there.summary)
    pd.testing.assert_frame_equal(here.splits[0].customers, there.splits[0].customers)
    assert (here.end, here.coverage) == (there.end, there.coverage)


def test_a_file_is_read_as_it_is_said_to_be(tmp_path):
    header = "Besar (Rp);siapa; kapan "
    rows = ['250000;"Siti; Ayu";31/01/2025', "-50000;Budi;01/02/2025", "75000.5;;01/02/2025"]
    path = written(tmp_path, *rows, header=header)
    named = {"customer_id": "siapa", "day": " kapan ", "amount": "Besar (Rp)"}
    base = base_of(path, named, delimiter=";", date_format="%d/%m/%Y")
    assert base.summary["customer_id"].tolist() == ["Siti; Ayu"]
    assert base.summary["revenue"].tolist() == [250_000.0]
    assert (base.coverage.rows, base.coverage.anonymous) == (3, 1)
    assert base.end == dt.date(2025, 2, 1)


def test_a_file_without_amounts_counts_purchases(tmp_path):
    path = written(tmp_path, "1,2025-01-31,Siti,", "2,2025-02-01,Siti,x")
    base = base_of(path, {"customer_id": "customer", "day": "date"})
    assert base.summary["purchases"].tolist() == [2]
    assert base.summary["revenue"].isna().all()


WRONG = [
    ("1,31/12/2024,Siti,5", "date: 31/12/2024"),
    ("1,2025-02-30,Siti,5", "date: 2025-02-30"),
    ("1,2025-01-05 10:00,Siti,5", "date: 2025-01-05 10:00"),
    ("1, 2025-01-05,Siti,5", "date:  2025-01-05"),
    ("1,2025-01-05 ,Siti,5", "date: 2025-01-05"),
    ("1,infinity,Siti,5", "date: infinity"),
    ("1,epoch,Siti,5", "date: epoch"),
    ("1,,Siti,5", "date:"),
    ("1,2025-01-05,Siti,", "amount:"),
    ('1,2025-01-05,Siti,"1,5"', "amount: 1,5"),
    ("1,2025-01-05,Siti,Rp 5", "amount: Rp 5"),
    ("1,2025-01-05,Siti,1_000", "amount: 1_000"),
    ("1,2025-01-05,Siti,1e5", "amount: 1e5"),
    ("1,2025-01-05,Siti,nan", "amount: nan"),
    ("1,2025-01-05,Siti,-inf", "amount: -inf"),
    ("1,2025-01-05,Siti,0.12345", "amount: 0.12345"),
    ("1,2025-01-05,Siti,123456789012345", "amount: 123456789012345"),
    ("1,2025-01-05, Siti,5", "customer:  Siti"),
    ("1,2025-01-05,Siti", "Line: 3"),
    ("1,2025-01-05,Siti,5,6", "Line: 3"),
    ('1,2025-01-05,"Siti,5', "Line: 3"),
]


@pytest.mark.parametrize(("row", "shown"), WRONG)
def test_what_is_not_as_said_is_refused_and_shown(tmp_path, row, shown):
    path = written(tmp_path, "0,2025-01-01,Budi,7", row)
    with pytest.raises(CxError) as caught:
        base_of(path)
    assert caught.value.code == "not_as_said"
    assert shown.strip() in str(caught.value.params["found"])


def test_another_encoding_is_refused(tmp_path):
    path = written(tmp_path, "1,2025-01-05,José,5", encoding="latin-1")
    with pytest.raises(CxError, match="not_as_said"):
        base_of(path)


@pytest.mark.parametrize("header", ["order,date,client,amount", "customer,date,customer,amount"])
def test_a_column_that_is_not_there_once_is_refused(tmp_path, header):
    path = written(tmp_path, "1,2025-01-05,Siti,5", header=header)
    with pytest.raises(CxError, match="unknown_column"):
        base_of(path)


def test_a_file_outside_the_folders_stays_closed(tmp_path):
    (tmp_path / "inside").mkdir()
    path = written(tmp_path, "1,2025-01-05,Siti,5")
    with engine.connect(tmp_path / "inside") as connection, pytest.raises(CxError):
        read_orders(connection, path, **NAMED)


def test_several_files_stand_beside_one_another(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = written(tmp_path / "a", "1,2025-01-05,Siti,5")
    second = written(tmp_path / "b", "1,2025-01-05,Budi,5", "2,2025-01-06,Ayu,5")
    with engine.connect(tmp_path) as connection:
        frames = [read_orders(connection, path, **NAMED) for path in (first, second)]
        assert [len(customer_base(frame).summary) for frame in frames] == [1, 2]
