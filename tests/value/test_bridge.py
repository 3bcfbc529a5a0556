"""Bridges: each convention on a table counted by hand, on the demo company counted anew, and sums."""

import datetime as dt
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cxlib.demo.company import company
from cxlib.demo.truth import TRUTH
from cxlib.errors import NotEnoughData
from cxlib.frames.profiles import profile_members
from cxlib.frames.spans import span_members
from cxlib.value import recurring, sales
from cxlib.value.bridge import analyse, analyse_subscriptions
from cxlib.value.order_conventions import ORDERS
from cxlib.value.subscription_conventions import SUBSCRIPTIONS

END = dt.date(2024, 12, 31)
# customer, day, amount, status; a refund names the day of the order that it undoes.
ROWS = [
    # Bought a year ago, in December and on a later day of it.
    ("ann", "2023-11-10", 10),
    ("ann", "2024-12-05", 10),
    ("ann", "2024-12-20", 10),
    # Two orders of one day, long ago: one purchase, two orders.
    ("bob", "2024-02-01", 10),
    ("bob", "2024-02-01", 10),
    # Back after 60 days, in the second month after the first.
    ("cyd", "2024-05-10", 10),
    ("cyd", "2024-07-09", 10),
    # Back in exactly the third month after, 89 days later.
    ("dan", "2024-06-01", 10),
    ("dan", "2024-08-29", 10),
    ("dan", "2024-09-10", 10),
    # New in December, two orders on the same day.
    ("eve", "2024-12-30", 10),
    ("eve", "2024-12-30", 10),
    # Bought in 2023 and again within half a year of the end, but silent since.
    ("fay", "2023-06-15", 10),
    ("fay", "2024-08-15", 10),
    # An order that was refunded, and nothing else: no purchase, but an order.
    ("gus", "2024-12-01", 10),
    # First bought in December, so watched for a few days.
    ("hal", "2024-12-10", 10),
    (None, "2024-12-11", 10),
]


def orders(rows=ROWS):
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    refund = pd.DataFrame([("gus", "2024-12-04", -10)], columns=frame.columns)
    frame = pd.concat([frame.assign(purchase_day=frame["day"], status="sale"),
                       refund.assign(purchase_day="2024-12-01", status="refund")])  # fmt: skip
    days = {c: pd.to_datetime(frame[c]) for c in ("day", "purchase_day")}
    return frame.assign(**days, amount=frame["amount"].astype(float)).reset_index(drop=True)


def told(result):
    """Numerator and denominator of each convention, by question and id."""
    return {
        b.id: {
            a.convention.id: (a.numerator.value, a.denominator.value) for a in (b.ours, *b.others)
        }
        for b in result.bridges
    }


def steps(result, question, convention):
    bridge = next(b for b in result.bridges if b.id == question)
    return [(s.numerator.value, s.denominator.value) for s in bridge.answer(convention).steps]


def test_returning_customers_by_hand():
    result = analyse(orders(), as_of=END)
    assert (result.end, result.month.name) == (END, "2024-12")
    # ann, bob, cyd, dan, eve, fay, hal have bought; ann, cyd, dan, fay on two days or more.
    assert told(result)["returning"] == {
        "cxlib": (4, 7),
        # In December ordered ann, eve, gus, hal; ann and eve not for the first time.
        "shopify": (2, 4),
        # First bought 90 days ago: ann, bob, cyd, dan, fay; back within 90: cyd, dan.
        "by_the_numbers": (2, 5),
        # Third month after the first: dan (September); ann and fay came later still.
        "lifetimely": (1, 5),
        "peel": (3, 5),
        # 90 days or more after the first: ann, dan (on day 101), fay.
        "mixpanel": (3, 5),
        # Bought between 1 January 2023 and 1 January 2024: ann, fay; since 2 July 2024: both.
        "klaviyo": (2, 2),
    }
    assert steps(result, "returning", "shopify") == [(6, 8), (2, 4), (2, 4)]
    assert steps(result, "returning", "lifetimely") == [(4, 5), (3, 5), (1, 5)]
    # A day before September is over, it is nobody's third month yet: dan is not asked about.
    early = told(analyse(orders(), as_of=dt.date(2024, 9, 29)))["returning"]
    assert (early["lifetimely"], early["peel"]) == ((0, 4), (1, 4))


