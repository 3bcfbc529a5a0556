import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from cxlib.errors import CxError, NotEnoughData
from cxlib.frames.summary import customer_summary
from cxlib.value import clusters, kmeans
from cxlib.value.cluster_features import UNKNOWN, prepare
from cxlib.value.cluster_names import NAMES, names

LAST = dt.date(2025, 12, 31)
KS = kmeans.KS


def orders_of(customers) -> pd.DataFrame:
    """Orders of customers given as (id, days since the last purchase, purchases, net revenue)."""
    rows = []
    for customer, since, purchases, revenue in customers:
        last = LAST - dt.timedelta(days=int(since) - 1)
        for number in range(purchases):
            day = last - dt.timedelta(days=number)
            rows.append((customer, day, round(revenue / purchases, 4)))
    rows.append((None, LAST, 1.0))  # a row without a customer fixes the last day of data
    return pd.DataFrame(rows, columns=["customer_id", "day", "amount"])


def blobs(seed=0, size=60):
    """Four kinds of customers that nobody could confuse."""
    rng = np.random.default_rng(seed)
    kinds = [(8, 30, 3e7), (20, 4, 8e5), (300, 25, 2e7), (400, 1, 1e5)]
    customers, truth = [], {}
    for kind, (since, purchases, revenue) in enumerate(kinds):
        for number in range(size):
            name = f"{rng.integers(10**9):09d}-{kind}-{number}"
            truth[name] = kind
            days = max(1, int(since * rng.normal(1, 0.05)))
            spread = 0 if purchases == 1 else int(rng.integers(-1, 2))
            money = revenue * np.exp(rng.normal(0, 0.1))
            customers.append((name, days, purchases + spread, money))
    return orders_of(customers), truth


def shapeless(n=300, seed=3):
    """Customers without groups, most of whom bought once."""
    rng = np.random.default_rng(seed)
    purchases = np.where(rng.random(n) < 0.6, 1, 1 + rng.geometric(0.3, n))
    return orders_of(
        (f"c{i:04d}", since, int(bought), money)
        for i, since, bought, money in zip(
            range(n), rng.integers(1, 300, n), purchases, np.exp(rng.normal(12, 1, n)), strict=True
        )
    )


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Fewer resamples and ks: what they show is tested by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kmeans, "RESAMPLES", 2)
        patch.setattr(kmeans, "KS", (2, 3, 4, 5, 6))
        yield


@pytest.fixture(scope="module")
def found(quick):
    return clusters.analyse(shapeless(), digests=("d",))


def by_hand(orders: pd.DataFrame) -> np.ndarray:
    """The three features straight from the orders, scaled by scikit-learn."""
    known = orders.dropna(subset="customer_id")
    grouped = known.groupby("customer_id")
    values = np.column_stack(
        [
            [(LAST - day).days + 1 for day in grouped["day"].max()],
            grouped["day"].nunique(),
            grouped["amount"].sum(),
        ]
    ).astype(float)
    for column in values.T:
        if stats.skew(column) > 1:
            column[:] = np.log1p(column)
    return StandardScaler().fit_transform(values)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_well_separated_groups_are_found_and_their_number(seed):
    orders, truth = blobs(seed)
    result = clusters.analyse(orders, seed=seed)
    assert result.recommended == result.k == 4
    wanted = [truth[c] for c in result.customers["customer_id"]]
    assert adjusted_rand_score(wanted, result.customers["cluster"]) >= 0.95
    assert result.tried[2].stability > 0.95
    assert [c.name for c in result.clusters][-1].startswith("Lapsed")


def test_the_fit_is_that_of_scikit_learn(found):
    points = by_hand(shapeless())
    assert set(found.logged) == {"frequency", "monetary"}
    for tried in found.tried:
        with kmeans.one_thread():
            peer = KMeans(tried.k, n_init=10, random_state=0).fit(points)
        assert tried.inertia == pytest.approx(peer.inertia_, rel=1e-9)
        assert tried.silhouette == pytest.approx(silhouette_score(points, peer.labels_), abs=1e-9)
        assert tried.smallest_share == min(np.bincount(peer.labels_)) / len(points)
        if tried.k == found.k:
            assert adjusted_rand_score(peer.labels_, found.customers["cluster"]) == 1


