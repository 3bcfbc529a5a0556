"""The chain against scipy and statsmodels, a direct count, the demo company, and chance."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from cxlib.demo.company import company
from cxlib.errors import CxError, NotEnoughData
from cxlib.growth import chain, chain_lists
from cxlib.growth.chain_customers import people
from cxlib.growth.chain_questions import asked_of
from cxlib.growth.links import FEW, SAME, judged, link, per_point, slope, spearman

QUESTIONS = {"nps": ("s0", "0-10"), "csat": ("s1", "1-5"), "ces": ("s2", "1-7")}
FIRST = pd.Timestamp("2024-01-01")


def answers(customers: int = 300, seed: int = 3, twice: float = 0.2) -> pd.DataFrame:
    """Answers in the first half year; some customers answer once more, much later."""
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=customers)
    who = np.r_[np.arange(customers), np.flatnonzero(rng.random(customers) < twice)]
    n = len(who)
    late = np.arange(n) >= customers
    felt = mood[who] + 0.5 * rng.normal(size=n)
    day = FIRST + pd.to_timedelta(rng.integers(30, 150, n) + 120 * late, unit="D")
    return pd.DataFrame(
        {
            "line": np.arange(n) + 2,
            "customer_id": [f"c{i}" for i in who],
            "day": day,
            "s0": np.digitize(felt, np.linspace(-1.6, 1.0, 10)).astype(float),
            "s1": np.digitize(felt + 0.3 * rng.normal(size=n), [-1.2, -0.5, 0.2, 0.8]) + 1.0,
            "s2": np.digitize(felt + rng.normal(size=n), [-2, -1, -0.4, 0.2, 0.8, 1.5]) + 1.0,
        }
    )


def purchases(customers: int = 300, seed: int = 3) -> pd.DataFrame:
    """Orders over a year and a half: happier customers go on, the others stop more often."""
    mood = np.random.default_rng(seed).normal(size=customers)
    rng = np.random.default_rng(seed + 1)
    rows = []
    for i in range(customers):
        days = [int(rng.integers(0, 30))]
        while rng.random() < 1 / (1 + np.exp(-0.4 - 0.9 * mood[i])) and days[-1] < 480:
            days.append(days[-1] + int(rng.integers(20, 120)))
        rows += [(f"c{i}", d, round(float(rng.gamma(4, 25)), 2)) for d in days if d < 540]
    table = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return table.assign(day=FIRST + pd.to_timedelta(table["day"], unit="D"))


@pytest.fixture(scope="module")
def result():
    return chain.analyse(answers(), orders=purchases(), window_days=100)


def of(result, one: str, other: str):
    return next(x for x in result.links if (x.of, x.to) == (one, other))


@pytest.mark.parametrize("seed", range(5))
def test_rank_correlation_is_scipys(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 11, 80).astype(float)
    y = x + rng.normal(0, 6, 80).round()
    found, p = spearman(x, y)
    expected = stats.spearmanr(x, y)
    assert found.value == pytest.approx(expected.statistic, rel=1e-12)
    assert p == pytest.approx(expected.pvalue, rel=1e-9)
    # Written out from Bonett & Wright (2000).
    z = 0.5 * np.log((1 + found.value) / (1 - found.value))
    half = stats.norm.ppf(0.975) * np.sqrt((1 + found.value**2 / 2) / 77)
    ends = [(np.exp(2 * e) - 1) / (np.exp(2 * e) + 1) for e in (z - half, z + half)]
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-12)


def test_a_perfect_order_needs_no_interval():
    found, p = spearman(np.arange(40.0), np.arange(40.0) ** 3)
    assert (found.value, found.low, found.high, p) == (1.0, 1.0, 1.0, 0.0)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_the_interval_covers(rho):
    rng = np.random.default_rng(11)
    truth = 6 / np.pi * np.arcsin(rho / 2)  # Spearman's of a bivariate normal
    hits = 0
    for _ in range(600):
        x = rng.normal(size=60)
        found, _p = spearman(x, rho * x + np.sqrt(1 - rho**2) * rng.normal(size=60))
        hits += found.low <= truth <= found.high
    assert 0.925 <= hits / 600 <= 0.975


@pytest.mark.parametrize("binary", [True, False])
def test_a_slope_is_statsmodels(binary):
    rng = np.random.default_rng(5)
    x = rng.integers(0, 11, 200).astype(float)
    y = (rng.random(200) < 0.3 + 0.03 * x) * (1.0 if binary else rng.gamma(2, 50 + 10 * x))
    found, error, p = slope(x, y, "share")
    model = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3", use_t=True)
    assert found.value == pytest.approx(model.params[1], rel=1e-9)
    assert error == pytest.approx(model.bse[1], rel=1e-9)
    assert (found.low, found.high) == pytest.approx(tuple(model.conf_int()[1]), rel=1e-9)
    assert p == pytest.approx(model.pvalues[1], rel=1e-6)


def test_the_family_is_judged_together():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(8, 100))
    raw = [link("a", "b", "x", "y", row, rng.normal(size=100) + 0.25 * row) for row in x]
    raw.append(link("a", "b", "x", "y", x[0][:20], x[1][:20]))
    found = judged(raw)
    expected = stats.false_discovery_control([one.p for one in raw[:-1]])
    assert [one.p for one in found[:-1]] == pytest.approx(expected)
    assert [one.state == "linked" for one in found[:-1]] == list(expected <= 0.05)
    assert (found[-1].state, found[-1].p) == ("unknown", None)


@pytest.mark.parametrize(("n", "reason"), [(29, FEW), (30, "")])
def test_few_customers_give_no_number(n, reason):
    x = np.arange(40.0)
    y = np.where(x < n, x % 7, np.nan)
    found = link("a", "b", "x", "y", x, y)
    assert (found.n, found.reason, found.value is None) == (n, reason, bool(reason))
    assert per_point("nps", "spend", x, y, "money").reason == reason


def test_a_constant_measure_gives_no_number():
    assert link("a", "b", "x", "y", np.arange(40.0), np.ones(40)).reason == SAME


def test_what_came_after_is_counted_after_the_first_answer(result):
    asked, bought = answers(), purchases()
    end = bought["day"].max()
    retained, spend, scores, late = {}, {}, {}, 0
    for customer, own in asked.groupby("customer_id"):
        first = own.sort_values("day").iloc[0]
        theirs = bought[bought["customer_id"] == customer]
        if not (theirs["day"] <= first["day"]).any():
            continue
        if first["day"] + pd.Timedelta(days=100) > end:
            late += 1
            continue
        days = (theirs["day"] - first["day"]).dt.days
        after = theirs[(days > 0) & (days <= 100)]
        retained[customer], spend[customer] = float(len(after) > 0), after["amount"].sum()
        scores[customer] = first["s0"]
    table = result.customers.set_index("customer_id")
    assert table["nps_retained"].dropna().to_dict() == retained
    assert table["nps_spend"].dropna().to_dict() == pytest.approx(spend)
    assert table.loc[list(scores), "nps"].to_dict() == scores
    assert result.censored == late
    found = of(result, "nps", "retained")
    assert found.n == len(retained)
    expected = stats.spearmanr([scores[c] for c in retained], list(retained.values()))
    assert found.value.value == pytest.approx(expected.statistic)
    point = result.points[0]
    design = sm.add_constant([scores[c] for c in retained])
    model = sm.OLS(list(retained.values()), design).fit(cov_type="HC3", use_t=True)
    assert point.value.value == pytest.approx(model.params[1])


def test_customers_whose_window_is_open_are_counted_apart():
    found = chain.analyse(answers(), orders=purchases(), window_days=450)
    assert found.censored > 100
    assert found.receipt.parameters["customers_whose_days_are_not_over"] == found.censored
    known = found.customers["nps_retained"].notna().sum()
    assert known + found.censored <= len(found.customers)


def test_links_point_the_right_way(result):
    for one, other in (("ces", "csat"), ("csat", "nps"), ("nps", "retained")):
        found = of(result, one, other)
        assert found.state == "linked"
        assert found.value.low > 0
    turned = answers().assign(s2=lambda t: 8 - t["s2"])
    again = chain.analyse(turned, ces_scale="7-1")
    assert of(again, "ces", "csat").value == of(result, "ces", "csat").value


def test_revenue_goes_by_the_newest_answer(result):
    newest = answers().sort_values("day").groupby("customer_id")["s0"].last()
    revenue = purchases().groupby("customer_id")["amount"].sum()
    joined = pd.concat([newest, revenue], axis=1, join="inner")
    unhappy = joined.loc[joined["s0"] <= 6, "amount"].sum()
    assert result.detractor_revenue.value == pytest.approx(unhappy)
    share = result.detractor_share
    assert share.value == pytest.approx(unhappy / joined["amount"].sum())
    assert share.low < share.value < share.high
    assert result.held["customers"].sum() == len(joined) == result.answered.value
    assert result.answered.n == purchases()["customer_id"].nunique()
    people_ = chain_lists.holders(result.customers, "negative")
    assert people_["revenue"].sum() == pytest.approx(unhappy)


def test_groups_are_direct_means(result):
    table = result.customers
    rows = result.groups.set_index(["by", "group", "outcome"])
    unhappy = table[table["nps"] <= 6]
    found = rows.loc[("nps", "negative", "retained")]
    known = unhappy["nps_retained"].dropna()
    assert found["value"] == pytest.approx(known.mean())
    assert found["n"] == len(known)
    listed = chain_lists.grouped(table, "nps", "negative", "retained")
    assert len(listed) == found["n"]
    assert (listed["bought_again"] == "yes").mean() == pytest.approx(found["value"])
    happy = rows.loc[("csat", "positive", "spend")]
    spend = table.loc[table["csat"] >= 4, "csat_spend"].dropna()
    low, high = stats.t.interval(0.95, len(spend) - 1, spend.mean(), stats.sem(spend))
    assert (happy["low"], happy["high"]) == pytest.approx((low, high))


def test_small_groups_are_not_shown():
    table = answers(60, twice=0).assign(s0=[9.0] * 50 + [3.0] * 5 + [7.0] * 5)
    found = chain.analyse(table, orders=purchases(60), window_days=100)
    assert found.held["shown"].tolist() == [True, False, False]
    assert found.held["revenue"].notna().tolist() == [True, False, False]
    assert found.detractor_revenue is None
    assert not found.groups.loc[
        (found.groups["by"] == "nps") & (found.groups["group"] == "negative"), "shown"
    ].any()


def test_every_link_opens_the_customers_on_whom_it_rests(result):
    for one in result.links:
        assert len(chain_lists.linked(result.customers, one.of, one.to)) == one.n


def test_a_shuffled_join_shows_nothing():
    asked, bought = answers(200), purchases(200)
    names = np.unique(bought["customer_id"])
    alarms = 0
    for seed in range(20):
        mixed = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
        orders = bought.assign(customer_id=bought["customer_id"].map(mixed))
        found = people(asked, asked_of(asked, QUESTIONS), orders, None, None, None, 100, 90).table
        family = judged(
            [
                link(*stages, one, to, found[one].to_numpy(), found[f"{one}_{to}"].to_numpy())
                for *stages, one, to in chain.LINKS
                if to in ("retained", "spend")
            ]
        )
        assert all(one.value is not None for one in family)
        alarms += any(one.state == "linked" for one in family)
    assert alarms <= 2  # a twentieth, and room for one more


def test_sessions_and_tickets_are_those_before_the_answer():
    asked = answers(80, twice=0)
    bought = purchases(80)
    when = asked.set_index("customer_id")["day"]
    rows = [
        (c, when[c] + pd.Timedelta(days=d, hours=10), "view")
        for i, c in enumerate(when.index)
        for d in [*range(-(i % 5), 0), 3, 4]
    ]
    events = pd.DataFrame(rows, columns=["customer_id", "timestamp", "event"])
    early = [("x", FIRST - pd.Timedelta(days=90), "view")]
    events = pd.concat([events, pd.DataFrame(early, columns=events.columns)], ignore_index=True)
    events["day"] = events["timestamp"].dt.normalize()
    opened = [(c, when[c] - pd.Timedelta(days=2), 24.0 + i) for i, c in enumerate(when.index)]
    opened += [(c, when[c] + pd.Timedelta(days=2), 1.0) for c in when.index]
    tickets = pd.DataFrame(opened, columns=["customer_id", "timestamp", "hours"])
    tickets["resolved_at"] = tickets["timestamp"] + pd.to_timedelta(tickets["hours"], unit="h")
    tickets["ticket_id"] = [f"t{i}" for i in range(len(tickets))]
    tickets["day"] = tickets["timestamp"].dt.normalize()
    found = chain.analyse(
        asked, orders=bought, events=events, tickets=tickets, window_days=90, lookback_days=30
    )
    table = found.customers.set_index("customer_id").loc[when.index]
    counts = np.array([i % 5 for i in range(80)])
    assert table["sessions"].to_numpy() == pytest.approx(counts * 365.25 / 12 / 30)
    # Those that took longer than the answer was away are not solved before it.
    solved = np.array([24.0 + i if 24 + i < 72 else np.nan for i in range(80)])
    np.testing.assert_allclose(table["resolution"], solved)
    start = tickets["day"].min()
    for c in when.index[:20]:
        own = bought[(bought["customer_id"] == c) & (bought["day"].between(start, when[c]))]
        a_purchase = 1 / len(own) if len(own) else np.inf
        value = table.loc[c, "tickets"]
        assert (np.isnan(value) and not len(own)) or value == pytest.approx(a_purchase)
    assert found.joined == {"orders": 80, "events": 80, "tickets": 80}


def test_a_row_an_answer_is_the_same():
    wide = answers(120, twice=0)
    long = wide.melt(["customer_id", "day"], ["s0", "s1", "s2"], "question", "score")
    long = long.assign(line=np.arange(len(long)) + 2)
    one = chain.analyse(wide)
    asked = long.replace({"s0": "Recommend?", "s1": "Satisfied?", "s2": "Easy?"})
    other = chain.analyse(asked, nps="Recommend?", csat="Satisfied?", ces="Easy?")
    assert other.links == one.links
    assert other.receipt.rows_used == len(long)


@pytest.mark.parametrize("of_engine", [pl.from_pandas, lambda t: pl.from_pandas(t).lazy()])
def test_engines_and_row_order_do_not_matter(result, of_engine):
    mixed = answers().sample(frac=1, random_state=1)
    orders = purchases().sample(frac=1, random_state=2)
    found = chain.analyse(of_engine(mixed), orders=of_engine(orders), window_days=100)
    pd.testing.assert_frame_equal(found.held, result.held)
    assert found.links[:8] == result.links[:8]


def test_rows_are_counted_by_what_became_of_them():
    table = answers(100, twice=0)
    table.loc[:4, "customer_id"] = None
    table.loc[5:9, ["s0", "s1", "s2"]] = np.nan
    late = int((table["day"] > pd.Timestamp("2024-05-01")).sum())
    found = chain.analyse(table, as_of=dt.date(2024, 5, 1)).receipt
    assert found.rows_in == 100
    assert found.excluded["after the end of observation"] == late
    assert found.rows_used + sum(found.excluded.values()) == 100


def test_ids_that_do_not_match_are_said():
    orders = purchases().assign(customer_id=lambda t: "x" + t["customer_id"])
    with pytest.raises(NotEnoughData, match="do not match") as refused:
        chain.analyse(answers(), orders=orders)
    assert "Connections" in refused.value.hint


def test_one_table_that_does_not_match_is_named():
    rows = {"customer_id": ["x"], "timestamp": [FIRST], "event": ["view"], "day": [FIRST]}
    found = chain.analyse(answers(), orders=purchases(), events=pd.DataFrame(rows))
    assert [note.code for note in found.notes if note.severity == "warning"] == ["apart"]
    assert of(found, "sessions", "ces").value is None


def test_answers_without_customers_are_said():
    with pytest.raises(NotEnoughData, match="customer"):
        chain.analyse(answers().drop(columns="customer_id"), orders=purchases())


@pytest.mark.parametrize("text", ["5", "1-1", "a-b", ""])
def test_a_scale_that_is_none_is_refused(text):
    with pytest.raises(CxError) as refused:
        chain.analyse(answers(), csat_scale=text)
    assert refused.value.code == "bad_option"


def test_answers_without_days_link_among_themselves_alone():
    table = answers(200, twice=0).assign(day=pd.NaT)
    found = chain.analyse(table, orders=purchases(200), window_days=100)
    assert of(found, "csat", "nps").state == "linked"
    assert of(found, "nps", "retained").value is None
    assert [note.code for note in found.notes if note.severity == "warning"] == ["undated"]
    assert found.detractor_revenue is not None


def test_the_demo_company_keeps_its_satisfied_customers():
    tables = company(0).tables
    said = tables["responses"].rename(columns={"nps": "s0", "csat": "s1", "ces": "s2"})
    said = said.assign(line=np.arange(len(said)) + 2, day=said["timestamp"].dt.normalize())
    bought = tables["transactions"]
    bought = bought.assign(day=bought["timestamp"].dt.normalize())
    money = "amount" if "amount" in bought else "total"
    bought = bought.rename(columns={money: "amount"})[["customer_id", "day", "amount"]]
    found = chain.analyse(said, orders=bought)
    kept = found.points[0]
    assert (kept.to, kept.state) == ("retained", "linked")
    assert kept.value.low > 0
    assert of(found, "ces", "csat").value.low > 0.5
    assert of(found, "nps", "retained").value.low > 0
    # Detractors come to more customers than revenue: they leave earlier.
    held = found.held.set_index("group").loc["negative"]
    assert held["revenue_share"] < held["customer_share"]