def test_silence_by_hand():
    result = analyse(orders(), as_of=END)
    # Gaps: 391 and 15 (ann), 60 (cyd), 89 and 12 (dan), 427 (fay): 8 and 9 in ten of six end within
    # 391 and 427 days; their mean is 165.67. Silent: ann 11, bob 334, cyd 175, dan 112, eve 1,
    # fay 138, hal 21.
    assert result.silences == {
        "silent_90_days": 90,
        "silent_longer_90th": 428,
        "silent_longer_80th": 392,
        "silent_80th": 391,
        "silent_longer_mean": 166,
    }
    assert told(result)["silence"] == {
        "cxlib": (0, 7),
        "statlas": (0, 7),
        "tresl": (2, 7),  # bob, cyd
        # Bought from 2 September to 30 November: dan; silent for 90 days at the end: dan.
        "affinsy": (1, 1),
        "mixpanel": (2, 5),  # bob, cyd
    }


def test_the_month_and_today_are_told_apart():
    rows = [
        ("a", "2024-01-01", 1), ("a", "2024-11-20", 1),
        ("b", "2024-01-01", 1), ("b", "2024-02-01", 1), ("b", "2024-11-25", 1), ("b", "2024-12-09", 1),
        ("c", "2024-11-30", 1), ("c", "2024-12-01", 1),
        ("d", "2024-09-01", 1),
        ("e", "2024-09-05", 1),
    ]  # fmt: skip
    result = analyse(orders(rows).query("customer_id != 'gus'"), as_of=dt.date(2024, 12, 10))
    assert result.month.name == "2024-11"
    # In November ordered a, b, c; c came back only in December.
    assert steps(result, "returning", "shopify") == [(3, 5), (3, 3), (2, 3)]
    # Not silent for 90 days at the start of November: d and e; today both, at its end d alone (90
    # days), e for 86.
    assert steps(result, "silence", "affinsy")[1:] == [(2, 2), (1, 2)]


# customer, start, end, mrr: March is the month, with the day of observation 10 April.
SUBSCRIBED = [
    ("stays", "2024-01-10", None, 100),
    ("grows", "2024-01-10", "2024-03-15", 100),
    ("grows", "2024-03-15", None, 150),
    ("shrinks", "2024-01-10", "2024-03-20", 100),
    ("shrinks", "2024-03-20", None, 60),
    ("dips", "2024-01-10", "2024-03-05", 100),  # down to 40 and up to 100 again
    ("dips", "2024-03-05", "2024-03-10", 40),
    ("dips", "2024-03-10", None, 100),
    ("leaves", "2024-01-10", "2024-03-12", 100),
    ("returns", "2024-01-10", "2024-03-02", 100),  # gone for some days of March
    ("returns", "2024-03-25", None, 100),
    ("back", "2024-01-10", "2024-02-10", 80),
    ("back", "2024-03-28", None, 80),
    ("passes", "2024-03-06", "2024-03-26", 70),  # came and left within March
    ("new", "2024-03-30", None, 50),
    ("april", "2024-04-01", "2024-04-09", 30),
    ("trial", "2024-01-10", "2024-03-11", 0),  # pays nothing
]


def subscriptions(rows=SUBSCRIBED):
    frame = pd.DataFrame(rows, columns=["customer_id", "start", "end", "mrr"])
    return frame.assign(
        customer_id=frame["customer_id"].astype("str"),
        **{c: pd.to_datetime(frame[c]) for c in ("start", "end")},
    )


def test_churn_of_customers_by_hand():
    result = analyse_subscriptions(subscriptions(), as_of=dt.date(2024, 4, 10))
    assert result.month.name == "2024-03"
    assert result.windows["days"] == (dt.date(2024, 3, 11), dt.date(2024, 4, 10))
    found = told(result)["customer_churn"]
    # Six pay at the close of February: stays, grows, shrinks, dips, leaves, returns.
    assert found["cxlib"] == (1, 6)
    assert found["chartmogul"] == (2, 6)  # leaves, returns
    # 30 days: at the close of 11 March pay stays, grows, shrinks, dips, leaves, passes (returns is
    # away); since then fell leaves, passes and april, and new and april came.
    assert found["stripe"] == (3, 8)
    assert found["baremetrics"] == (3, 6)
    # Days of March: stays, grows, shrinks, dips 31 each; leaves 11; returns 1 + 7; back 4; passes
    # 20; new 2.
    assert found["recurly"] == (3, pytest.approx((4 * 31 + 11 + 8 + 4 + 20 + 2) / 31))
    assert steps(result, "customer_churn", "stripe") == [(1, 8), (3, 8), (3, 8)]
    assert steps(result, "customer_churn", "recurly")[0][0] == 1


