"""Ridge regressions of any conditioning are those of scikit-learn by singular values, label by label, or a message."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge

from skmtl import MultiTaskGLM, MultiTaskGLMCV, MultiTaskRidge, TaskPerGroupRegressor
from skmtl.penalties import L21, L1Inf, MeanRegularized, NuclearNorm

SHAPES = pytest.mark.parametrize("n, d", [(60, 60), (50, 100), (200, 8)])
MODELS = {
    "ridge": lambda alpha: MultiTaskRidge(alpha, 0.0, scale_targets=False),
    "glm": lambda alpha: MultiTaskGLM(
        MeanRegularized(alpha, 0.0), task_types="regression", scale_targets=False
    ),
}
by_model = pytest.mark.parametrize("new", MODELS.values(), ids=MODELS)


@pytest.fixture(autouse=True)
def no_warnings():
    """A fit that is right says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def with_gaps(n, d, size, seed=0):
    """Return X of a size, two tasks of which the first lacks a third of its labels, and new samples."""
    rng = np.random.default_rng(seed)
    X = size * rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) / size / np.sqrt(d) + 0.3 * rng.normal(size=n)
    Y = np.column_stack([y, y + 0.3 * rng.normal(size=n)])
    Y[::3, 0] = np.nan
    return X, Y, size * rng.normal(size=(200, d))


def assert_ridges(model, X, Y, Z, alpha, tolerance):
    """Assert that each task is predicted as by a ridge regression of its labelled rows, to a share of their spread."""
    found = model.fit(X, Y).predict(Z)
    for prediction, y in zip(found.T, Y.T, strict=True):
        seen = ~np.isnan(y)
        ridge = Ridge(alpha, solver="svd").fit(X[seen], y[seen])
        wanted = ridge.predict(Z)
        assert_allclose(prediction, wanted, rtol=0, atol=tolerance * wanted.std())


