"""Relative weights: against published values, two other routes, a peer, and their own properties."""

import numpy as np
import pytest
import statsmodels.api as sm

from cxlib.voice import relative_weights as weights

# Henderson & Velleman (1981), Motor Trend's cars of 1974: mpg, cylinders, displacement, hp, weight.
CARS = """
21 6 160 110 2.62; 21 6 160 110 2.875; 22.8 4 108 93 2.32; 21.4 6 258 110 3.215;
18.7 8 360 175 3.44; 18.1 6 225 105 3.46; 14.3 8 360 245 3.57; 24.4 4 146.7 62 3.19;
22.8 4 140.8 95 3.15; 19.2 6 167.6 123 3.44; 17.8 6 167.6 123 3.44; 16.4 8 275.8 180 4.07;
17.3 8 275.8 180 3.73; 15.2 8 275.8 180 3.78; 10.4 8 472 205 5.25; 10.4 8 460 215 5.424;
14.7 8 440 230 5.345; 32.4 4 78.7 66 2.2; 30.4 4 75.7 52 1.615; 33.9 4 71.1 65 1.835;
21.5 4 120.1 97 2.465; 15.5 8 318 150 3.52; 15.2 8 304 150 3.435; 13.3 8 350 245 3.84;
19.2 8 400 175 3.845; 27.3 4 79 66 1.935; 26 4 120.3 91 2.14; 30.4 4 95.1 113 1.513;
15.8 8 351 264 3.17; 19.7 6 145 175 2.77; 15 8 301 335 3.57; 21.4 4 121 109 2.78
"""
# martinctc.github.io/rwa/articles/regression-methods.html: mpg on cyl, disp, hp, wt, as printed there.
PUBLISHED_RAW = [0.2096904, 0.1883043, 0.1799590, 0.2706812]
PUBLISHED_RESCALED = [24.70914, 22.18908, 21.20570, 31.89607]


@pytest.fixture(scope="module")
def cars():
    """Predictors, and the outcome last."""
    rows = np.array([row.split() for row in CARS.split(";")], dtype=float)
    return np.column_stack([rows[:, 1:], rows[:, 0]])


def simulated(units: int, rows: int = 1, k: int = 3, seed: int = 0, effect: float = 1.0):
    """Rows of units that have something in common, and the first row of each unit."""
    generator = np.random.default_rng(seed)
    common = np.repeat(generator.normal(size=(units, k)), rows, axis=0)
    x = common + generator.normal(size=(units * rows, k)) + generator.normal(size=(units * rows, 1))
    noise = np.repeat(generator.normal(size=units), rows) + generator.normal(size=units * rows)
    y = effect * x @ np.arange(k, 0, -1) / k + 2 * noise
    return np.column_stack([x, y]), np.arange(units) * rows


def of(values):
    matrix = weights.correlation_matrix(values)
    return weights.relative_weights(matrix[:-1, :-1], matrix[:-1, -1])


def by_svd(values):
    """Johnson's own route: the orthogonal variables nearest to the predictors are Z = PQ'."""
    standard = (values - values.mean(axis=0)) / (values.std(axis=0) * np.sqrt(len(values)))
    x, y = standard[:, :-1], standard[:, -1]
    left, _, right = np.linalg.svd(x, full_matrices=False)
    orthogonal = left @ right
    return (x.T @ orthogonal) ** 2 @ (orthogonal.T @ y) ** 2


def by_polar_iteration(values):
    """The polar factor of the predictors by Newton's iteration, without any decomposition."""
    standard = (values - values.mean(axis=0)) / (values.std(axis=0) * np.sqrt(len(values)))
    x, y = standard[:, :-1], standard[:, -1]
    inverse_root, root = np.eye(x.shape[1]), x.T @ x
    for _ in range(100):  # Denman & Beavers: root → R^½, inverse_root → R^-½
        root, inverse_root = (
            (root + np.linalg.inv(inverse_root)) / 2,
            (inverse_root + np.linalg.inv(root)) / 2,
        )
    return root**2 @ (inverse_root @ (x.T @ y)) ** 2


def test_published_values(cars):
    found = of(cars)
    assert found == pytest.approx(PUBLISHED_RAW, abs=1e-7)
    assert 100 * found / found.sum() == pytest.approx(PUBLISHED_RESCALED, abs=1e-5)


@pytest.mark.parametrize("route", [by_svd, by_polar_iteration])
@pytest.mark.parametrize("seed", range(5))
def test_other_routes_agree(route, seed, cars):
    values, _ = simulated(200, k=2 + seed, seed=seed)
    assert of(values) == pytest.approx(route(values), abs=1e-9)
    assert of(cars) == pytest.approx(route(cars), abs=1e-9)


def test_weights_sum_to_r_squared(cars):
    values, _ = simulated(300, k=6)
    for data in (cars, values):
        fitted = sm.OLS(data[:, -1], sm.add_constant(data[:, :-1])).fit()
        assert of(data).sum() == pytest.approx(fitted.rsquared, abs=1e-12)
        assert (of(data) >= 0).all()