def test_churn_of_revenue_by_hand():
    result = analyse_subscriptions(subscriptions(), as_of=dt.date(2024, 4, 10))
    assert told(result)["mrr_churn"] == {
        "cxlib": (140, 600),  # shrinks 40, leaves 100
        # Falls: shrinks 40, dips 60, leaves 100, returns 100, passes 70.
        "chartmogul_gross": (370, 600),
        # Rises of who was paying: grows 50, dips 60; of who came back: returns 100, back 80.
        "chartmogul_net": (370 - 110 - 180, 600),
        # On 11 March: stays, grows, shrinks, dips, leaves 100 each, passes 70; less at the end:
        # shrinks 40, leaves 100, passes 70; more: grows 50.
        "baremetrics_gross": (210, 570),
        "baremetrics_net": (160, 570),
        "paddle": (100, 600),
    }
    assert steps(result, "mrr_churn", "chartmogul_net") == [(370, 600), (260, 600), (80, 600)]


def test_ours_are_the_numbers_of_the_other_pages(shop, sold):
    result = analyse(sold, as_of=TRUTH.window.last)
    repeat = sales.analyse(sold, as_of=TRUTH.window.last).repeat_rate
    assert result.headline[0].value.value == repeat.value
    table = shop.subscriptions
    churned = analyse_subscriptions(table, as_of=TRUTH.window.last)
    months = recurring.analyse(table, as_of=TRUTH.window.last).monthly.set_index("name")
    month = months.loc[churned.month.name]
    assert [kpi.value.value for kpi in churned.headline] == [
        month["customer_churn"],
        month["gross_churn"],
    ]


@pytest.fixture(scope="module")
def shop():
    return company(0)


@pytest.fixture(scope="module")
def sold(shop):
    lines = shop.transactions
    lines = lines.assign(day=lines["timestamp"].dt.normalize(), status="sale")
    by = ["order_id", "customer_id", "day", "status"]
    return lines.groupby(by, dropna=False)["amount"].sum().reset_index()


def test_orders_of_the_demo_company_counted_anew(sold):
    """Customer by customer, with lists of days."""
    last = pd.Timestamp(TRUTH.window.last)
    month = pd.Period(last + pd.Timedelta(days=1), "M") - 1
    end, first_of, last_of = (
        day.toordinal() for day in (last, month.start_time, month.end_time.normalize())
    )
    dated = sold.dropna(subset="customer_id").assign(
        at=[d.toordinal() for d in sold.dropna(subset="customer_id")["day"]]
    )
    lives = []
    for _, part in dated[dated["at"] <= end].groupby("customer_id"):
        rows = list(zip(part["at"], part["amount"], strict=True))
        net = {d: sum(a for at, a in rows if at == d) for d, _ in rows}
        refunded = {d for d, a in rows if a < 0}
        bought = sorted(d for d in net if net[d] > 0 or (net[d] == 0 and d not in refunded))
        lives.append((bought, [d for d, a in rows if a >= 0]))
    people = [bought for bought, _ in lives if bought]
    gaps = np.array([b - a for bought in people for a, b in pairwise(bought)])
    eight, nine = (np.quantile(gaps, q, method="inverted_cdf") for q in (0.8, 0.9))

    def number(day):
        return (date := dt.date.fromordinal(day)).year * 12 + date.month

    def share(of, part):
        chosen = [bought for bought in people if of(bought)]
        return sum(bool(part(bought)) for bought in chosen), len(chosen)

    def in_month(days):
        return any(first_of <= d <= last_of for d in days)

    def months_after(bought):
        return [number(d) - number(bought[0]) for d in bought]

    def silent(bought, at=end):
        return at - max(d for d in bought if d <= at)

    def third(bought):
        return number(bought[0]) + 3 <= number(last_of)

    def active(bought):
        return bought[0] < first_of and silent(bought, first_of - 1) < 90

    def old(days):
        return lambda b: end - b[0] >= days

    placed = [orders for _, orders in lives if in_month(orders)]
    found = told(analyse(sold, as_of=last.date()))
    assert found["returning"] == {
        "cxlib": share(bool, lambda b: len(b) > 1),
        "shopify": (sum(sum(d <= last_of for d in o) > 1 for o in placed), len(placed)),
        "by_the_numbers": share(old(90), lambda b: any(0 < d - b[0] <= 90 for d in b)),
        "lifetimely": share(third, lambda b: 3 in months_after(b)),
        "peel": share(third, lambda b: max(months_after(b)) >= 3),
        "mixpanel": share(old(120), lambda b: b[-1] - b[0] >= 90),
        "klaviyo": share(
            lambda b: any(365 <= end - d <= 730 for d in b), lambda b: end - b[-1] <= 182
        ),
    }
    assert found["silence"] == {
        "cxlib": share(bool, lambda b: silent(b) > nine),
        "statlas": share(bool, lambda b: silent(b) >= eight),
        "tresl": share(bool, lambda b: silent(b) > gaps.mean()),
        "affinsy": share(active, lambda b: silent(b, last_of) >= 90),
        "mixpanel": share(old(120), lambda b: b[-1] - b[0] < 90),
    }
    assert min(of for answers in found.values() for _, of in answers.values()) > 0


