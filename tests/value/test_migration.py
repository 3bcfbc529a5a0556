"""Segments at two days: against a direct comparison, and what has to add up."""

import datetime as dt
from importlib import resources

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import engine
from cxlib.errors import CxError, NotEnoughData
from cxlib.statistics import wilson
from cxlib.value import rfm
from cxlib.value.flows import NEW_SINCE, ORDER, QUIET, UNDONE, Flow, headline, outcomes
from cxlib.value.migration import analyse

END, BEFORE = dt.date(1998, 6, 30), dt.date(1998, 3, 31)


@pytest.fixture(scope="module")
def cdnow():
    text = resources.files("lifetimes") / "datasets" / "CDNOW_sample.txt"
    names = ["master_id", "customer_id", "day", "quantity", "amount"]
    with text.open() as file:
        rows = pd.read_csv(file, sep=r"\s+", header=None, names=names, dtype=str)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            "day": pd.to_datetime(rows["day"], format="%Y%m%d"),
            "amount": rows["amount"].astype(float),
        }
    )


def orders(*rows):
    """Rows of (customer, day of 2024, amount), a refund undoing the purchase of another day after /."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=d) for _, d, *_ in rows]
    undone = [row[3] if len(row) > 3 else row[1] for row in rows]
    return pd.DataFrame(
        {
            "customer_id": pd.Series([row[0] for row in rows], dtype="str"),
            "day": pd.to_datetime(days),
            "purchase_day": pd.to_datetime(
                [dt.date(2024, 1, 1) + dt.timedelta(days=d) for d in undone]
            ),
            "amount": [float(row[2]) for row in rows],
        }
    )


HISTORIES = st.lists(
    st.tuples(st.sampled_from("abcdefghijkl"), st.integers(0, 60), st.integers(-20, 40)),
    min_size=1,
    max_size=80,
)


def test_cdnow_agrees_with_two_separate_files(cdnow):
    """The first day is what a file that ends on it would have shown."""
    found = analyse(cdnow)
    then = rfm.analyse(cdnow[cdnow["day"] <= pd.Timestamp(BEFORE)].copy()).customers
    now = rfm.analyse(cdnow).customers
    both = then.merge(now, on="customer_id", how="outer", suffixes=("_then", "_now"))
    expected = both.groupby(["segment_then", "segment_now"]).size().to_dict()
    assert (found.before, found.as_of) == (BEFORE, END)
    assert {(f.before, f.now): f.customers for f in found.matrix} == expected
    recent = cdnow[cdnow["day"] > pd.Timestamp(BEFORE)]
    brought = both.set_index("customer_id").join(recent.groupby("customer_id")["amount"].sum())
    sums = brought.fillna({"amount": 0}).groupby(["segment_then", "segment_now"])["amount"].sum()
    assert {(f.before, f.now): f.revenue for f in found.matrix} == pytest.approx(sums.to_dict())
    assert sum(f.revenue for f in found.matrix) == pytest.approx(recent["amount"].sum())


def test_who_came_left_and_returned_everything():
    table = orders(
        ("stays", 0, 50), ("stays", 40, 20), ("gone", 5, 30),
        ("undone", 10, 25), ("undone", 50, -25, 10),
        ("new", 45, 10), ("new", 46, -4, 45),
        ("refund alone", 20, -5), (None, 30, 99), ("later", 70, 1),
    )  # fmt: skip
    found = analyse(table, as_of=dt.date(2024, 3, 1), before=dt.date(2024, 1, 31))
    people = found.customers.set_index("customer_id")
    assert list(people.index) == ["gone", "new", "stays", "undone"]
    assert people["revenue_between"].to_dict() == {"gone": 0, "new": 6, "stays": 20, "undone": -25}
    assert people.loc["new", "segment_before"] == NEW_SINCE
    assert people.loc["undone", "segment_now"] == UNDONE
    assert people.loc["undone", ["recency_days", "frequency", "monetary", "cohort"]].isna().all()
    # On the first day the purchase that was returned later still stood.
    assert people.loc["undone", "segment_before"] not in (NEW_SINCE, UNDONE)
    receipt = found.receipt
    assert receipt.excluded == {
        "after the end of observation": 1,
        "without a customer": 1,
        "of customers without a purchase": 1,
    }
    assert receipt.rows_used == 7
    assert receipt.parameters["before"] == "2024-01-31"
    assert found.cohorts["customers"].sum() == 3


def test_slipped_and_won_back_are_sums_of_the_matrix(cdnow):
    found = analyse(cdnow)
    tiles = {kpi.key: kpi.value.value for kpi in found.headline}
    active = [f for f in found.matrix if f.before not in (*QUIET, NEW_SINCE)]
    slipped = sum(f.customers for f in active if f.now in QUIET)
    back = [f for f in found.matrix if f.before in QUIET and f.now not in (*QUIET, UNDONE)]
    assert tiles["slipped"] == slipped > 0
    assert tiles["won_back"] == sum(f.customers for f in back) > 0
    champions = sum(f.customers for f in found.matrix if f.before == "Champions")
    assert tiles["kept_champions"] == pytest.approx(
        sum(f.customers for f in found.matrix if f.before == f.now == "Champions") / champions
    )
    params = found.meaning.params
    rate = wilson(slipped, sum(f.customers for f in active))
    assert (params["share"], params["low"], params["high"]) == (rate.value, rate.low, rate.high)
    gone = found.customers.merge(
        pd.DataFrame([(f.before, f.now) for f in active if f.now in QUIET]).set_axis(
            ["segment_before", "segment_now"], axis=1
        )
    )
    assert params["revenue"] == pytest.approx(gone["monetary"].sum())


def test_outcomes_are_shares_of_their_segment():
    moves = (
        Flow("Champions", "Champions", 6, 1.0),
        Flow("Champions", "Loyal", 1, 1.0),
        Flow("Champions", "Lost", 3, 0.0),
        Flow("Lost", "New", 2, 5.0),
        Flow("Lost", "Hibernating", 7, 0.0),
        Flow("Lost", "Lost", 1, 0.0),
        Flow("Lost", UNDONE, 10, -3.0),
        Flow(NEW_SINCE, "Lost", 4, 2.0),
    )
    found = outcomes(moves)
    assert [(o.segment, o.outcome, o.customers, o.share.n) for o in found] == [
        ("Champions", "Stayed", 6, 10),
        ("Champions", "Slipped", 3, 10),
        ("Lost", "Stayed", 1, 20),
        ("Lost", "Won back", 2, 20),
    ]
    assert found[1].share == wilson(3, 10)
    # Who is new has not slipped, and who returned everything was not won back.
    tiles = {kpi.key: kpi.value.value for kpi in headline(moves)}
    assert tiles == {"kept_champions": 0.6, "slipped": 3, "won_back": 2, "new_since": 4}


@settings(max_examples=6, deadline=None)
@given(history=HISTORIES, seed=st.integers(0, 9))
def test_the_pairs_partition_the_customers_in_any_row_order(history, seed):
    table = orders(*history)
    try:
        found = analyse(table, before=dt.date(2024, 1, 25), as_of=dt.date(2024, 2, 25))
    except NotEnoughData:
        return
    assert [(f.before, f.now) for f in found.matrix] == sorted(
        {(f.before, f.now) for f in found.matrix}, key=lambda pair: [*map(ORDER.index, pair)]
    )
    members = [found.members(f.before, f.now) for f in found.matrix]
    assert [len(m) for m in members] == [f.customers for f in found.matrix]
    assert sorted(pd.concat(members)["customer_id"]) == sorted(found.customers["customer_id"])
    inside = (table["day"] > "2024-01-25") & (table["day"] <= "2024-02-25")
    known = table["customer_id"].isin(found.customers["customer_id"])
    assert sum(f.revenue for f in found.matrix) == pytest.approx(
        table.loc[inside & known, "amount"].sum()
    )
    receipt = found.receipt
    assert receipt.rows_used == (known & (table["day"] <= "2024-02-25")).sum()
    assert receipt.rows_in == receipt.rows_used + sum(receipt.excluded.values()) == len(table)
    shuffled = analyse(
        table.sample(frac=1, random_state=seed),
        before=dt.date(2024, 1, 25),
        as_of=dt.date(2024, 2, 25),
    )
    assert shuffled.matrix == found.matrix
    pd.testing.assert_frame_equal(shuffled.customers, found.customers)


def test_cohorts_are_by_first_purchase_and_marked_where_cut_off(cdnow):
    found = analyse(cdnow, as_of=dt.date(1998, 6, 15), before=BEFORE)
    first = cdnow.groupby("customer_id")["day"].min().dt.to_period("M").dt.start_time
    sizes = found.cohorts.groupby("cohort")["customers"].sum()
    assert found.cohort_unit == "month"
    assert sizes.to_dict() == first.value_counts().to_dict()
    assert found.cohorts.groupby("cohort")["share"].sum().to_numpy() == pytest.approx(1)
    assert found.cohorts["complete"].all()  # the sample's customers all came in whole months
    listed = found.members(now="Champions", cohort=dt.date(1997, 2, 1))
    row = found.cohorts[found.cohorts["cohort"] == "1997-02-01"].set_index("segment")
    assert len(listed) == row.loc["Champions", "customers"]
    cut = analyse(cdnow, as_of=dt.date(1997, 3, 15), before=dt.date(1997, 2, 1)).cohorts
    assert cut.groupby("cohort")["complete"].first().tolist() == [True, True, False]


def test_cohorts_of_many_months_are_by_quarter():
    table = orders(("a", 5, 10), ("b", 100, 10), ("a", 900, 10), ("c", 901, 10))
    found = analyse(table)
    assert found.cohort_unit == "quarter"
    assert found.customers["cohort"].dt.strftime("%Y-%m").tolist() == [
        "2024-01",
        "2024-04",
        "2026-04",
    ]


def test_all_engines_agree(cdnow):
    expected = analyse(cdnow)
    with engine.connect() as connection:
        connection.register("orders", cdnow)
        relation = connection.sql(
            "select customer_id, day::date as day, amount::decimal(18, 4) as amount from orders"
        )
        others = [analyse(relation), analyse(pl.from_pandas(cdnow).lazy())]
    for other in others:
        pd.testing.assert_frame_equal(other.customers, expected.customers)
        pd.testing.assert_frame_equal(other.cohorts, expected.cohorts)
        assert (other.matrix, other.receipt) == (expected.matrix, expected.receipt)


def test_without_money_customers_are_still_counted(cdnow):
    bare = analyse(cdnow[["customer_id", "day"]])
    assert {f.revenue for f in bare.matrix} == {None}
    assert [(f.before, f.now, f.customers) for f in bare.matrix] == [
        (f.before, f.now, f.customers) for f in analyse(cdnow).matrix
    ]
    assert "{revenue}" not in bare.meaning.message


def test_scoring_is_that_of_rfm(cdnow):
    found = analyse(cdnow, scoring="fm").customers
    now = rfm.analyse(cdnow, scoring="fm").customers
    assert found["segment_now"].tolist() == now["segment"].tolist()


def test_days_that_cannot_be_compared(cdnow):
    with pytest.raises(CxError, match="bad_option"):
        analyse(cdnow, before=END)
    with pytest.raises(NotEnoughData, match="Nobody had bought by 1996-12-31"):
        analyse(cdnow, before=dt.date(1996, 12, 31))
    with pytest.raises(NotEnoughData, match="No customer"):
        analyse(cdnow.head(0))
    with pytest.raises(NotEnoughData, match="FM scores need amounts"):
        analyse(cdnow[["customer_id", "day"]], scoring="fm")


def test_the_input_is_not_changed(cdnow):
    before = cdnow.copy(deep=True)
    analyse(cdnow)
    pd.testing.assert_frame_equal(cdnow, before)
