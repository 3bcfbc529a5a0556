"""NPS, CSAT and CES against what is published, against simulation, and against what must not matter."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.answers import Asked, answer_sums
from cxlib.statistics import adjusted_wald
from cxlib.value import rfm
from cxlib.voice import ces, csat, nps
from cxlib.voice.scores import against_others, scored


def answers(counts: dict[float, int], **columns: object) -> pd.DataFrame:
    points = [point for point, n in counts.items() for _ in range(n)]
    return pd.DataFrame({"score": np.array(points, dtype=float), **columns})


@pytest.fixture(scope="module")
def demo() -> pd.DataFrame:
    table = company(0).responses
    return table.assign(day=table["timestamp"].dt.normalize(), score=table["nps"].astype(float))


def test_the_golden_scores():
    found = nps.analyse(answers({10.0: 12, 8.0: 4, 0.0: 4})).value
    assert found.value == 40.0
    assert (found.low, found.high) == pytest.approx((2.091, 67.4742), abs=5e-5)
    found = nps.analyse(answers({10.0: 10})).value
    assert (found.value, found.high) == (100.0, 100.0)
    assert found.low == pytest.approx(47.5036, abs=5e-5)


@pytest.mark.parametrize(
    ("points", "promoters", "passives", "detractors"),
    [((0, 1, 2, 3, 4, 5, 6), 0, 0, 7), ((7, 8), 0, 2, 0), ((9, 10), 2, 0, 0)],
)
def test_who_is_a_promoter(points, promoters, passives, detractors):
    found = nps.analyse(answers(dict.fromkeys(map(float, points), 10)))
    counts = found.positives, found.neutrals, found.negatives
    assert counts == (10 * promoters, 10 * passives, 10 * detractors)


@pytest.mark.parametrize(
    ("scale", "least"), [((1, 5), 4), ((1, 7), 5), ((1, 10), 9), ((0, 10), 9), ((1, 4), 3)]
)
def test_the_positive_set_of_a_scale(scale, least):
    low, high = map(float, scale)
    table = answers(dict.fromkeys(np.arange(low, high + 1), 3))
    found = csat.analyse(table, low=low, high=high)
    good = high - least + 1
    assert found.value.value == pytest.approx(good / (high - low + 1))
    assert found.receipt.parameters["positive"] == least
    if high > 5:
        stricter = csat.analyse(table, low=low, high=high, positive=high)
        assert stricter.positives == 3


def test_a_scale_that_nobody_knows_is_asked_about():
    with pytest.raises(CxError, match="usual") as refused:
        csat.scale(2.0, 9.0)
    assert refused.value.code == "bad_option"
    assert csat.scale(2.0, 9.0, positive=8.0).positive == 8.0
    with pytest.raises(CxError, match="no point"):
        csat.scale(1.0, 5.0, positive=6.0)


def test_effort_that_is_asked_for_runs_the_other_way():
    table = answers({1.0: 30, 2.0: 10, 5.0: 20})
    easy = ces.analyse(table, low=1.0, high=5.0, best="low")
    assert (easy.positives, easy.negatives) == (40, 20)
    assert easy.mean.value == pytest.approx((5 * 30 + 4 * 10 + 1 * 20) / 60)
    assert list(easy.points["role"]) == ["Easy", "Easy", "Hard"]


def test_the_mean_has_the_interval_of_t(demo):
    table = demo.drop_duplicates("customer_id")
    found = nps.analyse(table).mean
    expected = stats.t.interval(
        0.95, len(table) - 1, table["score"].mean(), stats.sem(table["score"])
    )
    assert (found.low, found.high) == pytest.approx(expected)


def test_answers_that_do_not_count_are_counted():
    table = answers({10.0: 20, 5.0: 10, 11.0: 4, -1.0: 1, np.nan: 3})
    found = nps.analyse(table)
    assert found.value.n == 30
    assert found.excluded == {"missing": 3, "outside the scale": 5}
    assert found.outside == {"11": 4, "-1": 1}
    assert (found.receipt.rows_in, found.receipt.rows_used) == (38, 30)


def test_fewer_than_ten_answers_are_nobodys_business():
    with pytest.raises(NotEnoughData):
        nps.analyse(answers({10.0: 9, 11.0: 5}))


def test_weights_count_only_where_they_are_asked_for():
    table = answers({10.0: 20, 2.0: 20}, weight=[3.0] * 20 + [1.0] * 20)
    assert nps.analyse(table).value.value == 0.0
    found = nps.analyse(table, weighted=True)
    assert found.value.value == 50.0
    assert found.effective_n <= 40
    twice = nps.analyse(table.assign(weight=7.0), weighted=True)
    assert twice.value == nps.analyse(table).value  # equal weights are none


def test_several_answers_of_a_customer_are_no_news():
    once = answers({10.0: 60, 8.0: 20, 3.0: 20}, customer_id=[f"c{i}" for i in range(100)])
    four = pd.concat([once] * 4, ignore_index=True)
    found, expected = nps.analyse(four), nps.analyse(once)
    assert found.value.n == 400
    assert found.effective_n == pytest.approx(100)
    assert (found.value.low, found.value.high) == pytest.approx(
        (expected.value.low, expected.value.high)
    )
    apart = nps.analyse(four.drop(columns="customer_id"))
    assert apart.effective_n == 400


def test_everybody_alike_in_few_customers_is_not_sure():
    table = answers({10.0: 40}, customer_id=[f"c{i % 4}" for i in range(40)])
    found = nps.analyse(table)
    assert found.effective_n == pytest.approx(4)
    assert found.value.low == pytest.approx(float(adjusted_wald(4, 0, 4)[0]))


def test_intervals_cover_where_customers_answer_several_times():
    generator = np.random.default_rng(8)
    customers, each, surveys = 120, 5, 100
    asked = Asked("score", nps.scale())
    # A customer is mostly a promoter, or mostly a detractor.
    truth = 100 * (2 * (0.65 * 0.95 + 0.35 * 0.05) - 1)
    held = naive = 0
    for _ in range(surveys):
        share = np.where(generator.random(customers) < 0.65, 0.95, 0.05)
        up = generator.random((each, customers)) < share
        table = pd.DataFrame(
            {
                "score": np.where(up, 10.0, 0.0).ravel(),
                "customer_id": np.tile([f"c{i}" for i in range(customers)], each),
            }
        )
        row = scored(answer_sums(table, asked), nps.METRIC).iloc[0]
        held += row["low"] <= truth <= row["high"]
        low, high, _ = adjusted_wald(up.sum(), (~up).sum(), up.size)
        naive += low <= truth <= high
    assert 0.91 <= held / surveys <= 0.99
    assert naive / surveys < 0.8


def test_the_planted_month_is_found_and_nothing_else(demo):
    for module, column in ((nps, "nps"), (csat, "csat"), (ces, "ces")):
        found = module.analyse(demo.assign(score=demo[column].astype(float)))
        called = {v.after: v.state for v in found.verdicts if v.state != "none"}
        # The fall at its month, and that it was over in the next one.
        assert called == {"2025-08": "down", "2025-09": "up"}
    monthly = nps.analyse(demo).monthly.set_index("name")["value"]
    assert monthly["2025-08"] == pytest.approx(TRUTH.delivery_failure.nps, abs=0.5)


def test_last_year_stands_beside(demo):
    found = nps.analyse(demo)
    assert found.last_year.name == "2024-12"
    assert found.headline[0].last_year.before == "2024-12"
    april = nps.analyse(demo, as_of=dt.date(2025, 4, 30))
    names = {e.name for e in april.effects_last_year}
    assert {"Ramadan", "Lebaran"} & names


def test_a_group_that_differs_is_called(demo):
    unhappy = demo["place"] == "Medan"
    table = demo.assign(score=demo["score"].where(~unhappy, (demo["score"] - 3).clip(lower=0)))
    found = nps.analyse(table, by="place")
    called = found.groups.set_index("group")["state"]
    assert called["Medan"] == "down"
    assert (called.drop("Medan") != "down").all()
    assert found.groups["n"].sum() == len(demo)


def test_equal_groups_are_called_in_few_of_many_surveys():
    generator = np.random.default_rng(9)
    called = 0
    for _ in range(200):
        given = generator.multinomial(75, [0.5, 0.3, 0.2], size=8).astype(float)
        p, d, n = given[:, 0], given[:, 2], given.sum(axis=1)
        sums = pd.DataFrame(
            {"value": list("abcdefgh"), "n": n, "units": n, "positives": p, "negatives": d}
            | {"w": n, "ww": n, "p": p, "d": d, "net2": p + d, "net_w": p - d, "p2": p, "p_w": p}
            | {"s": 10 * p, "s2": 100 * p, "s_w": 10 * p}
        )
        called += against_others(sums, nps.METRIC)["state"].isin(["up", "down"]).any()
    assert called / 200 <= 0.08


def test_small_groups_are_not_shown_nor_to_be_had_by_subtraction():
    table = answers(
        {10.0: 60, 3.0: 40},
        place=["a"] * 50 + ["b"] * 4 + ["c"] * 30 + ["d"] * 16,
    )
    groups = nps.analyse(table, by="place").groups.set_index("group")
    assert list(groups.index[groups["shown"]]) == ["a", "c"]
    assert groups.loc[["b", "d"], ["value", "low", "average", "positive"]].isna().all().all()


def test_a_small_month_is_not_shown(demo):
    few = demo[~(demo["day"].dt.strftime("%Y-%m") == "2025-05")]
    some = demo[demo["day"].dt.strftime("%Y-%m") == "2025-05"].head(3)
    found = nps.analyse(pd.concat([few, some]))
    month = found.monthly.set_index("name").loc["2025-05"]
    assert not month["shown"]
    assert np.isnan(month["value"])
    assert month["state"] == "unknown"


def test_response_rate():
    table = answers({10.0: 30, 3.0: 20})
    found = nps.analyse(table, sent=500)
    assert found.response_rate.value == pytest.approx(0.1)
    assert nps.analyse(table).response_rate is None


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=10, max_size=60), st.randoms(use_true_random=False))
def test_row_order_and_splitting_do_not_matter(points, order):
    table = pd.DataFrame({"score": np.array(points, dtype=float)})
    table["customer_id"] = [f"c{i // 2}" for i in range(len(table))]
    found = nps.analyse(table)
    shuffled = list(range(len(table)))
    order.shuffle(shuffled)
    again = nps.analyse(table.iloc[shuffled])
    assert again.value.value == pytest.approx(found.value.value, abs=1e-9)
    assert (again.value.low, again.value.high) == pytest.approx(
        (found.value.low, found.value.high), abs=1e-9
    )
    assert -100 <= found.value.low <= found.value.value + 1e-9
    assert found.value.value - 1e-9 <= found.value.high <= 100 or found.value.value == -100


def test_duplicates_of_the_whole_file_keep_the_score():
    table = answers({10.0: 30, 8.0: 10, 3.0: 20})
    once, twice = nps.analyse(table), nps.analyse(pd.concat([table, table]))
    assert twice.value.value == once.value.value
    assert twice.value.high - twice.value.low < once.value.high - once.value.low


def test_effective_n_is_kishs_for_weights_that_say_nothing():
    generator = np.random.default_rng(2)
    n = 20_000
    table = pd.DataFrame(
        {
            "score": generator.choice([10.0, 8.0, 3.0], n),
            "weight": generator.choice([1.0, 4.0], n),
        }
    )
    sums = answer_sums(table, Asked("score", nps.scale(), weighted=True))
    found = scored(sums, nps.METRIC)["effective_n"].iloc[0]
    w = table["weight"]
    assert found == pytest.approx(w.sum() ** 2 / (w**2).sum(), rel=0.03)


def test_segments_of_customers_can_be_compared(demo):
    orders = company(0).transactions
    orders = orders.assign(day=orders["timestamp"].dt.normalize())[["customer_id", "day", "amount"]]
    found = nps.analyse(demo, by="segment", orders=orders)
    assert found.value == nps.analyse(demo).value
    assert found.groups["n"].sum() == demo["customer_id"].isin(orders["customer_id"]).sum()
    segments = rfm.analyse(orders).customers.set_index("customer_id")["segment"]
    best = demo[demo["customer_id"].map(segments) == "Champions"]
    row = found.groups.set_index("group").loc["Champions"]
    assert row["n"] == len(best)
    assert row["value"] == pytest.approx(nps.analyse(best).value.value)