def test_starts_from_a_part_of_many_points_are_as_good():
    generator = np.random.default_rng(4)
    cloud = np.log1p(generator.gamma(0.7, 3, (kmeans.LARGE + 10_000, 3)))
    peer = KMeans(5, n_init=10, random_state=0).fit(cloud)
    ours = kmeans.fit(cloud, 5, seed=0)
    assert ours.inertia_ <= 1.01 * peer.inertia_
    assert (ours.labels_ == kmeans.fit(cloud, 5, seed=0).labels_).all()


def test_silhouettes_of_single_members_and_equal_points():
    points = np.array([[0.0, 0.0], [0.0, 0.0], [3.0, 4.0], [9.0, 9.0]])
    for labels in ([0, 0, 1, 2], [0, 0, 1, 1]):
        ours = kmeans.silhouettes(points, [np.array(labels)])
        assert ours == pytest.approx([silhouette_score(points, labels)])


def test_stability_is_one_for_groups_and_less_for_a_cloud():
    rng = np.random.default_rng(0)
    apart = np.vstack([rng.normal(0, 0.1, (50, 2)), rng.normal(9, 0.1, (50, 2))])
    cloud = rng.normal(size=(100, 2))
    for points, k, low, high in [(apart, 2, 1, 1), (cloud, 5, 0.1, 0.8)]:
        labels = kmeans.fit(points, k, 0).labels_
        assert low <= kmeans.stability(points, labels, k, 0) <= high


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(2, 0.5, 0.9, 0.3), (3, 0.6, 0.9, 0.2)], 3),
        ([(2, 0.5, 0.9, 0.3), (3, 0.9, 0.9, 0.01)], 2),  # a tiny cluster
        ([(2, 0.5, 0.9, 0.3), (3, 0.9, 0.5, 0.2)], 2),  # not the same twice
        ([(2, 0.5, 0.7, 0.3), (3, 0.6, 0.5, 0.2), (4, 0.9, 1.0, 0.04)], 3),  # none is stable
        ([(2, 0.5, 0.7, 0.01), (3, 0.6, 0.9, 0.02)], 3),  # all have a tiny cluster
        ([(2, 0.5, 0.9, 0.3), (3, 0.5, 0.9, 0.3)], 2),  # equals: the fewer
        ([(2, 0.5, 0.8, 0.05)], 2),
    ],
)
def test_the_rule_for_k(rows, expected):
    tried = [kmeans.KTried(k, s, 1.0, stable, share) for k, s, stable, share in rows]
    assert kmeans.recommend(tried) == expected


def test_the_same_seed_gives_the_same_answer_and_the_seed_counts(found):
    again = clusters.analyse(shapeless(), digests=("d",))
    pd.testing.assert_frame_equal(again.customers, found.customers)
    assert (again.tried, again.clusters) == (found.tried, found.clusters)
    other = clusters.analyse(shapeless(), seed=1)
    assert [t.stability for t in other.tried] != [t.stability for t in found.tried]


@pytest.mark.parametrize("seed", [0, 1])
def test_row_order_does_not_matter(found, seed):
    shuffled = shapeless().sample(frac=1, random_state=seed)
    again = clusters.analyse(shuffled, digests=("d",))
    pd.testing.assert_frame_equal(again.customers, found.customers)
    assert again.clusters == found.clusters


def test_any_engine_gives_the_same(found):
    frame = shapeless()
    again = clusters.analyse(pl.from_pandas(frame), digests=("d",))
    pd.testing.assert_frame_equal(again.customers, found.customers)


def test_the_input_is_not_changed():
    orders, attributes = shapeless(40), pd.DataFrame({"customer_id": ["c0001"], "age": [3]})
    before = orders.copy(deep=True), attributes.copy(deep=True)
    clusters.analyse(orders, attributes=attributes)
    pd.testing.assert_frame_equal(orders, before[0])
    pd.testing.assert_frame_equal(attributes, before[1])