def test_subscriptions_of_the_demo_company_counted_anew(shop):
    """What each customer pays at the close of each day, as a matrix."""
    table = shop.subscriptions
    last = pd.Timestamp(TRUTH.window.last)
    days = pd.date_range(table["start"].min() - pd.Timedelta(days=1), last)
    names = sorted(table["customer_id"].unique())
    paid = pd.DataFrame(0, days, names)
    for row in table.itertuples():
        stop = last + pd.Timedelta(days=1) if pd.isna(row.end) else row.end
        paid.loc[row.start : min(last, stop - pd.Timedelta(days=1)), row.customer_id] += row.mrr
    month = pd.Period(last + pd.Timedelta(days=1), "M") - 1
    spans = {
        "month": paid.loc[month.start_time - pd.Timedelta(days=1) : month.end_time],
        "days": paid.loc[last - pd.Timedelta(days=30) : last],
    }

    def sums(name):
        span = spans[name]
        start, end, delta = span.iloc[0], span.iloc[-1], span.diff().iloc[1:]
        before = span.shift().iloc[1:]
        falls = ((before > 0) & (span.iloc[1:] == 0)).sum()
        known = (paid.loc[: span.index[0]] > 0).any()
        rises = delta.clip(lower=0)
        first = ~known & (span.iloc[1:] > 0).any()
        returns = rises.where(before == 0, 0).sum()
        return {
            "start": (start > 0).sum(),
            "lost": ((start > 0) & (end == 0)).sum(),
            "fell": ((start > 0) & (falls > 0)).sum(),
            "leavers": (falls > 0).sum(),
            "falls": falls.sum(),
            "new": first.sum(),
            "mean": (span.iloc[1:] > 0).sum(axis=1).mean(),
            "mrr": start.sum(),
            "less": (start - end).clip(lower=0)[start > 0].sum(),
            "more": (end - start).clip(lower=0)[start > 0].sum(),
            "gone": start[end == 0].sum(),
            "cuts": -delta.clip(upper=0).sum().sum(),
            "raises": rises.where(before > 0, 0).sum().sum(),
            # Of who comes for the first time, the first rise is no return.
            "returns": returns.sum()
            - sum(span[who][span[who] > 0].iloc[0] for who in first[first].index),
        }

    m, d = sums("month"), sums("days")
    found = told(analyse_subscriptions(table, as_of=TRUTH.window.last))
    assert found == {
        "customer_churn": {
            "cxlib": (m["lost"], m["start"]),
            "chartmogul": (m["fell"], m["start"]),
            "stripe": (d["falls"], d["start"] + d["new"]),
            "baremetrics": (d["leavers"], d["start"]),
            "recurly": (m["leavers"], pytest.approx(m["mean"])),
        },
        "mrr_churn": {
            "cxlib": (m["less"], m["mrr"]),
            "chartmogul_gross": (m["cuts"], m["mrr"]),
            "chartmogul_net": (m["cuts"] - m["raises"] - m["returns"], m["mrr"]),
            "baremetrics_gross": (d["less"], d["mrr"]),
            "baremetrics_net": (d["less"] - d["more"], d["mrr"]),
            "paddle": (m["gone"], m["mrr"]),
        },
    }


def everything(shop, sold):
    table = shop.subscriptions
    return (
        analyse(orders(), as_of=END),
        analyse(sold),
        analyse_subscriptions(subscriptions(), as_of=dt.date(2024, 4, 10)),
        analyse_subscriptions(table, as_of=TRUTH.window.last),
    )