@by_model
@SHAPES
@pytest.mark.parametrize("alpha", [1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
def test_weak(new, n, d, alpha):
    """A strength of 1 to 1e-10 of the features' variance, with missing labels: to 1e-6 sd."""
    X, Y, Z = with_gaps(n, d, 1.0)
    assert_ridges(new(alpha), X, Y, Z, alpha, 1e-6)


@by_model
@SHAPES
@pytest.mark.parametrize("size", [1e-4, 1e3, 1e4, 1e5])
def test_features_of_any_size(new, n, d, size):
    """At the strength of 1 that is the default of the ridge, features in other units."""
    X, Y, Z = with_gaps(n, d, size)
    assert_ridges(new(1.0), X, Y, Z, 1.0, 1e-6)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_features_of_mixed_size(make):
    """Features of sd 1e-6 to 1e8 side by side."""
    X, Y, Z = with_gaps(60, 15, 1.0)
    sizes = np.logspace(-6, 8, 15)
    X, Z = X * sizes, Z * sizes
    model = MultiTaskRidge(1.0, 0.0, scale_targets=False).fit(make(X), Y)
    for prediction, y in zip(model.predict(Z).T, Y.T, strict=True):
        seen = ~np.isnan(y)
        scaled = X[seen] - X[seen].mean(axis=0)
        A = np.vstack([scaled, np.eye(15)]) / sizes
        right = np.r_[y[seen] - y[seen].mean(), np.zeros(15)]
        w = np.linalg.lstsq(A, right, rcond=None)[0] / sizes
        wanted = (Z - X[seen].mean(axis=0)) @ w + y[seen].mean()
        assert_allclose(prediction, wanted, rtol=0, atol=1e-6 * wanted.std())


def all_labels(n, d, size=1.0, mean=0.0, seed=0):
    """Return X and one task with all its labels."""
    rng = np.random.default_rng(seed)
    X = size * rng.normal(size=(n, d)) + mean
    return X, (X[:, 0] - mean) / size + rng.normal(size=n)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "alpha, n, d, size, mean",
    [
        (1e-14, 55, 60, 1.0, 0.0),
        (1.0, 60, 60, 1e8, 0.0),
        (1.0, 50, 60, 1e8, 0.0),
        (1e-8, 40, 60, 1.0, 1e4),
    ],
)
def test_no_cholesky_factor(alpha, n, d, size, mean, seed):
    """Fewer samples than features where rounding makes a Gram matrix indefinite: the labels are interpolated."""
    X, y = all_labels(n, d, size, mean, seed)
    model = MultiTaskRidge(alpha, 0.0).fit(X, y)
    assert_allclose(model.predict(X), y, atol=1e-5)
    wanted = Ridge(alpha, solver="svd").fit(X, y)
    scale = np.abs(wanted.coef_).max()
    assert_allclose(model.coef_, wanted.coef_[None], rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("size", [1.0, 1e4, 1e9])
def test_a_column_twice(size, gaps):
    """Both get half of what one of them would; at 1e9 doubles hold no more of the penalty than what they add up to."""
    X, y = all_labels(60, 3, size)
    Y = np.column_stack([y, -y])
    Y[::3, 0] = np.nan if gaps else Y[::3, 0]
    twice = np.c_[X, X[:, 0]]
    model = MultiTaskRidge(1.0, 0.0, scale_targets=False)
    assert_ridges(model, twice, Y, twice, 1.0, 1e-6)
    if size < 1e9:
        assert_allclose(model.coef_[:, 0], model.coef_[:, 3], rtol=1e-6)


def test_two_rows():
    """Of features of size 1e9."""
    X, y = np.array([[0.3, -1.0], [1.2, 0.4]]) * 1e9, np.array([0.0, 1.0])
    model = MultiTaskRidge(1.0, 0.0).fit(X, y)
    assert_allclose(model.predict(X), y, atol=1e-9)


def test_constant_X():
    """Nothing to learn by, and no strength to choose: means."""
    y = {"days": np.arange(60.0), "cost": np.arange(60.0)[::-1] ** 2}
    for model in (
        MultiTaskGLMCV(alphas=3, cv=2, random_state=0),
        MultiTaskGLMCV(L21(), cv=2, random_state=0),
    ):
        found = model.fit(np.full((60, 3), 7.1), y).predict(np.full((60, 3), 7.1))
        for name, column in y.items():
            assert_allclose(found[name], column.mean(), rtol=1e-9)
        assert np.all(model.alphas_ >= 1e-10) and np.isfinite(model.alphas_).all()


def test_strength_below_zero_within_groups():
    """It is refused by name."""
    X, y = all_labels(60, 3)
    group = np.arange(60) % 3
    model = TaskPerGroupRegressor(MultiTaskRidge(-1.0, signs="same"), group=0)
    with pytest.raises(ValueError, match="alpha"):
        model.fit(np.c_[group, X], y)


@pytest.mark.parametrize("weighted", [False, True])
def test_many_strengths_of_many_features(weighted, rng):
    """More than three strengths and 1500 features, and at least as many samples: Ridge to 1e-12, task by task."""
    n, d = 1520, 1505
    X, alpha = rng.normal(size=(n, d)), np.array([100.0, 150.0, 220.0, 330.0, 1e4])
    Y = X[:, :5] * [1, 2, 3, 4, 5] + rng.normal(size=(n, 5))
    weight = rng.integers(1, 4, n).astype(float) if weighted else None
    strengths = {f"y{t}": a for t, a in enumerate(alpha)}
    model = MultiTaskRidge(strengths, 0.0, scale_targets=False).fit(X, Y, weight)
    wanted = Ridge(alpha, solver="cholesky").fit(X, Y, sample_weight=weight).predict(X)
    assert_allclose(model.predict(X), wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())
    assert model.dual_gap_ <= 1e-20


@by_model
@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("seed", range(10))
def test_few_rows_of_flags(new, container, seed):
    """Eight rows of thirty flags, of which a task has three labels, at next to no strength: to 1e-6 sd."""
    rng = np.random.default_rng(seed)
    X, Z = ((rng.random((n, 30)) < 0.4).astype(float) for n in (8, 200))
    Y = 10.0 + rng.normal(size=(8, 2))
    Y[3:, 0] = np.nan
    model = new(1e-8).fit(container(X), Y)
    for prediction, y in zip(model.predict(container(Z)).T, Y.T, strict=True):
        wanted = Ridge(1e-8, solver="svd").fit(X[~np.isnan(y)], y[~np.isnan(y)]).predict(Z)
        assert_allclose(prediction, wanted, rtol=0, atol=1e-7 * wanted.std())


@pytest.mark.parametrize("penalty", [L21, L1Inf, NuclearNorm, MeanRegularized])
def test_constant_to_rounding_at_next_to_no_strength(penalty):
    """The last digit of a constant is no slope, which a strength of 1e-12 would let count."""
    X = np.array([[314572.8], [314572.80000000005], [314572.8], [314572.8]])
    model = MultiTaskGLM(penalty(1e-12), task_types="regression").fit(X, np.arange(4.0))
    assert model.coef_ == 0.0 and model.dual_gap_ == 0.0


def test_far_features_without_an_intercept_are_warned_of():
    """What rounding hides is said, whatever the gap is relative to; nearer ones are solved, without a word."""
    rng = np.random.default_rng(0)
    Z = np.array([[0.0, 0, 1], [0, -1, 0], [0, 0, 0], [-1, -1, 0], [0, 0, 0]])
    y = 1e6 + rng.normal(size=5)
    model = MultiTaskRidge(10.0, 0.0, fit_intercept=False)
    with pytest.warns(ConvergenceWarning, match="without an intercept|scale the features"):
        model.fit(1e9 * np.array([1.0, 1.0, -1.0]) + Z, y)
    for far in (1e3, 1e5):
        wanted = Ridge(fit_intercept=False, solver="svd").fit(Z + far, y).predict(Z + far)
        found = MultiTaskRidge(fit_intercept=False, scale_targets=False).fit(Z + far, y)
        assert_allclose(found.predict(Z + far), wanted, rtol=0, atol=1e-6 * wanted.std())


def test_pooled_intercepts_far_from_their_labels(rng):
    """Residuals are large and alike: even the rounding of a feature's centre would be a slope."""
    offset = 5e4
    Z = np.round(rng.normal(size=(15, 1)) * 2.0**20) / 2.0**20
    Y = [1e6, 1.2e6] + [0.2, 0.5] * rng.normal(size=(15, 2))
    model = MultiTaskRidge(alpha=1.0, sharing=0.25, pool_intercept=True, signs="same")
    near = model.fit(Z, Y).coef_
    far = model.fit(Z + offset, Y).coef_
    assert_allclose(far, near, atol=1e-9 * np.abs(near).max())
