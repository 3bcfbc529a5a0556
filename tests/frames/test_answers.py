"""Answers on every engine against a plain recomputation in pandas."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxlib.frames.answers import (
    Asked,
    Scale,
    answer_sums,
    answered,
    excluded,
    first_answer,
    points,
)
from cxlib.frames.filters import few

SCALE = Scale(0, 10, 9, 6)
ASKED = Asked("score", SCALE)
WEIGHTED = Asked("score", SCALE, weighted=True)


def table(rows: int = 900) -> pd.DataFrame:
    """Answers of people who answer several times or have no name, off the scale, or not at all."""
    rng = np.random.default_rng(11)
    score = rng.integers(-1, 13, rows).astype(float)
    score[rng.random(rows) < 0.1] = np.nan
    who = pd.Series([f"c{i}" for i in rng.integers(0, 150, rows)], dtype="str")
    day = pd.Timestamp("2025-01-10") + pd.to_timedelta(rng.integers(0, 120, rows), unit="D")
    return pd.DataFrame(
        {
            "customer_id": who.where(rng.random(rows) < 0.8),
            "day": pd.Series(day).where(rng.random(rows) < 0.95),
            "score": score,
            "weight": rng.choice([0.0, 0.5, 1.0, 3.0], rows),
            "place": pd.Series(rng.choice(["x", "y", "z"], rows), dtype="str").where(
                rng.random(rows) < 0.9
            ),
            "question": pd.Series(rng.choice(["q", "r"], rows), dtype="str"),
            "comment": pd.Series(["so so"] * rows, dtype="str"),
        }
    )


ENGINES = {
    "pandas": lambda t: t,
    "polars": pl.from_pandas,
    "duckdb": lambda t: duckdb.connect().from_df(t),
}
every_engine = pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)


def direct(rows: pd.DataFrame, keys: list[str], weighted: bool) -> pd.DataFrame:
    """The sums by a loop over groups and units."""
    found = []
    for key, part in rows.groupby(keys) if keys else [((), rows)]:
        w = part["weight"] if weighted else pd.Series(1.0, part.index)
        up, down = (part["score"] >= 9), (part["score"] <= 6)
        unit = part["customer_id"].fillna(pd.Series(part.index, part.index).astype(str))
        sums = pd.DataFrame({"w": w, "p": w * up, "d": w * down, "s": w * part["score"]})
        units = sums.groupby(unit).sum()
        net = units["p"] - units["d"]
        found.append(
            dict(zip(keys, key, strict=True))
            | {
                "n": len(part),
                "units": len(units),
                "positives": int(up.sum()),
                "negatives": int(down.sum()),
                **units.sum().to_dict(),
                "ww": (units["w"] ** 2).sum(),
                "net2": (net**2).sum(),
                "net_w": (net * units["w"]).sum(),
                "p2": (units["p"] ** 2).sum(),
                "p_w": (units["p"] * units["w"]).sum(),
                "s2": (units["s"] ** 2).sum(),
                "s_w": (units["s"] * units["w"]).sum(),
            }
        )
    return pd.DataFrame(found)


@every_engine
@pytest.mark.parametrize("weighted", [False, True])
def test_sums_are_those_of_a_plain_loop(engine, weighted):
    data = table()
    kept = data[data["score"].between(0, 10) & ((data["weight"] > 0) | (not weighted))]
    asked = WEIGHTED if weighted else ASKED
    whole = answer_sums(engine(data), asked)
    pd.testing.assert_frame_equal(whole, direct(kept, [], weighted)[whole.columns])
    kept = kept.assign(
        month=kept["day"].dt.to_period("M").dt.start_time.astype("datetime64[s]"),
        value=kept["place"],
    )
    cells = answer_sums(engine(data), asked, by="place", monthly=True)
    expected = direct(kept.dropna(subset=["month", "value"]), ["month", "value"], weighted)
    expected = expected.astype({"month": "datetime64[s]", "value": "str"})
    pd.testing.assert_frame_equal(
        cells.astype({"value": "str"}), expected[cells.columns], check_dtype=False
    )


@every_engine
def test_every_row_is_accounted_for(engine):
    data = table()
    end = dt.date(2025, 3, 31)
    asked = Asked("score", SCALE, "q", weighted=True)
    found = excluded(engine(data), asked, end)
    left = data[~(data["day"] > pd.Timestamp(end))]
    other = left[left["question"] == "q"]
    inside = other["score"].between(0, 10)
    assert found.rows == len(data)
    assert found.later == len(data) - len(left)
    assert found.other_questions == len(left) - len(other)
    assert found.missing == other["score"].isna().sum()
    assert sum(found.outside.values()) == (~inside & other["score"].notna()).sum()
    assert set(found.outside) == {"-1", "11", "12"}
    assert found.weightless == (inside & (other["weight"] == 0)).sum()
    assert found.answers == (inside & (other["weight"] > 0)).sum()


@every_engine
def test_who_is_behind_a_mark(engine):
    data = table()
    march = answered(
        engine(data), ASKED, first=dt.date(2025, 3, 1), last=dt.date(2025, 3, 31), point=9.0
    )
    expected = data[(data["day"].dt.month == 3) & (data["score"] == 9)]
    assert len(march) == len(expected) > 0
    assert list(march) == ["customer_id", "day", "point", "comment"]
    group = answered(engine(data), ASKED, by="place", value="x")
    assert len(group) == ((data["place"] == "x") & data["score"].between(0, 10)).sum()
    one = answered(engine(data), ASKED, conditions=(("place", ("y", "z")),))
    assert len(one) == (data["place"].isin(["y", "z"]) & data["score"].between(0, 10)).sum()


@every_engine
def test_points_and_the_first_day(engine):
    data = table()
    kept = data[data["score"].between(0, 10)]
    found = points(engine(data), ASKED)
    assert dict(zip(found["point"], found["n"], strict=True)) == (
        kept["score"].value_counts().to_dict()
    )
    assert first_answer(engine(data), ASKED) == kept["day"].min().date()


def test_a_scale_whose_low_end_is_good_is_turned_round():
    data = table()
    low = Asked("score", Scale(0, 10, 9, 6, "low"))
    turned = data.assign(score=10 - data["score"])
    pd.testing.assert_frame_equal(answer_sums(data, low), answer_sums(turned, ASKED))


def test_without_days_there_are_no_months():
    data = table().drop(columns=["day", "customer_id"])
    assert first_answer(data, ASKED) is None
    assert answer_sums(data, ASKED, monthly=True).empty
    assert answer_sums(data, ASKED)["units"].iloc[0] == answer_sums(data, ASKED)["n"].iloc[0]


def test_columns_of_few_values():
    data = pd.DataFrame({"a": ["x", None, "y"], "b": [1.0, 1.0, 1.0], "c": ["p", "q", "r"]}).astype(
        {"a": "str", "c": "str"}
    )
    assert few(data, ("a", "b", "c", "absent")) == ("a", "c")
    assert few(data, ("a", "c"), most=2) == ("a",)