def test_effects_add_up_to_the_difference(shop, sold):
    for result in everything(shop, sold):
        for bridge in result.bridges:
            for answer in bridge.others:
                if not answer.steps:
                    continue
                shares = [
                    Fraction(s.numerator.value) / Fraction(s.denominator.value)
                    for s in answer.steps
                ]
                assert (answer.steps[-1].numerator, answer.steps[-1].denominator) == (
                    answer.numerator,
                    answer.denominator,
                )
                gap = answer.value.value - bridge.ours.value.value
                assert sum(s.effect for s in answer.steps) == pytest.approx(gap, abs=1e-15)
                for step, share in zip(answer.steps, shares, strict=True):
                    assert step.value.value == pytest.approx(float(share), rel=1e-15)
                ours = Fraction(bridge.ours.numerator.value) / Fraction(
                    bridge.ours.denominator.value
                )
                for step, (before, after) in zip(
                    answer.steps, pairwise([ours, *shares]), strict=True
                ):
                    assert step.effect == pytest.approx(float(after - before), abs=1e-15)


def test_order_of_rows_changes_nothing(sold):
    assert told(analyse(sold)) == told(analyse(sold.sample(frac=1, random_state=3)))
    table = subscriptions()
    day = dt.date(2024, 4, 10)
    shuffled = table.sample(frac=1, random_state=3)
    assert told(analyse_subscriptions(table, as_of=day)) == told(
        analyse_subscriptions(shuffled, as_of=day)
    )


def test_rows_of_the_receipt_add_up():
    result = analyse(orders(), as_of=dt.date(2024, 12, 15))
    receipt = result.receipt
    assert receipt.rows_in == len(orders())
    assert receipt.excluded == {"after the end of observation": 3, "without a customer": 1}
    assert receipt.rows_used + 4 == receipt.rows_in
    assert receipt.parameters["month"] == "2024-11"


def test_customers_behind_a_step_are_those_it_counts():
    table = orders()
    result = analyse(table, as_of=END)
    bounds = (result.month.first, result.month.last)
    counts = {
        (*step.change.part, step.change.of): step.numerator.value
        for bridge in result.bridges
        for answer in bridge.others
        for step in answer.steps
    }
    for flags in list(counts)[::3]:
        found = profile_members(table, END, bounds, result.silences, flags)
        assert len(found) == found["customer_id"].nunique() == counts[flags], flags
    gone = profile_members(table, END, bounds, result.silences, ("ordered_in_month",))
    assert gone["customer_id"].tolist() == ["eve", "ann", "hal", "gus"]
    assert gone["purchases"].tolist() == [1, 3, 1, 0]
    assert gone["last_day"].isna().tolist() == [False, False, False, True]


def test_customers_behind_a_churn_are_those_it_counts():
    day = dt.date(2024, 4, 10)
    result = analyse_subscriptions(subscriptions(), as_of=day)
    march = result.windows["month"]
    left = span_members(subscriptions(), day, *march, ("leavers",))
    assert left.to_dict("list") == {
        "customer_id": ["leaves", "passes", "returns"],
        "before": [100.0, 0.0, 100.0],
        "after": [0.0, 0.0, 100.0],
    }
    less = span_members(subscriptions(), day, *march, ("less", "more"))
    assert less["customer_id"].tolist() == ["leaves", "grows", "shrinks"]


def test_what_cannot_be_asked_is_left_out():
    once = orders(ROWS[:1]).query("customer_id == 'ann'")
    result = analyse(once)
    assert [b.id for b in result.bridges] == ["returning"]
    assert result.month is None
    (returning,) = result.bridges
    assert returning.answer("klaviyo").value is None
    assert returning.answer("klaviyo").steps == ()
    assert returning.answer("shopify").value is None
    bare = analyse_subscriptions(subscriptions().drop(columns="mrr"), as_of=dt.date(2024, 4, 10))
    assert [b.id for b in bare.bridges] == ["customer_churn"]
    for nothing in (lambda: analyse(once.head(0)), lambda: analyse_subscriptions(once_started())):
        with pytest.raises(NotEnoughData):
            nothing()


def once_started():
    return subscriptions([("a", "2024-03-05", None, 10)])


def test_every_convention_has_a_page_and_a_path():
    for measure in (*ORDERS, *SUBSCRIPTIONS):
        ours, *others = measure.conventions
        assert ours.path == ()
        assert ours.source.startswith("value.")
        assert 4 <= len(others) + 1 <= 7
        for convention in others:
            assert convention.path
            assert all(page.startswith("https://") for page in convention.source.split("; "))
        assert len({c.id for c in measure.conventions}) == len(measure.conventions)