def test_clusters_partition_customers_and_money(found):
    orders = shapeless().dropna(subset="customer_id")
    assert sum(c.customers for c in found.clusters) == orders["customer_id"].nunique()
    assert sum(c.share for c in found.clusters) == pytest.approx(1)
    assert sum(c.revenue for c in found.clusters) == pytest.approx(orders["amount"].sum())
    assert sum(c.revenue_share for c in found.clusters) == pytest.approx(1)
    for cluster in found.clusters:
        members = found.members(cluster.number)
        assert len(members) == cluster.customers
        assert cluster.centre["monetary"] == pytest.approx(members["monetary"].mean())
        assert cluster.centre["monetary"] * len(members) == pytest.approx(cluster.revenue)
        assert set(members["cluster_name"]) == {cluster.name}


def test_numbers_follow_mean_revenue(found):
    for k in (2, 5):
        result = clusters.analyse(shapeless(), k=k)
        means = [c.centre["monetary"] for c in result.clusters]
        assert result.k == k
        assert result.recommended == found.recommended
        assert means == sorted(means, reverse=True)


def test_differences_are_from_the_rest_in_standard_deviations(found):
    points = by_hand(shapeless())
    for cluster in found.clusters:
        mine = (found.customers["cluster"] == cluster.number).to_numpy()
        for column, feature in enumerate(found.features):
            expected = points[mine, column].mean() - points[~mine, column].mean()
            assert cluster.difference[feature] == pytest.approx(expected)
    assert "tenure" in found.clusters[0].difference
    assert "tenure" not in found.features


@pytest.mark.parametrize("k", [2, 3, 6])
def test_every_cluster_has_a_name_of_its_own(k):
    for orders in (shapeless(), shapeless().drop(columns="amount")):
        named = [c.name for c in clusters.analyse(orders, k=k).clusters]
        assert len(set(named)) == k
        if "amount" not in orders:
            assert not any("spend" in name for name in named)


@pytest.mark.parametrize("measures", [2, 3])
def test_there_are_names_for_ten_clusters_that_are_alike(measures):
    columns = clusters.DEFAULT[:measures]
    rng = np.random.default_rng(0)
    profiles = [dict(zip(columns, rng.normal(0, 0.1, measures), strict=True)) for _ in range(10)]
    assert len(set(names(profiles))) == 10