def test_independent_predictors_weigh_their_squared_correlations():
    correlations = np.array([0.5, 0.3, -0.2])
    assert weights.relative_weights(np.eye(3), correlations) == pytest.approx(correlations**2)


def test_copies_of_a_predictor_share_its_weight():
    values, _ = simulated(500, k=2)
    matrix = weights.correlation_matrix(values[:, [0, 0, 1, 2]])
    found = weights.relative_weights(matrix[:-1, :-1], matrix[:-1, -1])
    assert found[0] == pytest.approx(found[1])
    assert found.sum() == pytest.approx(of(values).sum(), abs=1e-9)


def test_many_at_once_are_each_alone():
    sets = [simulated(100, seed=seed)[0] for seed in range(4)]
    matrices = np.stack([weights.correlation_matrix(values) for values in sets])
    together = weights.relative_weights(matrices[:, :-1, :-1], matrices[:, :-1, -1])
    assert together == pytest.approx(np.stack([of(values) for values in sets]))


def test_a_resample_is_that_of_its_rows():
    # The sums over units of a resample are those of its rows, drawn by hand with the same numbers.
    values, starts = simulated(60, rows=3)
    found = weights.resampled(values, starts, seed=5)
    generator = np.random.default_rng(5)
    rows = np.arange(len(values)).reshape(60, 3)
    for draw in found.weights[:20]:
        drawn = generator.integers(0, 60, size=60, dtype=np.int32)
        assert draw == pytest.approx(of(values[rows[drawn].ravel()]), abs=1e-9)


def test_the_normal_limit_agrees_with_resamples(monkeypatch):
    values, starts = simulated(3_000, rows=2)
    drawn = weights.resampled(values, starts, seed=1)
    monkeypatch.setattr(weights, "MANY", 100)
    limit = weights.resampled(values, starts, seed=1)
    assert (drawn.method, limit.method) == ("bootstrap", "bootstrap, normal limit")
    # 2,000 draws know a standard deviation to about 1.6 %, a mean to 1/45 of it.
    spread = drawn.weights.std(axis=0)
    assert limit.weights.std(axis=0) == pytest.approx(spread, rel=0.08)
    assert (np.abs(limit.weights.mean(axis=0) - drawn.weights.mean(axis=0)) < 0.12 * spread).all()
    assert np.quantile(limit.random, 0.9) == pytest.approx(np.quantile(drawn.random, 0.9), rel=0.2)


def test_intervals_are_wider_where_rows_of_a_unit_are_alike():
    values, starts = simulated(150, rows=4)
    together = weights.resampled(values, starts, seed=0).weights.std(axis=0)
    apart = weights.resampled(values, np.arange(len(values)), seed=0).weights.std(axis=0)
    assert (together > 1.1 * apart).all()


def test_the_column_of_chance_weighs_what_one_does():
    values, starts = simulated(120)
    found = weights.resampled(values, starts, seed=0)
    generator = np.random.default_rng(8)
    added = [
        of(np.column_stack([values[:, :-1], generator.normal(size=len(values)), values[:, -1]]))[-1]
        for _ in range(2_000)
    ]
    for level in (0.5, 0.9):
        mean = np.quantile(added, level)
        assert np.quantile(found.random, level) == pytest.approx(mean, rel=0.25)


def test_an_interval_covers():
    # The weight in the population, from the covariance that simulated() is made of.
    sigma = 2 * np.eye(3) + 1
    b = np.array([3, 2, 1]) / 3
    total = b @ sigma @ b + 8
    truth = weights.relative_weights(sigma / 3, sigma @ b / np.sqrt(3 * total))
    held = np.zeros(3)
    for seed in range(60):
        values, starts = simulated(200, seed=100 + seed)
        draws = weights.resampled(values, starts, seed=seed).weights
        ends = [weights.interval(draws[:, j], value) for j, value in enumerate(of(values))]
        held += [low <= true <= high for (low, high), true in zip(ends, truth, strict=True)]
    assert (held >= 51).all()  # of 60; 95 % is 57, and fewer than 51 has a chance of 0.1 %


def test_chance_is_seldom_taken_for_more():
    flagged = 0
    for seed in range(60):
        values, starts = simulated(100, effect=0.0, seed=seed)
        flagged += (weights.chance(weights.resampled(values, starts, seed)) <= 0.05).sum()
    assert flagged <= 0.05 * 180
    values, starts = simulated(100)
    assert weights.chance(weights.resampled(values, starts, 0))[0] < 0.01


def test_coefficients_are_those_of_a_clustered_regression():
    values, starts = simulated(80, rows=3)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    groups = np.repeat(np.arange(80), 3)
    peer = sm.OLS(standard[:, -1], sm.add_constant(standard[:, :-1])).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    slope, low, high = weights.standardised(values, starts)
    assert slope == pytest.approx(peer.params[1:], abs=1e-10)
    assert low == pytest.approx(peer.conf_int()[1:, 0], abs=1e-10)
    assert high == pytest.approx(peer.conf_int()[1:, 1], abs=1e-10)


def test_the_seed_decides():
    values, starts = simulated(50)
    one, same, other = (weights.resampled(values, starts, seed).weights for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
