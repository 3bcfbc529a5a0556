"""A result's table for people: words, order, rounding; nothing lost, nothing changed behind."""

import datetime as dt

import numpy as np
import pandas as pd

from cxlib.export.csv import to_csv
from cxlib.export.table import table
from cxlib.i18n import language
from cxlib.value.grid import AT_RISK, CHAMPIONS

EN, ID = language("en"), language("id")


def people() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["00123", "Champions", None],
            "segment": [CHAMPIONS, AT_RISK, None],
            "clv": [12.3456, 0.004, np.nan],
            "p_alive": [0.123456, 1.0, np.nan],
            "expected_purchases": [1.23456, 0.0, np.nan],
            "first_day": pd.to_datetime(["2025-01-02 10:00", "2024-02-29 00:00", None]),
            "frequency": [3, 1, 2],
        },
        index=[7, 7, 9],
    )


def test_words_are_translated_and_ids_are_not():
    shown = table(people(), ID)
    assert shown.frame["segment"].tolist()[:2] == [ID(CHAMPIONS), ID(AT_RISK)]
    assert shown.frame["segment"].iloc[1] != AT_RISK
    assert shown.frame["customer_id"].tolist()[:2] == ["00123", "Champions"]
    assert shown.headers[0] == ID("Customer") != "Customer"


def test_numbers_are_rounded_to_their_kind_and_stay_numbers():
    shown = table(people(), EN).frame
    assert shown["clv"].tolist()[:2] == [12.35, 0.0]
    assert shown["p_alive"].tolist()[:2] == [0.1235, 1.0]
    assert shown["expected_purchases"].tolist()[:2] == [1.235, 0.0]
    assert shown["frequency"].tolist() == [3, 1, 2]
    assert shown["first_day"].tolist()[:2] == [dt.date(2025, 1, 2), dt.date(2024, 2, 29)]
    assert shown[["clv", "p_alive", "segment", "first_day"]].iloc[2].isna().all()


def test_amounts_in_thousands_have_no_cents():
    assert table(pd.DataFrame({"clv": [125_000.6, 80_000.4]}), ID).frame["clv"].tolist() == [
        125_001,
        80_000,
    ]


def test_columns_come_in_the_order_asked_and_those_missing_are_left_out():
    shown = table(people(), EN, ("clv", "nothing", "customer_id"))
    assert list(shown.frame.columns) == ["clv", "customer_id"]
    assert shown.headers == ("CLV", "Customer")
    assert shown.readings == ("money", "text")


def test_rows_keep_their_order_and_number():
    frame = people().iloc[[2, 0, 1]]
    assert table(frame, EN).frame["frequency"].tolist() == [2, 3, 1]
    assert table(frame, EN).frame.index.tolist() == [0, 1, 2]
    assert len(table(frame.iloc[:0], EN).frame) == 0


def test_a_column_without_a_label_is_shown_as_it_is():
    shown = table(pd.DataFrame({"=city": ["Makassar"]}), ID)
    assert shown.headers == ("=city",)
    assert to_csv(shown.frame, shown.headers).decode("utf-8-sig").startswith("'=city")


def test_the_result_is_not_changed():
    frame = people()
    before = frame.copy(deep=True)
    table(frame, ID)
    pd.testing.assert_frame_equal(frame, before)