def test_numbers_of_clusters_from_two_to_ten_are_tried():
    assert list(KS) == [2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_names_say_what_the_profile_shows():
    profile = {"recency_days": 0.0, "frequency": 0.0, "monetary": 0.0}
    assert names([profile]) == ("Average customers",)
    best = {"recency_days": -1.4, "frequency": 1.1, "monetary": 1.6}
    lost = {"recency_days": 1.2, "frequency": -0.2, "monetary": 0.1}
    assert names([best, lost, profile]) == (
        "Recent, frequent big spenders",
        "Lapsed buyers",
        "Average customers",
    )
    assert len(set(NAMES.values())) == len(NAMES)


def test_the_picture_is_the_first_two_principal_components(found):
    points = by_hand(shapeless())
    _, singular, axes = np.linalg.svd(points, full_matrices=False)
    shares = singular**2 / (singular**2).sum()
    assert found.explained == pytest.approx(tuple(shares[:2]))
    for column, axis in zip(("x", "y"), axes, strict=False):
        placed = found.customers[column].to_numpy()
        assert np.abs(placed) == pytest.approx(np.abs(points @ axis), abs=1e-9)


def test_one_feature_is_a_picture_on_a_line():
    result = clusters.analyse(shapeless(), features=("recency_days",), k=3)
    assert result.explained == (1.0, 0.0)
    assert (result.customers["y"] == 0).all()


def test_no_customer_is_dropped_however_far_out():
    customers = [(f"c{i:03d}", 5 + i % 90, 1 + i % 4, 1e5 + 1e3 * i) for i in range(200)]
    result = clusters.analyse(orders_of([*customers, ("whale", 1, 60, 9e12)]))
    assert len(result.customers) == 201
    assert result.clusters[0].revenue >= 9e12
    assert "whale" in set(result.members(1)["customer_id"])


def test_more_refunded_than_bought_stands_at_zero_and_is_said():
    customers = [(f"c{i:03d}", 1 + i, 1, 1e4 * 1.05**i) for i in range(100)]
    orders = orders_of([*customers, ("back", 10, 2, 2e4)])
    refund = {"customer_id": "back", "day": LAST, "amount": -9e6}
    orders = pd.concat([orders, pd.DataFrame([refund])], ignore_index=True)
    result = clusters.analyse(orders)
    assert "monetary" in result.logged
    scaled = prepare(customer_summary(orders), LAST, clusters.DEFAULT).scaled["monetary"]
    assert scaled.argmin() == list(result.customers["customer_id"]).index("back")
    back = result.customers.set_index("customer_id").loc["back"]
    assert back["monetary"] == -8_980_000
    assert np.isfinite(back[["x", "y"]].astype(float)).all()
    notes = [(n.message, dict(n.params)) for n in result.notes]
    expected = "{feature}: {n} customers below 0 stand at 0 on the log scale."
    assert notes == [(expected, {"feature": "monetary", "n": 1})]


def test_a_feature_that_is_the_same_for_all_is_left_out_and_said():
    result = clusters.analyse(orders_of((f"c{i}", 1 + 7 * i, 1, 500.0) for i in range(12)))
    assert result.features == ("recency_days",)
    assert [n.params["feature"] for n in result.notes] == ["frequency", "monetary"]
    assert result.clusters[0].difference["frequency"] == 0


def test_a_file_without_money_works_and_says_what_is_missing():
    result = clusters.analyse(shapeless().drop(columns="amount"))
    assert result.features == ("recency_days", "frequency")
    assert [n.params["feature"] for n in result.notes] == ["monetary"]
    assert {c.revenue for c in result.clusters} == {None}
    frequency = [c.centre["frequency"] for c in result.clusters]
    assert frequency == sorted(frequency, reverse=True)


def test_other_features_can_be_chosen():
    chosen = ("average_order_value", "tenure")
    result = clusters.analyse(shapeless(), features=chosen)
    assert result.features == chosen
    customers = result.customers
    expected = customers["monetary"] / customers["frequency"]
    assert np.allclose(customers["average_order_value"], expected, rtol=1e-12)


def test_attributes_shape_the_clusters_and_their_profiles():
    orders, truth = blobs(size=30)
    everyone = [*truth]
    city = {0: "Jakarta", 1: "Jakarta", 2: "Medan", 3: None}
    attributes = pd.DataFrame(
        {
            "customer_id": everyone[:-1],  # one customer is not in the table
            "city": [city[truth[c]] for c in everyone[:-1]],
            "member": [truth[c] == 0 for c in everyone[:-1]],
            "age": [np.nan if truth[c] == 3 else 20.0 + truth[c] for c in everyone[:-1]],
            "phone": [f"+62{i}" for i in range(len(everyone) - 1)],
        }
    )
    result = clusters.analyse(orders, attributes=attributes, k=4)
    assert result.features == (*clusters.DEFAULT, "city", "member", "age")
    assert ("phone", 120) in [(n.params["feature"], n.params.get("n")) for n in result.notes]
    assert ("age", 30) in [(n.params["feature"], n.params.get("n")) for n in result.notes]
    assert result.customers["age"].isna().sum() == 30
    lifts = {(c.number, x.attribute, x.value): x for c in result.clusters for x in c.lifts}
    best = result.clusters[0].number
    assert lifts[best, "member", "True"].lift == pytest.approx(120 / 30)
    assert lifts[best, "city", "Medan"].lift == 0
    assert sum(x.share for (n, a, _), x in lifts.items() if (n, a) == (best, "city")) == 1
    assert any(value == UNKNOWN for _, _, value in lifts)


def test_an_attribute_weighs_as_one_feature():
    cities = [*"abc"] * 99 + ["d"] * 3
    attributes = pd.DataFrame({"customer_id": [f"c{i:04d}" for i in range(300)], "city": cities})
    summary = customer_summary(shapeless())
    points = prepare(summary, LAST, ("recency_days",), attributes).points
    assert points.shape == (300, 5)
    assert points[:, 0].var() == pytest.approx(1)
    assert points[:, 1:].var(axis=0).sum() == pytest.approx(1)


def test_most_customers_bought_once():
    result = clusters.analyse(shapeless(400, seed=9))
    assert (result.customers["frequency"] == 1).mean() >= 0.55
    same = result.customers.groupby(["recency_days", "frequency", "monetary"])["cluster"]
    assert (same.nunique() == 1).all()


def test_a_large_file_is_compared_on_a_sample_and_fitted_whole(monkeypatch):
    monkeypatch.setattr(kmeans, "SAMPLE", 100)
    result = clusters.analyse(shapeless(), k=3)
    assert result.silhouette_sample == 100
    assert result.receipt.parameters["compared_on"] == 100
    assert len(result.customers) == 300
    assert clusters.analyse(shapeless(), k=3).clusters == result.clusters


def test_the_receipt_accounts_for_every_row():
    orders = shapeless()
    result = clusters.analyse(orders, digests=("abc",), as_of=dt.date(2025, 11, 30))
    receipt = result.receipt
    assert receipt.snapshots == ("abc",)
    assert receipt.rows_in == len(orders)
    assert receipt.rows_in == receipt.rows_used + sum(receipt.excluded.values())
    assert (
        receipt.excluded["after the end of observation"]
        == (orders["day"] > dt.date(2025, 11, 30)).sum()
    )
    assert result.customers["recency_days"].min() >= 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_customers_is_an_answer(n):
    orders = orders_of((f"c{i}", 1 + i, 1, 5.0) for i in range(n))
    with pytest.raises(NotEnoughData) as caught:
        clusters.analyse(orders)
    assert caught.value.code == "not_enough_data"


@pytest.mark.parametrize("rows", [0, 1])
def test_an_empty_table_is_an_answer(rows):
    with pytest.raises(NotEnoughData):
        clusters.analyse(orders_of([]).iloc[:rows])


def test_equal_customers_cannot_be_told_apart():
    with pytest.raises(NotEnoughData) as caught:
        clusters.analyse(orders_of((f"c{i}", 5, 2, 100.0) for i in range(50)))
    assert caught.value.params == {"k": 2, "distinct": 1}


def test_fewer_kinds_of_customers_than_clusters():
    orders = orders_of((f"c{i}", 5 + 50 * (i % 3), 2, 100.0) for i in range(30))
    result = clusters.analyse(orders)
    assert [t.k for t in result.tried] == [2, 3]
    assert result.k == 3
    assert result.tried[1].silhouette == pytest.approx(1)
    with pytest.raises(NotEnoughData):
        clusters.analyse(orders, k=4)


@pytest.mark.parametrize(
    "options",
    [
        {"k": 1},
        {"k": 11},
        {"seed": -1},
        {"features": ("height",)},
        {"attributes": pd.DataFrame({"customer_id": ["a", "a"], "age": [1, 2]})},
        {"attributes": pd.DataFrame({"age": [1, 2]})},
        {"attributes": pd.DataFrame({"customer_id": ["a"], "cluster": [1]})},
    ],
)
def test_options_that_cannot_be_used_are_refused(options):
    with pytest.raises(CxError) as caught:
        clusters.analyse(shapeless(30), **options)
    assert caught.value.code == "bad_option"


def test_a_weak_structure_is_called_one():
    rng = np.random.default_rng(0)
    bought = zip(range(90), rng.integers(1, 90, 90), rng.integers(1, 9, 90), strict=True)
    orders = orders_of((f"c{i}", since, int(n), 1e5 * n) for i, since, n in bought)
    attributes = pd.DataFrame(
        {"customer_id": [f"c{i}" for i in range(90)]} | {name: rng.random(90) for name in "abcdef"}
    )
    weak = clusters.analyse(orders, attributes=attributes, k=2)
    assert weak.tried[0].silhouette < 0.25
    assert weak.meaning.message.startswith("The customers form no clearly separate groups")
    strong = clusters.analyse(blobs(size=10)[0], k=4)
    assert strong.meaning.message.startswith("Cluster 1 is")
