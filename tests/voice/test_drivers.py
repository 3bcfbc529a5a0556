"""Drivers: the planted order, an independent computation, what is left out and said, and gates."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

from cxlib import engine
from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.answers import Scale
from cxlib.ingest import convert, match, read, sandbox
from cxlib.ingest.plan import Score, plan
from cxlib.voice.drivers import analyse
from cxlib.voice.quadrant import _quadrant
from cxlib.voice.ratings import chosen, rated_low, ratings, scale_of
from tests.shared import shared

SCALES = (Score("nps", "nps", 0, 10), Score("csat", "csat", 1, 5))
NAMES = {"a0": "delivery", "a1": "product", "a2": "price"}


def survey(n: int = 300, customers: int | None = None, seed: int = 0) -> pd.DataFrame:
    """Answers with three ratings on 1–5, the first the most important and the lowest."""
    generator = np.random.default_rng(seed)
    felt = generator.normal(size=(n, 3)) + 0.5 * generator.normal(size=(n, 1))
    whole = felt @ [0.6, 0.3, 0.1] + 0.3 * generator.normal(size=n)
    cuts = ([-0.5, 0.2, 0.9, 1.6], [-1.5, -0.8, -0.2, 0.5], [-1.5, -0.8, -0.2, 0.5])
    nps = np.digitize(whole, np.linspace(-1.5, 1.0, 10)).astype(float)
    return pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "customer_id": [f"c{i}" for i in generator.integers(0, customers or 10**9, n)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n) % 300, unit="D"),
            "score": nps,
            "s0": nps,
            "s1": np.digitize(whole, [-1, -0.5, 0, 0.6]) + 1.0,
            **{f"a{i}": np.digitize(felt[:, i], cuts[i]) + 1.0 for i in range(3)},
            "a3": "web",
        }
    )


def asked(table, **options):
    return analyse(table, **{"scales": SCALES, "names": NAMES, **options})


def imported(path: Path, folder: Path):
    staged = sandbox.run(read.stage, path, folder)
    proposal = sandbox.run(match.propose, staged, kind="responses")
    made = plan(proposal, today=dt.date(2026, 11, 26))
    return sandbox.run(convert.convert, staged, made, folder)


def of_import(found, **options):
    with engine.connect(found.table.parent) as connection:
        return analyse(
            engine.scan(connection, [found.table]),
            names={f"a{i}": a.column for i, a in enumerate(found.attributes)},
            scales=found.scores,
            **options,
        )


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    company(0).responses.to_csv(folder / "responses.csv", index=False)
    return imported(folder / "responses.csv", folder)


@pytest.fixture(scope="module")
def demo_result(demo):
    return of_import(demo)


def test_the_planted_order_is_found(demo_result):
    planted = sorted(TRUTH.drivers, key=TRUTH.drivers.__getitem__, reverse=True)
    assert [d.name for d in demo_result.drivers] == planted
    assert planted[0] == "delivery"
    shares = [d.share for d in demo_result.drivers]
    # The order is beyond doubt: no interval reaches into the next.
    assert all(a.low > b.high for a, b in itertools.pairwise(shares))
    assert all(d.beyond_chance for d in demo_result.drivers)
    assert demo_result.drivers[0].quadrant == "fix_first"
    assert demo_result.name == "nps"
    assert demo_result.customers < demo_result.n


@pytest.mark.parametrize("outcome", ["s1", "s2"])
def test_csat_and_ces_are_outcomes_too(demo, outcome):
    result = of_import(demo, outcome=outcome)
    assert result.drivers[0].name == "delivery"
    assert result.name == {"s1": "csat", "s2": "ces"}[outcome]


def test_figures_equal_an_independent_computation(demo, demo_result):
    table = pd.read_parquet(demo.table)
    x, y = table[["a0", "a1", "a2", "a3"]].to_numpy(float), table["score"].to_numpy(float)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    left, _, right = np.linalg.svd(z, full_matrices=False)
    nearest = left @ right
    v = (y - y.mean()) / np.linalg.norm(y - y.mean())
    weights = (z.T @ nearest / np.sqrt(len(y))) ** 2 @ (nearest.T @ v) ** 2
    found = {d.rating.column: d for d in demo_result.drivers}
    columns = ["a0", "a1", "a2", "a3"]
    assert [found[c].importance.value for c in columns] == pytest.approx(weights, abs=1e-9)
    assert [found[c].share.value for c in columns] == pytest.approx(
        weights / weights.sum(), abs=1e-9
    )
    fitted = sm.OLS(y, sm.add_constant(x)).fit()
    assert demo_result.r_squared.value == pytest.approx(fitted.rsquared, abs=1e-9)
    assert [found[c].performance.value for c in columns] == pytest.approx(x.mean(axis=0))
    assert [found[c].positive.value for c in columns] == pytest.approx((x >= 4).mean(axis=0))
    # Means go by customer: the interval is that of a regression on nothing, clustered.
    codes = pd.factorize(table["customer_id"])[0]
    for column in columns:
        mean = sm.OLS(table[column].to_numpy(), np.ones(len(table))).fit(
            cov_type="cluster", cov_kwds={"groups": codes, "df_correction": True}, use_t=True
        )
        low, high = mean.conf_int()[0]
        assert found[column].performance.low == pytest.approx(low, abs=1e-5)
        assert found[column].performance.high == pytest.approx(high, abs=1e-5)


def test_a_real_survey_runs_end_to_end(tmp_path):
    found = imported(shared("data/surveys/sfo_2017.csv"), tmp_path)
    table = pd.read_parquet(found.table)
    result = of_import(found)
    assert result.name == "NETPRO"
    rated = {d.rating.column: d.name for d in result.drivers}
    assert all(name.startswith(("Q7", "Q9")) for name in rated.values())
    assert not {"Q7ALL", "Q9ALL"} & set(rated.values())
    scored = table[table["score"].between(0, 10)]
    complete = scored[scored[list(rated)].isin([1, 2, 3, 4, 5]).all(axis=1)]
    assert result.n == len(complete)
    assert result.excluded["score off its scale"] == 84
    assert result.excluded["a rating is off its scale"] == len(scored) - len(complete)
    assert result.receipt.rows_used == result.n
    assert "few_complete" in {note.code for note in result.notes}


def test_every_row_is_used_or_counted_by_its_reason():
    table = survey()
    table.loc[0, ["score", "s0"]] = np.nan
    table.loc[1, ["score", "s0"]] = 11
    table.loc[2, "a0"] = np.nan
    table.loc[3, "s1"] = 9  # not a driver
    table.loc[4, "day"] = pd.Timestamp("2025-01-01")
    result = asked(table, as_of=dt.date(2024, 12, 31))
    assert result.excluded == {
        "after the end of observation": 1,
        "without a score": 1,
        "score off its scale": 1,
        "a rating is missing": 1,
    }
    assert result.n == result.receipt.rows_used == 296


def test_points_off_the_scale_of_a_rating_are_missing():
    table = survey().rename(columns={"a0": "s2"})
    table.loc[:9, "s2"] = 6.0  # no opinion
    result = asked(table, scales=(*SCALES, Score("delivery", "rating", 1, 5)), drivers=("s2", "a1"))
    assert result.excluded == {"a rating is off its scale": 10}


def test_what_cannot_be_told_apart_is_left_out_and_said():
    table = survey()
    table["a4"] = 3.0
    table["a5"] = 6 - table["a0"]
    table["a6"] = table["a2"].where(np.arange(300) % 3 == 0)
    names = {f"a{i}": f"n{i}" for i in range(7)}
    found = asked(table, names=names)
    assert {d.name for d in found.drivers} == {"n0", "n1", "n2"}
    told = {note.params["driver"]: note.code for note in found.notes if "driver" in note.params}
    # A constant column is no rating to begin with; the others are left out.
    assert told == {"n5": "collinear", "n6": "rarely_rated"}
    assert found.n == 300
    assert "a5" in found.receipt.parameters["left_out"]
    # One that varies only where another rating is missing.
    table["a1"] = 3.0
    table.loc[:19, "a1"] = 5.0
    table.loc[:19, "a2"] = np.nan
    again = asked(table.drop(columns=["a4", "a5", "a6"]), names=names)
    assert {d.name for d in again.drivers} == {"n0", "n2"}
    assert [n.code for n in again.notes if "driver" in n.params] == ["constant"]


@pytest.mark.parametrize(("n", "enough"), [(29, False), (30, True)])
def test_ten_answers_a_driver_are_needed(n, enough):
    if enough:
        assert asked(survey(n)).n == n
        return
    with pytest.raises(NotEnoughData) as refused:
        asked(survey(n))
    assert refused.value.params == {"n": 29, "drivers": 3, "needed": 30, "incomplete": 0}


def test_answers_of_few_customers_are_no_sample():
    with pytest.raises(NotEnoughData, match="customers"):
        asked(survey(300, customers=5))


def test_a_score_that_never_varies_is_an_answer():
    with pytest.raises(NotEnoughData, match="same score"):
        asked(survey().assign(score=9.0, s0=9.0))


def test_a_row_an_answer_has_no_ratings_beside_its_score():
    table = survey().assign(question=["how?", "why?"] * 150)
    with pytest.raises(NotEnoughData, match="every single answer"):
        asked(table)
    assert asked(survey().assign(question="how?")).n == 300


def test_one_rating_is_no_comparison():
    with pytest.raises(NotEnoughData, match="at least 2"):
        asked(survey().drop(columns=["a1", "a2", "s1"]), scales=SCALES[:1])


def test_a_scale_that_runs_down_is_turned():
    table = survey()
    scores = (*SCALES, Score("delivery", "rating", 1, 5), Score("product", "rating", 1, 5))
    plain = table.assign(s2=table["a0"], s3=table["a1"])
    turned = plain.assign(s2=6 - plain["s2"])
    down = (*SCALES, Score("delivery", "rating", 1, 5, "low"), scores[3])
    one, other = asked(plain, scales=scores), asked(turned, scales=down)
    for a, b in zip(one.drivers, other.drivers, strict=True):
        assert a.importance.value == pytest.approx(b.importance.value)
        assert a.coefficient.value == pytest.approx(b.coefficient.value)
        assert (a.quadrant, a.positive.value) == (b.quadrant, b.positive.value)
    first = other.drivers[0]
    assert first.performance.value == pytest.approx(turned["s2"].mean())
    assert first.performance.low < first.performance.value < first.performance.high
    # Said to run up, it goes against the score, and that is said.
    assert "backwards" in {note.code for note in asked(turned, scales=scores).notes}


def test_which_columns_are_offered_and_taken():
    table = survey()
    found = ratings(table, "score", SCALES, NAMES)
    assert [(r.column, r.part) for r in found] == [
        ("s1", "whole"), ("a0", "like"), ("a1", "like"), ("a2", "like")
    ]  # fmt: skip
    assert [r.name for r in chosen(found, None)] == ["delivery", "product", "price"]
    assert [r.name for r in chosen(found, ("price", "s1"))] == ["price", "csat"]
    with pytest.raises(CxError, match="unknown_column"):
        chosen(found, ("nothing",))
    # Known parts keep columns out that may be codes; a code that never fills its scale is not taken.
    table = table.assign(s2=table["a0"], s3=table["a1"], a4=np.arange(300) % 3 + 1.0, a5=0.5)
    more = ratings(
        table, "score", (*SCALES, Score("d", "rating", 1, 5), Score("p", "rating", 1, 5))
    )
    assert [r.column for r in chosen(more, None)] == ["s2", "s3"]
    assert {r.column: r.used for r in more if r.column in ("a4", "a5")} == {"a4": False}
    assert [r.column for r in ratings(table, "s1", SCALES) if r.column[0] == "s"] == []


def test_nothing_but_chance_gives_no_advice():
    generator = np.random.default_rng(4)
    table = survey(200)
    for column in ("a0", "a1", "a2"):
        table[column] = generator.integers(1, 6, 200).astype(float)
    result = asked(table)
    assert not any(d.beyond_chance for d in result.drivers)
    assert {d.quadrant for d in result.drivers} <= {"unclear", "watch", "possible_overkill"}
    assert "do not say what matters" in result.meaning.message


@pytest.mark.parametrize(
    ("share", "level", "chance", "named"),
    [
        ((0.3, 0.5), (0.4, 0.5), True, "fix_first"),
        ((0.3, 0.5), (0.7, 0.8), True, "keep"),
        ((0.1, 0.2), (0.4, 0.5), True, "watch"),
        ((0.1, 0.2), (0.7, 0.8), False, "possible_overkill"),
        ((0.2, 0.3), (0.4, 0.5), True, "unclear"),
        ((0.3, 0.5), (0.5, 0.7), True, "unclear"),
        ((0.3, 0.5), (0.4, 0.5), False, "unclear"),
    ],
)
def test_quadrants(share, level, chance, named):
    from cxlib.results import Estimate

    ends = [Estimate(sum(e) / 2, *e, 100, "share", "t") for e in (share, level)]
    assert _quadrant(ends[0], chance, 0.25, ends[1], 0.6) == named


def test_engines_and_the_order_of_rows_agree():
    table = survey(customers=150)
    one = asked(table)
    shuffled = asked(table.sample(frac=1, random_state=1))
    other = asked(pl.from_pandas(table))
    assert one.drivers == shuffled.drivers == other.drivers
    assert asked(table, seed=1).drivers != one.drivers


def test_who_rated_low():
    table = survey(customers=150)
    scale = scale_of(Score("delivery", "rating", 1, 5))
    low = table[table["a0"] <= 2]
    people = rated_low(table, "a0", scale)
    assert set(people["customer_id"]) == set(low["customer_id"])
    assert people["answers"].sum() == len(low)
    assert people["rating_given"].is_monotonic_increasing
    expected = low.groupby("customer_id")["score"].mean()
    assert people.set_index("customer_id")["score_given"].sort_index().tolist() == pytest.approx(
        expected.sort_index().tolist()
    )
    rows = rated_low(table.assign(customer_id=None), "a0", scale, end=dt.date(2024, 2, 1))
    before = low[low["day"] <= "2024-02-01"]
    assert sorted(rows["line"]) == sorted(before["line"])
    down = rated_low(table, "a0", Scale(1, 5, 4, 2, "low"))
    assert set(down["customer_id"]) == set(table.loc[table["a0"] >= 4, "customer_id"])
